//! `RECORD FILE`.

use std::time::Duration;

use asterisk_sdk::agi::command::{Custom, RecordingEnd};

use super::{Act, SECOND, call, is_dead, is_usage};

#[tokio::test]
async fn recordings_end_for_a_reason() {
    let Some((mut live, mut call)) = call("record", "wait", &[]).await else { return };
    let file = "/tmp/agi-live-record";
    let soon = Duration::from_millis(200);
    let ended = call.record_file(file, "wav").escape("#").timeout(soon).await.unwrap();
    assert_eq!((ended.end, ended.samples), (RecordingEnd::Timeout, 0));
    for beep in [false, true] {
        let request = call.record_file(file, "wav").escape("#5").timeout(10 * SECOND);
        let request = if beep { request.beep() } else { request };
        let ended = live.during("RECORD FILE", Act::Press("5"), request).await.unwrap();
        assert_eq!(ended.end, RecordingEnd::Key('5'));
    }
    // Silence ends it long before the time.
    let silent = call.record_file(file, "wav").timeout(15 * SECOND).offset(1600).silence(SECOND);
    let ended = silent.await.unwrap();
    assert_eq!((ended.end, ended.samples), (RecordingEnd::Timeout, 1600));

    for (file, format) in [("/nowhere/x", "wav"), (file, "no-such-format")] {
        let error = call.record_file(file, format).timeout(soon).await.unwrap_err();
        let told = format!("RECORD FILE {file} failed with result -1 (writefile)");
        assert_eq!(error.to_string(), told);
    }
    assert!(is_usage(&call.send(Custom::new("RECORD FILE").arg(file)).await));
    assert!(!call.is_hung_up());
    live.finish(call, "FAILURE").await;
}

#[tokio::test]
async fn what_was_heard_before_a_hangup_is_kept() {
    let Some((mut live, mut call)) = call("record-hangup", "play", &[]).await else { return };
    let file = "/tmp/agi-live-record-hangup";
    let heard = call.record_file(file, "wav").timeout(Duration::from_millis(900)).await.unwrap();
    assert_eq!(heard.end, RecordingEnd::Timeout);
    assert!(heard.samples > 0, "{heard:?}");
    let ended = live.during("RECORD FILE", Act::HangUp, call.record_file(file, "wav")).await;
    assert_eq!(ended.unwrap().end, RecordingEnd::Hangup);
    assert!(call.is_hung_up());
    assert!(is_dead(&call.record_file(file, "wav").await));
    live.finish(call, "HANGUP").await;
}
