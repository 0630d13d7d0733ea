//! The caller hangs up while a command runs.

use asterisk_sdk::agi::HangupKind;
use harness::soon;

use super::{Act, SECOND, call, hangup_kind, is_dead};

#[tokio::test]
async fn in_stream_file() {
    let Some((mut live, mut call)) = call("gone-stream", "wait", &[]).await else { return };
    let gone = live.during("STREAM FILE", Act::HangUp, call.stream_file("demo-congrats")).await;
    // The reply says so if something was played, otherwise the line behind it.
    let kind = hangup_kind(gone);
    assert!(matches!(kind, HangupKind::Result | HangupKind::Signal), "{kind:?}");
    assert!(call.is_hung_up());
    call.verbose("still here").await.unwrap();
    assert!(is_dead(&call.stream_file("beep").await));
    live.finish(call, "HANGUP").await;
}

#[tokio::test]
async fn in_get_data() {
    let Some((mut live, mut call)) = call("gone-data", "wait", &[]).await else { return };
    let request = call.get_data("demo-congrats").timeout(10 * SECOND);
    let gone = live.during("GET DATA", Act::HangUp, request).await;
    assert_eq!(hangup_kind(gone), HangupKind::Signal);
    assert!(is_dead(&call.get_data("beep").await));
    live.finish(call, "HANGUP").await;
}

#[tokio::test]
async fn in_exec() {
    let Some((mut live, mut call)) = call("gone-exec", "wait", &[]).await else { return };
    let gone = live.during("EXEC", Act::HangUp, call.exec("Wait", "30")).await;
    assert_eq!(hangup_kind(gone), HangupKind::Signal);
    assert_eq!(call.exec("NoOp", "x").await.unwrap(), 0);
    live.finish(call, "HANGUP").await;
}

#[tokio::test]
async fn while_music_plays() {
    let Some((mut live, mut call)) = call("gone-music", "wait", &[]).await else { return };
    let music = call.with_music(std::future::pending::<()>());
    let gone = live.during("SET MUSIC", Act::HangUp, music).await;
    assert_eq!(hangup_kind(gone), HangupKind::Signal);
    live.finish(call, "HANGUP").await;
}

#[tokio::test]
async fn without_announcing_it() {
    let variables = [("__AGISIGHUP", "no")];
    let Some((mut live, mut call)) = call("gone-quiet", "wait", &variables).await else { return };
    // -1 is all there is, so it is a failure until a command is refused.
    let request = call.wait_for_digit(None);
    let failed = live.during("WAIT FOR DIGIT", Act::HangUp, request).await;
    assert_eq!(super::failure(failed), "-1");
    assert!(!call.is_hung_up());
    assert!(is_dead(&call.wait_for_digit(None).await));
    assert!(call.is_hung_up());
    call.noop().await.unwrap();
    live.finish(call, "HANGUP").await;
}

#[tokio::test]
async fn and_the_server_ends_the_session() {
    let variables = [("__AGIEXITONHANGUP", "yes")];
    let Some((mut live, mut call)) = call("gone-exit", "wait", &variables).await else { return };
    let request = call.wait_for_digit(None);
    let gone = live.during("WAIT FOR DIGIT", Act::HangUp, request).await;
    assert_eq!(hangup_kind(gone), HangupKind::Signal);
    // The second HANGUP answers nothing, and then the connection ends.
    let ended = soon(async {
        loop {
            if let Err(error) = call.noop().await {
                return error;
            }
        }
    });
    assert!(ended.await.is_hangup());
    live.finish(call, "HANGUP").await;
}
