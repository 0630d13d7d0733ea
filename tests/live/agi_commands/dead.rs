//! What still works when the call is over, and that nothing else does.

use std::time::UNIX_EPOCH;

use asterisk_sdk::agi::command::Tdd;
use asterisk_sdk::agi::{self, Call, HangupKind};
use harness::soon;

use super::{Act, SECOND, call, failure, is_dead};

/// Every command.
async fn all(call: &mut Call, family: &str) -> agi::Result {
    call.async_agi_break().await?;
    call.noop().await?;
    call.verbose("dead").await?;
    call.database_put(family, "k", "v").await?;
    assert_eq!(call.database_get(family, "k").await?.as_deref(), Some("v"));
    call.database_del(family, "k").await?;
    assert!(!call.database_del_tree(family).await?);
    assert_eq!(call.exec("NoOp", "x").await?, 0);
    assert_eq!(failure(call.exec("NoSuchApp", "").await), "-2");
    call.set_variable("A", "1").await?;
    assert_eq!(call.variable("A").await?.as_deref(), Some("1"));
    assert_eq!(call.full_variable("${A}2").await?.as_deref(), Some("12"));
    assert_eq!(failure(call.speech_destroy().await), "0");
    assert_eq!(failure(call.speech_unload_grammar("g").await), "0");

    assert!(is_dead(&call.answer().await));
    assert!(is_dead(&call.channel_status().await));
    assert!(is_dead(&call.control_stream_file("beep").await));
    assert!(is_dead(&call.get_data("beep").await));
    assert!(is_dead(&call.get_option("beep", "1").await));
    assert!(is_dead(&call.gosub("sdk", "sub", 1).await));
    assert!(is_dead(&call.hangup().await));
    assert!(is_dead(&call.receive_char(SECOND).await));
    assert!(is_dead(&call.receive_text(SECOND).await));
    assert!(is_dead(&call.record_file("/tmp/agi-live-dead", "wav").timeout(SECOND).await));
    assert!(is_dead(&call.say_alpha("a").await));
    assert!(is_dead(&call.say_date(UNIX_EPOCH).await));
    assert!(is_dead(&call.say_datetime(UNIX_EPOCH).await));
    assert!(is_dead(&call.say_digits("1").await));
    assert!(is_dead(&call.say_number(1).await));
    assert!(is_dead(&call.say_phonetic("a").await));
    assert!(is_dead(&call.say_time(UNIX_EPOCH).await));
    assert!(is_dead(&call.send_image("x").await));
    assert!(is_dead(&call.send_text("x").await));
    assert!(is_dead(&call.set_auto_hangup(SECOND).await));
    assert!(is_dead(&call.set_caller_id("x").await));
    assert!(is_dead(&call.set_context("sdk").await));
    assert!(is_dead(&call.set_extension("x").await));
    assert!(is_dead(&call.set_music_on().await));
    assert!(is_dead(&call.set_priority(1).await));
    assert!(is_dead(&call.speech_activate_grammar("g").await));
    assert!(is_dead(&call.speech_create("").await));
    assert!(is_dead(&call.speech_deactivate_grammar("g").await));
    assert!(is_dead(&call.speech_load_grammar("g", "p").await));
    assert!(is_dead(&call.speech_recognize("beep", SECOND).await));
    assert!(is_dead(&call.speech_set("a", "b").await));
    assert!(is_dead(&call.stream_file("beep").await));
    assert!(is_dead(&call.tdd_mode(Tdd::On).await));
    assert!(is_dead(&call.wait_for_digit(SECOND).await));
    assert!(is_dead(&call.with_music(async {}).await));
    Ok(())
}

#[tokio::test]
async fn after_a_hangup() {
    let Some((live, mut call)) = call("dead", "wait", &[]).await else { return };
    live.act(Act::HangUp).await;
    assert_eq!(soon(call.hung_up()).await, HangupKind::Signal);
    all(&mut call, "agi-live-dead").await.unwrap();
    live.finish(call, "HANGUP").await;
}

#[tokio::test]
async fn in_a_hangup_handler() {
    let Some((mut live, mut call)) = call("dead-handler", "wait", &[]).await else { return };
    let push = "CHANNEL(hangup_handler_push)=sdk,agi-handler,1";
    assert_eq!(call.exec("Set", push).await.unwrap(), 0);
    drop(call);
    // The dialplan goes on and hangs up; nobody announces it to this session.
    let mut call = live.script().await;
    assert_eq!(call.path(), "dead-handler/handler");
    assert!(!call.is_hung_up());
    assert!(is_dead(&call.channel_status().await));
    assert!(call.is_hung_up());
    all(&mut call, "agi-live-dead-handler").await.unwrap();
    live.finish(call, "SUCCESS").await;
}
