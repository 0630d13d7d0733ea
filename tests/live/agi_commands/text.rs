//! `RECEIVE CHAR`, `RECEIVE TEXT`, `SEND TEXT`, `SEND IMAGE`, `TDD MODE`.

use std::time::Duration;

use asterisk_sdk::agi::HangupKind;
use asterisk_sdk::agi::command::{Custom, Tdd};

use super::{Act, SECOND, call, hangup_kind, is_usage};

#[tokio::test]
async fn text_is_received_or_not() {
    let Some((mut live, mut call)) = call("text", "wait", &[]).await else { return };
    let said = Act::Say("hey (you)");
    let text = live.during("RECEIVE TEXT", said, call.receive_text(10 * SECOND)).await;
    assert_eq!(text.unwrap().unwrap(), "hey (you)");
    let char = live.during("RECEIVE CHAR", Act::Say("é"), call.receive_char(10 * SECOND)).await;
    assert_eq!(char.unwrap(), Some(0xc3));
    let soon = Duration::from_millis(100);
    assert_eq!(call.receive_text(soon).await.unwrap(), None);
    assert_eq!(call.receive_char(soon).await.unwrap(), None);
    assert!(!call.is_hung_up());
    for words in ["RECEIVE CHAR", "RECEIVE TEXT", "SEND TEXT", "SEND IMAGE", "TDD MODE"] {
        assert!(is_usage(&call.send(Custom::new(words)).await));
    }
    call.send_text("hello (world)").await.unwrap();
    call.send_text("").await.unwrap();
    call.send_image("no-such-image").await.unwrap();
    for mode in [Tdd::On, Tdd::Off, Tdd::Mate, Tdd::Tdd] {
        assert!(!call.tdd_mode(mode).await.unwrap());
    }
    let gone = live.during("RECEIVE TEXT", Act::HangUp, call.receive_text(10 * SECOND)).await;
    assert_eq!(hangup_kind(gone), HangupKind::Signal);
    live.finish(call, "FAILURE").await;
}

#[tokio::test]
async fn a_hangup_is_told_from_no_character() {
    let Some((mut live, mut call)) = call("char-gone", "wait", &[]).await else { return };
    let gone = live.during("RECEIVE CHAR", Act::HangUp, call.receive_char(10 * SECOND)).await;
    assert_eq!(hangup_kind(gone), HangupKind::Signal);
    live.finish(call, "HANGUP").await;
}
