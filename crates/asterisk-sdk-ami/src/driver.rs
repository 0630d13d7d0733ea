//! The one task that owns the connection, and makes it again when it is lost.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use asterisk_proto::ActionId;
use asterisk_proto::ami::{Event, Kind, Message, Response, Status};
use asterisk_proto::error::Delivery;
use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};

use crate::action::Expect;
use crate::codec::Frame;
use crate::error::ConnectError;
use crate::hub::Hub;
use crate::id::IdSource;
use crate::link::{Link, READ_CHUNK, Target};
use crate::reconnect::Reconnect;
use crate::session::{Failure, ListLimits, Outcome, Received, Session};
use crate::state::{CloseReason, ConnectionState};
use crate::subscription::{Gap, Missed};

/// So much may wait to be written before further actions wait for their turn.
const WRITE_LIMIT: usize = 256 * 1024;

/// How long a server that still boots may take to be ready after a reconnect.
const BOOTING: Duration = Duration::from_secs(60);

/// What the task is to do.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) target: Target,
    pub(crate) list: ListLimits,
    pub(crate) in_flight: usize,
    pub(crate) ping_interval: Option<Duration>,
    pub(crate) ping_timeout: Duration,
    pub(crate) reconnect: Option<Reconnect>,
}

/// What handles ask of the task.
#[derive(Debug)]
pub(crate) enum Request {
    Send {
        id: ActionId,
        text: String,
        expect: Expect,
        lasting: Option<Lasting>,
        deadline: Instant,
        ticket: oneshot::Sender<Outcome>,
    },
    Close,
}

/// An action whose effect belongs to the session, and is repeated in the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lasting {
    /// Takes the place of earlier actions of the same name.
    pub(crate) replaces: bool,
    pub(crate) name: String,
    /// The text behind the ActionID.
    pub(crate) rest: String,
}

/// Who waits for an outcome.
#[derive(Debug)]
enum Ticket {
    User(oneshot::Sender<Outcome>, Option<Lasting>),
    Ping,
    Restore(String),
}

pub(crate) struct Driver {
    pub(crate) settings: Settings,
    pub(crate) inbox: mpsc::Receiver<Request>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) ids: Arc<IdSource>,
    pub(crate) state: watch::Sender<ConnectionState>,
    pub(crate) lasting: Vec<Lasting>,
    pub(crate) sees_boot: bool,
}

/// One connection at work.
struct Exchange<'a> {
    driver: &'a mut Driver,
    link: Link,
    session: Session<Ticket>,
    /// What is still to be written.
    output: BytesMut,
    /// How many bytes were written since the login.
    written: u64,
    /// The server has confirmed a logoff.
    goodbye: bool,
    /// What the server said when it began to shut down.
    shutdown: Option<CloseReason>,
    /// An event that waits for a subscriber, and until when.
    held: Option<(Event, Instant)>,
    heard: Instant,
    heard_at: SystemTime,
    /// A ping that is to be answered.
    pinging: bool,
    /// After a reconnect: until when to wait for a server that still boots.
    resuming: Option<Instant>,
}

impl Driver {
    /// Runs until the connection has ended for good.
    pub(crate) async fn run(mut self, link: Link) {
        let reason = self.live(link).await;
        tracing::debug!(%reason, "connection ended");
        // Whoever waits for an answer must not be told before the reason is known.
        self.state.send_replace(ConnectionState::Closed(reason));
        self.inbox.close();
        while let Ok(request) = self.inbox.try_recv() {
            refuse(request);
        }
        self.hub.close();
    }

    async fn live(&mut self, mut link: Link) -> CloseReason {
        let mut failures = 0;
        let mut gap = None;
        loop {
            let began = Instant::now();
            let mut exchange = Exchange::new(self, link, gap.take());
            let cause = exchange.run().await;
            let from = exchange.end();
            let Some(reconnect) = self.settings.reconnect.filter(|_| cause != CloseReason::Local)
            else {
                return cause;
            };
            tracing::warn!(%cause, "lost the connection, connecting again");
            if began.elapsed() >= reconnect.stable_after {
                failures = 0;
            }
            link = match self.again(&reconnect, &mut failures, from, &cause).await {
                Ok(link) => link,
                Err(reason) => return reason,
            };
            gap = Some(Gap { from, to: SystemTime::now(), cause });
        }
    }

    /// Connects again, however long it takes. Requests fail meanwhile.
    async fn again(
        &mut self,
        reconnect: &Reconnect,
        failures: &mut u32,
        since: SystemTime,
        cause: &CloseReason,
    ) -> Result<Link, CloseReason> {
        let mut attempts = 0;
        loop {
            let cause = cause.clone();
            self.state.send_replace(ConnectionState::Reconnecting { since, cause, attempts });
            let random = RandomState::new().hash_one(*failures);
            let pause = reconnect.pause(*failures, random);
            let target = self.settings.target.clone();
            let ids = Arc::clone(&self.ids);
            let attempt = async {
                tokio::time::sleep(pause).await;
                target.connect(&ids).await
            };
            tokio::pin!(attempt);
            let result = loop {
                tokio::select! {
                    result = &mut attempt => break result,
                    request = self.inbox.recv() => match request {
                        Some(Request::Close) | None => return Err(CloseReason::Local),
                        Some(request) => refuse(request),
                    },
                }
            };
            *failures = failures.saturating_add(1);
            attempts += 1;
            match result {
                Ok(link) => return Ok(link),
                Err(ConnectError::Authentication { message }) => {
                    return Err(CloseReason::Authentication(message));
                }
                Err(error) => {
                    tracing::debug!(error = &error as &dyn std::error::Error, attempts, "no luck");
                }
            }
        }
    }

    /// Notes what is to be repeated after a reconnect.
    fn remember(&mut self, lasting: Lasting) {
        if lasting.replaces {
            self.lasting.retain(|other| other.name != lasting.name);
        }
        self.lasting.push(lasting);
    }
}

impl<'a> Exchange<'a> {
    fn new(driver: &'a mut Driver, link: Link, gap: Option<Gap>) -> Self {
        let session = Session::new(driver.settings.list);
        let resuming = gap.is_some().then(|| Instant::now() + BOOTING);
        let mut exchange = Self {
            driver,
            link,
            session,
            output: BytesMut::new(),
            written: 0,
            goodbye: false,
            shutdown: None,
            held: None,
            heard: Instant::now(),
            heard_at: SystemTime::now(),
            pinging: false,
            resuming,
        };
        if let Some(gap) = gap {
            // It stands before the first event of the new session.
            exchange.driver.hub.report(&Missed::Gap(gap));
            exchange.restore();
            if !exchange.driver.sees_boot {
                exchange.resume();
            }
        }
        exchange
    }

    /// Repeats what the last session had set.
    fn restore(&mut self) {
        for lasting in self.driver.lasting.clone() {
            let id = self.driver.ids.next();
            let text = format!("Action: {}\r\nActionID: {id}\r\n{}", lasting.name, lasting.rest);
            let deadline = Instant::now() + BOOTING;
            self.enqueue(id, &text, Expect::Response, deadline, Ticket::Restore(lasting.name));
        }
    }

    /// The new session is ready.
    fn resume(&mut self) {
        if self.resuming.take().is_some() {
            tracing::info!("connected again");
            self.driver.state.send_replace(ConnectionState::Connected);
        }
    }

    /// Reads, writes and takes requests until the connection ends. Reading never waits for writing:
    /// the server stops reading while it cannot write.
    async fn run(&mut self) -> CloseReason {
        // What the login left behind comes first.
        self.deliver();
        loop {
            let room = self.session.len() < self.driver.settings.in_flight
                && self.output.len() < WRITE_LIMIT
                && self.resuming.is_none();
            let now = Instant::now;
            let (timer, due) = self.timer();
            let held = self.held.as_ref().map(|(_, until)| *until);
            let hub = Arc::clone(&self.driver.hub);
            tokio::select! {
                read = self.link.reader.read_buf({
                    self.link.input.reserve(READ_CHUNK);
                    &mut self.link.input
                }), if held.is_none() => match read {
                    Ok(0) => return self.closed(),
                    Ok(_) => {
                        self.heard = now();
                        self.heard_at = SystemTime::now();
                        self.deliver();
                    }
                    Err(error) => return CloseReason::Failed(error.to_string()),
                },
                written = self.link.writer.write(&self.output), if !self.output.is_empty() => {
                    match written {
                        Ok(0) => return CloseReason::Remote,
                        Ok(count) => {
                            self.output.advance(count);
                            self.written += count as u64;
                        }
                        Err(error) => return CloseReason::Failed(error.to_string()),
                    }
                },
                request = self.driver.inbox.recv(), if room => match request {
                    Some(request) => {
                        if !self.accept(request) {
                            return CloseReason::Local;
                        }
                    }
                    None => return CloseReason::Local,
                },
                () = hub.room(), if held.is_some() => self.deliver(),
                () = sleep_until(held.unwrap_or_else(now)), if held.is_some() => self.deliver(),
                () = sleep_until(timer), if due => {
                    if let Some(reason) = self.tick() {
                        return reason;
                    }
                }
            }
        }
    }

    /// The server has closed the connection.
    fn closed(&mut self) -> CloseReason {
        if self.goodbye {
            return CloseReason::Local;
        }
        self.shutdown.take().unwrap_or(CloseReason::Remote)
    }

    /// When something is due, if anything is.
    fn timer(&self) -> (Instant, bool) {
        let action = self.session.next_deadline();
        let ping =
            self.driver.settings.ping_interval.filter(|_| !self.pinging && self.held.is_none());
        let ping = ping.map(|interval| self.heard + interval);
        let due = [action, ping, self.resuming].into_iter().flatten().min();
        (due.unwrap_or_else(Instant::now), due.is_some())
    }

    /// Does what is due.
    fn tick(&mut self) -> Option<CloseReason> {
        let now = Instant::now();
        while let Some((ticket, failure)) = self.session.expire(now, self.written) {
            match ticket {
                Ticket::Ping => return Some(CloseReason::Unresponsive),
                ticket => self.answer(ticket, Err(failure)),
            }
        }
        if self.resuming.is_some_and(|deadline| deadline <= now) {
            self.resume();
        }
        let interval = self.driver.settings.ping_interval.filter(|_| !self.pinging);
        if interval.is_some_and(|interval| self.heard + interval <= now) {
            // Answers come in order: behind an action that takes its time, a ping does too.
            let busy = self.session.last_deadline().unwrap_or(now).max(now);
            let deadline = busy + self.driver.settings.ping_timeout;
            let id = self.driver.ids.next();
            let text = format!("Action: Ping\r\nActionID: {id}\r\n\r\n");
            self.pinging = true;
            self.enqueue(id, &text, Expect::Response, deadline, Ticket::Ping);
        }
        None
    }

    fn enqueue(&mut self, id: ActionId, text: &str, expect: Expect, by: Instant, ticket: Ticket) {
        let position = self.written + self.output.len() as u64;
        match self.session.begin(id, expect, by, position, ticket) {
            Ok(()) => self.output.extend_from_slice(text.as_bytes()),
            Err(ticket) => self.answer(ticket, Err(Failure::IdInUse)),
        }
    }

    /// Takes a request, and those that wait behind it, so that they are written together. `false`
    /// when the connection is to be closed.
    fn accept(&mut self, request: Request) -> bool {
        let mut next = Some(request);
        while let Some(request) = next {
            let Request::Send { id, text, expect, lasting, deadline, ticket } = request else {
                return false;
            };
            self.enqueue(id, &text, expect, deadline, Ticket::User(ticket, lasting));
            let room = self.session.len() < self.driver.settings.in_flight
                && self.output.len() < WRITE_LIMIT;
            next = if room { self.driver.inbox.try_recv().ok() } else { None };
        }
        true
    }

    /// Hands on all messages that have arrived whole, until a subscriber holds the reader.
    fn deliver(&mut self) {
        if let Some((event, _)) = self.held.take() {
            self.publish(event);
        }
        while self.held.is_none() {
            match self.link.next_frame() {
                None => break,
                Some(Frame::Message(message)) => match self.session.receive(message) {
                    Received::Event(event) => self.publish(event),
                    Received::Done { ticket, outcome, event } => {
                        self.answer(ticket, outcome);
                        if let Some(event) = event {
                            self.publish(event);
                        }
                    }
                    Received::Absorbed => {}
                    Received::Orphan(response) => self.orphan(&response),
                    Received::Noise(noise) => {
                        tracing::debug!(
                            bytes = noise.as_bytes().len(),
                            "neither response nor event"
                        );
                    }
                },
                Some(Frame::Skipped(head)) => self.skipped(head),
            }
        }
        self.driver.hub.wake();
    }

    fn publish(&mut self, event: Event) {
        if let Some(until) = self.driver.hub.hold(&event, Instant::now) {
            self.held = Some((event, until));
            return;
        }
        // Rare, and told apart by their first letter.
        match event.message().subject().as_bytes().first() {
            Some(b'F' | b'f') if event.name().eq_ignore_ascii_case("FullyBooted") => {
                self.driver.sees_boot = true;
                self.resume();
            }
            Some(b'S' | b's') if event.name().eq_ignore_ascii_case("Shutdown") => {
                let restart = event.get("Restart").is_some_and(|v| v.eq_ignore_ascii_case("true"));
                self.shutdown = Some(CloseReason::Shutdown { restart });
            }
            _ => {}
        }
        self.driver.hub.publish(&event);
    }

    fn orphan(&self, response: &Response) {
        tracing::debug!(status = %response.status(), "response to no action in flight");
        self.driver.hub.orphan(response);
    }

    fn skipped(&mut self, head: Option<Message>) {
        let limit = self.driver.settings.target.max_message;
        tracing::warn!(limit, "skipped a message over the limit");
        let owner = head.as_ref().and_then(|head| self.session.receive_skipped(head));
        match owner {
            Some(ticket) => self.answer(ticket, Err(Failure::TooManyBytes(limit))),
            None if head.is_some_and(|head| head.kind() == Kind::Response) => {}
            None => self.driver.hub.report(&Missed::Oversized),
        }
    }

    /// Hands an outcome to whoever waits; nobody does when the future was dropped.
    fn answer(&mut self, ticket: Ticket, outcome: Outcome) {
        let accepted = outcome.as_ref().ok().map(|reply| reply.response.status());
        self.goodbye |= accepted == Some(Status::Goodbye);
        match ticket {
            Ticket::Ping => self.pinging = false,
            Ticket::Restore(name) => {
                if accepted != Some(Status::Success) {
                    tracing::warn!(name, ?outcome, "the new session did not take over a setting");
                }
            }
            Ticket::User(ticket, lasting) => {
                if let Some(lasting) = lasting.filter(|_| accepted == Some(Status::Success)) {
                    self.driver.remember(lasting);
                }
                if ticket.send(outcome).is_err() {
                    tracing::trace!("an answer that nobody waits for any more");
                }
            }
        }
    }

    /// Fails what is in flight; gives the time when the server was last heard.
    fn end(mut self) -> SystemTime {
        if let Some((event, _)) = self.held.take() {
            self.driver.hub.publish(&event);
        }
        while let Some((ticket, failure)) = self.session.disconnect(self.written) {
            self.answer(ticket, Err(failure));
        }
        self.driver.hub.wake();
        self.heard_at
    }
}

/// Fails a request that cannot be sent.
fn refuse(request: Request) {
    if let Request::Send { ticket, .. } = request {
        let _ = ticket.send(Err(Failure::Disconnected(Delivery::NotSent)));
    }
}

impl Lasting {
    /// An action by its name and text, if its effect belongs to the session.
    pub(crate) fn new(name: &str, text: &str) -> Option<Self> {
        let replaces = name.eq_ignore_ascii_case("Events");
        if !replaces && !name.eq_ignore_ascii_case("Filter") {
            return None;
        }
        // Behind the lines Action and ActionID.
        let rest = text.splitn(3, "\r\n").nth(2)?.to_owned();
        Some(Self { replaces, name: name.to_owned(), rest })
    }
}
