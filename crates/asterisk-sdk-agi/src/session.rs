//! One command at a time: what is owed, what is late, and whether the call is over.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use std::{io, mem};

use asterisk_proto::agi::{Environment, Incoming, Reply, Response};
use asterisk_proto::error::{Delivery, ParseError};
use tokio::time::timeout;
use tracing::{debug, trace};

use crate::alarm::Alarm;
use crate::command::{Command, CommandLine, HangupSign};
use crate::connection::{Connection, PreludeError};
use crate::error::{CommandError, HangupKind};
use crate::link::Link;
use crate::service::Limits;

/// After a `-1` that may mean a hangup: how long to wait for the `HANGUP` that follows it then.
const HANGUP_GRACE: Duration = Duration::from_millis(100);

/// How long to wait for the usage that follows an `EXEC` with the result 1.
const USAGE_GRACE: Duration = Duration::from_millis(100);

/// How many lines that are no reply are skipped in search of one. A value that was cut (see
/// `ReplyDecoder`) leaves such lines.
const MAX_UNSOLICITED: usize = 1000;

/// How long replies may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReplyTimeouts {
    pub(crate) short: Duration,
    pub(crate) long: Duration,
}

pub(crate) struct Session {
    connection: Connection,
    timeouts: ReplyTimeouts,
    alarm: Alarm,
    /// Says which release the server is.
    environment: Environment,
    /// How it was first noticed that the call is over.
    hangup: Option<HangupKind>,
    /// The command in hand is an `EXEC`.
    exec: bool,
    /// An `EXEC` gave 1, which is also the server's own sign that arguments were wrong: it sends the
    /// usage behind the reply.
    usage_follows: bool,
    /// The connection ended: nothing can be sent or read any more.
    closed: bool,
}

impl Session {
    pub(crate) fn new(stream: Link, limits: &Limits) -> Self {
        Self {
            connection: Connection::new(stream, limits.reply_bytes),
            timeouts: limits.replies,
            alarm: Alarm::default(),
            environment: Environment::default(),
            hangup: None,
            exec: false,
            usage_follows: false,
            closed: false,
        }
    }

    /// Reads the variables that open the session; `None` if they don't come in time.
    pub(crate) async fn open(&mut self, limits: &Limits) -> Option<Result<(), PreludeError>> {
        let Self { connection, alarm, environment, .. } = self;
        let prelude = pin!(connection.prelude(limits.prelude));
        let read = alarm.within(limits.prelude_timeout, prelude).await?;
        Some(read.map(|read| *environment = read))
    }

    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }

    pub(crate) fn hangup(&self) -> Option<HangupKind> {
        self.hangup
    }

    /// The stream, if it is of any use still.
    pub(crate) fn take_stream(&mut self) -> Option<Link> {
        self.connection.take_stream().filter(|_| !self.closed)
    }

    pub(crate) fn watch(&mut self) -> impl Future<Output = HangupKind> + Send + 'static {
        let known = self.hangup.filter(|&kind| kind != HangupKind::Result);
        let watching = self.connection.watch();
        async move {
            match known {
                Some(kind) => kind,
                None => watching.await,
            }
        }
    }

    /// Runs a command, waiting for its reply no longer than `limit`, or as long as is usual for it.
    pub(crate) async fn run<C: Command>(
        &mut self,
        command: C,
        limit: Option<Duration>,
    ) -> Result<C::Output, CommandError> {
        let usual = if command.is_long() { self.timeouts.long } else { self.timeouts.short };
        let limit = limit.unwrap_or(usual);
        let response = self.execute(command.line(), limit).await?;
        match command.hangup_sign(&response) {
            HangupSign::No => return command.parse(response),
            // The same reply means a failure and a hangup, and the `HANGUP` comes behind it.
            HangupSign::Maybe => {
                if self.hangup.is_none() {
                    // In a box, as below: few commands need it, and all would have room for it.
                    let _ = Box::pin(timeout(HANGUP_GRACE, self.hung_up())).await;
                }
            }
            HangupSign::Yes => {
                self.hangup.get_or_insert(HangupKind::Result);
            }
        }
        match self.hangup {
            Some(kind) => command.parse_hung_up(response, kind),
            None => command.parse(response),
        }
    }

    /// Waits until the call is over.
    pub(crate) async fn hung_up(&mut self) -> HangupKind {
        loop {
            if let Some(kind) = self.hangup {
                return kind;
            }
            match self.receive().await {
                // A command whose future was dropped may have been in the middle of its line; what
                // is left of it is written before the next one.
                Ok(Incoming::Reply(reply)) => self.late(&reply),
                Ok(Incoming::Oversized(_)) => self.connection.settled(),
                Ok(_) | Err(_) => {}
            }
        }
    }

    async fn execute(
        &mut self,
        line: CommandLine,
        limit: Duration,
    ) -> Result<Response, CommandError> {
        let line = line.finish(&self.environment)?;
        let mut settled = false;
        // It is lost with this future, and made again for the next one.
        let mut alarm = mem::take(&mut self.alarm);
        let reply = alarm.within(limit, pin!(self.exchange(line, &mut settled))).await;
        self.alarm = alarm;
        let Some(reply) = reply else {
            // While an older reply is still owed, nothing of this command was written.
            let delivery = if settled { self.delivery() } else { Delivery::NotSent };
            return Err(CommandError::Timeout { after: limit, delivery });
        };
        match reply? {
            Reply::Success(response) => Ok(response),
            Reply::InvalidCommand => Err(CommandError::InvalidCommand),
            Reply::DeadChannel => {
                self.hangup.get_or_insert(HangupKind::Result);
                Err(CommandError::DeadChannel)
            }
            Reply::Usage(text) => Err(CommandError::Usage { text }),
            Reply::Other { text, .. } => Err(unknown("a known AGI status", text.as_bytes())),
            _ => Err(unknown("a final reply", b"")),
        }
    }

    /// Sends one line and reads its reply. `settled` turns true once no older reply is owed.
    async fn exchange(&mut self, line: String, settled: &mut bool) -> Result<Reply, CommandError> {
        if self.usage_follows || self.closed || !self.connection.is_quiet() {
            // In a box, because as a rule there is nothing to settle.
            Box::pin(self.settle()).await?;
        }
        *settled = true;
        self.exec = line.get(..5).is_some_and(|word| word.eq_ignore_ascii_case("EXEC "));
        trace!(line = line.trim_end(), "sending");
        self.connection.take_line(line);
        if let Err(error) = poll_fn(|cx| self.connection.poll_flush(cx)).await {
            let delivery = self.delivery();
            return Err(self.lost(error, delivery));
        }
        let mut skipped = 0;
        loop {
            match self.receive().await {
                Ok(Incoming::Reply(Reply::Provisional(_)) | Incoming::Hangup) => {}
                Ok(Incoming::Reply(reply)) => {
                    self.replied(&reply);
                    return Ok(reply);
                }
                Ok(Incoming::Oversized(error)) => {
                    self.connection.settled();
                    return Err(CommandError::UnknownReply(error));
                }
                Ok(Incoming::Unsolicited(error)) => {
                    skipped += 1;
                    if skipped > MAX_UNSOLICITED {
                        return Err(CommandError::UnknownReply(error));
                    }
                }
                Ok(_) => {}
                Err(error) => return Err(self.lost(error, Delivery::Unknown)),
            }
        }
    }

    /// Makes the connection ready for a command: writes and reads off what an earlier one left,
    /// whose future was dropped or timed out, and takes notice of what came since.
    async fn settle(&mut self) -> Result<(), CommandError> {
        if self.closed {
            let kind = HangupKind::Pipe;
            return Err(CommandError::Hangup { kind, delivery: Some(Delivery::NotSent) });
        }
        if let Err(error) = self.connection.finish_sending().await {
            return Err(self.lost(error, Delivery::NotSent));
        }
        while self.connection.owes_reply() {
            match self.receive().await {
                Ok(Incoming::Reply(reply)) => self.late(&reply),
                Ok(Incoming::Oversized(_)) => self.connection.settled(),
                Ok(_) => {}
                Err(error) => return Err(self.lost(error, Delivery::NotSent)),
            }
        }
        if self.usage_follows {
            let usage = async {
                while self.usage_follows {
                    if let Incoming::Reply(reply) = self.receive().await? {
                        self.late(&reply);
                    }
                }
                Ok(())
            };
            if let Ok(Err(error)) = Box::pin(timeout(USAGE_GRACE, usage)).await {
                return Err(self.lost(error, Delivery::NotSent));
            }
            self.usage_follows = false;
        }
        // Commands are never sent ahead, so what is here now belongs to none.
        for _ in 0..MAX_UNSOLICITED {
            let now = poll_fn(|cx| Poll::Ready(self.poll_receive(cx))).await;
            match now {
                Poll::Pending => break,
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(error)) => return Err(self.lost(error, Delivery::NotSent)),
            }
        }
        Ok(())
    }

    /// A reply that nobody waits for any more.
    fn late(&mut self, reply: &Reply) {
        if !matches!(reply, Reply::Provisional(_)) {
            debug!(?reply, "dropped a reply that nobody waits for");
            self.replied(reply);
        }
    }

    /// A reply has come: the next command may be sent, unless more belongs to this one.
    fn replied(&mut self, reply: &Reply) {
        self.connection.settled();
        let one = matches!(reply, Reply::Success(response) if response.result == "1");
        self.usage_follows = self.exec && one;
    }

    fn receive(&mut self) -> impl Future<Output = io::Result<Incoming>> {
        poll_fn(|cx| self.poll_receive(cx))
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Incoming>> {
        let received = ready!(self.connection.poll_receive(cx));
        Poll::Ready(self.notice(received))
    }

    /// Logs what was received, and keeps what it says about the call.
    fn notice(&mut self, received: io::Result<Option<Incoming>>) -> io::Result<Incoming> {
        match received {
            Ok(Some(incoming)) => {
                trace!(?incoming, "received");
                match &incoming {
                    Incoming::Hangup => {
                        self.hangup.get_or_insert(HangupKind::Signal);
                    }
                    Incoming::Unsolicited(error) | Incoming::Oversized(error) => {
                        debug!(%error, "dropped");
                    }
                    _ => {}
                }
                Ok(incoming)
            }
            Ok(None) => {
                self.end();
                Err(io::ErrorKind::UnexpectedEof.into())
            }
            Err(error) => {
                self.end();
                Err(error)
            }
        }
    }

    fn end(&mut self) {
        trace!("the connection ended");
        self.closed = true;
        self.hangup.get_or_insert(HangupKind::Pipe);
    }

    fn delivery(&self) -> Delivery {
        if self.connection.owes_reply() { Delivery::Unknown } else { Delivery::NotSent }
    }

    /// The error for a connection that is gone.
    fn lost(&mut self, error: io::Error, delivery: Delivery) -> CommandError {
        use io::ErrorKind::{
            BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, UnexpectedEof, WriteZero,
        };
        self.end();
        match error.kind() {
            BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected | UnexpectedEof
            | WriteZero => {
                CommandError::Hangup { kind: HangupKind::Pipe, delivery: Some(delivery) }
            }
            _ => CommandError::Io { source: error, delivery },
        }
    }
}

fn unknown(expected: &'static str, found: &[u8]) -> CommandError {
    CommandError::UnknownReply(ParseError::new(expected, found))
}

#[cfg(test)]
mod tests;
