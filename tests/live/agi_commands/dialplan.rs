//! `EXEC`, `GOSUB`, `SET CONTEXT`, `SET EXTENSION`, `SET PRIORITY`, `ASYNCAGI BREAK`.

use asterisk_sdk::agi::HangupKind;
use asterisk_sdk::agi::command::{Custom, GosubEnd};

use super::{Act, call, failure, hangup_kind, is_dead, is_usage};
use crate::calls::has;

#[tokio::test]
async fn applications() {
    let Some((live, mut call)) = call("exec", "wait", &[]).await else { return };
    assert_eq!(call.exec("NoOp", "").await.unwrap(), 0);
    assert_eq!(call.exec("Set", "A=say \"hi\", 1;2").await.unwrap(), 0);
    assert_eq!(call.variable("A").await.unwrap().unwrap(), "say \"hi\", 1;2");
    // Not replaced, and replaced.
    assert_eq!(call.exec("Set", "B=${CHANNEL(name)}").await.unwrap(), 0);
    assert_eq!(call.variable("B").await.unwrap().unwrap(), "${CHANNEL(name)}");
    call.set_variable("AGIEXECFULL", "yes").await.unwrap();
    assert_eq!(call.exec("Set", "B=${CHANNEL(name)}").await.unwrap(), 0);
    assert_eq!(call.variable("B").await.unwrap().unwrap(), live.channel.as_str());

    assert_eq!(failure(call.exec("NoSuchApp", "x").await), "-2");
    // Without a subroutine there is nothing to return from.
    assert_eq!(failure(call.exec("Return", "").await), "-1");
    assert!(is_usage(&call.send(Custom::new("EXEC")).await));
    call.async_agi_break().await.unwrap();
    live.finish(call, "SUCCESS").await;
}

#[tokio::test]
async fn subroutines() {
    let Some((mut live, mut call)) = call("gosub", "wait", &[]).await else { return };
    let returned = GosubEnd::Returned;
    assert_eq!(call.gosub("sdk", "sub", 1).arguments("one,two").await.unwrap(), returned);
    assert_eq!(call.variable("GOSUB_RETVAL").await.unwrap().unwrap(), "one");
    assert_eq!(call.gosub("sdk", "labelled", "here").await.unwrap(), returned);
    assert_eq!(call.variable("GOSUB_RETVAL").await.unwrap().unwrap(), "labelled");
    assert_eq!(call.gosub("sdk", "labelled", 1).await.unwrap(), returned);
    assert_eq!(call.variable("GOSUB_RETVAL").await.unwrap().unwrap(), "one");
    for (context, extension, priority) in
        [("sdk", "labelled", "nope"), ("sdk", "none", "1"), ("none", "sub", "1")]
    {
        assert_eq!(failure(call.gosub(context, extension, priority).await), "-1");
    }
    assert!(is_usage(&call.send(Custom::new("GOSUB").arg("sdk")).await));
    assert_eq!(call.gosub("sdk", "lost", 1).await.unwrap(), GosubEnd::Left);
    call.noop().await.unwrap();
    assert!(!call.is_hung_up());

    let gone = live.during("GOSUB", Act::HangUp, call.gosub("sdk", "wait", 1)).await;
    assert_eq!(hangup_kind(gone), HangupKind::Signal);
    assert!(is_dead(&call.gosub("sdk", "sub", 1).await));
    live.finish(call, "FAILURE").await;
}

#[tokio::test]
async fn a_subroutine_that_hangs_up() {
    let Some((live, mut call)) = call("gosub-over", "wait", &[]).await else { return };
    assert_eq!(hangup_kind(call.gosub("sdk", "over", 1).await), HangupKind::Signal);
    call.noop().await.unwrap();
    live.finish(call, "HANGUP").await;
}

#[tokio::test]
async fn the_dialplan_goes_on_where_the_script_says() {
    let Some((mut live, mut call)) = call("goes-on", "wait", &[]).await else { return };
    for words in ["SET CONTEXT", "SET EXTENSION", "SET PRIORITY"] {
        assert!(is_usage(&call.send(Custom::new(words)).await));
    }
    call.set_context("sdk").await.unwrap();
    call.set_extension("labelled").await.unwrap();
    assert!(is_usage(&call.set_priority("nope").await));
    call.set_priority("here").await.unwrap();
    call.set_extension("lost").await.unwrap();
    call.set_priority(1).await.unwrap();
    assert_eq!(call.variable("EXTEN").await.unwrap().unwrap(), "lost");
    drop(call);
    // Some servers tell of the script's own step again while it is moved.
    let next = live.event(|event| {
        let script = has(event, "Extension", "agi") || has(event, "Application", "AGI");
        event.name() == "Newexten" && !script
    });
    let next = next.await;
    assert_eq!(next.get("Extension").unwrap(), "lost");
    assert_eq!(next.get("Priority").unwrap(), "1");
}
