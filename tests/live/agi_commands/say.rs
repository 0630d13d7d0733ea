//! The `SAY` family.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use asterisk_sdk::agi::command::{Custom, Gender, LetterCase};

use super::{Act, call, failure, hangup_kind, is_usage};

/// Wednesday, and something to say in every part.
fn a_time() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_234_567_890)
}

#[tokio::test]
async fn characters_and_numbers() {
    let Some((mut live, mut call)) = call("say", "music", &[]).await else { return };
    assert_eq!(call.say_digits("0").await.unwrap(), None);
    let request = call.say_digits("0123456789").escape("5");
    assert_eq!(live.during("SAY DIGITS", Act::Press("5"), request).await.unwrap(), Some('5'));
    assert!(is_usage(&call.say_digits("*1").await));

    assert_eq!(call.say_number(7).gender(Gender::Feminine).await.unwrap(), None);
    let request = call.say_number(i32::MIN).escape("#");
    assert_eq!(live.during("SAY NUMBER", Act::Press("#"), request).await.unwrap(), Some('#'));
    assert!(is_usage(&call.send(Custom::new("SAY NUMBER").arg("x").arg("")).await));

    assert_eq!(call.say_alpha("a").case(LetterCase::None).await.unwrap(), None);
    let request = call.say_alpha("abcdefgh").escape("0");
    assert_eq!(live.during("SAY ALPHA", Act::Press("0"), request).await.unwrap(), Some('0'));
    let cases = call.say_alpha("A").case(LetterCase::All).await;
    match live.version {
        16 => assert_eq!(failure(cases), "-1"),
        _ => assert_eq!(cases.unwrap(), None),
    }

    assert_eq!(call.say_phonetic("a").await.unwrap(), None);
    let request = call.say_phonetic("abcdefgh").escape("*");
    assert_eq!(live.during("SAY PHONETIC", Act::Press("*"), request).await.unwrap(), Some('*'));
    let gone = live.during("SAY PHONETIC", Act::HangUp, call.say_phonetic("abcdefgh")).await;
    hangup_kind(gone);
    // One failure, as that of the cases on 16, outlasts the hangup.
    let status = if live.version == 16 { "FAILURE" } else { "HANGUP" };
    live.finish(call, status).await;
}

#[tokio::test]
async fn dates_and_times() {
    let Some((mut live, mut call)) = call("say-date", "music", &[]).await else { return };
    assert_eq!(call.say_date(a_time()).await.unwrap(), None);
    let request = call.say_date(a_time()).escape("5");
    assert_eq!(live.during("SAY DATE", Act::Press("5"), request).await.unwrap(), Some('5'));
    assert_eq!(call.say_time(a_time()).await.unwrap(), None);
    let request = call.say_time(UNIX_EPOCH - Duration::from_secs(1)).escape("5");
    assert_eq!(live.during("SAY TIME", Act::Press("5"), request).await.unwrap(), Some('5'));

    let clock = call.say_datetime(a_time()).format("IMp").time_zone("UTC");
    assert_eq!(clock.await.unwrap(), None);
    let request = call.say_datetime(a_time()).escape("5").time_zone("UTC");
    assert_eq!(live.during("SAY DATETIME", Act::Press("5"), request).await.unwrap(), Some('5'));
    assert_eq!(failure(call.say_datetime(a_time()).format("'no-such-file'").await), "-1");
    for words in ["SAY DATE", "SAY TIME", "SAY DATETIME"] {
        assert!(is_usage(&call.send(Custom::new(words).arg("x").arg("")).await));
    }
    live.finish(call, "FAILURE").await;
}
