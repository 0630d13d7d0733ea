//! Creations and sessions with a server in the same thread: many, and in every order of events and replies.

use std::collections::HashMap;
use std::future::pending;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use asterisk_proto::ari::Event;
use http::{Method, StatusCode};
use tokio::sync::oneshot;

use super::router::Router;
use crate::call::{Call, CallError, Made, WhenDone};
use crate::client::Client;
use crate::error::RestError;
use crate::request::{Request, Response};
use crate::transport::{BoxFuture, Transport};

/// When a server tells of what it made, compared with its reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Early,
    Late,
    Twice,
    Backwards,
    /// The request fails, and there is nothing to tell.
    Never,
}

const ORDERS: [Order; 5] =
    [Order::Early, Order::Late, Order::Twice, Order::Backwards, Order::Never];

/// A server that does everything, and tells of what it made before it replies.
#[derive(Debug)]
struct Server {
    router: OnceLock<Arc<Router>>,
    order: Mutex<Order>,
    /// How often each request was made.
    asked: Mutex<HashMap<String, usize>>,
}

fn server(order: Order) -> (Client, Arc<Server>) {
    let (router, asked) = (OnceLock::new(), Mutex::default());
    let server = Arc::new(Server { router, order: Mutex::new(order), asked });
    let client = Client::over(Arc::<Server>::clone(&server));
    server.router.set(Arc::clone(client.router())).unwrap();
    (client, server)
}

fn event(text: &str) -> Event {
    Event::new(text.to_owned().into()).unwrap()
}

/// What happens to a channel or a playback that is made, in order.
fn life(object: &str, id: &str) -> [Event; 2] {
    ["Started", "Finished"].map(|what| {
        if object == "playback" {
            return event(&format!(
                r#"{{"type":"Playback{what}","playback":{{"id":"{id}","state":"done"}},"application":"a"}}"#
            ));
        }
        let name = if what == "Started" { "StasisStart" } else { "ChannelDestroyed" };
        event(&format!(
            r#"{{"type":"{name}","args":[],"channel":{{"id":"{id}"}},"application":"a"}}"#
        ))
    })
}

impl Server {
    fn tell<'a>(&self, events: impl IntoIterator<Item = &'a Event>) {
        let router = self.router.get().unwrap();
        assert_eq!(router.publish(&mut events.into_iter().cloned().collect()), None);
    }

    fn answer(&self, request: &Request) -> Response {
        let line = format!("{} {}", request.method, request.path);
        *self.asked.lock().unwrap().entry(line).or_default() += 1;
        let parameter = |name: &str| {
            let mut pairs = request.query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
        };
        let made = match (&request.method, request.path.as_str()) {
            (&Method::POST, "/channels") => ("channel", parameter("channelId").unwrap()),
            (&Method::POST, path) if path.ends_with("/play") => {
                ("playback", parameter("playbackId").unwrap())
            }
            (&Method::POST, path) if path.starts_with("/bridges") => {
                return Response::new(StatusCode::OK, r#"{"id":"b"}"#.into());
            }
            _ => return Response::new(StatusCode::NO_CONTENT, "".into()),
        };
        let [first, last] = life(made.0, &made.1);
        match *self.order.lock().unwrap() {
            Order::Early => self.tell([&first, &last]),
            Order::Twice => self.tell([&first, &first, &last, &last]),
            Order::Backwards => self.tell([&last, &first]),
            Order::Late => {}
            Order::Never => {
                let body = r#"{"error":"Allocation failed"}"#.into();
                return Response::new(StatusCode::INTERNAL_SERVER_ERROR, body);
            }
        }
        Response::new(StatusCode::OK, format!(r#"{{"id":"{}"}}"#, made.1).into())
    }
}

impl Transport for Server {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, RestError>> {
        Box::pin(async move { Ok(self.answer(&request)) })
    }
}

#[tokio::test]
async fn a_hundred_thousand_creations_hear_all_their_events_whenever_these_come() {
    const CREATIONS: usize = 100_000;
    let (client, server) = server(Order::Early);
    let mut failed = 0;
    for n in 0..CREATIONS {
        let order = ORDERS[n / 2 % ORDERS.len()];
        *server.order.lock().unwrap() = order;
        let events = if n % 2 == 0 {
            let originate = client.channels().originate("Local/wait@sdk").app("a").await;
            originate.map(|channel| ("channel", channel.id().to_string(), channel.events()))
        } else {
            let play = client.channel("c").play("sound:beep").await;
            play.map(|playback| ("playback", playback.id().to_string(), playback.events()))
        };
        let Ok((object, id, mut events)) = events else {
            assert_eq!(order, Order::Never);
            failed += 1;
            continue;
        };
        let mut expected = life(object, &id);
        match order {
            Order::Late => server.tell(&expected),
            Order::Backwards => expected.reverse(),
            _ => {}
        }
        for expected in expected {
            assert_eq!(events.next().await, Some(Ok(expected)));
        }
        // Told twice is heard once, and there is nothing else.
        server.tell(&[event(&format!(
            r#"{{"type":"X","channel":{{"id":"{id}"}},"playback":{{"id":"{id}"}}}}"#
        ))]);
        assert_eq!(events.next().await.unwrap().unwrap().name(), "X");
    }
    assert_eq!(failed, CREATIONS / ORDERS.len());
    assert_eq!(client.router().counted(), [0; 4]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_left_of_sessions_however_they_end() {
    const CALLS: usize = 1000;
    let before = tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let (client, server) = server(Order::Late);
    let count = Mutex::new(0);
    let session = move |mut call: Call| {
        let number = {
            let mut count = count.lock().unwrap();
            *count += 1;
            *count
        };
        async move {
            call.client().bridges().create().id(format!("b-{}", call.channel().id())).await?;
            let leg = format!("leg-{}", call.channel().id());
            let leg = call.client().channels().originate("Local/a").app("a").id(leg).await?;
            match number % 7 {
                0 => panic!("on purpose"),
                1 => Err(CallError::HungUp),
                2 => Ok(()),
                3 => {
                    tokio::time::sleep(Duration::from_secs(10)).await;
                    Ok(())
                }
                // Somebody else has it now.
                4 => {
                    assert!(call.keep(&Made::Channel(leg.id().clone())));
                    Ok(())
                }
                // The deadline ends it.
                5 => pending().await,
                _ => call.hung_up().await.map_err(CallError::Disconnected),
            }
        }
    };
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = client.serve(session).when_done(WhenDone::HangUp);
    let serving = tokio::spawn(serving.until(async move { drop(stopped.await) }));
    tokio::task::yield_now().await;
    for n in 0..CALLS {
        server.tell(&life("channel", &format!("c{n}"))[..1]);
    }
    // Time stands still until every session waits for something.
    tokio::time::sleep(Duration::from_secs(1)).await;
    for n in 0..CALLS {
        // The legs enter as well: they are nobody's calls.
        server.tell(&life("channel", &format!("leg-c{n}")));
        server.tell(&[event(&format!(r#"{{"type":"StasisEnd","channel":{{"id":"c{n}"}}}}"#))]);
    }
    stop.send(()).unwrap();
    let outcome = serving.await.unwrap();
    let of = |kind: usize| (1..=CALLS).filter(|n| n % 7 == kind).count() as u64;
    assert_eq!((outcome.sessions, outcome.refused), (1000, 0));
    assert_eq!((outcome.failed, outcome.aborted), (of(0) + of(1), of(5)));
    let asked = server.asked.lock().unwrap();
    let times = |line: &str| asked.keys().filter(|asked| asked.starts_with(line)).count();
    assert!(asked.values().all(|times| *times == 1 || *times == CALLS), "{asked:?}");
    assert_eq!(times("DELETE /bridges/b-"), CALLS);
    assert_eq!(times("DELETE /channels/leg-"), CALLS - usize::try_from(of(4)).unwrap());
    drop(asked);
    assert_eq!(client.router().counted(), [0; 4]);
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), before);
}

#[tokio::test]
async fn a_leg_that_enters_after_its_session_is_no_call() {
    let (client, server) = server(Order::Late);
    let mut offers = super::Offers::new(&client, None, 10);
    for id in ["early", "late", "entered"] {
        client.router().claim(id);
    }
    let starts = ["entered", "late", "early"].map(|id| life("channel", id)[0].clone());
    let [entered, late, early] = &starts;
    server.tell([entered, early]);
    for id in ["early", "late", "entered"] {
        client.router().release(id);
    }
    // One enters once more, as a call; another does it for the first time.
    server.tell([late, &life("channel", "caller")[0]]);
    server.tell([&event(
        r#"{"type":"StasisStart","args":["2"],"channel":{"id":"entered"},"application":"a"}"#,
    )]);
    for id in ["caller", "entered"] {
        let Some(super::Offered::Call(offer)) = offers.next().await else { panic!("no call") };
        assert_eq!(offer.start.channel.id, id);
    }
    assert_eq!(client.router().counted(), [0, 0, 0, 1]);
}
