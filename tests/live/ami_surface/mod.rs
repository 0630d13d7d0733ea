//! Every action is sent, and everything that the server says is typed.
//!
//! Each family of features has a server of its own, so that none disturbs another.

mod channels;
mod peers;
mod pjsip;
mod queues;
mod system;

use std::collections::BTreeSet;
use std::sync::Mutex;

use asterisk_sdk::ami::action::{Action, Expect, Headers, Ping, Reply, TYPES};
use asterisk_sdk::ami::{ActionError, Event, EventStream, Manager, Overflow, Response};
use harness::live::{self, OwnServer};
use harness::surface::complaints;

use crate::calls;

/// What ends a session is sent elsewhere: by every connection, and at the end of a session's own test.
const ELSEWHERE: [&str; 3] = ["Challenge", "Login", "Logoff"];

#[test]
fn every_action_is_sent_to_a_server() {
    let families = [
        channels::ACTIONS,
        peers::ACTIONS,
        pjsip::ACTIONS,
        queues::ACTIONS,
        system::ACTIONS,
        system::config::ACTIONS,
        system::media::ACTIONS,
        system::state::ACTIONS,
        &ELSEWHERE,
    ];
    let sent: BTreeSet<_> = families.iter().copied().flatten().copied().collect();
    let missing = TYPES.iter().filter(|action| !sent.contains(action.name));
    let missing: Vec<_> = missing.map(|action| action.name).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// A server on which one family of features is driven, and all that it said.
pub(crate) struct Stage {
    pub(crate) server: OwnServer,
    pub(crate) manager: Manager,
    family: &'static str,
    events: EventStream<Event>,
    sent: Mutex<BTreeSet<String>>,
    /// Items and ends of lists.
    listed: Mutex<Vec<Event>>,
}

impl Stage {
    /// A server of the tested version; nothing, after saying so, when there is none.
    pub(crate) async fn open(family: &'static str) -> Option<Self> {
        let server = OwnServer::start(&live::server()?);
        let manager = calls::manager(&server).await;
        // Whatever it is, nothing may be missed.
        let events = manager.events().capacity(100_000).overflow(Overflow::DropOldest).all();
        let (sent, listed) = (Mutex::default(), Mutex::default());
        Some(Self { server, manager, family, events, sent, listed })
    }

    /// Sends an action; the items and the end of its list are looked at like live events.
    pub(crate) async fn send<A>(&self, action: A) -> Result<A::Output, ActionError>
    where
        A: Action + Send + Sync,
    {
        self.sent.lock().unwrap().insert(action.name().to_owned());
        let (reply, output) = self.manager.send(Tapped(action)).await?;
        let mut listed = self.listed.lock().unwrap();
        listed.extend(reply.items);
        listed.extend(reply.complete);
        output
    }

    /// Sends an action that the server refuses, and gives the refusal's words.
    pub(crate) async fn refused<A: Action + Send + Sync>(&self, action: A) -> String {
        let name = action.name().to_owned();
        match self.send(action).await {
            Ok(_) => panic!("{name} was accepted"),
            Err(error) => refusal(&error).message().get("Message").unwrap_or_default().into_owned(),
        }
    }

    /// A subscription of the test's own, made before what it waits for is caused.
    pub(crate) fn events(&self) -> EventStream<Event> {
        self.manager.events().capacity(100_000).overflow(Overflow::DropOldest).all()
    }

    /// Ends: all of `actions` were sent, and there is nothing to complain about in what the server
    /// said. With `SURFACE_CAPTURES` set, one event of each shape is written to a file there.
    pub(crate) async fn finish(mut self, actions: &[&str]) {
        let sent = self.sent.lock().unwrap().clone();
        let unsent: Vec<_> = actions.iter().filter(|name| !sent.contains(**name)).collect();
        assert!(unsent.is_empty(), "not sent: {unsent:?}");
        // Once the answer is here, all before it is.
        self.manager.send(Ping::new()).await.unwrap();
        self.manager.close().await;
        let (mut wrong, mut shapes, mut names) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut capture = Vec::new();
        let mut events = std::mem::take(&mut *self.listed.lock().unwrap());
        while let Some(event) = self.events.next().await {
            events.push(event.expect("nothing is missed"));
        }
        for event in events {
            wrong.extend(complaints(&event));
            names.insert(event.name().into_owned());
            let headers = event.message().headers();
            let shape: Vec<_> = headers.map(|h| (h.name.to_vec(), h.value.is_empty())).collect();
            if shapes.insert((event.name().into_owned(), shape)) {
                capture.extend_from_slice(event.message().as_bytes());
                capture.extend_from_slice(b"\r\n\r\n");
            }
        }
        if let Ok(directory) = std::env::var("SURFACE_CAPTURES") {
            let path = format!("{directory}/surface_{}-{}.txt", self.family, self.server.major());
            std::fs::write(path, capture).expect("the directory exists");
        }
        println!("{}: {} events: {names:?}", self.family, names.len());
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

/// An action whose whole reply is seen.
struct Tapped<A>(A);

impl<A: Action> Action for Tapped<A> {
    type Output = (Reply, Result<A::Output, ActionError>);

    fn name(&self) -> &str {
        self.0.name()
    }

    fn headers(&self, headers: &mut Headers) {
        self.0.headers(headers);
    }

    fn expect(&self) -> Expect {
        self.0.expect()
    }

    fn output(reply: Reply) -> Result<Self::Output, ActionError> {
        Ok((reply.clone(), A::output(reply)))
    }
}

/// The server's answer, where it refused.
fn refusal(error: &ActionError) -> &Response {
    match error {
        ActionError::Refused { response } => response,
        other => panic!("not refused: {other}"),
    }
}
