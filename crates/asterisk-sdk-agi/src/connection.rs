//! Bytes in and out: the variables that open a session, then one reply at a time.
//!
//! All that is read and not used yet, and all that is to be written, is kept here and not in futures.
//! So every future of this module can be dropped at any time, and the next one goes on where it was.

use std::future::poll_fn;
use std::io;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::LazyLock;
use std::task::{Context, Poll, ready};

use asterisk_proto::agi::{Environment, Incoming, ReplyDecoder};
use asterisk_proto::error::ParseError;
use bytes::BytesMut;
use memchr::memmem;
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::error::HangupKind;
use crate::link::Link;

/// Enough for the variables of most calls.
const VARIABLES: usize = 1024;

/// Enough for most replies. Most of a call's time it waits for one.
const REPLIES: usize = 128;

/// How large the block of variables may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PreludeLimits {
    pub(crate) bytes: usize,
    pub(crate) lines: usize,
}

/// Why there is no environment.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PreludeError {
    #[error("the connection closed before the AGI variables were complete")]
    Closed,
    #[error("the AGI variables are larger than the limit")]
    TooLarge,
    #[error(transparent)]
    NotAgi(#[from] ParseError),
    #[error("reading the AGI variables failed")]
    Io(#[from] io::Error),
}

/// What ends the variables. Making it ready to look for costs more than to look for it.
static END: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(b"\n\n"));

pub(crate) struct Connection {
    stream: Link,
    incoming: BytesMut,
    decoder: ReplyDecoder,
    /// The command in hand.
    outgoing: String,
    /// How much of it is written.
    written: usize,
    /// Something of a command was written, and its reply was not read yet.
    owed: bool,
}

impl Connection {
    pub(crate) fn new(stream: Link, reply_limit: usize) -> Self {
        Self {
            stream,
            incoming: BytesMut::with_capacity(VARIABLES),
            decoder: ReplyDecoder::new(reply_limit),
            outgoing: String::new(),
            written: 0,
            owed: false,
        }
    }

    /// Reads the variables up to the empty line that ends them.
    pub(crate) async fn prelude(
        &mut self,
        limits: PreludeLimits,
    ) -> Result<Environment, PreludeError> {
        let mut searched = 0;
        let end = loop {
            if let Some(at) = END.find(&self.incoming[searched..]) {
                break searched + at + 2;
            }
            if self.incoming.len() > limits.bytes {
                return Err(PreludeError::TooLarge);
            }
            // Refuse at the first line that is not one of ours, however long the peer goes on.
            if self.incoming.len() >= 4 && !self.incoming.starts_with(b"agi_") {
                return Err(ParseError::new("an AGI variable", &self.incoming).into());
            }
            // The last byte may be the first of the two line feeds.
            searched = self.incoming.len().saturating_sub(1);
            if poll_fn(|cx| self.poll_fill(cx)).await? == 0 {
                return Err(PreludeError::Closed);
            }
        };
        // None is empty, so there is nothing to count in a short block.
        let lines = || memchr::memchr_iter(b'\n', &self.incoming[..end]).count() - 1;
        if end > limits.bytes || (end / 2 > limits.lines && lines() > limits.lines) {
            return Err(PreludeError::TooLarge);
        }
        let environment = Environment::parse(&self.incoming[..end])?;
        let behind = &self.incoming[end..];
        let mut incoming = BytesMut::with_capacity(REPLIES.max(behind.len()));
        incoming.extend_from_slice(behind);
        self.incoming = incoming;
        Ok(environment)
    }

    /// Reads the next reply or notice; `None` when the peer closed the connection.
    pub(crate) fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<Option<Incoming>>> {
        loop {
            if let Some(incoming) = self.decoder.decode(&mut self.incoming) {
                return Poll::Ready(Ok(Some(incoming)));
            }
            if ready!(self.poll_fill(cx))? == 0 {
                return Poll::Ready(Ok(None));
            }
        }
    }

    /// Whether nothing is left of the command before, and nothing has come since: as a rule so, and
    /// found out at less cost than what there is to do otherwise.
    pub(crate) fn is_quiet(&self) -> bool {
        !self.owed && self.incoming.is_empty() && self.stream.is_quiet()
    }

    /// Takes one command line, to be [written](Self::poll_flush). The one before it must be settled.
    pub(crate) fn take_line(&mut self, line: String) {
        (self.outgoing, self.written) = (line, 0);
    }

    /// Writes what is left of the command in hand, or forgets it if nothing of it was written yet.
    pub(crate) async fn finish_sending(&mut self) -> io::Result<()> {
        if self.owed {
            poll_fn(|cx| self.poll_flush(cx)).await
        } else {
            self.outgoing.clear();
            self.written = 0;
            Ok(())
        }
    }

    /// Writes what is left of the command in hand.
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.is_written() {
            let left = &self.outgoing.as_bytes()[self.written..];
            match ready!(Pin::new(&mut self.stream).poll_write(cx, left))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.written += written,
            }
            self.owed = true;
        }
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn is_written(&self) -> bool {
        self.written == self.outgoing.len()
    }

    /// The stream, if what was written to it so far is whole lines. The connection is at its end.
    pub(crate) fn take_stream(&mut self) -> Option<Link> {
        let stream = mem::replace(&mut self.stream, Link::gone());
        let whole = !self.owed || self.is_written();
        whole.then_some(stream)
    }

    /// Makes a future that reads along: it passes on whatever comes, and completes at the line
    /// `HANGUP` or the end of the stream. Without being polled, it keeps everything from the connection.
    pub(crate) fn watch(&mut self) -> impl Future<Output = HangupKind> + Send + 'static {
        let stream = mem::replace(&mut self.stream, Link::gone());
        let (mut read, write) = tokio::io::split(stream);
        // A command that nobody waits for any more leaves its reply unread, and the line may be behind.
        let (passed, mut pass) = tokio::io::simplex(self.decoder.limit() + REPLIES);
        self.stream = Link::new(tokio::io::join(passed, write));
        let (mut decoder, mut seen) = (self.decoder.clone(), self.incoming.clone());
        async move {
            let kind = loop {
                let mut unread = std::iter::from_fn(|| decoder.decode(&mut seen));
                if unread.any(|incoming| matches!(incoming, Incoming::Hangup)) {
                    break HangupKind::Signal;
                }
                let start = seen.len();
                seen.reserve(64);
                let read = read.read_buf(&mut seen).await;
                let Some(read) = read.ok().filter(|&read| read > 0) else {
                    break HangupKind::Pipe;
                };
                if pass.write_all(&seen[start..start + read]).await.is_err() {
                    break HangupKind::Pipe;
                }
            };
            let _ = pass.shutdown().await;
            kind
        }
    }

    /// Whether a command was written, at least in part, whose reply was not read yet.
    pub(crate) fn owes_reply(&self) -> bool {
        self.owed
    }

    /// The reply that was owed has been read.
    pub(crate) fn settled(&mut self) {
        self.owed = false;
    }

    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.incoming.capacity() - self.incoming.len() < 64 {
            self.incoming.reserve(REPLIES);
        }
        pin!(self.stream.read_buf(&mut self.incoming)).poll(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: PreludeLimits = PreludeLimits { bytes: 100, lines: 3 };

    /// The prelude of a peer that writes these pieces and closes.
    async fn prelude(pieces: &[&[u8]]) -> (Result<Environment, PreludeError>, Connection) {
        let (ours, mut theirs) = tokio::io::duplex(16);
        let mut connection = Connection::new(Link::new(ours), 1024);
        let read = connection.prelude(LIMITS);
        let write = async {
            for piece in pieces {
                // The reader may have had enough.
                let _ = theirs.write_all(piece).await;
                tokio::task::yield_now().await;
            }
            drop(theirs);
        };
        let environment = tokio::select! {
            biased;
            environment = read => environment,
            () = async { write.await; std::future::pending().await } => unreachable!(),
        };
        (environment, connection)
    }

    #[tokio::test]
    async fn a_prelude_split_at_every_byte() {
        let stream = b"agi_a: 1\nagi_b: 2\n\nHANGUP\n";
        for at in 0..stream.len() {
            let (head, tail) = stream.split_at(at);
            let (environment, mut connection) = prelude(&[head, tail]).await;
            assert_eq!(environment.unwrap().iter().count(), 2);
            let rest = poll_fn(|cx| connection.poll_receive(cx)).await.unwrap();
            assert!(matches!(rest, None | Some(Incoming::Hangup)), "split at {at}: {rest:?}");
        }
    }

    #[tokio::test]
    async fn a_prelude_is_limited() {
        let long = format!("agi_a: {}\n\n", "x".repeat(91));
        assert!(prelude(&[long.as_bytes()]).await.0.is_ok());
        let too_long = format!("agi_a: {}\n\n", "x".repeat(92));
        let endless = format!("agi_a: {}", "x".repeat(1_000_000));
        let lines = "agi_a: 1\n".repeat(4) + "\n";
        for block in [too_long, endless, lines] {
            let (refused, _) = prelude(&[block.as_bytes()]).await;
            assert!(matches!(refused, Err(PreludeError::TooLarge)), "{refused:?}");
        }
        let (refused, _) = prelude(&[b"agi_a: 1\nagi_b"]).await;
        assert!(matches!(refused, Err(PreludeError::Closed)));
        let (refused, _) = prelude(&[b"GET / HTTP/1.1\r\n"]).await;
        assert!(matches!(refused, Err(PreludeError::NotAgi(_))));
    }
}
