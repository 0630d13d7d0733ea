//! One call under a script's control.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use asterisk_proto::agi::Environment;
use regex::{CaptureLocations, Regex};

use crate::command::Command;
use crate::connection::PreludeError;
use crate::ending::Ending;
use crate::error::{CommandError, HangupKind};
use crate::link::Link;
use crate::script::Script;
use crate::service::Limits;
use crate::session::Session;

/// One call: what Asterisk said about it at the start, and the means to control it.
///
/// Commands are methods that read naturally; each is sent when it is awaited, and one at a time, as
/// the protocol demands. Whatever has no method goes through [`send`](Self::send).
///
/// Dropping the call ends the script and not the call: the dialplan goes on behind `AGI()`. To end
/// the call, [hang up](Self::hangup).
///
/// # Hangup
///
/// That the caller is gone is a state and not an end: [`is_hung_up`](Self::is_hung_up) tells it as
/// soon as anything read shows it, [`hung_up`](Self::hung_up) waits for it, and commands that are
/// legal then (variables, `VERBOSE`, many applications) still work. The others fail with
/// [`CommandError::DeadChannel`] or [`CommandError::Hangup`].
///
/// # Cancel safety
///
/// The future of a command may be dropped at any time. A command of which nothing was written is
/// then never sent. One that was written runs on in Asterisk; its reply is still owed, and the next
/// command waits for it before it is sent itself, within its own timeout.
pub struct Call {
    // Handlers and their futures pass the call on by value, and each keeps room for it.
    parts: Box<Parts>,
}

struct Parts {
    session: Session,
    script: Script,
    /// The expression that matched the path.
    route: Option<Arc<Regex>>,
    /// Where its groups did, once somebody has asked for one.
    groups: OnceLock<CaptureLocations>,
    peer: Option<SocketAddr>,
    ending: Ending,
}

impl Drop for Parts {
    fn drop(&mut self) {
        if let Some(stream) = self.session.take_stream() {
            self.ending.leave(stream);
        }
    }
}

impl Call {
    /// A call of which nothing is known yet ([`open`](Self::open)).
    pub(crate) fn new(session: Session, peer: Option<SocketAddr>, ending: Ending) -> Self {
        let (script, groups) = (Script::default(), OnceLock::new());
        Self { parts: Box::new(Parts { session, script, route: None, groups, peer, ending }) }
    }

    /// Reads what Asterisk says about the call; `None` if it doesn't come in time.
    pub(crate) async fn open(&mut self, limits: &Limits) -> Option<Result<(), PreludeError>> {
        self.parts.session.open(limits).await
    }

    /// What the dialplan called.
    pub(crate) fn set_script(&mut self, script: Script) {
        self.parts.script = script;
    }

    /// The expression that matched its path.
    pub(crate) fn set_route(&mut self, route: Option<Arc<Regex>>) {
        self.parts.route = route;
    }

    pub(crate) fn ending(&self) -> &Ending {
        &self.parts.ending
    }

    /// The stream, if it is of any use still. The call is at its end.
    pub(crate) fn take_stream(&mut self) -> Option<Link> {
        self.parts.session.take_stream()
    }

    /// What Asterisk said about the call when the script began.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        self.parts.session.environment()
    }

    /// The path of the FastAGI URL, percent-decoded, without the leading `/`: what routes match. For a
    /// [process](crate::stdio), the script's name as the dialplan has it; over Async AGI, that of the first
    /// argument.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.parts.script.path
    }

    /// What the named group of the route's expression matched; `None` for a group that took no part,
    /// or that is not there.
    #[must_use]
    pub fn capture(&self, name: &str) -> Option<&str> {
        let index = self.parts.route.as_ref()?.capture_names().position(|at| at == Some(name))?;
        self.capture_at(index)
    }

    /// What the group of this number matched: 1 is the first, 0 the whole match.
    #[must_use]
    pub fn capture_at(&self, index: usize) -> Option<&str> {
        let (route, path) = (self.parts.route.as_ref()?, &self.parts.script.path);
        let groups = self.parts.groups.get_or_init(|| {
            let mut groups = route.capture_locations();
            route.captures_read(&mut groups, path);
            groups
        });
        let (from, to) = groups.get(index)?;
        path.get(from..to)
    }

    /// The arguments that the dialplan passed behind the URL, in order, empty ones included.
    #[must_use]
    pub fn args(&self) -> Vec<&str> {
        self.parts.session.environment().args()
    }

    /// The first value of a keyword argument of the URL's query, decoded.
    #[must_use]
    pub fn kwarg(&self, name: &str) -> Option<&str> {
        self.kwargs(name).next()
    }

    /// All values of a keyword argument of the URL's query, decoded, in order.
    pub fn kwargs<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.parts.script.kwargs(name)
    }

    pub(crate) fn all_kwargs(&self) -> &[(String, String)] {
        &self.parts.script.kwargs
    }

    /// Makes a future of the call's end that can be awaited while commands run.
    pub(crate) fn watch(&mut self) -> impl Future<Output = HangupKind> + Send + 'static {
        self.parts.session.watch()
    }

    /// The address from which Asterisk connected, where there is one.
    #[must_use]
    pub fn peer(&self) -> Option<SocketAddr> {
        self.parts.peer
    }

    /// Whether the call is known to be over. Asterisk's notice is seen when a command runs or while
    /// [`hung_up`](Self::hung_up) is awaited.
    #[must_use]
    pub fn is_hung_up(&self) -> bool {
        self.parts.session.hangup().is_some()
    }

    /// Waits until the call is over, and tells how that became known. Returns at once if it is known.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when it is dropped: it fits into `tokio::select!`.
    pub async fn hung_up(&mut self) -> HangupKind {
        self.parts.session.hung_up().await
    }

    /// Prepares a command to be sent; awaiting the request sends it.
    pub fn send<C: Command>(&mut self, command: C) -> Request<'_, C> {
        Request { call: self, command, timeout: None }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("channel", &self.parts.session.environment().channel())
            .field("path", &self.parts.script.path)
            .field("peer", &self.parts.peer)
            .field("hangup", &self.parts.session.hangup())
            .finish_non_exhaustive()
    }
}

/// A command about to be sent on a call: await it to send it and get its result.
///
/// Commands with options add their setters here.
///
/// # Errors
///
/// Awaiting it gives a [`CommandError`] as each command documents.
///
/// # Cancel safety
///
/// As told for [`Call`](Call#cancel-safety).
#[must_use = "a command is sent when it is awaited"]
pub struct Request<'a, C> {
    call: &'a mut Call,
    command: C,
    timeout: Option<Duration>,
}

impl<C> Request<'_, C> {
    /// How long to wait for the reply, instead of the server's timeout for such commands.
    pub fn reply_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Changes the command that will be sent.
    pub(crate) fn map(mut self, change: impl FnOnce(C) -> C) -> Self {
        self.command = change(self.command);
        self
    }
}

impl<'a, C: Command + 'a> IntoFuture for Request<'a, C> {
    type Output = Result<C::Output, CommandError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.call.parts.session.run(self.command, self.timeout))
    }
}

impl<C: fmt::Debug> fmt::Debug for Request<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("command", &self.command)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
