//! `GET DATA`, `GET OPTION`, `WAIT FOR DIGIT`, and asking several times.

use std::time::Duration;

use asterisk_sdk::agi::HangupKind;
use asterisk_sdk::agi::command::{Choice, Custom};

use super::{Act, SECOND, call, failure, hangup_kind, is_usage};

/// Short, where nothing is to come.
const SOON: Duration = Duration::from_millis(100);

#[tokio::test]
async fn digits_are_text() {
    let Some((mut live, mut call)) = call("data", "music", &[]).await else { return };
    for (keys, most, digits, timed_out) in [
        ("0123", 4, "0123", false),
        ("12*4", 9, "12*4", true),
        ("5#", 9, "5", false),
        ("#", 9, "", false),
        ("ABCD", 4, "ABCD", false),
    ] {
        let request = call.get_data("beep").timeout(SECOND).max_digits(most);
        let input = live.during("GET DATA", Act::Press(keys), request).await.unwrap();
        assert_eq!((input.digits.as_str(), input.timed_out), (digits, timed_out), "{keys}");
    }
    let nothing = call.get_data("").timeout(SOON).max_digits(1).await.unwrap();
    assert_eq!((nothing.digits.as_str(), nothing.timed_out), ("", true));
    assert_eq!(failure(call.get_data("no-such-file").await), "-1");
    assert!(is_usage(&call.send(Custom::new("GET DATA")).await));
    assert!(!call.is_hung_up());
    live.finish(call, "SUCCESS").await;
}

#[tokio::test]
async fn options() {
    let Some((mut live, mut call)) = call("option", "music", &[]).await else { return };
    let request = call.get_option("demo-congrats", "5#");
    let chosen = live.during("GET OPTION", Act::Press("85"), request).await.unwrap();
    assert_eq!(chosen.key(), Some('5'));
    let missed = call.get_option("beep", "1").timeout(SOON).await.unwrap();
    assert_eq!(missed, Choice::TimedOut { samples: 3520 });
    assert_eq!(failure(call.get_option("no-such-file", "1").await), "-1");
    assert!(is_usage(&call.send(Custom::new("GET OPTION").arg("beep")).await));
    let request = call.get_option("beep", "1").timeout(15 * SECOND);
    let gone = live.during("GET OPTION", Act::HangUp, request).await;
    let kind = hangup_kind(gone);
    assert!(matches!(kind, HangupKind::Result | HangupKind::Signal), "{kind:?}");
    live.finish(call, "FAILURE").await;
}

#[tokio::test]
async fn one_key() {
    let Some((mut live, mut call)) = call("digit", "music", &[]).await else { return };
    for key in ["0", "*", "#", "D"] {
        let request = call.wait_for_digit(10 * SECOND);
        let found = live.during("WAIT FOR DIGIT", Act::Press(key), request).await.unwrap();
        assert_eq!(found, key.chars().next());
    }
    assert_eq!(call.wait_for_digit(SOON).await.unwrap(), None);
    assert_eq!(call.wait_for_digit(Duration::ZERO).await.unwrap(), None);
    assert!(is_usage(&call.send(Custom::new("WAIT FOR DIGIT").arg("x")).await));
    let gone = live.during("WAIT FOR DIGIT", Act::HangUp, call.wait_for_digit(None)).await;
    assert_eq!(hangup_kind(gone), HangupKind::Signal);
    live.finish(call, "HANGUP").await;
}

#[tokio::test]
async fn several_attempts() {
    let Some((mut live, mut call)) = call("collect", "music", &[]).await else { return };
    let request = call.play_and_collect("beep").digits(3..=4).timeout(SECOND);
    let digits = live.during("GET DATA", Act::Press("0123"), request).await.unwrap();
    assert_eq!(digits.unwrap(), "0123");
    let request = call.play_and_collect("").digits(3..=4).timeout(SOON).attempts(2);
    assert_eq!(request.on_invalid("beep").await.unwrap(), None);
    live.finish(call, "SUCCESS").await;
}
