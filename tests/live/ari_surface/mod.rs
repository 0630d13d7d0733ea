//! Every operation is sent, every event type is raised, and everything that the server says is typed.
//!
//! Each family of features has a server of its own, so that none disturbs another.

mod applications;
mod asterisk;
mod bridges;
mod channels;
mod device_states;
mod endpoints;
mod events;
mod mailboxes;
mod playbacks;
mod recordings;
mod sounds;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::future::IntoFuture;
use std::sync::Mutex;
use std::time::Duration;

use asterisk_sdk::ari::event::{ChannelUserevent, StasisStart};
use asterisk_sdk::ari::handle::Channel;
use asterisk_sdk::ari::rest::channels::Originate;
use asterisk_sdk::ari::{AriEvent, Client, Event, EventStream, RestError, TypedEvent};
use harness::ari_surface::{self, reply_complaints, shape};
use harness::ari_tap::AriTap;
use harness::live::{self, OwnServer};
use harness::soon;
use harness::surface::ari_complaints;
use http::Method;

/// The application of all that is done here.
const APP: &str = "surface";

/// The longest reply that is written down. Lists that are longer hold what single objects do.
const CAPTURE_LIMIT: usize = 16_000;

/// Events that no server raises here, each with the reason.
const UNRAISED: [(&str, &str); 1] =
    [("MissingParams", "no server was seen to send it: requests without a parameter are refused")];

#[test]
fn every_operation_is_sent_to_a_server() {
    let families = [
        applications::OPERATIONS,
        asterisk::OPERATIONS,
        bridges::OPERATIONS,
        channels::OPERATIONS,
        channels::MEDIA_OPERATIONS,
        device_states::OPERATIONS,
        endpoints::OPERATIONS,
        events::OPERATIONS,
        mailboxes::OPERATIONS,
        playbacks::OPERATIONS,
        recordings::OPERATIONS,
        sounds::OPERATIONS,
    ];
    let sent: BTreeSet<_> = families.iter().copied().flatten().copied().collect();
    let documented: BTreeSet<_> =
        ari_surface::OPERATIONS.iter().map(|operation| operation.name.as_str()).collect();
    assert_eq!(sent, documented);
}

#[test]
fn every_event_type_is_raised() {
    let families = [
        applications::EVENTS,
        bridges::EVENTS,
        channels::EVENTS,
        channels::MEDIA_EVENTS,
        channels::NEW_EVENTS,
        device_states::EVENTS,
        endpoints::EVENTS,
        endpoints::NEW_EVENTS,
        events::EVENTS,
        events::OFFERED,
        events::SOCKETS,
        playbacks::EVENTS,
        recordings::EVENTS,
    ];
    let raised = families.iter().copied().flatten().copied();
    let raised: BTreeSet<_> = raised.chain(UNRAISED.map(|(name, _)| name)).collect();
    assert_eq!(raised, TypedEvent::TYPES.iter().map(|schema| schema.name).collect());
}

/// A server on which one family of features is driven, and all that it said.
pub(crate) struct Stage {
    pub(crate) server: OwnServer,
    pub(crate) ari: Client,
    tap: AriTap,
    family: &'static str,
    events: EventStream<Event>,
    /// What others heard.
    kept: Mutex<Vec<Event>>,
}

impl Stage {
    /// A server of the tested version; nothing, after saying so, when there is none.
    pub(crate) async fn open(family: &'static str) -> Option<Self> {
        let server = OwnServer::start(&live::server()?);
        let tap = AriTap::open(&server.http).await;
        let builder = Client::builder(tap.url()).app(APP).subscribe_all();
        let builder = builder.login(&server.ari_user, server.ari_password.as_str());
        let ari = builder.connect().await.expect("a connection");
        let events = ari.events().capacity(100_000).all();
        Some(Self { server, ari, tap, family, events, kept: Mutex::default() })
    }

    /// Whether it is a server with the features of 22.
    pub(crate) fn is_new(&self) -> bool {
        self.server.major() >= 22
    }

    /// A subscription of the test's own, made before what it waits for is caused.
    pub(crate) fn events(&self) -> EventStream<Event> {
        self.ari.events().capacity(100_000).all()
    }

    /// A client of another application, whose exchanges are not kept.
    pub(crate) async fn other(&self, app: &str) -> Client {
        let (user, password) = (&self.server.ari_user, self.server.ari_password.as_str());
        let builder = Client::builder(&self.server.http).login(user, password).app(app);
        builder.connect().await.expect("a connection")
    }

    /// Takes in an event that another client heard.
    pub(crate) fn keep(&self, event: Event) {
        self.kept.lock().unwrap().push(event);
    }

    /// Calls an endpoint, whose channel with this id enters the application.
    pub(crate) async fn enter(&self, endpoint: &str, id: &str) -> Channel {
        self.enter_by(self.ari.channels().originate(endpoint).app(APP).id(id)).await
    }

    /// Makes a call that enters the application.
    pub(crate) async fn enter_by(&self, call: Originate) -> Channel {
        let mut events = self.events();
        let channel = call.await.expect("the call is made");
        next(&mut events, |start: &StasisStart| start.channel.id == *channel.id()).await;
        channel
    }

    /// Hangs up whatever is left of a scene, so that the next one begins with nothing.
    pub(crate) async fn clear(&self) {
        let gone = async {
            loop {
                let mut events = self.events();
                let left = self.ari.channels().list().await.expect("a list");
                if left.is_empty() {
                    return;
                }
                for channel in left {
                    // One half of a Local channel takes the other one with it.
                    let _ = self.ari.channel(channel.id).hangup().await;
                }
                let gone = next_event(&mut events, |event| event.name() == "ChannelDestroyed");
                // What was on its way out is told of no more.
                let _ = tokio::time::timeout(Duration::from_millis(200), gone).await;
            }
        };
        soon(gone).await;
    }

    /// Ends: all of `operations` were sent and all of `expected` were raised, and there is nothing to
    /// complain about in what the server said. With `SURFACE_CAPTURES` set, one event and one reply
    /// of each shape is written to files there.
    pub(crate) async fn finish(mut self, operations: &[&[&str]], expected: &[&[&str]]) {
        // Once this event is here, all before it are.
        let end = self.ari.request(Method::POST, "/events/user/SurfaceEnd");
        end.query("application", APP).await.expect("the application exists");
        let mut events = std::mem::take(&mut *self.kept.lock().unwrap());
        loop {
            let event =
                soon(self.events.next()).await.expect("it is open").expect("none is missed");
            let last = event.decode::<ChannelUserevent>();
            if last.is_some_and(|event| event.event_name == "SurfaceEnd") {
                break;
            }
            events.push(event);
        }
        let mut wrong = BTreeSet::new();
        let (mut captured, mut shapes) = (String::new(), BTreeSet::new());
        let mut raised = BTreeSet::new();
        for event in &events {
            wrong.extend(ari_complaints(event));
            raised.insert(event.name());
            if shapes.insert((event.name().to_owned(), shape(event.json()))) {
                captured.push_str(event.json());
                captured.push('\n');
            }
        }
        self.write(".jsonl", &captured);
        captured.clear();
        shapes.clear();
        let mut sent = BTreeMap::<_, BTreeSet<_>>::new();
        for exchange in self.tap.exchanges() {
            let Some(operation) = ari_surface::operation(&exchange.method, &exchange.path) else {
                panic!("{} {} is no operation", exchange.method, exchange.path);
            };
            sent.entry(operation.name.as_str()).or_default().insert(exchange.status);
            if (200..300).contains(&exchange.status) {
                wrong.extend(reply_complaints(operation, &exchange.body));
            }
            let Ok(body) = std::str::from_utf8(&exchange.body) else { continue };
            let json = body.starts_with(['{', '[']) && body.len() < CAPTURE_LIMIT;
            if json && shapes.insert((operation.name.clone(), shape(body))) {
                let (name, status) = (&operation.name, exchange.status);
                writeln!(captured, r#"{{"operation":"{name}","status":{status},"body":{body}}}"#)
                    .expect("a string takes all");
            }
        }
        self.write("_replies.ndjson", &captured);
        println!("{}: {} operations, events {raised:?}", self.family, sent.len());
        let unsent = operations.iter().copied().flatten().filter(|name| !sent.contains_key(**name));
        assert_eq!(unsent.collect::<Vec<_>>(), Vec::<&&str>::new(), "not sent");
        let unraised = expected.iter().copied().flatten().filter(|name| !raised.contains(**name));
        assert_eq!(unraised.collect::<Vec<_>>(), Vec::<&&str>::new(), "not raised");
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    /// Writes what was captured, without what belongs to this server alone.
    fn write(&self, kind: &str, captured: &str) {
        let Ok(directory) = std::env::var("SURFACE_CAPTURES") else { return };
        let captured = self.server.anonymous(captured);
        let path = format!("{directory}/{}/surface_{}{kind}", self.server.major(), self.family);
        std::fs::write(path, captured).expect("the directory exists");
    }
}

/// The next event that passes.
pub(crate) async fn next_event(
    events: &mut EventStream<Event>,
    mut passes: impl FnMut(&Event) -> bool,
) -> Event {
    let search = async {
        loop {
            let event = events.next().await.expect("the connection holds").expect("none is missed");
            if passes(&event) {
                return event;
            }
        }
    };
    soon(search).await
}

/// The next event of a type that passes.
pub(crate) async fn next<E: AriEvent>(
    events: &mut EventStream<Event>,
    mut passes: impl FnMut(&E) -> bool,
) -> E {
    let event = next_event(events, |event| event.decode::<E>().is_some_and(|e| passes(&e))).await;
    event.decode().expect("its type was looked at")
}

/// The refusal of an operation: status and message.
pub(crate) async fn refused<O, T>(operation: O) -> (u16, String)
where
    O: IntoFuture<Output = Result<T, RestError>>,
{
    match soon(operation.into_future()).await {
        Err(RestError::Status { status, message, .. }) => (status.as_u16(), message),
        Err(other) => panic!("not refused: {other:?}"),
        Ok(_) => panic!("it was accepted"),
    }
}

/// Asks until it is refused: what has been told to have ended exists a moment longer.
pub(crate) async fn gone<O, T>(mut ask: impl FnMut() -> O) -> (u16, String)
where
    O: IntoFuture<Output = Result<T, RestError>>,
{
    let ended = async {
        loop {
            if let Err(error) = ask().await {
                return error;
            }
        }
    };
    match soon(ended).await {
        RestError::Status { status, message, .. } => (status.as_u16(), message),
        other => panic!("not refused: {other:?}"),
    }
}

/// Asserts a refusal.
macro_rules! refuses {
    ($operation:expr, $status:literal, $message:expr $(,)?) => {{
        let (status, message) = super::refused($operation).await;
        assert_eq!((status, &*message), ($status, $message));
    }};
}

/// Asserts that the server does not have an operation.
macro_rules! missing {
    ($operation:expr) => {
        super::refuses!($operation, 404, "Resource not found")
    };
}

pub(crate) use {missing, refuses};
