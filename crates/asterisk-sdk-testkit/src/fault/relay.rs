//! A connection with faults in the middle.

use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{
    AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, ReadHalf, WriteHalf,
    duplex, split,
};
use tokio::time::timeout;

use super::faults::Faults;
use super::lane::{End, Lane};
use crate::record::Recording;
use crate::{Protocol, Side};

/// How long an ended connection is kept, so that what was said before its end can be read.
const LINGER: Duration = Duration::from_secs(5);
/// How much may be on its way within a wrapped connection.
const PIPE: usize = 64 * 1024;

/// Puts faults on Asterisk's end of a connection: what is read from the result and written to it goes
/// through them. It needs a runtime, in which a task carries the bytes.
///
/// With [`Fault::half_open`](super::Fault::half_open) the given stream stays open until the application
/// closes it, even if the result is dropped.
///
/// ```
/// use asterisk_sdk_testkit::Protocol;
/// use asterisk_sdk_testkit::fault::{Fault, Faults, wrap};
/// use tokio::io::{AsyncReadExt, AsyncWriteExt};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let (mut application, asterisk) = tokio::io::duplex(1024);
/// let faults = Faults::new([Fault::duplicate().on(|line| line.contains("result=0"))]);
/// let mut asterisk = wrap(asterisk, Protocol::Agi, &faults);
/// asterisk.write_all(b"200 result=1\n200 result=0\n").await?;
/// drop(asterisk);
/// let mut read = String::new();
/// application.read_to_string(&mut read).await?;
/// assert_eq!(read, "200 result=1\n200 result=0\n200 result=0\n");
/// # Ok(())
/// # }
/// ```
pub fn wrap<S>(stream: S, protocol: Protocol, faults: &Faults) -> Wrapped
where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    let (outside, inside) = duplex(PIPE);
    let faults = faults.clone();
    tokio::spawn(async move {
        if faults.down_until().is_none() {
            relay(inside, stream, protocol, &faults, None).await;
        }
    });
    Wrapped(outside)
}

/// Asterisk's end of a connection with faults, made by [`wrap`].
#[derive(Debug)]
pub struct Wrapped(DuplexStream);

impl AsyncRead for Wrapped {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wrapped {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

/// Carries one connection until it ends.
pub(super) async fn relay<A, B>(
    asterisk: A,
    application: B,
    protocol: Protocol,
    faults: &Faults,
    recording: Option<Arc<Recording>>,
) where
    A: AsyncRead + AsyncWrite,
    B: AsyncRead + AsyncWrite,
{
    let number = faults.connected();
    let _open = recording.as_ref().map(|recording| recording.opened(number, protocol));
    let lane = |side| Lane::new(faults.clone(), recording.clone(), protocol, number, side);
    let (mut down, mut up) = (lane(Side::Asterisk), lane(Side::Application));
    let mut asterisk = split(asterisk);
    let mut application = split(application);
    let mut restarts = faults.restarts();
    loop {
        let end = {
            let mut down = pin!(down.pass(&mut asterisk.0, &mut application.1));
            let mut up = pin!(up.pass(&mut application.0, &mut asterisk.1));
            let (mut down_ended, mut up_ended) = (false, false);
            loop {
                let end = tokio::select! {
                    // Restarting ends a connection before anything else goes through it.
                    biased;
                    _ = restarts.changed() => Ok(End::Cut),
                    end = &mut down, if !down_ended => {
                        down_ended = true;
                        end
                    }
                    end = &mut up, if !up_ended => {
                        up_ended = true;
                        end
                    }
                };
                match end {
                    Ok(End::Closed) if !(down_ended && up_ended) => {}
                    end => break end,
                }
            }
        };
        match end {
            Ok(End::Refused(bytes, closes)) => {
                let wrote = application.1.write_all(&bytes).await;
                if closes || wrote.is_err() {
                    break;
                }
            }
            Ok(End::HalfOpen) => {
                tokio::join!(discard(&mut asterisk.0), discard(&mut application.0));
                return;
            }
            Ok(End::Cut | End::Closed) | Err(_) => break,
        }
    }
    end(&mut asterisk, &mut application).await;
}

/// Ends a connection on both sides. A socket that is closed before all was read from it may destroy what
/// was written to it, so what still comes is read.
async fn end<A, B>(
    asterisk: &mut (ReadHalf<A>, WriteHalf<A>),
    application: &mut (ReadHalf<B>, WriteHalf<B>),
) where
    A: AsyncRead + AsyncWrite,
    B: AsyncRead + AsyncWrite,
{
    // Either side may have closed before.
    let _ = application.1.shutdown().await;
    let _ = asterisk.1.shutdown().await;
    let rest = async { tokio::join!(discard(&mut asterisk.0), discard(&mut application.0)) };
    let _ = timeout(LINGER, rest).await;
}

/// Reads to the end.
async fn discard<R: AsyncRead>(from: &mut ReadHalf<R>) {
    let mut buffer = vec![0; 16 * 1024];
    while matches!(from.read(&mut buffer).await, Ok(1..)) {}
}
