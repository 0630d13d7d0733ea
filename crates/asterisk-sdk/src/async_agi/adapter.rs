//! One call: a stream that speaks AGI on one side, actions and events of AMI on the other.

use std::convert::Infallible;
use std::time::Duration;

use asterisk_proto::{ChannelId, Text};
use asterisk_sdk_ami::action::{Agi, CoreShowChannels};
use asterisk_sdk_ami::event::{AsyncAgiStart, CoreShowChannel};
use asterisk_sdk_ami::{ActionError, Manager};
use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tracing::{debug, info, warn};

use super::spill;

/// Lets the dialplan go on with `AGISTATUS` `SUCCESS`.
const BREAK: &str = "ASYNCAGI BREAK";

/// Lets it go on with `FAILURE`, as a command does that gives -1 on a channel that lives. The name tells
/// what happened to those who read the server's log.
const FAIL: &str = r#"STREAM FILE "agi-script-failed" """#;

/// How often a reply is flushed. The pipe between Asterisk and itself holds 64 KiB, so its end comes
/// long before.
const MAX_FLUSHES: usize = 1024;

/// How many flushes are given at once.
const MAX_AHEAD: usize = 16;

/// How long after the end to wait for `AGISTATUS`, which is set right behind it. A session waits longer
/// than this for the `HANGUP` behind a -1.
const STATUS_GRACE: Duration = Duration::from_millis(50);

/// How long the stream stays open behind the reply that ended the script. A session takes one that ends
/// at once for a hangup.
const FAILURE_GRACE: Duration = Duration::from_millis(500);

/// What happened to a call, as its events tell.
#[derive(Debug)]
pub(super) enum Told {
    /// A command was run, perhaps not one of ours.
    Result { id: Option<Text>, chunk: Bytes },
    /// The script is over for Asterisk.
    End,
    /// `AGISTATUS` was set, perhaps by a command.
    Status(String),
}

/// A call and the step of the dialplan at which it came to us.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) id: ChannelId,
    context: Option<Text>,
    exten: Option<Text>,
    priority: Option<i32>,
}

impl Place {
    pub(super) fn of(start: &AsyncAgiStart) -> Option<Self> {
        let channel = &start.channel;
        Some(Self {
            id: channel.unique_id.clone()?,
            context: channel.context.clone(),
            exten: channel.exten.clone(),
            priority: channel.priority,
        })
    }

    fn is_where(&self, listed: &CoreShowChannel) -> bool {
        let channel = &listed.channel;
        channel.unique_id.as_ref() == Some(&self.id)
            && channel.context == self.context
            && channel.exten == self.exten
            && channel.priority == self.priority
    }
}

/// Why the conversation is over.
enum Stop {
    /// Asterisk ended it.
    Ended,
    /// The channel does not exist any more; the command was not run.
    Gone,
    /// There is no telling what became of the call: the connection was lost, or events were.
    Lost,
    /// The handler ended.
    Left { failed: bool },
    /// Commands are refused, or replies cannot be told apart.
    Broken,
}

/// Plays Asterisk towards a service.
pub(super) struct Adapter {
    manager: Manager,
    place: Place,
    /// What the ids of this call's commands begin with.
    ids: String,
    inbox: mpsc::Receiver<Told>,
    /// At its other end there is a session.
    stream: DuplexStream,
    state: State,
}

#[derive(Default)]
struct State {
    /// What was read of the session's next line.
    input: BytesMut,
    /// How many commands were given.
    given: u64,
    /// Part of a reply is still in the server.
    collecting: bool,
    /// The last reply was -1.
    failed: bool,
    /// The handler itself lets the dialplan go on.
    broke: bool,
}

impl Adapter {
    pub(super) fn new(
        manager: Manager,
        place: Place,
        ids: String,
        inbox: mpsc::Receiver<Told>,
        stream: DuplexStream,
    ) -> Self {
        Self { manager, place, ids, inbox, stream, state: State::default() }
    }

    /// Plays the call to its end. Gives its place if it may be there still, waiting for us.
    pub(super) async fn run(mut self, environment: Bytes) -> Option<Place> {
        let Err(stop) = self.converse(environment).await;
        match stop {
            Stop::Ended => self.end().await,
            Stop::Gone => {
                // The reply says that the command was not run.
                let dead =
                    b"HANGUP\n511 Command Not Permitted on a dead channel or intercept routine\n";
                self.write(dead).await;
            }
            Stop::Lost => return Some(self.place),
            Stop::Left { failed } => return release(&self.manager, self.place, failed).await,
            Stop::Broken => {
                drop(self.stream);
                return release(&self.manager, self.place, true).await;
            }
        }
        None
    }

    async fn converse(&mut self, environment: Bytes) -> Result<Infallible, Stop> {
        let environment = self.whole(environment).await?;
        self.write(&spill::environment(environment)).await;
        loop {
            let line = self.line().await?;
            self.state.broke = line.eq_ignore_ascii_case(BREAK);
            let id = self.give(&line).await?;
            let reply = self.reply(&id).await?;
            let reply = self.whole(reply).await?;
            self.state.failed = reply.starts_with(b"200 result=-1");
            self.write(&reply).await;
        }
    }

    /// The session's next line.
    async fn line(&mut self) -> Result<String, Stop> {
        loop {
            tokio::select! {
                biased;
                told = self.inbox.recv() => self.notice(told)?,
                line = read_line(&mut self.stream, &mut self.state.input) => return line,
            }
        }
    }

    /// What a command, or the start, has told, with what is still in the server behind it.
    async fn whole(&mut self, first: Bytes) -> Result<Bytes, Stop> {
        if !spill::is_cut(&first) {
            return Ok(first);
        }
        self.state.collecting = true;
        let (mut whole, mut flushes) = (BytesMut::from(first), 0);
        // Asterisk looks for commands ten times a second, and then runs all that there are. How many it
        // takes is not known, so each time it is given as many again.
        while flushes < MAX_FLUSHES {
            let mut ids = Vec::new();
            for _ in 0..=flushes.min(MAX_AHEAD - 1) {
                ids.push(self.give(spill::FLUSH).await?);
            }
            flushes += ids.len();
            let mut cut = true;
            for id in ids {
                let chunk = self.reply(&id).await?;
                cut = spill::is_cut(&chunk);
                whole.extend_from_slice(&chunk);
            }
            if !cut {
                self.state.collecting = false;
                let Some(reply) = spill::without_flushes(&whole, flushes) else { break };
                let length = reply.len();
                whole.truncate(length);
                return Ok(whole.freeze());
            }
        }
        warn!(channel = self.place.id.as_str(), "a reply over Async AGI has no end");
        Err(Stop::Broken)
    }

    /// Gives a command to the channel, under an id.
    async fn give(&mut self, command: &str) -> Result<String, Stop> {
        self.state.given += 1;
        let id = format!("{}{}", self.ids, self.state.given);
        let action = Agi::new(self.place.id.as_str(), command).command_id(id.as_str());
        match self.manager.send(action).await {
            Ok(_) => Ok(id),
            Err(error) => Err(self.refused(&error)),
        }
    }

    /// Waits until the command with this id was run.
    async fn reply(&mut self, id: &str) -> Result<Bytes, Stop> {
        loop {
            tokio::select! {
                biased;
                told = self.inbox.recv() => match told {
                    Some(Told::Result { id: Some(found), chunk }) if found == *id => {
                        return Ok(chunk);
                    }
                    told => self.notice(told)?,
                },
                // A session sends nothing before it has its reply, save the last line of all.
                line = read_line(&mut self.stream, &mut self.state.input) => {
                    line?;
                    return Err(Stop::Broken);
                }
            }
        }
    }

    /// What an action that failed means for the call.
    fn refused(&self, error: &ActionError) -> Stop {
        let channel = self.place.id.as_str();
        match error {
            ActionError::Refused { response } => {
                let message = response.text().unwrap_or_default();
                if message.ends_with("does not exist.") {
                    debug!(channel, "the channel is gone");
                    return Stop::Gone;
                }
                warn!(channel, %message, "commands over Async AGI are refused");
                Stop::Broken
            }
            ActionError::Disconnected { .. } | ActionError::TimedOut { .. } => {
                debug!(channel, %error, "lost a call");
                Stop::Lost
            }
            _ => {
                warn!(channel, %error, "a command cannot be sent over Async AGI");
                Stop::Broken
            }
        }
    }

    /// What was told and is no reply to us.
    fn notice(&self, told: Option<Told>) -> Result<(), Stop> {
        match told {
            None => Err(Stop::Lost),
            Some(Told::End) => Err(Stop::Ended),
            Some(Told::Status(_)) => Ok(()),
            Some(Told::Result { id, chunk }) => {
                let (channel, id) = (self.place.id.as_str(), id.unwrap_or_default());
                // What is left of it in the server would stand in front of our next reply; or it has
                // what is left of ours.
                if self.state.collecting || spill::is_cut(&chunk) {
                    warn!(channel, %id, "replies to us and to another program are mixed");
                    return Err(Stop::Broken);
                }
                debug!(channel, %id, "another program gives commands to this call");
                Ok(())
            }
        }
    }

    /// Asterisk has ended the script: tells the session why, as FastAGI would.
    async fn end(&mut self) {
        let status = async {
            loop {
                match self.inbox.recv().await? {
                    Told::Status(status) => return Some(status),
                    Told::Result { .. } | Told::End => {}
                }
            }
        };
        let status = timeout(STATUS_GRACE, status).await.ok().flatten();
        let hung_up = match status.as_deref() {
            Some(status) => status == "HANGUP",
            // It is told to those only who see the class `dialplan`.
            None => !self.state.broke,
        };
        if hung_up {
            self.write(b"HANGUP\n").await;
        } else if self.state.failed {
            let _ = timeout(FAILURE_GRACE, self.stream.read_u8()).await;
        }
    }

    /// Writes to the session. One that is gone takes nothing, and is noticed by the next reading.
    async fn write(&mut self, bytes: &[u8]) {
        if let Err(error) = self.stream.write_all(bytes).await {
            debug!(channel = self.place.id.as_str(), %error, "nobody reads a reply");
        }
    }
}

/// A line without its end. Cancel safe: what was read stays in `input`.
async fn read_line(stream: &mut DuplexStream, input: &mut BytesMut) -> Result<String, Stop> {
    loop {
        if let Some(end) = input.iter().position(|&byte| byte == b'\n') {
            let line = String::from_utf8_lossy(&input[..end]).into_owned();
            input.advance(end + 1);
            // The last line of a script that failed, which no command begins with.
            return if line == "failure" { Err(Stop::Left { failed: true }) } else { Ok(line) };
        }
        if !matches!(stream.read_buf(input).await, Ok(1..)) {
            return Err(Stop::Left { failed: false });
        }
    }
}

/// Lets the dialplan of a call go on. Gives its place if it may still wait.
pub(super) async fn release(manager: &Manager, place: Place, failed: bool) -> Option<Place> {
    let command = if failed { FAIL } else { BREAK };
    match manager.send(Agi::new(place.id.as_str(), command)).await {
        Ok(_) => None,
        Err(ActionError::Disconnected { .. }) => Some(place),
        Err(error) => {
            // Mostly it is hung up by now.
            debug!(channel = place.id.as_str(), %error, "a call could not be let go on");
            None
        }
    }
}

/// Lets those calls go on that are where they were. Gives those of which nothing is known again.
pub(super) async fn release_lost(manager: &Manager, lost: Vec<Place>) -> Vec<Place> {
    let listed = match manager.send(CoreShowChannels::new()).await {
        Ok(listed) => listed.items,
        Err(ActionError::Disconnected { .. }) => return lost,
        Err(error) => {
            let calls = lost.len();
            warn!(calls, %error, "calls may wait in Async AGI, and cannot be looked for");
            return Vec::new();
        }
    };
    let mut left = Vec::new();
    for place in lost {
        if listed.iter().any(|listed| place.is_where(listed)) {
            info!(channel = place.id.as_str(), "letting a call go on whose script was lost");
            left.extend(release(manager, place, true).await);
        }
    }
    left
}
