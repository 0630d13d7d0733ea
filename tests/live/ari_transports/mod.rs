//! The same calls over each way to carry requests: HTTP, the event WebSocket, and WebSockets that Asterisk
//! opens.

mod restart;
mod suite;

use std::time::Duration;

use asterisk_sdk::ari::call::{Call, CallError, Orphans, WhenDone};
use asterisk_sdk::ari::event::{CallBroadcast, CallClaimed, ChannelDestroyed, StasisStart};
use asterisk_sdk::ari::outbound::{self, Accepted};
use asterisk_sdk::ari::{Client, CloseReason, ConnectError, RestError};
use asterisk_sdk::proto::error::Delivery;
use harness::live::{OwnServer, Server};
use tokio::sync::{mpsc, oneshot};

/// How long a real server may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(40);

async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it comes in time")
}

fn builder(server: &Server, app: &str) -> asterisk_sdk::ari::Builder {
    Client::builder(&server.http).login(&server.ari_user, server.ari_password.as_str()).app(app)
}

fn name(test: &str) -> String {
    format!("sdk-{test}-{}", std::process::id())
}

#[tokio::test]
async fn the_suite_over_http() {
    let Some(server) = harness::live::server() else { return };
    // Others count the bridges of the shared one.
    let server = OwnServer::start(&server);
    let app = name("over-http");
    let client = builder(&server, &app).connect().await.expect("a connection");
    suite::run(&client, &app).await;
    soon(client.close()).await;
}

#[tokio::test]
async fn the_suite_over_the_event_socket() {
    let Some(server) = harness::live::server() else { return };
    // Others count the bridges of the shared one.
    let server = OwnServer::start(&server);
    let app = name("over-socket");
    let connecting = builder(&server, &app).rest_over_websocket().connect();
    let result = soon(connecting).await;
    if server.major() == 16 {
        let error = result.unwrap_err();
        assert!(matches!(error, ConnectError::NoRestOverWebSocket), "{error:?}");
        return;
    }
    let client = result.expect("a connection");
    suite::run(&client, &app).await;
    // What waits for a channel holds back nobody.
    let channel = client.channels().originate("Local/wait@sdk").app(&app).await.expect("a call");
    let mut events = channel.events();
    while !soon(events.next()).await.expect("it holds").expect("all").is::<StasisStart>() {}
    let playback = channel.play("sound:demo-congrats").await.expect("it plays");
    let setting = tokio::spawn(channel.set_variable("A", "b").into_future());
    for _ in 0..10 {
        soon(client.channels().list().into_future()).await.expect("a list");
    }
    assert!(!setting.is_finished());
    playback.stop().await.expect("it plays");
    soon(setting).await.expect("no panic").expect("it is set");
    channel.hangup().await.expect("it is there");
    soon(client.close()).await;
    let error = soon(client.channels().list().into_future()).await.unwrap_err();
    assert_eq!(error.delivery(), Some(Delivery::NotSent));
}

/// Makes Asterisk connect to this port.
fn configure(server: &OwnServer, port: u16, kind: &str, apps: &str) {
    connect_to(server, &format!("ws://127.0.0.1:{port}"), kind, apps, "");
}

fn connect_to(server: &OwnServer, url: &str, kind: &str, apps: &str, more: &str) {
    let id = kind.replace('_', "");
    let client = format!(
        "\n[{id}]\ntype = websocket_client\nconnection_type = {kind}\nuri = {url}/{id}\n\
         protocols = ari\nusername = pbx\npassword = s3cret\nreconnect_interval = 200\n{more}"
    );
    server.configure("websocket_client.conf", &client, "res_websocket_client.so");
    let outbound = format!(
        "\n[{id}]\ntype = outbound_websocket\nwebsocket_client_id = {id}\napps = {apps}\n\
         local_ari_user = {}\n",
        server.ari_user
    );
    server.configure("ari.conf", &outbound, "res_ari.so");
}

fn outbound() -> outbound::ServerBuilder {
    outbound::Server::builder().login("pbx", "s3cret")
}

#[tokio::test]
async fn asterisk_keeps_a_connection_to_us() {
    let Some(server) = harness::live::server() else { return };
    if server.major() < 22 {
        return;
    }
    let server = OwnServer::start(&server);
    let mut ours = outbound().bind("127.0.0.1:0").await.expect("a free port");
    let address = ours.local_addr();
    configure(&server, address.port(), "persistent", "one,two");
    let accepted = soon(ours.accept()).await;
    assert_eq!((accepted.path.as_str(), accepted.query.as_deref()), ("/persistent", None));
    let client = accepted.client;
    assert_eq!(client.apps(), ["one", "two"]);
    suite::run(&client, "one").await;
    suite::run(&client, "two").await;

    // A successor of ours gets the connection, and the call that is still there.
    let channel = client.channels().originate("Local/wait@sdk").app("one").await.expect("a call");
    let mut events = channel.events();
    while !soon(events.next()).await.expect("it holds").expect("all").is::<StasisStart>() {}
    drop(ours);
    soon(client.close()).await;
    let mut ours = outbound().bind(address).await.expect("the same port");
    let client = soon(ours.accept()).await.client;
    assert_eq!(client.apps(), ["one", "two"]);
    let (told, mut tell) = mpsc::channel(1);
    let serving = client.serve(move |call: Call| {
        let told = told.clone();
        async move {
            let _ = told.send(call.channel().id().clone()).await;
        }
    });
    let serving = serving.orphans(Orphans::Adopt).when_done(WhenDone::HangUp);
    let serving = tokio::spawn(serving.into_future());
    assert_eq!(soon(tell.recv()).await.as_ref(), Some(channel.id()));

    // Asterisk is killed, and connects again when it is back.
    server.restart();
    assert_eq!(soon(client.closed()).await, CloseReason::Remote(None));
    soon(serving).await.expect("no panic");
    let client = soon(ours.accept()).await.client;
    suite::run(&client, "one").await;
    soon(client.close()).await;
}

#[tokio::test]
async fn asterisk_connects_for_each_call() {
    const CALLS: usize = 10;
    let Some(server) = harness::live::server() else { return };
    if server.major() < 22 {
        return;
    }
    let server = OwnServer::start(&server);
    let ours = outbound().bind("127.0.0.1:0").await.expect("a free port");
    configure(&server, ours.local_addr().port(), "per_call_config", "menu");
    let (told, mut tell) = mpsc::channel(CALLS);
    let (stop, stopped) = oneshot::channel::<()>();
    let sessions = move |accepted: &Accepted| {
        let told = told.clone();
        assert_eq!(accepted.path, "/percallconfig");
        let apps = accepted.client.apps();
        let serve = accepted.client.serve(move |mut call: Call| {
            let (told, apps) = (told.clone(), apps.clone());
            async move {
                assert_eq!(apps, [format!("menu:{}", call.start().channel.name)]);
                assert_eq!(call.application(), apps[0]);
                call.channel().answer().await?;
                call.play("sound:beep").await?.finished().await?;
                let digits = call.dtmf().max_digits(2).await?.digits;
                let _ = told.send(digits).await;
                Ok::<_, CallError>(())
            }
        });
        serve.when_done(WhenDone::HangUp)
    };
    let running =
        tokio::spawn(ours.serve_with_shutdown(sessions, async move { drop(stopped.await) }));
    let caller = name("caller");
    let caller = builder(&server, &caller).subscribe_all().connect().await.expect("a connection");
    let mut ends = caller.events().of::<ChannelDestroyed>();
    for n in 0..CALLS {
        let call = caller.channels().originate("Local/stasis@sdk").context("sdk");
        let call = call.extension("digits").variable("__STASIS_APP", "menu");
        call.variable("__SDK_DIGITS", format!("{n}*")).await.expect("a call");
    }
    let mut heard = Vec::new();
    for _ in 0..CALLS {
        heard.push(soon(tell.recv()).await.expect("a session tells"));
    }
    heard.sort();
    let expected: Vec<_> = (0..CALLS).map(|n| format!("{n}*")).collect();
    assert_eq!(heard, expected);
    for _ in 0..CALLS * 2 {
        soon(ends.next()).await.expect("it holds").expect("all");
    }
    stop.send(()).expect("it runs");
    let outcome = soon(running).await.expect("no panic");
    assert_eq!((outcome.sessions, outcome.failed, outcome.aborted), (10, 0, 0));
    soon(caller.close()).await;
}

/// A call that is offered to all goes to the first who claims it, over whatever transport.
#[tokio::test]
async fn an_offered_call_is_served_by_who_claims_it_first() {
    let Some(server) = harness::live::server() else { return };
    if server.major() < 22 {
        return;
    }
    let server = OwnServer::start(&server);
    let mut ours = outbound().bind("127.0.0.1:0").await.expect("a free port");
    configure(&server, ours.local_addr().port(), "persistent", "three");
    let clients = [
        builder(&server, "one").connect().await.expect("a connection"),
        builder(&server, "two").rest_over_websocket().connect().await.expect("a connection"),
        soon(ours.accept()).await.client,
    ];
    let (told, mut tell) = mpsc::channel(1);
    for client in &clients {
        let told = told.clone();
        let serving = client.serve(move |call: Call| {
            let told = told.clone();
            async move {
                let args = call.args().iter().map(ToString::to_string).collect::<Vec<_>>();
                let id = call.channel().id().to_string();
                let _ = told.send((call.application().to_owned(), id, args)).await;
            }
        });
        tokio::spawn(serving.when_done(WhenDone::HangUp).into_future());
    }
    // The first try of each has begun to take calls.
    tokio::task::yield_now().await;
    for (winner, app) in ["one", "two", "three"].into_iter().enumerate() {
        let mut offers = clients.each_ref().map(|client| client.events().of::<CallBroadcast>());
        let mut claims = clients.each_ref().map(|client| client.events().of::<CallClaimed>());
        let id = format!("offered-{app}");
        let call = clients[0].channels().originate("Local/wait@sdk/n").context("sdk");
        let call = call.extension("offer").priority(1).caller_id("Ada <100>").id(id.as_str());
        let channel = call.await.expect("the call is made");
        for offers in &mut offers {
            let offer = soon(offers.next()).await.expect("it holds").expect("all");
            assert_eq!(offer.channel.id, *channel.id());
            assert_eq!(
                (offer.caller.as_deref(), offer.called.as_deref()),
                (Some("100"), Some("offer"))
            );
        }
        clients[winner].channel(&channel).claim(app).await.expect("it is the first");
        for (loser, other) in ["one", "two", "three"].into_iter().enumerate() {
            if loser != winner {
                let late = clients[loser].channel(&channel).claim(other);
                let late = soon(late.into_future()).await.expect_err("it is too late");
                // Soon nobody remembers that it was offered.
                assert!(late.is_conflict() || late.is_not_found(), "{late:?}");
            }
        }
        for claims in &mut claims {
            let claim = soon(claims.next()).await.expect("it holds").expect("all");
            assert_eq!((claim.channel.id.as_str(), &*claim.winner_app), (id.as_str(), app));
        }
        let args = vec!["one".to_owned(), "two".to_owned()];
        assert_eq!(soon(tell.recv()).await, Some((app.to_owned(), id, args)));
    }
    for client in clients {
        soon(client.close()).await;
    }
}

/// Two programs have the same application: the second has it from then on, and the first does not take it
/// back.
#[tokio::test]
async fn an_application_goes_to_the_second_client_and_stays_there() {
    let Some(server) = harness::live::server() else { return };
    let app = name("taken-over");
    let first = builder(&server, &app).connect().await.expect("a connection");
    let mut events = first.events().all();
    let second = builder(&server, &app).connect().await.expect("a connection");
    let replaced = soon(events.next()).await.expect("the event").expect("an event");
    assert_eq!((replaced.name(), replaced.application()), ("ApplicationReplaced", &*app));
    assert!(soon(events.next()).await.is_none());
    assert_eq!(soon(first.closed()).await, CloseReason::Replaced);
    assert_eq!(first.apps(), [""; 0]);
    // Requests of the first one still work; what they cause is told to the second, and nobody replaces it.
    let id = name("taken-over-call");
    let mut heard = second.events().all();
    let call = first.channels().originate("Local/wait@sdk").app(&app).id(id.as_str());
    call.await.expect("the call is made");
    let mut names = Vec::new();
    while names.last().is_none_or(|name| name != "ChannelDestroyed") {
        let event = soon(heard.next()).await.expect("it holds").expect("all");
        if event.subjects().iter().any(|subject| subject.id == *id) {
            if event.is::<StasisStart>() {
                second.channel(id.as_str()).hangup().await.expect("it is there");
            }
            names.push(event.name().to_owned());
        }
    }
    assert!(names.contains(&"StasisStart".to_owned()) && names.contains(&"StasisEnd".to_owned()));
    assert!(!names.contains(&"ApplicationReplaced".to_owned()));
    assert!(second.is_connected() && second.apps() == [app]);
    assert_eq!(first.close_reason(), Some(CloseReason::Replaced));
    soon(second.close()).await;
}

#[tokio::test]
async fn asterisk_is_refused_with_another_password() {
    let Some(server) = harness::live::server() else { return };
    if server.major() < 22 {
        return;
    }
    let server = OwnServer::start(&server);
    let mut ours = outbound().bind("127.0.0.1:0").await.expect("a free port");
    let port = ours.local_addr().port();
    let mut wrong = outbound::Server::builder()
        .login("pbx", "other")
        .bind("127.0.0.1:0")
        .await
        .expect("a port");
    configure(&server, wrong.local_addr().port(), "persistent", "one");
    let refused = async {
        loop {
            let log = server.cli("ari show outbound-websockets");
            if log.contains("one") {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = wrong.accept() => panic!("it is accepted"),
        () = refused => {}
    }
    // Another configuration finds the right one.
    configure(&server, port, "per_call_config", "two");
    let caller = builder(&server, &name("caller")).connect().await.expect("a connection");
    let call = caller.channels().originate("Local/stasis@sdk").context("sdk").extension("wait");
    let call = call.variable("__STASIS_APP", "two").await.expect("a call");
    let accepted = tokio::select! {
        _ = wrong.accept() => panic!("it is accepted"),
        accepted = soon(ours.accept()) => accepted,
    };
    let error: RestError =
        soon(accepted.client.channel("nobody").hangup().into_future()).await.unwrap_err();
    assert!(error.is_not_found());
    call.hangup().await.expect("it is there");
    soon(caller.close()).await;
}

#[tokio::test]
async fn asterisk_connects_over_tls() {
    let Some(server) = harness::live::server() else { return };
    if server.major() < 22 {
        return;
    }
    let server = OwnServer::start(&server);
    // Asterisk sees the folders of its root only.
    let (root, inside) = server.ca.split_once("/instances/").expect("an instance");
    let read = |name: &str| {
        let folder = inside.strip_suffix("ca.pem").expect("the authority");
        std::fs::read(format!("{root}/instances/{folder}{name}")).expect("a certificate")
    };
    let tls = outbound::ServerTls::new(read("server.pem"), read("server.key"));
    let ours = outbound().bind("127.0.0.1:0").await.expect("a free port");
    let mut ours = ours.tls(&tls).expect("a certificate");
    // Asterisk compares names, not addresses.
    let url = format!("wss://localhost:{}", ours.local_addr().port());
    let more = format!("tls_enabled = yes\nca_list_file = /instances/{inside}\n");
    connect_to(&server, &url, "persistent", "safe", &more);
    let client = soon(ours.accept()).await.client;
    assert_eq!(client.apps(), ["safe"]);
    suite::run(&client, "safe").await;
    soon(client.close()).await;
    assert_eq!(client.close_reason(), Some(CloseReason::Local));
}
