//! The task that owns the event WebSocket.

use std::convert::Infallible;
use std::future::ready;
use std::io::{self, Cursor};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use asterisk_proto::Text;
use asterisk_proto::ari::Event;
use asterisk_proto::error::ParseError;
use bytes::Bytes;
use fastwebsockets::{
    Frame, OpCode, Payload, Role, WebSocketError, WebSocketRead, WebSocketWrite,
    after_handshake_split,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};
use tracing::{Instrument, Span};

use super::Router;
use super::queue::Missed;
use crate::transport::Link;

/// A frame over this size ends the connection: it would have to be held to be skipped.
const FRAME_LIMIT: usize = 64 << 20;

/// How many answers to the server's pings may wait to be written; further pings go unanswered.
const ANSWERS: usize = 8;

/// How long the server may take to answer our close.
const CLOSING: Duration = Duration::from_secs(1);

/// Limits of the event connection.
#[derive(Debug, Clone)]
pub(crate) struct SocketLimits {
    pub(crate) max_event: usize,
    pub(crate) ping_interval: Duration,
    pub(crate) ping_timeout: Duration,
}

/// Why the event connection ended, or is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CloseReason {
    /// [`Client::close`](crate::Client::close), or nobody held the connection any more.
    #[error("it was closed on this side")]
    Local,
    /// The client was made without an application, so it has no event connection.
    #[error("no application was named")]
    NoApplication,
    /// The server closed it, with this code if it gave one: it shuts down, or dropped a client that
    /// it found too slow (1011).
    #[error("the server closed it{}", .0.map(|code| format!(" with code {code}")).unwrap_or_default())]
    Remote(Option<u16>),
    /// The server did not answer a ping in time.
    #[error("the server does not respond")]
    Unresponsive,
    /// The system reported an error, or the server broke the protocol.
    #[error("it failed: {0}")]
    Failed(String),
}

/// Ends the subscriptions and tells why, however the task ends.
struct Ending {
    router: Arc<Router>,
    ended: watch::Sender<Option<CloseReason>>,
    reason: CloseReason,
}

impl Drop for Ending {
    fn drop(&mut self) {
        // The reason comes first: whoever sees the end of a stream can ask for it.
        self.ended.send_replace(Some(self.reason.clone()));
        self.router.close();
    }
}

/// Begins to read events, in a task of its own. `early` is what was read of them already.
pub(crate) fn start(
    link: Link,
    early: Bytes,
    router: Arc<Router>,
    limits: SocketLimits,
    stopped: watch::Receiver<bool>,
    ended: watch::Sender<Option<CloseReason>>,
    span: Span,
) {
    let early = Cursor::new(early);
    match link {
        // Halves that share no lock.
        Link::Plain(stream) => {
            let (read, write) = stream.into_split();
            let task = run(early.chain(read), write, router, limits, stopped, ended);
            tokio::spawn(task.instrument(span));
        }
        #[cfg(feature = "tls")]
        Link::Tls(stream) => {
            let (read, write) = tokio::io::split(stream);
            let task = run(early.chain(read), write, router, limits, stopped, ended);
            tokio::spawn(task.instrument(span));
        }
    }
}

/// Reads events until the connection ends or `stopped` says so.
async fn run<R: AsyncRead + Unpin, W: AsyncWrite + Unpin>(
    read: R,
    write: W,
    router: Arc<Router>,
    limits: SocketLimits,
    stopped: watch::Receiver<bool>,
    ended: watch::Sender<Option<CloseReason>>,
) {
    let mut ending = Ending { router: Arc::clone(&router), ended, reason: CloseReason::Local };
    let (mut reader, writer) = after_handshake_split(read, write, Role::Client);
    reader.set_max_message_size(FRAME_LIMIT);
    reader.set_auto_close(false);

    let (answer, answers) = mpsc::channel(ANSWERS);
    let alive = AtomicBool::new(true);
    // Reading a frame must not be abandoned half-way, so reading and writing run side by side until
    // one of them ends the connection.
    let reading = read_events(reader, &router, limits.max_event, answer, &alive);
    let writing = write_frames(writer, &limits, answers, stopped, &alive);
    tokio::pin!(reading, writing);
    ending.reason = tokio::select! {
        reason = &mut writing => {
            if reason == CloseReason::Local {
                // The server answers our close by its own, which ends the reading.
                let _ = timeout(CLOSING, reading).await;
            }
            reason
        }
        reason = &mut reading => {
            // The answer to the server's close, if that was it.
            let _ = timeout(CLOSING, writing).await;
            reason
        }
    };
    tracing::debug!(reason = %ending.reason, "event connection ended");
}

/// What the reading side has to say to the server.
enum Answer {
    Pong(Vec<u8>),
    Close(Option<u16>),
}

async fn read_events<R: AsyncRead + Unpin>(
    mut reader: WebSocketRead<R>,
    router: &Router,
    max_event: usize,
    answer: mpsc::Sender<Answer>,
    alive: &AtomicBool,
) -> CloseReason {
    let mut pong = |frame: Frame<'_>| {
        // Never waits: the writer may be stuck.
        let _ = answer.try_send(Answer::Pong(frame.payload.to_vec()));
        ready(Ok::<_, Infallible>(()))
    };
    let mut message = Message::default();
    loop {
        let frame = match reader.read_frame(&mut pong).await {
            Ok(frame) => frame,
            // The frame was read whole: what follows is intact.
            Err(WebSocketError::InvalidUTF8) => {
                router.report(&Missed::Unreadable(ParseError::new("UTF-8 text", b"")));
                continue;
            }
            Err(WebSocketError::UnexpectedEOF) => return CloseReason::Remote(None),
            // The end without TLS's own goodbye: a server that was killed.
            Err(WebSocketError::IoError(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return CloseReason::Remote(None);
            }
            Err(error) => return CloseReason::Failed(error.to_string()),
        };
        alive.store(true, Ordering::Relaxed);
        let last = frame.fin;
        let payload = &*frame.payload;
        match frame.opcode {
            // The usual case, a whole event: copied out of the read buffer once.
            OpCode::Text if last && payload.len() <= max_event => {
                message = Message::Idle;
                publish(router, payload).await;
            }
            OpCode::Text | OpCode::Continuation => {
                let first = frame.opcode == OpCode::Text;
                match message.add(first, last, payload, max_event) {
                    Some(Ok(text)) => publish(router, &text).await,
                    Some(Err(missed)) => router.report(&missed),
                    None => {}
                }
            }
            OpCode::Close => {
                let code = payload.first_chunk().map(|code| u16::from_be_bytes(*code));
                let _ = answer.try_send(Answer::Close(code));
                return CloseReason::Remote(code);
            }
            // Asterisk sends none; the rest of a fragmented one is dropped as well.
            OpCode::Binary => message.ignore(last),
            OpCode::Ping | OpCode::Pong => {}
        }
    }
}

async fn publish(router: &Router, payload: &[u8]) {
    let text = match str::from_utf8(payload) {
        Ok(text) => Text::from(text),
        Err(_) => Text::from_bytes(Bytes::copy_from_slice(payload)),
    };
    match Event::new(text) {
        Ok(event) => {
            tracing::trace!(name = event.name(), "event");
            while let Some(until) = router.hold(&event) {
                let _ = timeout_at(until, router.room()).await;
            }
            router.publish(&event);
        }
        Err(error) => {
            tracing::debug!(%error, "not an event");
            router.report(&Missed::Unreadable(error));
        }
    }
}

/// A message that may come in fragments.
#[derive(Debug, Default)]
enum Message {
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
    fn add(
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

    fn ignore(&mut self, last: bool) {
        *self = if last { Self::Idle } else { Self::Ignored };
    }
}

/// Answers pings and sends our own, until the connection is to be closed or does not respond.
async fn write_frames<W: AsyncWrite + Unpin>(
    mut writer: WebSocketWrite<W>,
    limits: &SocketLimits,
    mut answers: mpsc::Receiver<Answer>,
    mut stopped: watch::Receiver<bool>,
    alive: &AtomicBool,
) -> CloseReason {
    let mut next_ping = Instant::now() + limits.ping_interval;
    let mut deadline = None;
    loop {
        let mut end = None;
        let frame = tokio::select! {
            // An error means that nobody can say it any more.
            _ = stopped.wait_for(|stopped| *stopped) => {
                end = Some(CloseReason::Local);
                Frame::close(1000, b"")
            }
            answer = answers.recv() => match answer {
                Some(Answer::Pong(payload)) => Frame::pong(payload.into()),
                Some(Answer::Close(code)) => {
                    end = Some(CloseReason::Remote(code));
                    Frame::close(code.unwrap_or(1000), b"")
                }
                // The reading has ended, and its reason counts.
                None => return CloseReason::Remote(None),
            },
            () = sleep_until(deadline.unwrap_or(next_ping)) => {
                if deadline.take().is_some() {
                    if !alive.load(Ordering::Relaxed) {
                        return CloseReason::Unresponsive;
                    }
                    continue;
                }
                alive.store(false, Ordering::Relaxed);
                let now = Instant::now();
                deadline = Some(now + limits.ping_timeout);
                next_ping = now + limits.ping_interval.max(limits.ping_timeout);
                Frame::new(true, OpCode::Ping, None, Payload::Borrowed(b"ari"))
            }
        };
        let write = async {
            writer.write_frame(frame).await?;
            // TLS may hold back what it was given.
            writer.flush().await
        };
        match timeout(limits.ping_timeout, write).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return end.unwrap_or(CloseReason::Failed(error.to_string())),
            Err(_) => return CloseReason::Unresponsive,
        }
        if let Some(reason) = end {
            return reason;
        }
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
