//! The WebSocket of a stream: reading, writing, and the first message.

use std::convert::Infallible;
use std::fmt;
use std::future::ready;
use std::io::{self, Cursor};
use std::sync::Arc;

use bytes::Bytes;
use fastwebsockets::{
    Frame as WsFrame, OpCode, Payload, Role, WebSocketError, WebSocketRead, after_handshake_split,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, Chain, sink};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedWriteHalf;

use super::control::{self, Notice, Start};
use crate::direct::{Direct, write_all};
use crate::driver::Wire;
use crate::error::{ConnectError, End};
use crate::event::MediaEvent;
use crate::format::Format;
use crate::frame::Frame;
use crate::options::Options;
use crate::shared::{Nature, Saying, Shared, Style};
use crate::stream::MediaStream;

/// A message over this size ends the stream. Asterisk sends frames of at most some KiB.
const MESSAGE_LIMIT: usize = 1 << 16;

/// The largest message that Asterisk's WebSocket takes.
const WRITE_LIMIT: usize = 65_535;

/// Where a WebSocket is read from, and written to.
pub(super) struct Link {
    read: Box<dyn AsyncRead + Send + Unpin>,
    write: Output,
    /// What was read of its frames already.
    early: Bytes,
}

impl Link {
    /// Halves that share no lock.
    pub(super) fn tcp(stream: TcpStream, early: Bytes) -> Self {
        let (read, write) = stream.into_split();
        Self { read: Box::new(read), write: Output::Tcp(Arc::new(write)), early }
    }

    pub(super) fn other(
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        early: Bytes,
    ) -> Self {
        let (read, write) = tokio::io::split(stream);
        Self { read: Box::new(read), write: Output::Other(Box::new(write)), early }
    }
}

/// Where frames are written to.
enum Output {
    Tcp(Arc<OwnedWriteHalf>),
    Other(Box<dyn AsyncWrite + Send + Unpin>),
}

impl Output {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Tcp(socket) => write_all(socket, bytes).await,
            Self::Other(link) => {
                link.write_all(bytes).await?;
                link.flush().await
            }
        }
    }
}

type Reader = WebSocketRead<Chain<Cursor<Bytes>, Box<dyn AsyncRead + Send + Unpin>>>;

/// A WebSocket whose first message has come.
pub(super) struct Opened {
    reader: Reader,
    output: Output,
    role: Role,
    pub(super) start: Start,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("start", &self.start).finish_non_exhaustive()
    }
}

/// Waits for the first message. Pings before it go unanswered.
pub(super) async fn open(link: Link, role: Role) -> Result<Opened, ConnectError> {
    let Link { read, write: output, early } = link;
    // Frames are written here, by whoever has one that is due.
    let (mut reader, _) = after_handshake_split(Cursor::new(early).chain(read), sink(), role);
    reader.set_max_message_size(MESSAGE_LIMIT);
    reader.set_auto_close(false);
    let frame = reader.read_frame(&mut |_| ready(Ok::<_, Infallible>(()))).await;
    let frame = frame.map_err(|error| match error {
        WebSocketError::IoError(error) => ConnectError::Io(error),
        WebSocketError::UnexpectedEOF => ConnectError::Io(io::ErrorKind::UnexpectedEof.into()),
        other => ConnectError::Protocol(other.to_string()),
    })?;
    let text = String::from_utf8_lossy(&frame.payload).into_owned();
    let start = match frame.opcode {
        OpCode::Text => control::start(&text),
        _ => None,
    };
    let start = start.ok_or_else(|| ConnectError::Protocol(text.chars().take(100).collect()))?;
    Ok(Opened { reader, output, role, start })
}

impl Opened {
    /// Starts the stream.
    pub(super) fn stream(
        self,
        passthrough: bool,
        options: &Options,
        held: impl Send + 'static,
    ) -> MediaStream {
        let Self { reader, output, role, start } = self;
        let format = Format::from(start.format.as_str());
        let passthrough = passthrough || start.frame == 0;
        // Asterisk cuts audio of these formats by the same size.
        let frame = format
            .bytes_in(start.ptime)
            .map(|own| if start.frame == 0 { own } else { start.frame });
        let nature = Nature {
            format: format.clone(),
            ptime: start.ptime,
            frame,
            remote_queue: !passthrough,
            control: Some(start.style),
            hangup: true,
            keys: None,
            writable: true,
            max_message: WRITE_LIMIT,
        };
        let shared = Arc::new(Shared::new(nature, options));
        let reading = read(reader, Arc::clone(&shared), format);
        let mask = role == Role::Client;
        if let Output::Tcp(socket) = &output {
            shared.let_writers_send(Direct::new(Arc::clone(socket), move |audio, message| {
                encode(OpCode::Binary, Payload::BorrowedMut(audio), mask, message);
            }));
        }
        let (style, message) = (start.style, Vec::new());
        let writer = Writer { output, style, buffers: !passthrough, mask, message };
        MediaStream::start(start.channel_id, shared, reading, writer, options, held)
    }
}

async fn read(mut reader: Reader, shared: Arc<Shared>, format: Format) -> End {
    let ponging = Arc::clone(&shared);
    let mut pong = |frame: WsFrame<'_>| {
        ponging.pong(frame.payload.to_vec());
        ready(Ok::<_, Infallible>(()))
    };
    loop {
        let frame = match reader.read_frame(&mut pong).await {
            Ok(frame) => frame,
            Err(WebSocketError::UnexpectedEOF) => return End::Remote { code: None },
            Err(WebSocketError::InvalidUTF8) => {
                shared.push(MediaEvent::Other("text that is no UTF-8".to_owned()));
                continue;
            }
            Err(error) => return End::Failed(error.to_string()),
        };
        if !frame.fin || frame.opcode == OpCode::Continuation {
            // Asterisk sends none; they would have to be collected.
            return End::Failed("a message in fragments".to_owned());
        }
        match frame.opcode {
            OpCode::Binary => {
                let data = match frame.payload {
                    // It shares the read buffer.
                    Payload::Bytes(data) => data.freeze(),
                    other => Bytes::from(Vec::from(other)),
                };
                shared.push(MediaEvent::Audio(Frame::new(data, format.clone())));
            }
            OpCode::Text => told(&String::from_utf8_lossy(&frame.payload), &shared),
            OpCode::Close => {
                let code = frame.payload.first_chunk().map(|code| u16::from_be_bytes(*code));
                return End::Remote { code };
            }
            OpCode::Continuation | OpCode::Ping | OpCode::Pong => {}
        }
    }
}

fn told(text: &str, shared: &Shared) {
    tracing::trace!(text, "media control");
    match control::notice(text) {
        Notice::Dtmf(digit) => shared.push(MediaEvent::Dtmf(digit)),
        Notice::Drained => shared.queue_drained(),
        Notice::Mark(id) => shared.mark_reached(id),
        Notice::Refused(text) => shared.push(MediaEvent::Refused(text)),
        Notice::Status(status) => shared.tell_status(status),
        Notice::Xoff => shared.xoff(true),
        Notice::Xon => shared.xoff(false),
        Notice::Nothing => {}
        Notice::Other => shared.push(MediaEvent::Other(text.to_owned())),
    }
}

/// Writes a frame. What a client sends is masked, which changes the bytes in place.
fn encode(kind: OpCode, payload: Payload<'_>, mask: bool, message: &mut Vec<u8>) {
    let mut frame = WsFrame::new(true, kind, None, payload);
    if mask {
        frame.mask();
    }
    let length = frame.write(message).len();
    message.truncate(length);
}

struct Writer {
    output: Output,
    style: Style,
    /// Whether tails are sent by buffering, without which Asterisk throws them away.
    buffers: bool,
    mask: bool,
    message: Vec<u8>,
}

impl Writer {
    async fn text(&mut self, text: String) -> io::Result<()> {
        self.frame(OpCode::Text, text.into_bytes().into()).await
    }

    async fn frame(&mut self, kind: OpCode, payload: Payload<'_>) -> io::Result<()> {
        encode(kind, payload, self.mask, &mut self.message);
        self.output.write(&self.message).await
    }
}

impl Wire for Writer {
    async fn audio(&mut self, audio: &mut [u8], tail: bool) -> io::Result<()> {
        let buffers = tail && self.buffers;
        if buffers {
            self.text(control::message("START_MEDIA_BUFFERING", None, self.style)).await?;
        }
        self.frame(OpCode::Binary, Payload::BorrowedMut(audio)).await?;
        if buffers {
            self.text(control::message("STOP_MEDIA_BUFFERING", None, self.style)).await?;
        }
        Ok(())
    }

    async fn rest(&mut self, rest: &[u8]) -> io::Result<()> {
        self.output.write(rest).await
    }

    async fn say(&mut self, saying: Saying) -> io::Result<()> {
        if let Saying::Pong(payload) = saying {
            return self.frame(OpCode::Pong, payload.into()).await;
        }
        match control::write(saying, self.style) {
            Some(text) => self.text(text).await,
            None => Ok(()),
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        let code = 1_000_u16.to_be_bytes();
        self.frame(OpCode::Close, Payload::Borrowed(&code)).await
    }
}
