//! ARI against a real Asterisk.

use std::time::Duration;

use asterisk_sdk::ari::event::{
    ApplicationReplaced, ChannelDestroyed, ChannelDtmfReceived, PlaybackFinished, PlaybackStarted,
    StasisEnd, StasisStart,
};
use asterisk_sdk::ari::handle::Channel;
use asterisk_sdk::ari::model::{BridgeType, PlaybackState};
use asterisk_sdk::ari::rest::EventSource;
use asterisk_sdk::ari::rest::channels::{HangupReason, Originate};
use asterisk_sdk::ari::{
    AriEvent, Builder, Client, CloseReason, ConnectError, Event, EventStream, PlaybackError,
    RestError,
};
use asterisk_sdk::proto::{ChannelState, HangupCause};
use harness::live::Server;
use http::Method;

/// How long a real server may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(20);

fn builder(server: &Server) -> Builder {
    Client::builder(&server.http).login(&server.ari_user, server.ari_password.as_str())
}

/// A client with an application of the test's own.
async fn application(server: &Server, test: &str) -> (Client, String) {
    let app = format!("sdk-{test}-{}", std::process::id());
    let client = builder(server).app(&app).connect().await.expect("a connection");
    (client, app)
}

async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it comes in time")
}

/// The next event of a type among all of an object's.
async fn next<E: AriEvent>(events: &mut EventStream<Event>) -> E {
    let search = async {
        loop {
            let event = events.next().await.expect("the connection holds").expect("none is missed");
            if let Some(event) = event.decode::<E>() {
                return event;
            }
        }
    };
    soon(search).await
}

/// Makes a call that enters the application.
async fn enter(call: Originate) -> (Channel, EventStream<Event>, StasisStart) {
    let channel = soon(call.into_future()).await.expect("the call is made");
    let mut events = channel.events();
    let start: StasisStart = next(&mut events).await;
    assert_eq!(start.channel.id, *channel.id());
    (channel, events, start)
}

/// Hangs up and waits for the end.
async fn leave(channel: &Channel, events: &mut EventStream<Event>) {
    channel.hangup().await.expect("the channel exists");
    let _: ChannelDestroyed = next(events).await;
}

#[tokio::test]
async fn info_tells_the_exact_version() {
    let Some(server) = harness::live::server() else { return };
    let client = builder(&server).connect().await.unwrap();
    let info = client.asterisk().info().await.unwrap();
    let version = info.version().unwrap();
    assert!(version.starts_with(&server.version), "{version}");
    let cli = server.cli("core show version");
    assert!(cli.starts_with(&format!("Asterisk {version} built by ")), "{cli}");
    assert!(info.status.unwrap().startup_time.unix_millis().is_some());
    assert!(info.extra.is_empty(), "{:?}", info.extra);

    let only = client.asterisk().info().only(["system", "build"]).await.unwrap();
    assert!(only.system.is_some() && only.build.is_some());
    assert!(only.config.is_none() && only.status.is_none());
    assert_eq!(client.closed().await, CloseReason::NoApplication);
}

#[tokio::test]
async fn a_wrong_password_is_refused_at_once() {
    let Some(server) = harness::live::server() else { return };
    let connecting = Client::builder(&server.http).login(&server.ari_user, "wrong").app("sdk-x");
    let error = soon(connecting.connect()).await.unwrap_err();
    assert!(matches!(error, ConnectError::Unauthorized), "{error:?}");
}

#[tokio::test]
async fn a_manager_port_is_not_ari() {
    let Some(server) = harness::live::server() else { return };
    let connecting = Client::builder(&server.ami).login("sdk", "x").connect();
    let error = soon(connecting).await.unwrap_err();
    assert!(matches!(error, ConnectError::Protocol(_)), "{error:?}");
}

#[tokio::test]
async fn a_read_only_user_may_read_only() {
    let Some(server) = harness::live::server() else { return };
    let (user, password) = (&server.ari_readonly_user, server.ari_readonly_password.as_str());
    let client = Client::builder(&server.http).login(user, password).connect().await.unwrap();
    client.channels().list().await.unwrap();
    let call = client.channels().originate("Local/wait@sdk").app("sdk-x");
    let error = soon(call.into_future()).await.unwrap_err();
    assert!(error.is_forbidden(), "{error:?}");
    assert_eq!(error.to_string(), "the server answered 403: Write access denied");
}

#[tokio::test]
async fn an_application_answers_a_call_and_plays_to_the_end() {
    let Some(server) = harness::live::server() else { return };
    let (client, app) = application(&server, "answer").await;
    let mut starts = client.events().of::<StasisStart>();
    // The second half of this call is the caller that the dialplan sends here.
    let call = client
        .channels()
        .originate("Local/stasis@sdk")
        .context("sdk")
        .extension("wait")
        .caller_id("Ana <100>")
        .variable("__STASIS_APP", &app)
        .variable("__STASIS_ARG1", "one")
        .variable("__STASIS_ARG2", "two words");
    soon(call.into_future()).await.unwrap();
    let start = soon(starts.next()).await.unwrap().unwrap();
    assert_eq!(start.args, ["one", "two words"]);
    assert_eq!(start.event.application(), app);
    assert_eq!(start.channel.caller.number, "100");
    assert_eq!(start.channel.state, ChannelState::Ring);
    assert_eq!(start.channel.dialplan.exten, "stasis");

    let channel = client.channel(&start.channel);
    let mut events = channel.events();
    channel.answer().await.unwrap();
    assert_eq!(channel.get().await.unwrap().state, ChannelState::Up);
    let listed = client.channels().list().await.unwrap();
    let listed = listed.iter().find(|listed| listed.id == *channel.id()).expect("it is listed");
    assert_eq!(listed.name, start.channel.name);

    let playback = channel.play("sound:hello-world").await.unwrap();
    let finished = soon(playback.finished().into_future()).await.unwrap();
    assert_eq!(finished.state, PlaybackState::Done);
    assert_eq!(finished.id, *playback.id());
    assert_eq!(finished.media_uri, "sound:hello-world");
    assert_eq!(finished.target_uri, format!("channel:{}", channel.id()).as_str());
    let started: PlaybackStarted = next(&mut events).await;
    assert_eq!(
        (started.playback.id, started.playback.state),
        (finished.id, PlaybackState::Playing)
    );
    let finished: PlaybackFinished = next(&mut events).await;
    assert_eq!(finished.playback.state, PlaybackState::Done);
    // For a moment it is still there, as ended.
    match soon(playback.finished().into_future()).await {
        Ok(playback) => assert_eq!(playback.state, PlaybackState::Done),
        other => assert!(matches!(other, Err(PlaybackError::Gone)), "{other:?}"),
    }

    // Without this the events of a channel that came by the dialplan end when it leaves.
    let source = EventSource::channel(&channel);
    client.application(&app).subscribe([source]).await.unwrap();
    channel.hangup().reason(HangupReason::Busy).await.unwrap();
    let end: StasisEnd = next(&mut events).await;
    assert_eq!(end.channel.id, *channel.id());
    let destroyed: ChannelDestroyed = next(&mut events).await;
    assert_eq!(destroyed.cause, HangupCause::UserBusy);
    assert_eq!(destroyed.cause_txt, "User busy");
    assert!(channel.get().await.unwrap_err().is_not_found());
    assert!(channel.answer().await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn several_media_play_in_their_order() {
    let Some(server) = harness::live::server() else { return };
    let (client, app) = application(&server, "media").await;
    let (channel, mut events, _) =
        enter(client.channels().originate("Local/wait@sdk").app(&app)).await;
    // A comma in an item sends the list in the body; without one it is joined.
    for last in ["characters:a,b", "sound:digits/1"] {
        let playback = channel.play("sound:beep").media([last]).await.unwrap();
        let queued = playback.get().await.unwrap();
        assert_eq!(queued.media_uri, "sound:beep");
        assert_eq!(queued.next_media_uri.as_deref(), Some(last));
        let finished = soon(playback.finished().into_future()).await.unwrap();
        assert_eq!(finished.media_uri, last);
    }
    leave(&channel, &mut events).await;
}

#[tokio::test]
async fn playbacks_that_do_not_reach_their_end_say_why() {
    let Some(server) = harness::live::server() else { return };
    let (client, app) = application(&server, "playback").await;
    let (channel, mut events, _) =
        enter(client.channels().originate("Local/wait@sdk").app(&app)).await;
    let missing = channel.play("recording:sdk-does-not-exist").await.unwrap();
    let waiting = missing.finished().within(Duration::from_millis(300));
    assert!(matches!(soon(waiting.into_future()).await, Err(PlaybackError::Timeout(_))));

    let stopped = channel.play("sound:demo-congrats").await.unwrap();
    stopped.stop().await.unwrap();
    let finished = soon(stopped.finished().into_future()).await.unwrap();
    assert_eq!(finished.state, PlaybackState::Done);

    let failing = channel.play("sound:demo-congrats").await.unwrap();
    leave(&channel, &mut events).await;
    match soon(failing.finished().into_future()).await {
        Err(PlaybackError::Failed(playback)) => assert_eq!(playback.state, PlaybackState::Failed),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn digits_are_received() {
    let Some(server) = harness::live::server() else { return };
    let (client, app) = application(&server, "digits").await;
    let call =
        client.channels().originate("Local/digits@sdk").app(&app).variable("__SDK_DIGITS", "5#A0");
    let (channel, mut events, _) = enter(call).await;
    for digit in ["5", "#", "A", "0"] {
        let received: ChannelDtmfReceived = next(&mut events).await;
        assert_eq!(received.digit, digit);
        assert!(received.duration_ms > 0);
        assert_eq!(received.channel.id, *channel.id());
    }
    channel.hangup().reason(HangupReason::Congestion).await.unwrap();
    let destroyed: ChannelDestroyed = next(&mut events).await;
    assert_eq!(destroyed.cause, HangupCause::NormalCircuitCongestion);
    assert_eq!(destroyed.cause_txt, "Circuit/channel congestion");
}

#[tokio::test]
async fn a_bridge_is_made_filled_and_destroyed() {
    let Some(server) = harness::live::server() else { return };
    let (client, app) = application(&server, "bridge").await;
    let (one, mut one_events, _) =
        enter(client.channels().originate("Local/wait@sdk").app(&app)).await;
    let (two, mut two_events, _) =
        enter(client.channels().originate("Local/wait@sdk").app(&app)).await;

    // An id that has to be encoded everywhere it goes.
    let id = format!("{app}/a b+c%ä");
    let create = client.bridges().create().bridge_type("mixing").name("a bridge").id(id.as_str());
    let bridge = create.await.unwrap();
    assert_eq!(*bridge.id(), id.as_str());
    let mut events = bridge.events();
    bridge.add_channel(one.id()).channels([two.id()]).await.unwrap();
    for _ in 0..2 {
        let entered = loop {
            let event = soon(events.next()).await.unwrap().unwrap();
            if event.name() == "ChannelEnteredBridge" {
                break event;
            }
        };
        assert!(entered.json().contains(r#""name":"a bridge""#), "{entered:?}");
    }
    let filled = bridge.get().await.unwrap();
    assert_eq!(filled.bridge_type, BridgeType::Mixing);
    assert_eq!(filled.name, "a bridge");
    let mut members = filled.channels;
    members.sort();
    let mut expected = vec![one.id().clone(), two.id().clone()];
    expected.sort();
    assert_eq!(members, expected);
    assert!(client.bridges().list().await.unwrap().iter().any(|bridge| bridge.id == id.as_str()));

    bridge.remove_channel(two.id()).await.unwrap();
    assert_eq!(bridge.get().await.unwrap().channels, [one.id().clone()]);
    bridge.destroy().await.unwrap();
    // It can still be read until its last channel has left.
    let gone = async {
        loop {
            if let Err(error) = bridge.get().await {
                return error;
            }
        }
    };
    let error = soon(gone).await;
    assert!(error.is_not_found());
    assert_eq!(error.to_string(), "the server answered 404: Bridge not found");
    assert_eq!(one.get().await.unwrap().state, ChannelState::Up);
    leave(&one, &mut one_events).await;
    leave(&two, &mut two_events).await;
}

#[tokio::test]
async fn a_request_too_long_for_a_line_goes_in_the_body() {
    let Some(server) = harness::live::server() else { return };
    let (client, app) = application(&server, "long").await;
    let long = "x".repeat(4000);
    let call = client
        .channels()
        .originate("Local/wait@sdk")
        .app(&app)
        .app_args(format!("first,{long}"))
        .timeout(20)
        .variable("SDK_LONG", "a \"b\" ü,+&=%");
    let (channel, mut events, start) = enter(call).await;
    assert_eq!(start.args, ["first", long.as_str()]);
    assert_eq!(channel.variable("SDK_LONG").await.unwrap().value, "a \"b\" ü,+&=%");
    leave(&channel, &mut events).await;
}

#[tokio::test]
async fn what_the_server_cannot_do_is_told_in_its_words() {
    let Some(server) = harness::live::server() else { return };
    let (client, app) = application(&server, "refused").await;
    let refused = |error: RestError| error.to_string();
    let nobody = client.channels().originate("PJSIP/sdk-nobody").app(&app);
    let error = soon(nobody.into_future()).await.unwrap_err();
    assert_eq!(refused(error), "the server answered 500: Allocation failed");
    let nowhere = client.channels().originate("").app(&app);
    let error = soon(nowhere.into_future()).await.unwrap_err();
    assert_eq!(refused(error), "the server answered 400: Endpoint must be specified");

    let id = format!("{app}-1");
    let call = client.channels().originate("Local/wait@sdk").app(&app).id(id.as_str());
    let (channel, mut events, _) = enter(call.clone()).await;
    let error = soon(call.into_future()).await.unwrap_err();
    assert!(error.is_conflict(), "{error:?}");
    leave(&channel, &mut events).await;
    let gone = client.channel(id.as_str()).hangup();
    assert_eq!(refused(gone.await.unwrap_err()), "the server answered 404: Channel not found");
    let page = client.request(Method::GET, "/nope").await.unwrap_err();
    assert!(page.is_not_found());
}

#[tokio::test]
async fn an_application_that_is_taken_over_is_told() {
    let Some(server) = harness::live::server() else { return };
    let (first, app) = application(&server, "replaced").await;
    let mut replaced = first.events().of::<ApplicationReplaced>();
    let second = builder(&server).app(&app).connect().await.unwrap();
    let event = soon(replaced.next()).await.unwrap().unwrap();
    assert_eq!(event.event.application(), app);
    // It would stay open, and mute: nothing more is waited for, and the application not taken back.
    assert_eq!(soon(first.closed()).await, CloseReason::Replaced);
    assert!(soon(first.events().all().next()).await.is_none());

    let (channel, mut events, _) =
        enter(second.channels().originate("Local/wait@sdk").app(&app)).await;
    leave(&channel, &mut events).await;
    assert_eq!(second.close_reason(), None);
    first.asterisk().info().await.unwrap();
}

#[tokio::test]
async fn pings_keep_the_connection() {
    let Some(server) = harness::live::server() else { return };
    let app = format!("sdk-ping-{}", std::process::id());
    let limit = Duration::from_secs(5);
    let settings = builder(&server).app(&app).ping_interval(Duration::from_millis(1));
    let client = settings.ping_timeout(limit).connect().await.unwrap();
    // Calls go on while more pings are sent than can be unanswered.
    for _ in 0..3 {
        let (channel, mut events, _) =
            enter(client.channels().originate("Local/wait@sdk").app(&app)).await;
        leave(&channel, &mut events).await;
    }
    assert_eq!(client.close_reason(), None);
}
