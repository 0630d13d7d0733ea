//! The task that owns the event WebSocket.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::{poll_fn, ready};
use std::io::{self, Cursor};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use asterisk_proto::Text;
use asterisk_proto::ari::Event;
use asterisk_proto::ari::event::{ApplicationRegistered, ApplicationReplaced, RestResponse};
use asterisk_proto::error::ParseError;
use bytes::Bytes;
use fastwebsockets::{
    Frame, OpCode, Payload, Role, WebSocketError, WebSocketRead, WebSocketWrite,
    after_handshake_split,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, BufWriter};
use tokio::sync::{mpsc, watch};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use super::Router;
use super::message::Message;
use super::queue::Missed;
use super::state::CloseReason;
use crate::transport::{Link, Outgoing, Replies, Requests};

/// A frame over this size ends the connection: it would have to be held to be skipped.
const FRAME_LIMIT: usize = 64 << 20;

/// After how many frames others get their turn, while there are more: what they take is still at hand then,
/// and a busy server cannot fill their queues before they see any of it.
const TURN: usize = 64;

/// How a reply begins that need not be looked into first.
const REPLY: &str = r#"{"type":"RESTResponse","#;

/// How many answers to the server's pings may wait to be written; further pings go unanswered.
const ANSWERS: usize = 8;

/// How many requests are written together at most, before it is the turn of other things.
const TOGETHER: usize = 64;

/// How much of them goes into one packet; a connection that Asterisk opens for each call is to stay small.
const WRITE_BUFFER: usize = 4096;

/// How long the server may take to answer our close.
const CLOSING: Duration = Duration::from_secs(1);

/// Limits of the event connection.
#[derive(Debug, Clone)]
pub(crate) struct SocketLimits {
    pub(crate) max_event: usize,
    pub(crate) ping_interval: Duration,
    pub(crate) ping_timeout: Duration,
}

/// A socket that was just opened.
pub(crate) struct Socket {
    pub(crate) link: Link,
    /// What was read of its frames already.
    pub(crate) early: Bytes,
    /// Which side we are on: the server's where Asterisk has connected to us.
    pub(crate) role: Role,
    /// The requests that it carries, if it carries any.
    pub(crate) requests: Option<Requests>,
}

/// Reads events until the connection ends or `stopped` says so.
pub(super) async fn run(
    socket: Socket,
    router: &Router,
    limits: &SocketLimits,
    stopped: watch::Receiver<bool>,
) -> CloseReason {
    let Socket { link, early, role, requests } = socket;
    let early = Cursor::new(early);
    match link {
        // Halves that share no lock.
        Link::Plain(stream) => {
            let (read, write) = stream.into_split();
            run_halves((early.chain(read), write, role), requests, router, limits, stopped).await
        }
        #[cfg(feature = "tls")]
        Link::Tls(stream) => {
            let (read, write) = tokio::io::split(stream);
            run_halves((early.chain(read), write, role), requests, router, limits, stopped).await
        }
    }
}

async fn run_halves<R: AsyncRead + Unpin, W: AsyncWrite + Unpin>(
    (read, write, role): (R, W, Role),
    mut requests: Option<Requests>,
    router: &Router,
    limits: &SocketLimits,
    stopped: watch::Receiver<bool>,
) -> CloseReason {
    let write = BufWriter::with_capacity(WRITE_BUFFER, write);
    let (mut reader, writer) = after_handshake_split(read, write, role);
    reader.set_max_message_size(FRAME_LIMIT);
    reader.set_auto_close(false);

    let (answer, answers) = mpsc::channel(ANSWERS);
    let alive = AtomicBool::new(true);
    // Reading a frame must not be abandoned half-way, so reading and writing run side by side until
    // one of them ends the connection.
    let replies = requests.as_ref().map(Requests::replies);
    let incoming =
        Incoming { router, replies, max_event: limits.max_event, events: VecDeque::new() };
    let reading = read_events(reader, incoming, answer, &alive);
    let writing = write_frames(writer, limits, answers, &mut requests, stopped, &alive);
    tokio::pin!(reading, writing);
    tokio::select! {
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
    }
}

/// What the reading side has to say to the server.
enum Answer {
    Pong(Vec<u8>),
    Close(Option<u16>),
}

/// Reads frames until the connection ends.
async fn read_events<R: AsyncRead + Unpin>(
    reader: WebSocketRead<R>,
    mut incoming: Incoming<'_>,
    answer: mpsc::Sender<Answer>,
    alive: &AtomicBool,
) -> CloseReason {
    let reason = read_frames(reader, &mut incoming, answer, alive).await;
    incoming.deliver().await;
    reason
}

async fn read_frames<R: AsyncRead + Unpin>(
    mut reader: WebSocketRead<R>,
    incoming: &mut Incoming<'_>,
    answer: mpsc::Sender<Answer>,
    alive: &AtomicBool,
) -> CloseReason {
    let mut pong = |frame: Frame<'_>| {
        // Never waits: the writer may be stuck.
        let _ = answer.try_send(Answer::Pong(frame.payload.to_vec()));
        ready(Ok::<_, Infallible>(()))
    };
    let limit = incoming.max_message();
    let mut message = Message::default();
    let mut frames = 0;
    loop {
        frames += 1;
        if frames % TURN == 0 {
            incoming.deliver().await;
            yield_now().await;
        }
        let mut reading = pin!(reader.read_frame(&mut pong));
        let frame = if let Some(frame) = poll_once(reading.as_mut()).await {
            frame
        } else {
            incoming.deliver().await;
            reading.await
        };
        let frame = match frame {
            Ok(frame) => frame,
            // The frame was read whole: what follows is intact.
            Err(WebSocketError::InvalidUTF8) => {
                incoming.report(&Missed::Unreadable(ParseError::new("UTF-8 text", b""))).await;
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
            OpCode::Text if last && payload.len() <= limit => {
                message = Message::Idle;
                if let Some(end) = incoming.take(payload).await {
                    let _ = answer.try_send(Answer::Close(None));
                    return end;
                }
            }
            OpCode::Text | OpCode::Continuation => {
                let first = frame.opcode == OpCode::Text;
                match message.add(first, last, payload, limit) {
                    Some(Ok(text)) => {
                        if let Some(end) = incoming.take(&text).await {
                            let _ = answer.try_send(Answer::Close(None));
                            return end;
                        }
                    }
                    Some(Err(missed)) => incoming.report(&missed).await,
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
            OpCode::Pong => {
                if let Some(replies) = &incoming.replies {
                    replies.pong(payload);
                }
            }
            OpCode::Ping => {}
        }
    }
}

/// Where messages go.
struct Incoming<'a> {
    router: &'a Router,
    replies: Option<Replies>,
    max_event: usize,
    /// What has come, but was not given out yet. All that comes at once is given out at once.
    events: VecDeque<Event>,
}

impl Incoming<'_> {
    /// The largest message that is looked into.
    fn max_message(&self) -> usize {
        let reply = self.replies.as_ref().map_or(0, Replies::max_message);
        reply.max(self.max_event)
    }

    /// Takes a message; tells if it is the end.
    async fn take(&mut self, payload: &[u8]) -> Option<CloseReason> {
        let text = match str::from_utf8(payload) {
            Ok(text) => {
                // The usual case, though the order of members is not fixed: it need not be made an event.
                if self.replies.is_some() && text.starts_with(REPLY) {
                    self.reply(text).await;
                    return None;
                }
                Text::from(text)
            }
            Err(_) => Text::from_bytes(Bytes::copy_from_slice(payload)),
        };
        let event = match Event::new(text) {
            Ok(event) => event,
            Err(error) => {
                tracing::debug!(%error, "not an event");
                self.report(&Missed::Unreadable(error)).await;
                return None;
            }
        };
        if self.replies.is_some() {
            if event.is::<RestResponse>() {
                self.reply(event.json()).await;
                return None;
            }
            if payload.len() > self.max_event {
                self.report(&Missed::Oversized).await;
                return None;
            }
        }
        tracing::trace!(name = event.name(), "event");
        if event.is::<ApplicationRegistered>() {
            self.deliver().await;
            self.router.registered(event.application());
        }
        let replaced = event.is::<ApplicationReplaced>().then(|| event.application().to_owned());
        self.events.push_back(event);
        let replaced = replaced?;
        self.deliver().await;
        // The socket would stay open, and mute.
        self.router.replaced(&replaced).then_some(CloseReason::Replaced)
    }

    /// Gives out what has come.
    async fn deliver(&mut self) {
        while let Some(until) = self.router.publish(&mut self.events) {
            let _ = timeout_at(until, self.router.room()).await;
        }
    }

    async fn report(&mut self, missed: &Missed) {
        self.deliver().await;
        self.router.report(missed);
    }

    async fn reply(&mut self, text: &str) {
        // Whoever made the request finds what was told before the reply.
        self.deliver().await;
        if let Some(replies) = &self.replies {
            replies.reply(text);
        }
    }
}

/// The result of a future, if it is there already.
async fn poll_once<F: Future>(mut future: Pin<&mut F>) -> Option<F::Output> {
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

/// Writes requests, answers pings and sends our own, until the connection is to be closed or does not
/// respond.
async fn write_frames<W: AsyncWrite + Unpin>(
    mut writer: WebSocketWrite<W>,
    limits: &SocketLimits,
    mut answers: mpsc::Receiver<Answer>,
    requests: &mut Option<Requests>,
    mut stopped: watch::Receiver<bool>,
    alive: &AtomicBool,
) -> CloseReason {
    let mut next_ping = Instant::now() + limits.ping_interval;
    let mut asked = Instant::now();
    let mut deadline = None;
    // These stay where they are while requests come and go. An error means that nobody can say it any more.
    let mut alarm = pin!(sleep_until(next_ping));
    let mut stop = pin!(async { drop(stopped.wait_for(|stopped| *stopped).await) });
    loop {
        let mut end = None;
        let mut probe = false;
        let wake = deadline.unwrap_or(next_ping);
        if alarm.deadline() != wake {
            alarm.as_mut().reset(wake);
        }
        let frame = tokio::select! {
            () = &mut stop => {
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
            Some(request) = next_request(requests) => {
                let Some(text) = request.take() else { continue };
                probe = requests.as_ref().is_some_and(Requests::is_unproven);
                Frame::text(text.into())
            }
            () = &mut alarm => {
                let now = Instant::now();
                if deadline.take().is_some() {
                    if !alive.load(Ordering::Relaxed) {
                        // A pong waits behind requests that the server has not answered.
                        let patience = requests.as_ref().map_or(Duration::ZERO, Requests::patience);
                        if now >= asked + limits.ping_timeout + patience {
                            return CloseReason::Unresponsive;
                        }
                        deadline = Some(now + limits.ping_timeout);
                    }
                    continue;
                }
                alive.store(false, Ordering::Relaxed);
                asked = now;
                deadline = Some(now + limits.ping_timeout);
                next_ping = now + limits.ping_interval.max(limits.ping_timeout);
                Frame::new(true, OpCode::Ping, None, Payload::Borrowed(b"ari"))
            }
        };
        let write = async {
            writer.write_frame(frame).await?;
            if probe {
                let payload = Payload::Borrowed(Requests::PROBE);
                writer.write_frame(Frame::new(true, OpCode::Ping, None, payload)).await?;
            }
            if end.is_none() {
                for request in requests.iter_mut().flat_map(Requests::waiting).take(TOGETHER) {
                    writer.write_frame(Frame::text(request.into())).await?;
                }
            }
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

/// The next request to be written. Cancel safe.
async fn next_request(requests: &mut Option<Requests>) -> Option<Outgoing> {
    match requests {
        Some(requests) => requests.next().await,
        None => std::future::pending().await,
    }
}
