//! One connection: making it, logging in, and the bytes between it and us.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use asterisk_proto::ActionId;
use asterisk_proto::ami::{Kind, Message, Response};
use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::action::{self, Action};
use crate::codec::{Decoder, Frame};
use crate::error::{ConnectError, Stage};
use crate::id::IdSource;
use crate::login::{Credentials, Step};

/// How much is read at once: the more, the less often a busy server has to be woken to write on. More than
/// this comes from memory that allocators take from the system for each connection.
pub(crate) const READ_CHUNK: usize = 96 * 1024;

/// The longest first line.
const MAX_BANNER: usize = 256;

/// What a manager interface says first.
const BANNER: &[u8] = b"Asterisk Call Manager/";

/// How many messages may come between a step of the login and its answer.
const MAX_EARLY: usize = 10_000;

/// How to get a connection.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) address: String,
    pub(crate) credentials: Credentials,
    pub(crate) timeout: Duration,
    pub(crate) max_message: usize,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<asterisk_sdk_tls::Tls>,
}

/// A logged-in connection.
pub(crate) struct Link {
    pub(crate) reader: Box<dyn AsyncRead + Send + Unpin>,
    pub(crate) writer: Box<dyn AsyncWrite + Send + Unpin>,
    pub(crate) input: BytesMut,
    pub(crate) banner: String,
    decoder: Decoder,
    /// What came before the login was through.
    early: VecDeque<Frame>,
}

impl Target {
    /// Connects and logs in, within the timeout. Cancel safe: dropping it closes the connection.
    pub(crate) async fn connect(&self, ids: &IdSource) -> Result<Link, ConnectError> {
        let mut stage = Stage::Connect;
        let after = self.timeout;
        match tokio::time::timeout(after, self.establish(ids, &mut stage)).await {
            Ok(link) => link,
            Err(_) => Err(ConnectError::TimedOut { stage, after }),
        }
    }

    async fn establish(&self, ids: &IdSource, stage: &mut Stage) -> Result<Link, ConnectError> {
        let unreachable =
            |source| ConnectError::Unreachable { address: self.address.clone(), source };
        #[cfg(feature = "tls")]
        let connector = match &self.tls {
            Some(tls) => Some(crate::tls::prepare(tls, &self.address).await?),
            None => None,
        };
        let stream = TcpStream::connect(&self.address).await.map_err(unreachable)?;
        // Actions are small, and are coalesced before they are written.
        stream.set_nodelay(true).map_err(unreachable)?;
        #[cfg(feature = "tls")]
        if let Some(connector) = connector {
            *stage = Stage::Tls;
            let (reader, writer) = tokio::io::split(crate::tls::connect(&connector, stream).await?);
            return self.log_in(Box::new(reader), Box::new(writer), ids, stage).await;
        }
        let (reader, writer) = stream.into_split();
        self.log_in(Box::new(reader), Box::new(writer), ids, stage).await
    }

    async fn log_in(
        &self,
        reader: Box<dyn AsyncRead + Send + Unpin>,
        writer: Box<dyn AsyncWrite + Send + Unpin>,
        ids: &IdSource,
        stage: &mut Stage,
    ) -> Result<Link, ConnectError> {
        let mut link = Link {
            reader,
            writer,
            input: BytesMut::new(),
            banner: String::new(),
            decoder: Decoder::new(self.max_message),
            early: VecDeque::new(),
        };
        *stage = Stage::Banner;
        link.banner = link.read_banner().await?;
        *stage = Stage::Login;
        let mut step = self.credentials.start();
        loop {
            let response = match &step {
                Step::Challenge(action) => link.exchange(action, &ids.next()).await?,
                Step::Login(action) => link.exchange(action, &ids.next()).await?,
                Step::Done => return Ok(link),
            };
            step = self.credentials.next(&step, response)?;
        }
    }
}

impl Link {
    /// The next frame that has arrived whole.
    pub(crate) fn next_frame(&mut self) -> Option<Frame> {
        match self.early.pop_front() {
            Some(frame) => Some(frame),
            None => self.decoder.decode(&mut self.input),
        }
    }

    async fn read(&mut self, stage: Stage) -> Result<(), ConnectError> {
        self.input.reserve(READ_CHUNK);
        match self.reader.read_buf(&mut self.input).await {
            Ok(0) => Err(ConnectError::Closed { stage, source: None }),
            Ok(_) => Ok(()),
            Err(source) => Err(ConnectError::Closed { stage, source: Some(source) }),
        }
    }

    /// The server's first line.
    async fn read_banner(&mut self) -> Result<String, ConnectError> {
        loop {
            let seen = self.input.len().min(BANNER.len());
            let end = memchr::memchr(b'\n', &self.input);
            let is_asterisk = self.input[..seen] == BANNER[..seen];
            if !is_asterisk || end.unwrap_or(self.input.len()) > MAX_BANNER {
                let head = &self.input[..self.input.len().min(MAX_BANNER)];
                let received = String::from_utf8_lossy(head).trim_end().to_owned();
                return Err(ConnectError::NotAsterisk { received });
            }
            if let Some(end) = end {
                let line = String::from_utf8_lossy(&self.input[..end]).trim_end().to_owned();
                self.input.advance(end + 1);
                return Ok(line);
            }
            self.read(Stage::Banner).await?;
        }
    }

    /// Sends one action of the login and waits for its answer.
    async fn exchange<A: Action>(
        &mut self,
        action: &A,
        id: &ActionId,
    ) -> Result<Response, ConnectError> {
        let text = action::encode(action, id)?;
        let closed =
            |source: io::Error| ConnectError::Closed { stage: Stage::Login, source: Some(source) };
        self.writer.write_all(text.as_bytes()).await.map_err(closed)?;
        self.writer.flush().await.map_err(closed)?;
        loop {
            while let Some(frame) = self.decoder.decode(&mut self.input) {
                match frame {
                    Frame::Message(message) if is_answer(&message) => {
                        if let Ok(response) = Response::new(message) {
                            return Ok(response);
                        }
                    }
                    // Kept for those who will have subscribed.
                    frame if self.early.len() < MAX_EARLY => self.early.push_back(frame),
                    _ => {}
                }
            }
            self.read(Stage::Login).await?;
        }
    }
}

fn is_answer(message: &Message) -> bool {
    message.kind() == Kind::Response
}
