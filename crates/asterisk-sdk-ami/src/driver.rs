//! The one task that owns the socket.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use asterisk_proto::ActionId;
use asterisk_proto::ami::{Kind, Message, Response, Status};
use asterisk_proto::error::Delivery;
use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use tracing::Instrument;

use crate::action::{self, Expect};
use crate::codec::{Decoder, Frame};
use crate::error::{ConnectError, Stage};
use crate::id::IdSource;
use crate::login::{Credentials, Step};
use crate::manager::{CloseReason, Manager, Shared};
use crate::session::{Failure, ListLimits, Outcome, Received, Session};
use crate::subscription::{Hub, Missed};

/// How much is read at once.
const READ_CHUNK: usize = 64 * 1024;

/// So much may wait to be written before further actions wait for their turn.
const WRITE_LIMIT: usize = 256 * 1024;

/// How many requests may wait for the task.
const REQUESTS: usize = 1024;

/// The longest first line.
const MAX_BANNER: usize = 256;

/// What a manager interface says first.
const BANNER: &[u8] = b"Asterisk Call Manager/";

/// Limits of one connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) message: usize,
    pub(crate) list: ListLimits,
    pub(crate) in_flight: usize,
}

/// What handles ask of the task.
#[derive(Debug)]
pub(crate) enum Request {
    Send {
        id: ActionId,
        text: String,
        expect: Expect,
        deadline: Instant,
        ticket: oneshot::Sender<Outcome>,
    },
    Close,
}

/// Both directions of a connection and what is between it and us.
#[derive(Debug)]
pub(crate) struct Io<R, W> {
    reader: R,
    writer: W,
    decoder: Decoder,
    input: BytesMut,
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Io<R, W> {
    pub(crate) fn new(reader: R, writer: W, max_message: usize) -> Self {
        Self { reader, writer, decoder: Decoder::new(max_message), input: BytesMut::new() }
    }

    /// Reads more; `false` at the end. Cancel safe.
    async fn read(&mut self) -> io::Result<bool> {
        self.input.reserve(READ_CHUNK);
        Ok(self.reader.read_buf(&mut self.input).await? > 0)
    }

    async fn read_or_closed(&mut self, stage: Stage) -> Result<(), ConnectError> {
        match self.read().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(ConnectError::Closed { stage, source: None }),
            Err(source) => Err(ConnectError::Closed { stage, source: Some(source) }),
        }
    }

    /// The server's first line.
    async fn banner(&mut self) -> Result<String, ConnectError> {
        loop {
            let seen = self.input.len().min(BANNER.len());
            let end = memchr::memchr(b'\n', &self.input);
            let is_asterisk = self.input[..seen] == BANNER[..seen];
            if !is_asterisk || end.map_or(self.input.len(), |end| end) > MAX_BANNER {
                let head = &self.input[..self.input.len().min(MAX_BANNER)];
                let received = String::from_utf8_lossy(head).trim_end().to_owned();
                return Err(ConnectError::NotAsterisk { received });
            }
            if let Some(end) = end {
                let line = String::from_utf8_lossy(&self.input[..end]).trim_end().to_owned();
                self.input.advance(end + 1);
                return Ok(line);
            }
            self.read_or_closed(Stage::Banner).await?;
        }
    }

    /// Sends one action of the login and waits for its answer.
    async fn exchange<A: action::Action>(
        &mut self,
        action: &A,
        id: &ActionId,
    ) -> Result<Response, ConnectError> {
        let text = action::encode(action, id)?;
        let closed = |source| ConnectError::Closed { stage: Stage::Login, source: Some(source) };
        self.writer.write_all(text.as_bytes()).await.map_err(closed)?;
        self.writer.flush().await.map_err(closed)?;
        loop {
            while let Some(frame) = self.decoder.decode(&mut self.input) {
                let Frame::Message(message) = frame else {
                    continue;
                };
                if message.kind() != Kind::Response {
                    continue;
                }
                if let Ok(response) = Response::new(message) {
                    return Ok(response);
                }
            }
            self.read_or_closed(Stage::Login).await?;
        }
    }
}

/// Logs in and starts the task.
pub(crate) async fn start<R, W>(
    mut io: Io<R, W>,
    credentials: &Credentials,
    stage: &mut Stage,
    action_timeout: Duration,
    limits: Limits,
    span: tracing::Span,
) -> Result<Manager, ConnectError>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    *stage = Stage::Banner;
    let banner = io.banner().await?;
    *stage = Stage::Login;
    let ids = IdSource::new();
    let mut step = credentials.start();
    loop {
        let response = match &step {
            Step::Challenge(action) => io.exchange(action, &ids.next()).await?,
            Step::Login(action) => io.exchange(action, &ids.next()).await?,
            Step::Done => break,
        };
        step = credentials.next(&step, response)?;
    }

    let hub = Arc::new(Hub::default());
    let (requests, inbox) = mpsc::channel(REQUESTS);
    let (ended_sender, ended) = watch::channel(None);
    let driver = Driver {
        io,
        inbox,
        hub: Arc::clone(&hub),
        session: Session::new(limits.list),
        limits,
        output: BytesMut::new(),
        written: 0,
        goodbye: false,
    };
    tokio::spawn(driver.run(ended_sender).instrument(span));
    Ok(Manager::new(Shared { requests, hub, ids, ended, banner, action_timeout }))
}

struct Driver<R, W> {
    io: Io<R, W>,
    inbox: mpsc::Receiver<Request>,
    hub: Arc<Hub>,
    session: Session<oneshot::Sender<Outcome>>,
    limits: Limits,
    /// What is still to be written.
    output: BytesMut,
    /// How many bytes were written since the login.
    written: u64,
    /// The server has confirmed a logoff.
    goodbye: bool,
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Driver<R, W> {
    async fn run(mut self, ended: watch::Sender<Option<CloseReason>>) {
        // What the login left in the buffer comes first.
        self.deliver();
        let reason = self.exchange().await;
        tracing::debug!(%reason, "connection ended");
        // Whoever waits for an answer must not be told before the reason is known.
        ended.send_replace(Some(reason));
        self.inbox.close();
        while let Some((ticket, failure)) = self.session.disconnect(self.written) {
            answer(ticket, Err(failure));
        }
        while let Ok(request) = self.inbox.try_recv() {
            if let Request::Send { ticket, .. } = request {
                let delivery = Delivery::NotSent;
                answer(ticket, Err(Failure::Disconnected(delivery)));
            }
        }
        self.hub.close();
    }

    /// Reads, writes and takes requests until the connection ends. Reading never waits for writing:
    /// the server stops reading while it cannot write.
    async fn exchange(&mut self) -> CloseReason {
        loop {
            let room =
                self.session.len() < self.limits.in_flight && self.output.len() < WRITE_LIMIT;
            let deadline = self.session.next_deadline();
            tokio::select! {
                read = self.io.reader.read_buf({
                    self.io.input.reserve(READ_CHUNK);
                    &mut self.io.input
                }) => match read {
                    Ok(0) if self.goodbye => return CloseReason::Local,
                    Ok(0) => return CloseReason::Remote,
                    Ok(_) => self.deliver(),
                    Err(error) => return CloseReason::Failed(error.to_string()),
                },
                written = self.io.writer.write(&self.output), if !self.output.is_empty() => {
                    match written {
                        Ok(count) => {
                            self.output.advance(count);
                            self.written += count as u64;
                        }
                        Err(error) => return CloseReason::Failed(error.to_string()),
                    }
                },
                request = self.inbox.recv(), if room => match request {
                    Some(request) => {
                        if let Some(reason) = self.accept(request) {
                            return reason;
                        }
                    }
                    None => return CloseReason::Local,
                },
                () = tokio::time::sleep_until(deadline.unwrap_or_else(Instant::now)),
                    if deadline.is_some() => self.expire(),
            }
        }
    }

    /// Takes a request, and those that wait behind it, so that they are written together.
    fn accept(&mut self, request: Request) -> Option<CloseReason> {
        let mut next = Some(request);
        while let Some(request) = next {
            let Request::Send { id, text, expect, deadline, ticket } = request else {
                return Some(CloseReason::Local);
            };
            let position = self.written + self.output.len() as u64;
            match self.session.begin(id, expect, deadline, position, ticket) {
                Ok(()) => self.output.extend_from_slice(text.as_bytes()),
                Err(ticket) => answer(ticket, Err(Failure::IdInUse)),
            }
            let room =
                self.session.len() < self.limits.in_flight && self.output.len() < WRITE_LIMIT;
            next = if room { self.inbox.try_recv().ok() } else { None };
        }
        None
    }

    /// Hands on all messages that have arrived whole.
    fn deliver(&mut self) {
        while let Some(frame) = self.io.decoder.decode(&mut self.io.input) {
            match frame {
                Frame::Message(message) => match self.session.receive(message) {
                    Received::Event(event) => self.hub.publish(&event),
                    Received::Done { ticket, outcome, event } => {
                        if let Some(event) = event {
                            self.hub.publish(&event);
                        }
                        let response = outcome.as_ref().ok().map(|reply| reply.response.status());
                        self.goodbye |= response == Some(Status::Goodbye);
                        answer(ticket, outcome);
                    }
                    Received::Absorbed => {}
                    Received::Orphan(response) => {
                        tracing::debug!(status = %response.status(), "response to no action in flight");
                    }
                    Received::Noise(noise) => {
                        tracing::debug!(
                            bytes = noise.as_bytes().len(),
                            "neither response nor event"
                        );
                    }
                },
                Frame::Skipped(head) => self.skipped(head),
            }
        }
    }

    fn skipped(&mut self, head: Option<Message>) {
        tracing::warn!(limit = self.limits.message, "skipped a message over the limit");
        let owner = head.as_ref().and_then(|head| self.session.receive_skipped(head));
        match owner {
            Some(ticket) => answer(ticket, Err(Failure::TooManyBytes(self.limits.message))),
            None if head.is_some_and(|head| head.kind() == Kind::Response) => {}
            None => self.hub.report(Missed::Oversized),
        }
    }

    fn expire(&mut self) {
        let now = Instant::now();
        while let Some((ticket, failure)) = self.session.expire(now, self.written) {
            answer(ticket, Err(failure));
        }
    }
}

/// Hands an outcome to whoever waits; nobody does when the future was dropped.
fn answer(ticket: oneshot::Sender<Outcome>, outcome: Outcome) {
    if ticket.send(outcome).is_err() {
        tracing::trace!("an answer that nobody waits for any more");
    }
}
