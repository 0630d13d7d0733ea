//! The socket of a stream: reading, writing, and the first message.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::timeout;

use super::codec::{self, Message};
use crate::direct::{Direct, write_all};
use crate::driver::Wire;
use crate::error::{ConnectError, End};
use crate::event::MediaEvent;
use crate::format::Format;
use crate::frame::Frame;
use crate::options::Options;
use crate::shared::{Nature, Saying, Shared};
use crate::stream::MediaStream;

/// The size of the read buffer, which frames share.
const BUFFER: usize = 4 << 10;

/// With less room left in it, a message would often be read in two parts.
const SPARE: usize = 1 << 10;

/// Asterisk sends frames of 20 ms, and plays as many as it gets.
const PTIME: Duration = Duration::from_millis(20);

/// A connection that has said whose it is.
#[derive(Debug)]
pub(super) struct Opened {
    stream: TcpStream,
    /// What was read behind the first message.
    early: BytesMut,
    pub(super) uuid: String,
}

/// Waits for the first message.
pub(super) async fn open(mut stream: TcpStream) -> Result<Opened, ConnectError> {
    let mut early = BytesMut::with_capacity(BUFFER);
    loop {
        match codec::decode(&mut early) {
            Some(Message::Uuid(uuid)) => {
                return Ok(Opened { stream, early, uuid: codec::uuid_text(uuid) });
            }
            Some(other) => return Err(ConnectError::Protocol(format!("{other:?}"))),
            None if early.len() > BUFFER => {
                return Err(ConnectError::Protocol("a first message without end".to_owned()));
            }
            None => {}
        }
        if stream.read_buf(&mut early).await? == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
    }
}

impl Opened {
    /// Starts the stream; the format is one that has a type.
    pub(super) fn stream(
        self,
        format: Format,
        options: &Options,
        held: impl Send + 'static,
    ) -> MediaStream {
        let nature = Nature {
            frame: format.bytes_in(PTIME),
            format: format.clone(),
            ptime: PTIME,
            remote_queue: false,
            control: None,
            hangup: true,
            keys: None,
            writable: true,
            max_message: codec::MAX_AUDIO,
        };
        let shared = Arc::new(Shared::new(nature, options));
        let (read, write) = self.stream.into_split();
        let write = Arc::new(write);
        if codec::audio_type(&format).is_some() {
            let format = format.clone();
            shared.let_writers_send(Direct::new(Arc::clone(&write), move |audio, message| {
                // Frames of formats that have a type are short enough.
                let _ = codec::encode_audio(&format, audio, message);
            }));
        }
        let writer = Writer { socket: write, format: format.clone(), message: Vec::new() };
        let patience = options.handshake_timeout;
        let reading = read_messages(read, self.early, Arc::clone(&shared), format, patience);
        MediaStream::start(self.uuid, shared, reading, writer, options, held)
    }
}

async fn read_messages(
    mut socket: OwnedReadHalf,
    mut buffer: BytesMut,
    shared: Arc<Shared>,
    format: Format,
    patience: Duration,
) -> End {
    loop {
        while let Some(message) = codec::decode(&mut buffer) {
            match message {
                Message::Audio(rate, data) => {
                    let format = match &format {
                        Format::Linear(_) => Format::Linear(rate),
                        other => other.clone(),
                    };
                    shared.push(MediaEvent::Audio(Frame::new(data, format)));
                }
                Message::Dtmf(digit) => shared.push(MediaEvent::Dtmf(digit)),
                Message::Hangup => return End::Remote { code: None },
                Message::Error(code) => {
                    shared.push(MediaEvent::Refused(format!("error {}", code.escape_ascii())));
                }
                Message::Unknown(kind, payload) => {
                    let size = payload.len();
                    shared.push(MediaEvent::Other(format!("type {kind:#04x} of {size} bytes")));
                }
                Message::Uuid(_) => shared.push(MediaEvent::Other("a second UUID".to_owned())),
            }
        }
        let partial = !buffer.is_empty();
        if buffer.capacity() - buffer.len() < SPARE {
            buffer.reserve(BUFFER);
        }
        let reading = socket.read_buf(&mut buffer);
        let result = if partial {
            // Asterisk writes messages whole.
            match timeout(patience, reading).await {
                Ok(result) => result,
                Err(_) => return End::Failed("half a message, and no more".to_owned()),
            }
        } else {
            reading.await
        };
        match result {
            Ok(0) if partial => {
                return End::Failed("the end in the middle of a message".to_owned());
            }
            Ok(0) => return End::Remote { code: None },
            Ok(_) => {}
            Err(error) => return End::failed(&error),
        }
    }
}

/// One write for each message: Asterisk hangs up when the payload comes more than 5 ms after the header.
struct Writer {
    socket: Arc<OwnedWriteHalf>,
    format: Format,
    message: Vec<u8>,
}

impl Wire for Writer {
    async fn audio(&mut self, audio: &mut [u8], _tail: bool) -> io::Result<()> {
        codec::encode_audio(&self.format, audio, &mut self.message)
            .ok_or_else(|| io::Error::other("a frame that fits into no message"))?;
        write_all(&self.socket, &self.message).await
    }

    async fn rest(&mut self, rest: &[u8]) -> io::Result<()> {
        write_all(&self.socket, rest).await
    }

    async fn say(&mut self, saying: Saying) -> io::Result<()> {
        match saying {
            Saying::Hangup => write_all(&self.socket, &codec::HANGUP_MESSAGE).await,
            // There are no others: the stream refuses them.
            _ => Ok(()),
        }
    }

    fn close(&mut self) -> impl Future<Output = io::Result<()>> + Send {
        // Done when both who may write have given up the socket, which follows.
        std::future::ready(Ok(()))
    }
}
