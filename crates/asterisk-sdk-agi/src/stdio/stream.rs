//! Standard input and output as one stream.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::unix::pipe;

use super::hangup::Hangup;

/// What the signal becomes: what Asterisk writes to a network script.
const NOTICE: &[u8] = b"HANGUP\n";

type Input = Box<dyn AsyncRead + Send + Sync + Unpin>;
type Output = Box<dyn AsyncWrite + Send + Sync + Unpin>;

/// The session with Asterisk, in which a hangup is announced as it is over a network.
pub(super) struct Stdio {
    input: Input,
    output: Output,
    hangup: Hangup,
    /// The variables are complete, among which there is no place for a notice.
    begun: bool,
    /// The last byte that was read.
    last: u8,
    /// The notice is on its way, or was read.
    announced: bool,
    /// What is left of it to read.
    notice: &'static [u8],
}

impl Stdio {
    pub(super) fn open() -> io::Result<Self> {
        // The signal first: it ends the process as long as nobody handles it.
        let hangup = Hangup::listen()?;
        Ok(Self::new(input()?, output()?, hangup))
    }

    fn new(input: Input, output: Output, hangup: Hangup) -> Self {
        Self { input, output, hangup, begun: false, last: 0, announced: false, notice: &[] }
    }

    /// Takes notice of where the stream has got to.
    fn seen(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.begun |= self.last == b'\n' && byte == b'\n';
            self.last = byte;
        }
    }
}

// Asterisk gives a process pipes. They are read and written without a thread of their own, as such a
// thread would keep the process from ending while it waits for input. What a pipe's end is told not to
// block is told to all who share that end; Asterisk has the other one.
//
// Anything else (a terminal, a file) is for trying a script by hand.

fn input() -> io::Result<Input> {
    let input = owned(io::stdin())?;
    Ok(match pipe_or(pipe::Receiver::from_owned_fd(input))? {
        Some(pipe) => Box::new(pipe),
        None => Box::new(tokio::io::stdin()),
    })
}

fn output() -> io::Result<Output> {
    let output = owned(io::stdout())?;
    Ok(match pipe_or(pipe::Sender::from_owned_fd(output))? {
        Some(pipe) => Box::new(pipe),
        None => Box::new(tokio::io::stdout()),
    })
}

fn owned(standard: impl AsFd) -> io::Result<OwnedFd> {
    standard.as_fd().try_clone_to_owned()
}

/// The pipe, if it is one.
fn pipe_or<P>(opened: io::Result<P>) -> io::Result<Option<P>> {
    match opened {
        Ok(pipe) => Ok(Some(pipe)),
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(None),
        Err(error) => Err(error),
    }
}

impl AsyncRead for Stdio {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let stream = &mut *self;
        if stream.notice.is_empty() {
            let before = buffer.filled().len();
            // Replies that were written before the signal was sent come before the notice, and whole.
            if let Poll::Ready(read) = Pin::new(&mut stream.input).poll_read(context, buffer) {
                stream.seen(&buffer.filled()[before..]);
                return Poll::Ready(read);
            }
            if stream.announced || !stream.begun || stream.last != b'\n' {
                return Poll::Pending;
            }
            std::task::ready!(stream.hangup.poll(context));
            stream.announced = true;
            stream.notice = NOTICE;
        }
        let (now, later) = stream.notice.split_at(stream.notice.len().min(buffer.remaining()));
        buffer.put_slice(now);
        stream.notice = later;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stdio {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.output).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.output).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.output).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
    use tokio::sync::watch;

    /// A stream, the other end of its input, and its signal.
    fn stream() -> (Stdio, DuplexStream, watch::Sender<bool>) {
        let (input, asterisk) = tokio::io::duplex(64);
        let (signal, hung_up) = watch::channel(false);
        let stdio = Stdio::new(Box::new(input), Box::new(tokio::io::sink()), Hangup::of(hung_up));
        (stdio, asterisk, signal)
    }

    /// What can be read without waiting, in portions of this size.
    async fn now(stdio: &mut Stdio, portion: usize) -> String {
        let mut seen = Vec::new();
        let mut bytes = vec![0; portion];
        loop {
            tokio::select! {
                biased;
                read = stdio.read(&mut bytes) => match read.unwrap() {
                    0 => break,
                    read => seen.extend_from_slice(&bytes[..read]),
                },
                () = std::future::ready(()) => break,
            }
        }
        String::from_utf8(seen).unwrap()
    }

    #[tokio::test]
    async fn the_signal_becomes_a_line() {
        for portion in 1..10 {
            let (mut stdio, mut asterisk, signal) = stream();
            asterisk.write_all(b"agi_a: 1\n\n").await.unwrap();
            assert_eq!(now(&mut stdio, portion).await, "agi_a: 1\n\n");
            asterisk.write_all(b"200 result=-1\n").await.unwrap();
            signal.send_replace(true);
            assert_eq!(now(&mut stdio, portion).await, "200 result=-1\nHANGUP\n");
            // Once, and the session goes on.
            asterisk.write_all(b"200 result=1\n").await.unwrap();
            assert_eq!(now(&mut stdio, portion).await, "200 result=1\n");
            drop(asterisk);
            assert_eq!(stdio.read(&mut [0; 8]).await.unwrap(), 0);
        }
    }

    #[tokio::test]
    async fn it_comes_between_lines_only() {
        let (mut stdio, mut asterisk, signal) = stream();
        signal.send_replace(true);
        asterisk.write_all(b"agi_a: 1\n").await.unwrap();
        assert_eq!(now(&mut stdio, 8).await, "agi_a: 1\n");
        asterisk.write_all(b"agi_b: 1\n\n200 res").await.unwrap();
        assert_eq!(now(&mut stdio, 8).await, "agi_b: 1\n\n200 res");
        asterisk.write_all(b"ult=0\n").await.unwrap();
        assert_eq!(now(&mut stdio, 8).await, "ult=0\nHANGUP\n");
    }

    #[tokio::test]
    async fn it_wakes_a_reader_that_waits() {
        let (mut stdio, mut asterisk, signal) = stream();
        asterisk.write_all(b"\n\n").await.unwrap();
        assert_eq!(now(&mut stdio, 8).await, "\n\n");
        let reader = tokio::spawn(async move {
            let mut line = [0; 7];
            stdio.read_exact(&mut line).await.map(|_| line)
        });
        tokio::task::yield_now().await;
        signal.send_replace(true);
        assert_eq!(&reader.await.unwrap().unwrap(), NOTICE);
    }
}
