//! One connection at work: reading, writing, and whose a message is.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use asterisk_proto::ActionId;
use asterisk_proto::ami::{Event, Kind, Message, Response, Status};
use asterisk_proto::error::Delivery;
use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

use crate::action::Expect;
use crate::codec::Frame;
use crate::driver::{Driver, Lasting, Request, refuse};
use crate::link::{Link, READ_CHUNK};
use crate::queue::{Pressure, Queue};
use crate::session::{Failure, Items, Outcome, Received, Session};
use crate::state::{CloseReason, ConnectionState};
use crate::subscription::{Gap, Missed};

/// So much may wait to be written before further actions wait for their turn.
const WRITE_LIMIT: usize = 256 * 1024;

/// How long a server that still boots may take to be ready after a reconnect.
const BOOTING: Duration = Duration::from_secs(60);

/// Who waits for an outcome.
#[derive(Debug)]
enum Ticket {
    User {
        ticket: oneshot::Sender<Outcome>,
        lasting: Option<Lasting>,
        /// Where the items of its list go, if they go one by one, and its id.
        stream: Option<(Items, ActionId)>,
    },
    Ping,
    Filter,
}

/// What waits for room in a queue.
enum Held {
    Event(Event),
    Item(Arc<Queue<Event>>, Event),
}

/// One connection at work.
pub(crate) struct Exchange<'a> {
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
    /// What waits for a subscriber, and until when.
    held: Option<(Held, Instant)>,
    heard: Instant,
    heard_at: SystemTime,
    /// A ping that is to be answered.
    pinging: bool,
    /// After a reconnect: until when to wait for a server that still boots.
    resuming: Option<Instant>,
}

impl<'a> Exchange<'a> {
    pub(crate) fn new(driver: &'a mut Driver, link: Link, gap: Option<Gap>) -> Self {
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
            if !exchange.driver.expects_boot() {
                exchange.resume();
            }
        }
        exchange
    }

    /// Repeats the filters of the last session; its event mask was in the login.
    fn restore(&mut self) {
        for filter in self.driver.filters.clone() {
            let id = self.driver.ids.next();
            let text = format!("Action: Filter\r\nActionID: {id}\r\n{filter}");
            let deadline = Instant::now() + BOOTING;
            let items = Items::Collect;
            self.enqueue(id, &text, Expect::Response, items, deadline, Ticket::Filter);
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
    pub(crate) async fn run(&mut self) -> CloseReason {
        // What the login left behind comes first.
        self.deliver();
        // Nearly all that is due is over before its time. The alarm is left as it is then, and may go off for
        // nothing: that is cheaper than to set it for each action.
        let mut alarm = pin!(sleep_until(Instant::now()));
        loop {
            let room = self.session.len() < self.driver.settings.in_flight
                && self.output.len() < WRITE_LIMIT;
            let now = Instant::now;
            let timer = self.timer();
            if let Some(timer) = timer
                && (timer < alarm.deadline() || alarm.is_elapsed())
            {
                alarm.as_mut().reset(timer);
            }
            let held = self.held.as_ref().map(|(_, until)| *until);
            let hub = Arc::clone(&self.driver.hub);
            tokio::select! {
                read = self.link.reader.read_buf({
                    self.link.input.reserve(READ_CHUNK);
                    &mut self.link.input
                }), if held.is_none() => match read {
                    Ok(0) => return self.closed(),
                    Ok(count) => {
                        self.heard = now();
                        self.heard_at = SystemTime::now();
                        if self.deliver() || count >= READ_CHUNK / 4 {
                            // Whoever takes what has come does so before more drives it out of the caches,
                            // and before a busy server fills the queue of one that shares this thread.
                            tokio::task::yield_now().await;
                        }
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
                () = hub.room(), if held.is_some() => { self.deliver(); }
                () = sleep_until(held.unwrap_or_else(now)), if held.is_some() => { self.deliver(); }
                () = &mut alarm, if timer.is_some() => {
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
    fn timer(&self) -> Option<Instant> {
        let action = self.session.next_deadline();
        let ping =
            self.driver.settings.ping_interval.filter(|_| !self.pinging && self.held.is_none());
        let ping = ping.map(|interval| self.heard + interval);
        [action, ping, self.resuming].into_iter().flatten().min()
    }

    /// Does what is due.
    fn tick(&mut self) -> Option<CloseReason> {
        let now = Instant::now();
        while let Some((ticket, failure)) = self.session.expire(now) {
            match ticket {
                // While a subscriber holds the reader, silence is ours.
                Ticket::Ping if self.held.is_some() => self.pinging = false,
                Ticket::Ping if self.heard + self.driver.settings.ping_timeout > now => {
                    self.pinging = false;
                }
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
            let items = Items::Collect;
            self.enqueue(id, &text, Expect::Response, items, deadline, Ticket::Ping);
        }
        None
    }

    fn enqueue(
        &mut self,
        id: ActionId,
        text: &str,
        expect: Expect,
        items: Items,
        deadline: Instant,
        ticket: Ticket,
    ) {
        let position = self.written + self.output.len() as u64;
        match self.session.begin(id, expect, deadline, position, items, ticket) {
            Ok(()) => self.output.extend_from_slice(text.as_bytes()),
            Err((ticket, failure)) => self.answer(ticket, Err(failure)),
        }
    }

    /// Takes a request, and those that wait behind it, so that they are written together. `false`
    /// when the connection is to be closed.
    fn accept(&mut self, request: Request) -> bool {
        let mut next = Some(request);
        while let Some(request) = next {
            if matches!(request, Request::Close) {
                return false;
            }
            // A server that still boots gets none, as one that is not there.
            if self.resuming.is_none() {
                self.send(request);
            } else {
                refuse(request, Failure::Disconnected(Delivery::NotSent));
            }
            let room = self.session.len() < self.driver.settings.in_flight
                && self.output.len() < WRITE_LIMIT;
            next = if room { self.driver.inbox.try_recv().ok() } else { None };
        }
        true
    }

    /// Begins an action, unless nobody waits for it any more: then it is not sent.
    fn send(&mut self, request: Request) {
        if request.is_late(Instant::now()) {
            return refuse(request, Failure::TimedOut(Delivery::NotSent));
        }
        if let Request::Send { id, text, expect, items, lasting, deadline, ticket } = request {
            let stream = items.queue().is_some().then(|| (items.clone(), id.clone()));
            let ticket = Ticket::User { ticket, lasting, stream };
            self.enqueue(id, &text, expect, items, deadline, ticket);
        }
    }

    /// Hands on all messages that have arrived whole, until a subscriber holds the reader. Whether a
    /// part of a list is among them.
    fn deliver(&mut self) -> bool {
        if let Some((held, _)) = self.held.take() {
            // Nothing was read meanwhile, whatever the server said.
            self.heard = Instant::now();
            match held {
                Held::Event(event) => self.publish(event),
                Held::Item(queue, event) => self.give(queue, event),
            }
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
                    Received::Item(queue, event) => self.give(queue, event),
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
        self.session.hand_on()
    }

    fn publish(&mut self, event: Event) {
        if let Some(until) = self.driver.hub.hold(&event, Instant::now) {
            self.held = Some((Held::Event(event), until));
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

    /// Gives an item of a list to whoever takes them one by one.
    fn give(&mut self, queue: Arc<Queue<Event>>, event: Event) {
        match queue.pressure(Instant::now()) {
            Pressure::None => {
                queue.push(Ok(event));
                queue.wake();
            }
            Pressure::Hold(until) => self.held = Some((Held::Item(queue, event), until)),
            Pressure::Close => queue.close(Some(Missed::TooSlow)),
        }
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
            Ticket::Filter => {
                if accepted != Some(Status::Success) {
                    tracing::warn!(?outcome, "the new session did not take a filter");
                }
            }
            Ticket::User { ticket, lasting, stream } => {
                if let Some(lasting) = lasting.filter(|_| accepted == Some(Status::Success)) {
                    self.driver.remember(lasting);
                }
                if ticket.send(outcome).is_err() {
                    tracing::trace!("an answer that nobody waits for any more");
                }
                // The outcome is there when the items end.
                if let Some((items, id)) = stream {
                    items.end(&id);
                }
            }
        }
    }

    /// Fails what is in flight; gives the time when the server was last heard.
    pub(crate) fn end(mut self) -> SystemTime {
        match self.held.take() {
            Some((Held::Event(event), _)) => self.driver.hub.publish(&event),
            Some((Held::Item(queue, event), _)) => {
                queue.push(Ok(event));
            }
            None => {}
        }
        while let Some((ticket, failure)) = self.session.disconnect(self.written) {
            self.answer(ticket, Err(failure));
        }
        self.driver.hub.wake();
        self.heard_at
    }
}
