//! Conversations of a [`Trace`] had again, with Asterisk's part played.
//!
//! A [`Replay`] listens for AMI and ARI clients and calls a FastAGI server, and says byte for byte what
//! Asterisk said in the trace. What the application says must be what it said then; where it is not,
//! a [`Mismatch`] tells the place, what was expected and what came:
//!
//! ```
//! use asterisk_sdk_testkit::record::Trace;
//! use asterisk_sdk_testkit::replay::Replay;
//! use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! use tokio::net::TcpStream;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let trace: Trace = r"asterisk-trace 1
//! 0.000000 0 opened AMI
//! 0.000212 0 <
//! |Asterisk Call Manager/11.0.0\r
//! 0.000817 0 >
//! |Action: Logoff\r
//! |ActionID: 17\r
//! |\r
//! 0.001514 0 <
//! |Response: Goodbye\r
//! |ActionID: 17\r
//! |Message: Thanks for all the fish.\r
//! |\r
//! 0.001590 0 < ended
//! ".parse()?;
//! let playing = Replay::new(trace).start().await?;
//!
//! // Any client will do.
//! let mut client = TcpStream::connect(playing.ami()).await?;
//! client.write_all(b"Action: Logoff\r\nActionID: mine\r\n\r\n").await?;
//! let mut heard = String::new();
//! client.read_to_string(&mut heard).await?;
//!
//! playing.finished().await?;
//! assert!(heard.ends_with("ActionID: mine\r\nMessage: Thanks for all the fish.\r\n\r\n"));
//! # Ok(())
//! # }
//! ```
//!
//! # What is compared
//!
//! Messages are compared by what they mean: names of headers without case; of HTTP the method, path,
//! query, content type and body; JSON without regard to the order of members. Passwords, `Host` and
//! whatever else HTTP libraries add are not compared. Ids that the application chooses anew each time
//! (ActionIDs, and the ids of channels, bridges, playbacks and requests that it gives) may differ: the first
//! time they are taken as they come, and later they must be the same. They are put in the place of the
//! recorded ones wherever these stand as a word in what Asterisk says.
//!
//! # Order
//!
//! Asterisk's words are said in the order of the trace, over all connections, and each only after all that
//! the application had said before it. AMI connections are those of the trace in the order in which
//! they are made, and what is said on each must come in its order; a client that pings when nothing is said
//! should not do so, as it may then say more than was recorded (`no_ping()` with this SDK's manager). HTTP requests may come in any order and
//! on any connections. What Asterisk still says to an application that has left is skipped. WebSocket pings are answered, whatever the trace says.

mod ari;
mod compare;
mod ids;
mod play;
mod stage;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub use self::stage::Mismatch;
use self::stage::Stage;
use crate::Protocol;
use crate::record::Trace;

/// How fast a trace is played.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Speed {
    /// Without any pause: each word of Asterisk as soon as it is its turn.
    AtOnce,
    /// With the pauses of the trace.
    Recorded,
    /// With its pauses multiplied by this: 0.5 is twice as fast. Numbers below 0 are taken for 0.
    Scaled(f64),
}

/// A trace that is to be played.
#[derive(Debug, Clone)]
#[must_use = "nothing is played before it starts"]
pub struct Replay {
    trace: Trace,
    speed: Speed,
    server: Option<String>,
    patience: Duration,
}

impl Replay {
    /// Plays this, at once, and waits up to 10 seconds for what the application has to say.
    pub fn new(trace: Trace) -> Self {
        Self { trace, speed: Speed::AtOnce, server: None, patience: Duration::from_secs(10) }
    }

    /// How fast.
    pub fn speed(mut self, speed: Speed) -> Self {
        self.speed = speed;
        self
    }

    /// The FastAGI server (`host:port`) that is called for the AGI sessions of the trace.
    pub fn calls(mut self, server: impl Into<String>) -> Self {
        self.server = Some(server.into());
        self
    }

    /// How long the application may take for what it has to say, beside the pause that was recorded.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Begins to play. It needs a runtime, in which tasks play the connections.
    ///
    /// # Errors
    ///
    /// When the system has no ports, or the trace has AGI sessions and no server is named.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the play.
    pub async fn start(self) -> io::Result<Playing> {
        let factor = match self.speed {
            Speed::AtOnce => 0.0,
            Speed::Recorded => 1.0,
            Speed::Scaled(factor) => factor.max(0.0),
        };
        let (ami, ari) = (listen().await?, listen().await?);
        let addresses = (ami.local_addr()?, ari.local_addr()?);
        let stage = Arc::new(Stage::new(self.trace, factor, self.patience));
        let mut tasks = JoinSet::new();
        for connection in stage.connections(Protocol::Agi) {
            let Some(server) = self.server.clone() else {
                let missing = "the trace has AGI sessions, and no server was named for them";
                return Err(io::Error::new(io::ErrorKind::InvalidInput, missing));
            };
            tasks.spawn(play::call(Arc::clone(&stage), connection, server));
        }
        tasks.spawn(play::serve_ami(Arc::clone(&stage), ami));
        tasks.spawn(ari::serve(Arc::clone(&stage), ari));
        Ok(Playing { stage, ami: addresses.0, ari: addresses.1, tasks })
    }
}

async fn listen() -> io::Result<TcpListener> {
    TcpListener::bind("127.0.0.1:0").await
}

/// A trace that is being played. Dropping it closes its ports and connections.
#[derive(Debug)]
pub struct Playing {
    stage: Arc<Stage>,
    ami: SocketAddr,
    ari: SocketAddr,
    /// Held for its end: dropping it ends the tasks.
    #[expect(dead_code, reason = "it is there to be dropped")]
    tasks: JoinSet<()>,
}

impl Playing {
    /// Where the manager interface listens.
    #[must_use]
    pub fn ami(&self) -> SocketAddr {
        self.ami
    }

    /// Where ARI listens; the URL of the server is `http://` and this.
    #[must_use]
    pub fn ari(&self) -> SocketAddr {
        self.ari
    }

    /// Waits until all of the trace was said. The connections stay open.
    ///
    /// # Errors
    ///
    /// When the application says something else, something more before the end, or nothing for too long.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn finished(&self) -> Result<(), Mismatch> {
        self.stage.finished().await
    }
}

#[cfg(test)]
mod tests;
