//! WebSocket frames, as far as cutting at them and reading them needs.

/// A frame whose length stands in its shortest form, which is the only one that Asterisk and the SDK
/// write: what it was can be made again from these parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    /// The first byte: whether it is the last of its message, and what it is.
    pub(crate) first: u8,
    /// The mask of a frame from who has connected.
    pub(crate) mask: Option<[u8; 4]>,
    /// The content without the mask.
    pub(crate) payload: Vec<u8>,
}

/// Whether a frame can begin with this byte.
pub(super) fn begins(byte: u8) -> bool {
    matches!(byte, 0x00..=0x02 | 0x80..=0x82 | 0x88..=0x8a)
}

/// How many bytes the head of a frame has, by its second byte.
pub(super) fn head_length(second: u8) -> usize {
    let length = match second & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    2 + length + if second & 0x80 == 0 { 0 } else { 4 }
}

/// How many bytes come behind a complete head.
pub(super) fn payload_length(head: &[u8]) -> u64 {
    let digits = match head[1] & 0x7f {
        126 => &head[2..4],
        127 => &head[2..10],
        short => return u64::from(short),
    };
    digits.iter().fold(0, |length, byte| length << 8 | u64::from(*byte))
}

impl Frame {
    /// A text or control frame that is a message of its own.
    pub(crate) fn new(first: u8, payload: Vec<u8>) -> Self {
        Self { first, mask: None, payload }
    }

    /// Reads bytes that are one whole frame; none if they are something else.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let (&first, &second) = (bytes.first()?, bytes.get(1)?);
        let head = head_length(second);
        if !begins(first) || bytes.len() < head {
            return None;
        }
        let payload = &bytes[head..];
        if u64::try_from(payload.len()).ok()? != payload_length(&bytes[..head]) {
            return None;
        }
        let mask: Option<[u8; 4]> =
            if second & 0x80 == 0 { None } else { bytes[head - 4..head].try_into().ok() };
        let frame = Self { first, mask, payload: masked(payload, mask) };
        (frame.bytes() == bytes).then_some(frame)
    }

    /// The frame as it is written.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![self.first];
        let masked_bit = if self.mask.is_some() { 0x80 } else { 0 };
        let length = self.payload.len();
        if let (Ok(short), true) = (u8::try_from(length), length < 126) {
            bytes.push(short | masked_bit);
        } else if let Ok(length) = u16::try_from(length) {
            bytes.push(0x7e | masked_bit);
            bytes.extend(length.to_be_bytes());
        } else {
            bytes.push(0x7f | masked_bit);
            bytes.extend((length as u64).to_be_bytes());
        }
        bytes.extend(self.mask.iter().flatten());
        bytes.extend(masked(&self.payload, self.mask));
        bytes
    }

    /// Whether it closes, pings or pongs.
    pub(crate) fn is_control(&self) -> bool {
        self.first & 0x08 != 0
    }
}

fn masked(payload: &[u8], mask: Option<[u8; 4]>) -> Vec<u8> {
    match mask {
        None => payload.to_vec(),
        Some(mask) => payload.iter().zip(mask.iter().cycle()).map(|(b, m)| b ^ m).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::Frame;

    #[test]
    fn frames_of_all_lengths_come_back() {
        for length in [0, 1, 125, 126, 65_535, 65_536] {
            for mask in [None, Some([1, 2, 3, 250])] {
                let frame = Frame { first: 0x81, mask, payload: vec![b'x'; length] };
                let bytes = frame.bytes();
                assert_eq!(Frame::read(&bytes).as_ref(), Some(&frame), "{length}");
                assert_eq!(Frame::read(&bytes[..bytes.len() - 1]), None, "{length}");
            }
        }
    }

    #[test]
    fn a_length_that_could_be_shorter_is_no_frame_that_can_be_made_again() {
        assert_eq!(Frame::read(&[0x81, 126, 0, 1, b'x']), None);
        assert_eq!(Frame::read(b"GET /"), None);
    }
}
