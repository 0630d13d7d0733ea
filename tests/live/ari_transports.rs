//! The same calls over each way to carry requests: HTTP, the event WebSocket, and WebSockets that Asterisk
//! opens.

use std::time::Duration;

use asterisk_sdk::ari::call::{BridgeEnd, Call, CallError, Orphans, WhenDone};
use asterisk_sdk::ari::event::{ChannelDestroyed, PlaybackFinished, StasisStart};
use asterisk_sdk::ari::outbound::{self, Accepted};
use asterisk_sdk::ari::{Client, CloseReason, ConnectError, Event, EventStream, RestError};
use asterisk_sdk::proto::error::Delivery;
use harness::live::{OwnServer, Server};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

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

async fn destroyed(events: &mut EventStream<Event>) {
    let end = async {
        loop {
            let event = events.next().await.expect("the connection holds").expect("none is missed");
            if event.is::<ChannelDestroyed>() {
                return;
            }
        }
    };
    soon(end).await;
}

/// What an application does: calls at once, digits, playbacks, variables with all sorts of text, a dialed
/// leg in a bridge, refusals, and nothing left behind.
async fn scenario(client: &Client, app: &str) {
    let (told, mut tell) = mpsc::channel(100);
    let serving = client.serve(move |mut call: Call| {
        let told = told.clone();
        async move {
            let digits = call.dtmf().max_digits(3).await?.digits;
            let odd = "\u{fc} \"a\"\\b, c+d%20;e&f=g\r\nh";
            call.channel().set_variable("SDK", odd).await?;
            // Asterisk 16 replies before it sets it.
            let value = loop {
                match call.channel().variable("SDK").await {
                    Ok(variable) => break variable.value,
                    Err(error) if error.is_not_found() => {}
                    Err(error) => return Err(error.into()),
                }
            };
            assert_eq!(value, odd);
            let played = call.play("sound:beep").await?.finished().await?;
            let leg = call.dial("Local/wait@sdk").await?;
            let hangup = leg.channel().clone();
            let mut heard = hangup.client().events().channel(hangup.id()).all();
            let connecting = call.bridge_with(&leg);
            let cut = async {
                while let Some(event) = heard.next().await {
                    if event.expect("all").name() == "ChannelEnteredBridge" {
                        break;
                    }
                }
                hangup.hangup().await
            };
            let (end, cut) = tokio::join!(connecting.into_future(), cut);
            cut?;
            assert_eq!(end?, BridgeEnd::Leg);
            let _ = told.send((call.args()[0].to_string(), digits, played.id.to_string())).await;
            Ok::<_, CallError>(())
        }
    });
    let serving = serving.when_done(WhenDone::HangUp).app(app);
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(serving.until(async move { drop(stopped.await) }));
    let mut finished = client.events().of::<PlaybackFinished>();
    let mut calls = JoinSet::new();
    for n in 0..10 {
        let call = client.channels().originate("Local/digits@sdk").app(app).app_args(n.to_string());
        let call = call.variable("__SDK_DIGITS", format!("{n}*{n}"));
        calls.spawn(async move {
            let channel = call.await.expect("the call is made");
            destroyed(&mut channel.events()).await;
        });
    }
    let mut heard = Vec::new();
    let mut played = Vec::new();
    for _ in 0..10 {
        let (call, digits, playback) = soon(tell.recv()).await.expect("a session tells");
        assert_eq!(digits, format!("{call}*{call}"));
        heard.push(call);
        played.push(playback);
    }
    heard.sort();
    assert_eq!(heard, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    for _ in 0..10 {
        let end = soon(finished.next()).await.expect("it holds").expect("all");
        assert!(played.contains(&end.playback.id.to_string()));
    }
    while let Some(call) = soon(calls.join_next()).await {
        call.expect("no panic");
    }
    stop.send(()).expect("it runs");
    let outcome = soon(running).await.expect("no panic");
    assert_eq!((outcome.sessions, outcome.failed, outcome.refused, outcome.aborted), (10, 0, 0, 0));

    let gone = soon(client.channel("nobody").get().into_future()).await.expect_err("it is refused");
    assert_eq!(gone.to_string(), "the server answered 404: Channel not found");
    let bad = client.channels().originate("Nothing/x").app(app);
    let error = soon(bad.into_future()).await.expect_err("it is refused");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(500), "{error:?}");
    let sounds = soon(client.sounds().list().into_future()).await.expect("sounds");
    assert!(sounds.len() > 100);
}

#[tokio::test]
async fn the_scenario_over_http() {
    let Some(server) = harness::live::server() else { return };
    // Others count the bridges of the shared one.
    let server = OwnServer::start(&server);
    let app = name("over-http");
    let client = builder(&server, &app).connect().await.expect("a connection");
    scenario(&client, &app).await;
    soon(client.close()).await;
}

#[tokio::test]
async fn the_scenario_over_the_event_socket() {
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
    scenario(&client, &app).await;
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
    scenario(&client, "one").await;
    scenario(&client, "two").await;

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
    scenario(&client, "one").await;
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
    let tls = outbound::Tls::new(read("server.pem"), read("server.key"));
    let ours = outbound().bind("127.0.0.1:0").await.expect("a free port");
    let mut ours = ours.tls(&tls).expect("a certificate");
    // Asterisk compares names, not addresses.
    let url = format!("wss://localhost:{}", ours.local_addr().port());
    let more = format!("tls_enabled = yes\nca_list_file = /instances/{inside}\n");
    connect_to(&server, &url, "persistent", "safe", &more);
    let client = soon(ours.accept()).await.client;
    assert_eq!(client.apps(), ["safe"]);
    scenario(&client, "safe").await;
    soon(client.close()).await;
    assert_eq!(client.close_reason(), Some(CloseReason::Local));
}
