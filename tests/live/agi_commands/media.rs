//! `STREAM FILE`, `CONTROL STREAM FILE`, `SET MUSIC`.

use std::time::Duration;

use asterisk_sdk::agi::HangupKind;
use asterisk_sdk::agi::command::{ControlledPlayback, Custom, Playback};

use super::{Act, SECOND, call, failure, hangup_kind, is_usage};

#[tokio::test]
async fn files() {
    let Some((mut live, mut call)) = call("stream", "music", &[]).await else { return };
    let whole = Playback::Finished { samples: 3520 };
    assert_eq!(call.stream_file("beep").await.unwrap(), whole);
    assert_eq!(call.stream_file("beep").escape("#").offset(800).await.unwrap(), whole);
    let request = call.stream_file("demo-congrats").escape("5#").offset(8000);
    let played = live.during("STREAM FILE", Act::Press("85"), request).await.unwrap();
    assert_eq!(played.key(), Some('5'));
    assert!((8000..100_000).contains(&played.samples()), "{played:?}");
    let missing = call.stream_file("no-such-file").await.unwrap_err();
    assert_eq!(missing.to_string(), "STREAM FILE no-such-file failed with result -1");
    assert!(is_usage(&call.send(Custom::new("STREAM FILE").arg("beep")).await));
    assert!(!call.is_hung_up());
    live.finish(call, "FAILURE").await;
}

#[tokio::test]
async fn steered_files() {
    let Some((mut live, mut call)) = call("control", "music", &[]).await else { return };
    let finished = ControlledPlayback::Finished;
    assert_eq!(call.control_stream_file("beep").await.unwrap(), finished);
    assert_eq!(call.variable("CPLAYBACKSTATUS").await.unwrap().unwrap(), "SUCCESS");
    let request = call.control_stream_file("demo-congrats").escape("9").skip(2 * SECOND);
    let request = request.forward('6').rewind('4').pause('8').offset(3 * SECOND);
    let ended = live.during("CONTROL STREAM FILE", Act::Press("69"), request).await.unwrap();
    let ControlledPlayback::Interrupted { key: '9', position: Some(position) } = ended else {
        panic!("{ended:?}")
    };
    // From 3 s, 2 s forward, and what was played between: milliseconds, where samples are eightfold.
    let expected = Duration::from_secs(5)..Duration::from_secs(15);
    assert!(expected.contains(&position), "{position:?}");
    let offset = call.variable("CPLAYBACKOFFSET").await.unwrap().unwrap();
    assert_eq!(offset, position.as_millis().to_string().as_str());
    assert_eq!(failure(call.control_stream_file("no-such-file").await), "-1");
    assert!(is_usage(&call.send(Custom::new("CONTROL STREAM FILE").arg("beep")).await));
    let request = call.control_stream_file("demo-congrats");
    let gone = live.during("CONTROL STREAM FILE", Act::HangUp, request).await;
    let kind = hangup_kind(gone);
    assert!(matches!(kind, HangupKind::Result | HangupKind::Signal), "{kind:?}");
    live.finish(call, "FAILURE").await;
}

#[tokio::test]
async fn music() {
    let Some((mut live, mut call)) = call("music", "wait", &[]).await else { return };
    call.set_music_on().await.unwrap();
    live.event(|event| event.name() == "MusicOnHoldStart").await;
    call.set_music_off().await.unwrap();
    live.event(|event| event.name() == "MusicOnHoldStop").await;
    // The server plays what it has instead of a class that it has not.
    call.set_music_on().class("no-such-class").await.unwrap();
    call.set_music_off().await.unwrap();
    assert!(is_usage(&call.send(Custom::new("SET MUSIC")).await));

    let (begun, work) = tokio::sync::oneshot::channel();
    let (output, ()) = tokio::join!(call.with_music(async { work.await.unwrap() }), async {
        live.event(|event| event.name() == "MusicOnHoldStart").await;
        begun.send(7).unwrap();
    });
    assert_eq!(output.unwrap(), 7);
    live.event(|event| event.name() == "MusicOnHoldStop").await;
    live.finish(call, "SUCCESS").await;
}
