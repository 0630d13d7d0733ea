//! Messages of a WebSocket, which may come in fragments.

use super::queue::Missed;

/// A message that may come in fragments.
#[derive(Debug, Default)]
pub(super) enum Message {
    /// None has begun.
    #[default]
    Idle,
    /// What has come so far.
    Partial(Vec<u8>),
    /// One that is too large, to be told at its end.
    Oversized,
    /// One that nobody wants.
    Ignored,
}

impl Message {
    /// Takes a frame; gives the message when it is complete, or what became of it.
    pub(super) fn add(
        &mut self,
        first: bool,
        last: bool,
        payload: &[u8],
        limit: usize,
    ) -> Option<Result<Vec<u8>, Missed>> {
        let before = std::mem::take(self);
        *self = match (first, before) {
            (true, _) if last && payload.len() <= limit => return Some(Ok(payload.to_vec())),
            (true, _) if payload.len() <= limit => Self::Partial(payload.to_vec()),
            (false, Self::Partial(mut text)) if text.len() + payload.len() <= limit => {
                text.extend_from_slice(payload);
                if last {
                    return Some(Ok(text));
                }
                Self::Partial(text)
            }
            (true, _) | (false, Self::Partial(_) | Self::Oversized) if last => {
                return Some(Err(Missed::Oversized));
            }
            (true, _) | (false, Self::Partial(_) | Self::Oversized) => Self::Oversized,
            // The end of a binary message, or a continuation of nothing.
            (false, Self::Ignored | Self::Idle) if last => Self::Idle,
            (false, Self::Ignored | Self::Idle) => Self::Ignored,
        };
        None
    }

    pub(super) fn ignore(&mut self, last: bool) {
        *self = if last { Self::Idle } else { Self::Ignored };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collect(frames: &[(bool, bool, &str)]) -> Vec<Result<Vec<u8>, Missed>> {
        let mut message = Message::default();
        let add = |&(first, last, text): &(bool, bool, &str)| {
            message.add(first, last, text.as_bytes(), 4)
        };
        frames.iter().filter_map(add).collect()
    }

    #[test]
    fn fragments_become_messages() {
        assert_eq!(collect(&[(true, true, "abcd")]), [Ok("abcd".into())]);
        assert_eq!(
            collect(&[(true, false, "a"), (false, false, "b"), (false, true, "c")]),
            [Ok("abc".into())]
        );
        assert_eq!(collect(&[(false, true, "x"), (true, true, "a")]), [Ok("a".into())]);
    }

    #[test]
    fn what_is_too_large_is_reported_once_and_the_next_is_read() {
        let large = Err(Missed::Oversized);
        assert_eq!(
            collect(&[(true, true, "abcde"), (true, true, "a")]),
            [large.clone(), Ok("a".into())]
        );
        assert_eq!(
            collect(&[
                (true, false, "abc"),
                (false, false, "de"),
                (false, false, "f"),
                (false, true, "g"),
                (true, true, "a")
            ]),
            [large.clone(), Ok("a".into())]
        );
        assert_eq!(
            collect(&[(true, false, "abc"), (false, true, "de"), (true, true, "a")]),
            [large, Ok("a".into())]
        );
    }

    #[test]
    fn the_rest_of_a_binary_message_is_ignored() {
        let mut message = Message::default();
        message.ignore(false);
        assert_eq!(message.add(false, true, b"x", 4), None);
        assert_eq!(message.add(true, true, b"a", 4), Some(Ok("a".into())));
    }
}
