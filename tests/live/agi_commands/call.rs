//! `ANSWER`, `HANGUP`, `CHANNEL STATUS`, `SET AUTOHANGUP`, `SET CALLERID`, `NOOP`, `VERBOSE`.

use std::time::Duration;

use asterisk_sdk::agi::HangupKind;
use asterisk_sdk::agi::command::Custom;
use asterisk_sdk::proto::ChannelState;
use harness::soon;

use super::{SECOND, call, failure, is_dead, is_usage};

#[tokio::test]
async fn the_call_itself() {
    let Some((live, mut call)) = call("itself", "wait", &[]).await else { return };
    call.answer().await.unwrap();
    call.noop().await.unwrap();
    call.verbose("hello \"there\", c:\\tmp").level(3).await.unwrap();
    assert!(is_usage(&call.send(Custom::new("VERBOSE")).await));

    assert_eq!(call.channel_status().await.unwrap(), ChannelState::Up);
    assert_eq!(call.channel_status().channel(&live.caller).await.unwrap(), ChannelState::Up);
    assert_eq!(failure(call.channel_status().channel("Local/none").await), "-1");

    call.set_caller_id("\"Ada L\" <0123>").await.unwrap();
    let caller = call.variable("CALLERID(all)").await.unwrap();
    assert_eq!(caller.unwrap(), "\"Ada L\" <0123>");
    call.set_caller_id("").await.unwrap();
    assert_eq!(call.variable("CALLERID(num)").await.unwrap().unwrap(), "");

    assert!(is_usage(&call.send(Custom::new("SET AUTOHANGUP").arg("x")).await));
    call.set_auto_hangup(60 * SECOND).await.unwrap();
    call.set_auto_hangup(Duration::ZERO).await.unwrap();
    assert!(!call.is_hung_up());
    live.finish(call, "SUCCESS").await;
}

#[tokio::test]
async fn the_server_hangs_up_by_itself() {
    let Some((live, mut call)) = call("auto", "wait", &[]).await else { return };
    call.set_auto_hangup(Duration::from_millis(200)).await.unwrap();
    assert_eq!(soon(call.hung_up()).await, HangupKind::Signal);
    assert!(is_dead(&call.set_auto_hangup(SECOND).await));
    live.finish(call, "HANGUP").await;
}

#[tokio::test]
async fn the_script_hangs_up() {
    let Some((live, mut call)) = call("hangs-up", "wait", &[]).await else { return };
    assert_eq!(failure(call.hangup().channel("Local/none").await), "-1");
    call.hangup().await.unwrap();
    assert_eq!(soon(call.hung_up()).await, HangupKind::Signal);
    call.noop().await.unwrap();
    assert!(is_dead(&call.hangup().await));
    live.finish(call, "HANGUP").await;
}

#[tokio::test]
async fn another_channel_is_hung_up() {
    let Some((live, mut call)) = call("other", "wait", &[]).await else { return };
    call.hangup().channel(&live.caller).await.unwrap();
    assert_eq!(soon(call.hung_up()).await, HangupKind::Signal);
    live.finish(call, "HANGUP").await;
}
