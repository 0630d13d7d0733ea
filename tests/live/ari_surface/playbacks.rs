//! Playbacks: begun, steered, ended; and recordings, with which they share a server.

use asterisk_sdk::ari::event::{PlaybackContinuing, PlaybackFinished, PlaybackStarted};
use asterisk_sdk::ari::model::PlaybackState;
use asterisk_sdk::ari::rest::playbacks::PlaybackOperation;
use http::Method;

use super::{Stage, gone, next, recordings, refuses};

/// The operations of this family.
pub(super) const OPERATIONS: &[&str] = &[
    "DELETE /playbacks/{playbackId}",
    "GET /playbacks/{playbackId}",
    "POST /channels/{channelId}/play",
    "POST /channels/{channelId}/play/{playbackId}",
    "POST /playbacks/{playbackId}/control",
];

/// The events of this family.
pub(super) const EVENTS: &[&str] = &["PlaybackContinuing", "PlaybackFinished", "PlaybackStarted"];

#[tokio::test]
async fn everything_is_typed() {
    let Some(stage) = Stage::open("recordings").await else { return };
    several(&stage).await;
    steered(&stage).await;
    refusals(&stage).await;
    let seconds = recordings::made(&stage).await;
    recordings::steered(&stage).await;
    recordings::stored(&stage, seconds).await;
    stage.finish(&[OPERATIONS, recordings::OPERATIONS], &[EVENTS, recordings::EVENTS]).await;
}

async fn several(stage: &Stage) {
    let channel = stage.enter("Local/wait@sdk", "hears").await;
    let mut events = stage.events();
    let play = channel.play("sound:beep").media(["sound:digits/1"]).id("several");
    let playback = play.lang("en").await.unwrap();
    let started: PlaybackStarted = next(&mut events, |_| true).await;
    assert_eq!(
        (started.playback.id.as_str(), &*started.playback.media_uri),
        ("several", "sound:beep")
    );
    assert_eq!(started.playback.next_media_uri.as_deref(), Some("sound:digits/1"));
    assert_eq!(started.playback.language.as_deref(), Some("en"));
    let goes_on: PlaybackContinuing = next(&mut events, |_| true).await;
    assert_eq!(goes_on.playback.state, PlaybackState::Continuing);
    let started: PlaybackStarted = next(&mut events, |_| true).await;
    assert_eq!(&*started.playback.media_uri, "sound:digits/1");
    let done: PlaybackFinished = next(&mut events, |_| true).await;
    assert_eq!((done.playback.state, done.playback.next_media_uri), (PlaybackState::Done, None));
    assert_eq!(gone(|| playback.get()).await, (404, "Playback not found".to_owned()));
    // By its path, which the builder has no need of.
    let path = stage.ari.request(Method::POST, "/channels/hears/play").segment("a/b c");
    path.query("media", "sound:beep").await.unwrap();
    let done: PlaybackFinished = next(&mut events, |_| true).await;
    assert_eq!(done.playback.id, "a/b c");
    stage.clear().await;
}

async fn steered(stage: &Stage) {
    let channel = stage.enter("Local/wait@sdk", "hears").await;
    let mut events = stage.events();
    let first = channel.play("sound:demo-congrats").skip_ms(500).id("first").await.unwrap();
    next(&mut events, |_: &PlaybackStarted| true).await;
    let waiting = channel.play("sound:beep").id("waiting").await.unwrap();
    assert_eq!(waiting.get().await.unwrap().state, PlaybackState::Queued);
    let early = waiting.control(PlaybackOperation::Pause);
    refuses!(early, 409, "Can only pause while media is playing");
    for operation in [
        PlaybackOperation::Pause,
        PlaybackOperation::Unpause,
        PlaybackOperation::Forward,
        PlaybackOperation::Reverse,
        PlaybackOperation::Restart,
    ] {
        first.control(operation).await.unwrap();
    }
    assert_eq!(first.get().await.unwrap().state, PlaybackState::Playing);
    let strange = PlaybackOperation::Other("dance".into());
    refuses!(first.control(strange), 400, "Invalid operation dance");
    first.stop().await.unwrap();
    for id in ["first", "waiting"] {
        let done: PlaybackFinished = next(&mut events, |_| true).await;
        assert_eq!((done.playback.id.as_str(), done.playback.state), (id, PlaybackState::Done));
    }
    stage.clear().await;
}

async fn refusals(stage: &Stage) {
    let playback = stage.ari.playback("nosuch");
    refuses!(playback.get(), 404, "Playback not found");
    refuses!(playback.stop(), 404, "Playback not found");
    refuses!(playback.control(PlaybackOperation::Pause), 404, "Playback not found");
    let channel = stage.enter("Local/wait@sdk", "hears").await;
    refuses!(channel.play(""), 500, "Failed to queue media for playback");
    refuses!(stage.ari.channel("nobody").play("sound:beep"), 404, "Channel not found");
    stage.clear().await;
}
