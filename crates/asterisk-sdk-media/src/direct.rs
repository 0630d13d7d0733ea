//! Sending from the task that writes: a frame that is due goes to the socket at once, without a change of tasks. And what
//! wakes the stream's own task for all else.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};

use tokio::net::tcp::OwnedWriteHalf;

/// Turns a frame into a message of the transport. May change the bytes.
type Encode = dyn FnMut(&mut [u8], &mut Vec<u8>) + Send;

pub(crate) struct Direct {
    socket: Arc<OwnedWriteHalf>,
    encode: Box<Encode>,
    /// The frame to be sent.
    pub(crate) audio: Vec<u8>,
    message: Vec<u8>,
}

impl Direct {
    pub(crate) fn new(
        socket: Arc<OwnedWriteHalf>,
        encode: impl FnMut(&mut [u8], &mut Vec<u8>) + Send + 'static,
    ) -> Self {
        Self { socket, encode: Box::new(encode), audio: Vec::new(), message: Vec::new() }
    }

    /// Sends the frame; gives what the socket has not taken, be it full or broken.
    pub(crate) fn send(&mut self) -> &[u8] {
        (self.encode)(&mut self.audio, &mut self.message);
        // Who writes the rest is told of an error.
        let sent = self.socket.try_write(&self.message).unwrap_or_default();
        self.message.get(sent..).unwrap_or_default()
    }
}

impl fmt::Debug for Direct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Direct").finish_non_exhaustive()
    }
}

/// Writes all, on a half that others write to at other times.
pub(crate) async fn write_all(socket: &OwnedWriteHalf, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match socket.try_write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(sent) => bytes = &bytes[sent..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => socket.writable().await?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Wakes the one who waits, or keeps him from waiting once.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    state: Mutex<(bool, Option<Waker>)>,
}

impl Bell {
    pub(crate) fn ring(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 = true;
        let waker = state.1.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Waits until it has rung since it was waited for last.
    pub(crate) async fn rung(&self) {
        poll_fn(|context| {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if std::mem::take(&mut state.0) {
                return Poll::Ready(());
            }
            if !state.1.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
                state.1 = Some(context.waker().clone());
            }
            Poll::Pending
        })
        .await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    #[tokio::test]
    async fn a_bell_rings_once_however_often_it_is_rung() {
        let bell = Arc::new(Bell::default());
        bell.ring();
        bell.ring();
        bell.rung().await;
        let waiting = tokio::spawn({
            let bell = Arc::clone(&bell);
            async move { bell.rung().await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        bell.ring();
        waiting.await.unwrap();
    }

    #[tokio::test]
    async fn what_a_full_socket_does_not_take_is_left() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let near = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut far, _) = listener.accept().await.unwrap();
        let (_, half) = near.into_split();
        let half = Arc::new(half);
        half.writable().await.unwrap();
        let mut direct = Direct::new(Arc::clone(&half), |audio, message| {
            message.clear();
            message.extend_from_slice(audio);
            message.push(0xff);
        });
        let mut frames = 0_usize;
        let rest = loop {
            direct.audio.clear();
            direct.audio.resize(50_000, 7);
            let rest = direct.send().to_vec();
            frames += 1;
            if !rest.is_empty() {
                break rest;
            }
        };
        let reading = tokio::spawn(async move {
            let mut all = Vec::new();
            far.read_to_end(&mut all).await.unwrap();
            all
        });
        write_all(&half, &rest).await.unwrap();
        drop((half, direct));
        let mut frame = vec![7; 50_000];
        frame.push(0xff);
        assert_eq!(reading.await.unwrap(), frame.repeat(frames));
    }
}
