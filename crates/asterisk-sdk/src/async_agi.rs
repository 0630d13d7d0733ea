//! Async AGI: call scripts that run over the manager interface.
//!
//! A channel that comes to `AGI(agi:async)` waits there for commands, and whoever is logged in to AMI may
//! give them. Nothing has to be reachable from Asterisk: the program connects to it, and one connection
//! serves all calls. [`AsyncAgi`] offers these calls to the same [`Service`] that serves FastAGI, so the same
//! routes, layers and handlers run on both.
//!
//! ```no_run
//! use asterisk_sdk::agi::{self, Call, Service};
//! use asterisk_sdk::ami::Manager;
//! use asterisk_sdk::async_agi::AsyncAgi;
//!
//! // exten => 600,1,AGI(agi:async,menu/en?retry=1,first argument)
//! async fn menu(mut call: Call) -> agi::Result {
//!     call.answer().await?;
//!     let input = call.get_data("vm-enter-num-to-call").max_digits(4).await?;
//!     call.set_variable("EXTENSION", input.digits).await?;
//!     Ok(())
//! }
//!
//! #[tokio::main]
//! async fn main() -> agi::Result {
//!     let manager = Manager::builder("pbx.example:5038").login("admin", "secret").connect().await?;
//!     let service = Service::builder().route(r"^menu/(?<language>\w+)$", menu).build()?;
//!     AsyncAgi::new(&manager, service).serve().await;
//!     Ok(())
//! }
//! ```
//!
//! # Paths
//!
//! Asterisk does not pass on what follows `agi:async`. So the first argument stands for the path and
//! query of a FastAGI URL, and the handler's arguments begin with the second one:
//! `AGI(agi:async,menu/en?retry=1,a)` is to a handler what `AGI(agi://host/menu/en?retry=1,a)` is. In the
//! [environment](crate::agi::Environment), the first argument is `agi_network_script`, as in FastAGI; all else is as
//! the server said it, with `async` for [`request`](crate::agi::Environment::request).
//!
//! # Rights
//!
//! The AMI user needs `agi` in `read` and `write`, and its event mask must let class `agi` pass. Without the
//! events nothing arrives, and nobody says so. With `dialplan` in `read`, the variable `AGISTATUS` is
//! seen as well, and tells a command that failed from a hangup (below). With `system` or `reporting` in
//! `write`, calls that a lost connection left behind can be freed.
//!
//! # What differs from FastAGI
//!
//! - **After the hangup no command runs**, not even those that work on a dead channel. The hangup is
//!   announced as ever ([`hung_up`](crate::agi::Call::hung_up), [`EndAtHangup`](crate::agi::layer::EndAtHangup)), and
//!   then the session is over: commands fail with [`HangupKind::Pipe`](crate::agi::HangupKind::Pipe).
//! - **A command that fails ends the script.** If one gives -1 while the channel lives (a sound that does
//!   not exist), Asterisk leaves `AGI()` with `AGISTATUS` `FAILURE`. The handler gets
//!   [`AppFailure`](crate::agi::CommandError::AppFailure), and further commands find the session over. `EXEC` and
//!   `GET DATA` end nothing. An AMI user who is not shown class `dialplan` cannot tell this from a
//!   hangup, and it is taken for one.
//! - **Lines are shorter**: a command has at most 1,013 bytes, on any release. A longer one is refused before
//!   it is sent.
//! - **Replies over 64 KiB must not be asked for.** Asterisk writes a reply into a pipe before it reads
//!   it, so `GET FULL VARIABLE` of such a value stops the channel's thread for ever; not even a hangup
//!   ends it. Replies over 1,024 bytes come in pieces, and are put together here.
//! - **Commands begin slowly**: Asterisk looks for the next one when a frame of audio comes, or after a tenth
//!   of a second. So a command takes 20 ms, or 100 ms while the caller's side is silent.
//! - **A command may come too late.** One that Asterisk takes at the moment when the script ends (a hangup, a
//!   redirect) is kept, and run if the same channel comes to `AGI(agi:async)` again. What became of it is told
//!   as unknown.
//! - There is no [`peer`](crate::agi::Call::peer), and no EAGI.
//!
//! A handler that returns gives the call back, and `AGISTATUS` is `SUCCESS`. One that fails or panics
//! makes it `FAILURE`, for which the channel is given a sound to play that does not exist
//! (`agi-script-failed`): there is no other way, and the server's log has a line of it.
//!
//! # Several programs
//!
//! All programs that are logged in see every call. Two that take the same one both give it commands, so
//! let each take its own: [`AsyncAgi::take_if`] decides by what is known of the call. Commands that
//! others give to a channel in between are survived, but if their replies cannot be told from ours,
//! the script is ended.
//!
//! # A lost connection
//!
//! The script of a call is ended when the connection to the server is lost: its handler sees the end of
//! the session ([`HangupKind::Pipe`](crate::agi::HangupKind::Pipe)), and of a command in progress the outcome is
//! unknown. The call is still in Asterisk. When the manager has connected again, calls whose scripts were
//! ended so, and that are still at the same step of the dialplan, are made to go on there with `AGISTATUS`
//! `FAILURE`. Calls that come to `AGI(agi:async)` while there is no connection, or while no program
//! runs, are told to nobody and wait until they are hung up: set `TIMEOUT(absolute)` before. The same
//! happens to all calls if this program is so far behind that events are dropped.

mod adapter;
mod router;
mod spill;

use std::fmt;
use std::future::{Future, pending};

use asterisk_sdk_agi::{Drained, Routes, Service};
use asterisk_sdk_ami::event::AsyncAgiStart;
use asterisk_sdk_ami::{Event, EventStream, Manager};

use router::Router;

/// How many events may wait to be given to their calls.
const CAPACITY: usize = 16_384;

/// Decides whether a call is ours.
type TakeIf = Box<dyn Fn(&AsyncAgiStart) -> bool + Send + Sync>;

/// Offers the calls at `AGI(agi:async)` to a service. See [the module](self) for what it takes and how it
/// differs from FastAGI.
///
/// Calls are seen from the time when this is made, and taken once it is [served](Self::serve).
#[must_use = "calls are taken when it is served"]
pub struct AsyncAgi {
    manager: Manager,
    service: Service,
    events: EventStream<Event>,
    take_if: TakeIf,
}

impl AsyncAgi {
    /// The calls of one server for one service, which may serve others too.
    ///
    /// It subscribes to the events of Async AGI, with a queue for 16,384 of them.
    pub fn new(manager: &Manager, service: Service) -> Self {
        let events = manager.events().capacity(CAPACITY).matching(router::is_wanted);
        Self { manager: manager.clone(), service, events, take_if: Box::new(|_| true) }
    }

    /// Takes only calls that pass this test; others are left alone, for other programs. Without it, all
    /// calls are taken.
    ///
    /// It runs between the events of all calls, so it has to be quick. If it panics, the call is not
    /// taken.
    ///
    /// ```no_run
    /// # use asterisk_sdk::{agi::Service, ami::Manager, async_agi::AsyncAgi};
    /// # fn example(manager: &Manager, service: Service) -> AsyncAgi {
    /// AsyncAgi::new(manager, service)
    ///     .take_if(|start| start.channel.context.as_deref() == Some("support"))
    /// # }
    /// ```
    pub fn take_if(
        mut self,
        test: impl Fn(&AsyncAgiStart) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.take_if = Box::new(test);
        self
    }

    /// The routes, which may be changed while calls are served: keep a clone.
    #[must_use]
    pub fn routes(&self) -> &Routes {
        self.service.routes()
    }

    /// Serves calls until the connection of the manager has ended for good.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future aborts the running calls at once, and leaves their channels waiting in
    /// Asterisk. [`serve_with_shutdown`](Self::serve_with_shutdown) frees them.
    pub async fn serve(self) {
        self.serve_with_shutdown(pending()).await;
    }

    /// Serves calls until `shutdown` completes, or the connection of the manager has ended for good.
    ///
    /// Then no more calls are taken: those that wait for their turn go on in the dialplan with `AGISTATUS`
    /// `FAILURE`, later ones are left alone. Running calls go on until the drain timeout of the service;
    /// those that are left are aborted, and their dialplans go on.
    ///
    /// The service's limit of calls at once holds. Calls above it wait in Asterisk, up to 4,096; those
    /// above that go on with `FAILURE`.
    ///
    /// # Cancel safety
    ///
    /// As of [`serve`](Self::serve).
    pub async fn serve_with_shutdown(self, shutdown: impl Future<Output = ()>) -> Drained {
        let Self { manager, service, events, take_if } = self;
        Router::new(manager, events, take_if).serve(service, shutdown).await
    }
}

impl fmt::Debug for AsyncAgi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncAgi")
            .field("manager", &self.manager)
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}
