//! What is made through handles: recordings to their end, and channels that are heard from the first
//! event on.

use asterisk_sdk::ari::event::{ChannelDestroyed, RecordingStarted};
use asterisk_sdk::ari::model::RecordingState;
use asterisk_sdk::ari::rest::channels::SnoopDirection;
use asterisk_sdk::ari::{AriEvent, CloseReason, RecordingError};
use asterisk_sdk::proto::ChannelId;

use super::*;

/// The captured events of recordings: one that was stopped, one on a channel in a bridge, one of a
/// bridge.
const RECORDINGS: &str = include_str!("captures/22/recording.jsonl");

/// The captured event with this type about this recording.
fn recording(kind: &str, name: &str) -> &'static str {
    let wanted = [format!(r#""type":"{kind}""#), format!(r#""name":"{name}""#)];
    let mut lines = RECORDINGS.lines();
    lines.find(|line| wanted.iter().all(|part| line.contains(part))).expect("it was captured")
}

#[tokio::test]
async fn the_end_of_a_recording_that_overtakes_the_reply_is_seen() {
    let (client, mut peer, mut socket) = connected(|builder| builder).await;
    let mut all = client.events().all();
    let record = client.bridge("capture-bridge").record("capture/bridge", "wav");
    let script = async {
        let line = "POST /ari/bridges/capture-bridge/record?name=capture/bridge&format=wav";
        let exchange = peer.expect(line).await;
        socket.text(recording("RecordingStarted", "capture/bridge")).await;
        socket.text(recording("RecordingFinished", "capture/bridge")).await;
        // Both were given out before the reply is written.
        all.next().await;
        all.next().await;
        exchange.reply(capture!("bridge-record")).await;
    };
    let (live, ()) = soon(async { tokio::join!(record.into_future(), script) }).await;
    let live = live.unwrap();
    let finished = soon(live.finished().into_future()).await.unwrap();
    assert_eq!(finished.state, RecordingState::Done);
    assert_eq!(finished.name, "capture/bridge");
    assert_eq!(finished.target_uri, "bridge:capture-bridge");
    assert_eq!(live.stored().name(), "capture/bridge");
    assert!(peer.try_next().is_none(), "nobody had to ask");
}

#[tokio::test]
async fn a_recording_is_stopped_and_waited_for() {
    let (client, mut peer, mut socket) = connected(|builder| builder).await;
    let record = client.channel("capture-1").record("capture/record", "wav").beep(true);
    let script = async {
        let line = "POST /ari/channels/capture-1/record?name=capture/record&format=wav&beep=true";
        peer.expect(line).await.reply(capture!("record")).await;
    };
    let (live, ()) = soon(async { tokio::join!(record.into_future(), script) }).await;
    let live = live.unwrap();

    let limit = Duration::from_millis(10);
    let error = soon(live.finished().within(limit).into_future()).await.unwrap_err();
    assert!(matches!(error, RecordingError::Timeout(within) if within == limit), "{error:?}");

    let script = async {
        let stop = "POST /ari/recordings/live/capture%2Frecord/stop";
        peer.expect(stop).await.reply(capture!("record-stop")).await;
        socket.text(recording("RecordingFinished", "capture/record")).await;
    };
    let (stopped, ()) = soon(async { tokio::join!(live.stop().into_future(), script) }).await;
    stopped.unwrap();
    // It can be waited for again, and heard what came meanwhile.
    let finished = soon(live.finished().into_future()).await.unwrap();
    assert_eq!((finished.duration, finished.state), (Some(0), RecordingState::Done));

    // A handle that was not there from the beginning asks.
    let script = async {
        let exchange = peer.expect("GET /ari/recordings/live/capture%2Frecord").await;
        exchange.reply(capture!("recording-not-found")).await;
    };
    let (result, ()) = soon(async { tokio::join!(live.finished().into_future(), script) }).await;
    assert!(matches!(result.unwrap_err(), RecordingError::Gone));
}

#[tokio::test]
async fn a_recording_that_fails_says_why_and_a_lost_connection_is_told() {
    let (client, mut peer, mut socket) = connected(|builder| builder).await;
    let mut started = client.events().recording("capture/record").of::<RecordingStarted>();
    let record = || {
        let record = client.channel("capture-1").record("capture/record", "wav");
        record.into_future()
    };
    let script = async { peer.next().await.reply(capture!("record")).await };
    let (live, ()) = soon(async { tokio::join!(record(), script) }).await;
    socket.text(recording("RecordingStarted", "capture/record")).await;
    socket.text(recording("RecordingFailed", "capture/record")).await;
    assert_eq!(soon(started.next()).await.unwrap().unwrap().recording.name, "capture/record");
    match soon(live.unwrap().finished().into_future()).await.unwrap_err() {
        RecordingError::Failed(recording) => {
            assert_eq!(recording.cause.as_deref(), Some("Cannot record channel while in bridge"));
            assert_eq!(recording.state, RecordingState::Failed);
        }
        other => panic!("{other:?}"),
    }

    let script = async { peer.next().await.reply(capture!("record")).await };
    let (live, ()) = soon(async { tokio::join!(record(), script) }).await;
    drop(socket);
    match soon(live.unwrap().finished().into_future()).await.unwrap_err() {
        RecordingError::Disconnected(reason) => assert_eq!(reason, CloseReason::Remote(None)),
        other => panic!("{other:?}"),
    }
}

/// The captured end of a channel, of a channel with another id.
fn destroyed(id: &ChannelId) -> String {
    event("ChannelDestroyed").replace("capture-1", id.as_str())
}

/// Sends an operation that makes a channel whose end arrives before the reply, and looks for it.
macro_rules! hears_its_end {
    ($peer:expr, $socket:expr, $client:expr, $operation:expr, $line:literal, $reply:literal) => {{
        let mut all = $client.events().all();
        let script = async {
            let exchange = $peer.next().await;
            // The id was chosen here: it is the last parameter.
            let (line, id) = exchange.request.line.rsplit_once('=').expect("a parameter");
            assert_eq!(line, $line);
            let id = ChannelId::from(id);
            $socket.text(&destroyed(&id)).await;
            all.next().await;
            exchange.reply(capture!($reply)).await;
            id
        };
        let (channel, id) = soon(async { tokio::join!($operation.into_future(), script) }).await;
        let channel = channel.unwrap();
        assert_eq!(*channel.id(), id);
        let event = soon(channel.events().next()).await.unwrap().unwrap();
        assert_eq!(event.name(), ChannelDestroyed::NAME);
    }};
}

#[tokio::test]
async fn channels_that_are_made_are_heard_from_their_first_event_on() {
    let (client, mut peer, mut socket) = connected(|builder| builder).await;
    hears_its_end!(
        peer,
        socket,
        client,
        client.channels().create("Local/wait@sdk", "capture"),
        "POST /ari/channels/create?endpoint=Local/wait@sdk&app=capture&channelId",
        "create"
    );
    hears_its_end!(
        peer,
        socket,
        client,
        client.channels().external_media("capture", "ulaw"),
        "POST /ari/channels/externalMedia?app=capture&format=ulaw&channelId",
        "external-media"
    );
    hears_its_end!(
        peer,
        socket,
        client,
        client.channel("capture-1").snoop("capture").spy(SnoopDirection::In),
        "POST /ari/channels/capture-1/snoop?app=capture&spy=in&snoopId",
        "snoop"
    );
}

#[tokio::test]
async fn a_bridge_is_made_under_an_id_of_its_own_in_the_path() {
    let (client, mut peer, _socket) = connected(|builder| builder).await;
    let script = async {
        let exchange = peer.next().await;
        let line = exchange.request.line.clone();
        exchange.reply(capture!("bridge")).await;
        line
    };
    let create = client.bridges().create().name("x");
    let (bridge, line) = soon(async { tokio::join!(create.into_future(), script) }).await;
    assert_eq!(line, format!("POST /ari/bridges/{}?name=x", bridge.unwrap().id()));
}
