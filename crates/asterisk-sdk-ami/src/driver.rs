//! The one task that owns the connection, and makes it again when it is lost.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use asterisk_proto::ActionId;
use asterisk_proto::error::Delivery;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use crate::action::{EventMask, Expect};
use crate::error::ConnectError;
use crate::exchange::Exchange;
use crate::hub::Hub;
use crate::id::IdSource;
use crate::link::{Link, Target};
use crate::session::{Failure, Items, ListLimits, Outcome};
use crate::state::{CloseReason, ConnectionState};
use crate::subscription::Gap;
use asterisk_proto::Reconnect;

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
        items: Items,
        lasting: Option<Lasting>,
        deadline: Instant,
        ticket: oneshot::Sender<Outcome>,
    },
    Close,
}

/// What an action sets for the whole session, and the next one is to have as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lasting {
    /// The event mask, which goes into the next login.
    Mask(String),
    /// A filter: the lines behind the ActionID.
    Filter(String),
}

pub(crate) struct Driver {
    pub(crate) settings: Settings,
    pub(crate) inbox: mpsc::Receiver<Request>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) ids: Arc<IdSource>,
    pub(crate) state: watch::Sender<ConnectionState>,
    /// The filters that the server has accepted.
    pub(crate) filters: Vec<String>,
    /// A session was told that the server is ready.
    pub(crate) sees_boot: bool,
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
            refuse(request, Failure::Disconnected(Delivery::NotSent));
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
                        Some(request) => refuse(request, Failure::Disconnected(Delivery::NotSent)),
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

    /// Notes what the next session is to have as well.
    pub(crate) fn remember(&mut self, lasting: Lasting) {
        match lasting {
            Lasting::Mask(mask) => {
                self.settings.target.credentials.events = Some(EventMask::raw(mask));
            }
            Lasting::Filter(filter) => self.filters.push(filter),
        }
    }

    /// Whether a server that is ready will say so to the next session.
    pub(crate) fn expects_boot(&self) -> bool {
        let mask = self.settings.target.credentials.events.as_ref();
        self.sees_boot && mask.is_none_or(EventMask::has_system)
    }
}

impl Request {
    /// Whether its time is over, or whoever sent it has gone.
    pub(crate) fn is_late(&self, now: Instant) -> bool {
        matches!(self, Self::Send { deadline, ticket, .. } if *deadline <= now || ticket.is_closed())
    }
}

/// Fails a request that is not sent.
pub(crate) fn refuse(request: Request, why: Failure) {
    if let Request::Send { ticket, items, id, .. } = request {
        // An error says that nobody waits.
        let _ = ticket.send(Err(why));
        items.end(&id);
    }
}

impl Lasting {
    /// What an action sets, by its name and text.
    pub(crate) fn new(name: &str, text: &str) -> Option<Self> {
        // Behind the lines Action and ActionID.
        let rest = || text.splitn(3, "\r\n").nth(2);
        if name.eq_ignore_ascii_case("Filter") {
            return Some(Self::Filter(rest()?.to_owned()));
        }
        if !name.eq_ignore_ascii_case("Events") {
            return None;
        }
        let mask = rest()?.split("\r\n").find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("EventMask").then_some(value)
        })?;
        Some(Self::Mask(mask.to_owned()))
    }
}
