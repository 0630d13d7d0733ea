//! Every family of commands on sessions that were captured from Asterisk 22 and 16.

use std::time::{Duration, UNIX_EPOCH};

use asterisk_sdk::agi::command::{
    Choice, ControlledPlayback, Custom, Gender, GosubEnd, LetterCase, Playback, RecordingEnd, Tdd,
};
use asterisk_sdk::agi::{self, Call, CommandError, HangupKind};
use asterisk_sdk::proto::ChannelState;

use crate::replay;

const VERSIONS: [u32; 2] = [22, 16];
const SECOND: Duration = Duration::from_secs(1);

fn is_failure<T>(result: &Result<T, CommandError>) -> bool {
    matches!(result, Err(CommandError::AppFailure { .. }))
}

fn is_usage<T>(result: &Result<T, CommandError>) -> bool {
    matches!(result, Err(CommandError::Usage { text }) if !text.is_empty())
}

/// How the hangup became known.
fn hangup<T: std::fmt::Debug>(result: Result<T, CommandError>) -> HangupKind {
    match result {
        Err(CommandError::Hangup { kind, .. }) => kind,
        other => panic!("not a hangup: {other:?}"),
    }
}

fn is_dead<T>(result: &Result<T, CommandError>) -> bool {
    matches!(result, Err(CommandError::DeadChannel))
}

#[tokio::test]
async fn the_call_itself() {
    for version in VERSIONS {
        replay("call_family", version, async |mut call: Call| -> agi::Result {
            call.answer().await?;
            call.noop().await?;
            assert_eq!(call.channel_status().await?, ChannelState::Up);
            let channel = call.environment().channel().to_owned();
            assert_eq!(call.channel_status().channel(channel).await?, ChannelState::Up);
            assert!(is_failure(&call.channel_status().channel("Local/none").await));
            call.set_auto_hangup(Duration::from_millis(30_500)).await?;
            call.set_auto_hangup(Duration::ZERO).await?;
            call.set_caller_id("\"Ada L\" <0123>").await?;
            assert_eq!(call.variable("CALLERID(all)").await?.unwrap(), "\"Ada L\" <0123>");
            call.set_caller_id("555").await?;
            assert_eq!(call.variable("CALLERID(all)").await?.unwrap(), "\"\" <555>");
            call.verbose("m").level(3).await?;
            assert!(is_failure(&call.hangup().channel("Local/none").await));
            assert!(!call.is_hung_up());
            Ok(())
        })
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn where_the_dialplan_goes_on() {
    for version in VERSIONS {
        replay("goes_on", version, async |mut call: Call| -> agi::Result {
            call.set_context("sdk").await?;
            call.set_extension("labelled").await?;
            assert!(is_usage(&call.set_priority("nope").await));
            call.set_priority("here").await?;
            call.set_context("nowhere").await?;
            call.set_extension("77").await?;
            call.set_priority(3).await?;
            assert_eq!(call.variable("CONTEXT").await?.unwrap(), "nowhere");
            assert_eq!(call.variable("EXTEN").await?.unwrap(), "77");
            call.async_agi_break().await?;
            call.set_music_on().await?;
            call.set_music_on().class("nosuchclass").await?;
            call.set_music_off().await?;
            Ok(())
        })
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn text_is_told_from_silence_and_from_a_hangup() {
    for version in VERSIONS {
        replay("text", version, async |mut call: Call| -> agi::Result {
            let soon = Duration::from_millis(300);
            assert_eq!(call.receive_char(soon).await?, None);
            assert_eq!(call.receive_text(soon).await?, None);
            assert!(!call.is_hung_up());
            assert_eq!(call.receive_char(5 * SECOND).await?, Some(b'h'));
            assert_eq!(call.receive_text(5 * SECOND).await?.unwrap(), "hey (you)");
            // The first byte of a character that has two.
            assert_eq!(call.receive_char(5 * SECOND).await?, Some(0xc3));
            call.send_text("hello (world)").await?;
            call.send_image("no-such-image").await?;
            assert!(!call.tdd_mode(Tdd::On).await?);
            assert!(!call.tdd_mode(Tdd::Mate).await?);
            assert_eq!(hangup(call.receive_text(5 * SECOND).await), HangupKind::Signal);
            assert!(is_dead(&call.receive_char(SECOND / 10).await));
            Ok(())
        })
        .await
        .unwrap();
        let kind = replay("receive_char_hangup", version, async |mut call: Call| {
            hangup(call.receive_char(5 * SECOND).await)
        })
        .await;
        assert_eq!(kind, HangupKind::Signal);
    }
}

#[tokio::test]
async fn database_deltree_is_inverted_and_misses_are_no_errors() {
    for version in VERSIONS {
        replay("database", version, move |mut call: Call| async move {
            let call = &mut call;
            assert!(!call.database_del_tree("sdkx").await.unwrap());
            assert_eq!(call.database_get("sdkx", "k").await.unwrap(), None);
            call.database_put("sdkx", "k", "v (1) \"q\"").await.unwrap();
            assert_eq!(call.database_get("sdkx", "k").await.unwrap().unwrap(), "v (1) \"q\"");
            call.database_put("sdkx", "e", "").await.unwrap();
            assert_eq!(call.database_get("sdkx", "e").await.unwrap().unwrap(), "");
            for (key, value) in [("t/a", "1"), ("t", "2"), ("tt", "3")] {
                call.database_put("sdkx", key, value).await.unwrap();
            }
            // The second time it is not there.
            call.database_del("sdkx", "k").await.unwrap();
            call.database_del("sdkx", "k").await.unwrap();
            assert!(call.database_del_tree("sdkx").tree("t").await.unwrap());
            assert!(!call.database_del_tree("sdkx").tree("t").await.unwrap());
            assert_eq!(call.database_get("sdkx", "tt").await.unwrap().unwrap(), "3");
            assert!(call.database_del_tree("sdkx").await.unwrap());
            assert!(!call.database_del_tree("sdkx").await.unwrap());
            let long = "f".repeat(300);
            let refused = call.database_put(&*long, "k", "v").await;
            let kept = call.database_del(&*long, "k").await;
            if version == 16 {
                assert!(matches!(refused, Err(CommandError::Database { .. })), "{refused:?}");
                assert!(matches!(kept, Err(CommandError::Database { .. })), "{kept:?}");
            } else {
                refused.and(kept).unwrap();
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_steered_playback_ends_in_milliseconds() {
    for version in VERSIONS {
        replay("control", version, async |mut call: Call| -> agi::Result {
            let finished = ControlledPlayback::Finished;
            assert_eq!(call.control_stream_file("beep").await?, finished);
            assert_eq!(call.variable("CPLAYBACKSTATUS").await?.unwrap(), "SUCCESS");
            let ended = call.control_stream_file("demo-congrats").escape("5").await?;
            let ControlledPlayback::Interrupted { key: '5', position: Some(position) } = ended
            else {
                panic!("{ended:?}")
            };
            let offset = call.variable("CPLAYBACKOFFSET").await?.unwrap();
            assert_eq!(position.as_millis().to_string(), offset.as_str());
            let steered = call.control_stream_file("demo-congrats").escape("9").skip(2 * SECOND);
            let steered = steered.forward('6').rewind('4').pause('8').offset(3 * SECOND).await?;
            assert_eq!(steered.key(), Some('9'));
            assert!(is_failure(&call.control_stream_file("no-such-file").await));
            let gone = call.control_stream_file("demo-congrats").await;
            assert_eq!(hangup(gone), HangupKind::Result);
            assert_eq!(call.variable("CPLAYBACKOFFSET").await?.unwrap(), "1020");
            Ok(())
        })
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn a_file_is_played_from_a_sample_to_a_sample() {
    for version in VERSIONS {
        replay("stream", version, async |mut call: Call| -> agi::Result {
            let whole = Playback::Finished { samples: 3520 };
            assert_eq!(call.stream_file("beep").offset(800).await?, whole);
            assert_eq!(call.stream_file("beep").offset(999_999).await?, whole);
            let request = call.stream_file("demo-congrats").escape("0123456789*#ABCD");
            let played = request.offset(8000).await?;
            assert_eq!(played, Playback::Interrupted { key: 'D', samples: 14_560 });
            assert!(is_failure(&call.stream_file("no-such").await));
            Ok(())
        })
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn an_option_is_chosen_or_missed() {
    for version in VERSIONS {
        replay("option", version, async |mut call: Call| -> agi::Result {
            let missed = Choice::TimedOut { samples: 3520 };
            let request = call.get_option("beep", "1").timeout(SECOND / 5);
            assert_eq!(request.await?, missed);
            assert_eq!(call.get_option("beep", "").await?, missed);
            assert_eq!(call.get_option("demo-congrats", "5#").await?.key(), Some('5'));
            let behind = Choice::Key { key: '*', samples: 3520 };
            assert_eq!(call.get_option("beep", "7*").timeout(5 * SECOND).await?, behind);
            assert!(is_failure(&call.get_option("no-such", "1").timeout(SECOND / 5).await));
            let gone = call.get_option("demo-congrats", "1").timeout(5 * SECOND).await;
            assert_eq!(hangup(gone), HangupKind::Result);
            Ok(())
        })
        .await
        .unwrap();
        // Behind the prompt, the server calls it a timeout.
        let kind = replay("option_wait_hangup", version, async |mut call: Call| {
            let kind = hangup(call.get_option("beep", "1").timeout(9 * SECOND).await);
            call.noop().await.unwrap();
            kind
        })
        .await;
        assert_eq!(kind, HangupKind::Signal);
    }
}

#[tokio::test]
async fn what_is_said_is_interrupted_by_a_key() {
    for version in VERSIONS {
        replay("say", version, move |mut call: Call| async move {
            let call = &mut call;
            assert_eq!(call.say_digits("0123").await.unwrap(), None);
            assert_eq!(call.say_digits("0123456789").escape("5").await.unwrap(), Some('5'));
            assert_eq!(call.say_digits("-1*#").await.unwrap(), None);
            assert!(is_usage(&call.say_digits("*1").await));
            assert_eq!(call.say_number(42).await.unwrap(), None);
            assert_eq!(call.say_number(123_456).escape("#").await.unwrap(), Some('#'));
            let least = call.say_number(i32::MIN).escape("#").gender(Gender::Feminine);
            assert_eq!(least.await.unwrap(), Some('#'));
            assert_eq!(call.say_alpha("a1").await.unwrap(), None);
            assert_eq!(call.say_alpha("abcdefgh").escape("5").await.unwrap(), Some('5'));
            assert_eq!(call.say_alpha("ab").case(LetterCase::None).await.unwrap(), None);
            let cases = call.say_alpha("Ab").case(LetterCase::All).await;
            match version {
                16 => assert!(is_failure(&cases), "{cases:?}"),
                _ => assert_eq!(cases.unwrap(), None),
            }
            assert_eq!(call.say_phonetic("é").await.unwrap(), None);
            assert_eq!(call.say_phonetic("abcdef").escape("5").await.unwrap(), Some('5'));
            let then = UNIX_EPOCH + Duration::from_secs(1_000_000_000);
            assert_eq!(call.say_date(then).escape("5").await.unwrap(), Some('5'));
            assert_eq!(call.say_time(UNIX_EPOCH).escape("5").await.unwrap(), None);
            assert_eq!(call.say_time(UNIX_EPOCH - SECOND).escape("5").await.unwrap(), Some('5'));
            let clock = call.say_datetime(UNIX_EPOCH).format("IMp").time_zone("UTC");
            assert_eq!(clock.await.unwrap(), None);
            let usual = call.say_datetime(UNIX_EPOCH).escape("5").time_zone("UTC");
            assert_eq!(usual.await.unwrap(), Some('5'));
            assert!(is_failure(&call.say_datetime(UNIX_EPOCH).format("'no-such'").await));
            let gone = call.say_digits("0123456789").escape("#").await;
            assert_eq!(hangup(gone), HangupKind::Signal);
        })
        .await;
    }
}

#[tokio::test]
async fn a_recording_says_why_it_ended() {
    for version in VERSIONS {
        replay("record", version, async |mut call: Call| -> agi::Result {
            let file = "/tmp/sdk-cap";
            let soon = Duration::from_millis(300);
            let ended = call.record_file(file, "wav").escape("#").timeout(soon).await?;
            assert_eq!((ended.end, ended.samples), (RecordingEnd::Timeout, 0));
            let ended = call.record_file(file, "wav").escape("#").timeout(5 * SECOND).await?;
            assert_eq!(ended.end, RecordingEnd::Key('#'));
            call.record_file(file, "wav").timeout(2 * soon).beep().await?;
            let silence = call.record_file(file, "wav").timeout(5 * SECOND).offset(1600);
            let ended = silence.beep().silence(SECOND).await?;
            assert_eq!((ended.end, ended.samples), (RecordingEnd::Timeout, 1600));
            for (file, format) in [("/nowhere/x", "wav"), (file, "nofmt")] {
                let error = call.record_file(file, format).timeout(soon).await.unwrap_err();
                let told = format!("RECORD FILE {file} failed with result -1 (writefile)");
                assert_eq!(error.to_string(), told);
            }
            assert!(!call.is_hung_up());
            let ended = call.record_file(file, "wav").await?;
            assert_eq!((ended.end, ended.samples), (RecordingEnd::Hangup, 0));
            assert!(call.is_hung_up());
            assert!(is_dead(&call.record_file(file, "wav").timeout(soon).await));
            Ok(())
        })
        .await
        .unwrap();
        // During the beep: the server has another word for the key, and one for a hangup.
        let ended = replay("record_beep_key", version, async |mut call: Call| {
            let request = call.record_file("/tmp/sdk-cap", "wav").escape("#5");
            let ended = request.timeout(10 * SECOND).beep().await.unwrap();
            call.noop().await.unwrap();
            ended
        })
        .await;
        assert_eq!((ended.end, ended.samples), (RecordingEnd::Key('5'), 0));
        let kind = replay("record_beep_hangup", version, async |mut call: Call| {
            let request = call.record_file("/tmp/sdk-cap", "wav").escape("#5");
            let kind = hangup(request.timeout(10 * SECOND).beep().await);
            call.noop().await.unwrap();
            kind
        })
        .await;
        assert_eq!(kind, HangupKind::Signal);
        // The number of a timeout is 0 on one and 1 on the other; what was heard before is kept.
        replay("record_play", version, async |mut call: Call| -> agi::Result {
            let request = call.record_file("/tmp/sdk-cap", "wav").escape("#");
            let request = request.timeout(Duration::from_millis(900)).silence(2 * SECOND);
            let ended = request.await?;
            assert_eq!((ended.end, ended.samples), (RecordingEnd::Timeout, 3360));
            let ended = call.record_file("/tmp/sdk-cap", "wav").escape("#").await?;
            assert_eq!(ended.end, RecordingEnd::Hangup);
            assert!(ended.samples > 0);
            Ok(())
        })
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn a_subroutine_returns_or_does_not() {
    for version in VERSIONS {
        replay("gosub", version, async |mut call: Call| -> agi::Result {
            let returned = GosubEnd::Returned;
            assert_eq!(call.gosub("sdk", "sub", 1).arguments("one,two").await?, returned);
            assert_eq!(call.variable("GOSUB_RETVAL").await?.unwrap(), "one");
            assert_eq!(call.gosub("sdk", "sub", 1).await?, returned);
            assert_eq!(call.gosub("sdk", "labelled", "here").await?, returned);
            assert_eq!(call.variable("GOSUB_RETVAL").await?.unwrap(), "labelled");
            assert!(is_failure(&call.gosub("sdk", "labelled", "nope").await));
            assert!(is_failure(&call.gosub("none", "sub", 1).await));
            assert_eq!(call.gosub("sdk", "lost", 1).await?, GosubEnd::Left);
            call.noop().await?;
            Ok(())
        })
        .await
        .unwrap();
        for (capture, extension) in [("gosub_over", "over"), ("gosub_hangup", "wait")] {
            let kind = replay(capture, version, move |mut call: Call| async move {
                let kind = hangup(call.gosub("sdk", extension, 1).await);
                call.noop().await.unwrap();
                if extension == "over" {
                    let dead = call.gosub("sdk", "sub", 1).arguments("v").await;
                    assert!(is_dead(&dead));
                }
                kind
            })
            .await;
            assert_eq!(kind, HangupKind::Signal);
        }
    }
}

#[tokio::test]
async fn get_variable_is_cut_at_1023_bytes_and_the_full_one_is_not() {
    for version in VERSIONS {
        replay("variables", version, async |mut call: Call| -> agi::Result {
            call.set_variable("L", "x".repeat(1500)).await?;
            assert_eq!(call.variable("L").await?.unwrap(), "x".repeat(1023).as_str());
            assert_eq!(call.full_variable("${L}").await?.unwrap(), "x".repeat(1500).as_str());
            assert_eq!(call.full_variable("${L:0:3}-${NONE}").await?.unwrap(), "xxx-");
            let other = call.environment().channel().replace(";1", ";2");
            let name = call.full_variable("${CHANNEL(name)}").channel(&*other).await?;
            assert_eq!(name.unwrap(), other.as_str());
            assert_eq!(call.full_variable("${X}").channel("none").await?, None);
            assert_eq!(call.variable("NOFUNC(x)").await?, None);
            // Arguments are literal, and so is a value that looks like a variable.
            call.set_variable("E", "${CHANNEL(name)}").await?;
            assert_eq!(call.variable("E").await?.unwrap(), "${CHANNEL(name)}");
            assert_eq!(call.full_variable("${E}").await?.unwrap(), "${CHANNEL(name)}");
            Ok(())
        })
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn keys_are_waited_for() {
    for version in VERSIONS {
        replay("digit", version, async |mut call: Call| -> agi::Result {
            assert_eq!(call.wait_for_digit(SECOND / 5).await?, None);
            assert_eq!(call.wait_for_digit(5 * SECOND).await?, Some('*'));
            assert_eq!(call.wait_for_digit(None).await?, Some('0'));
            assert_eq!(call.wait_for_digit(Duration::ZERO).await?, None);
            assert_eq!(call.wait_for_digit(5 * SECOND).await?, Some('A'));
            assert_eq!(hangup(call.wait_for_digit(None).await), HangupKind::Signal);
            Ok(())
        })
        .await
        .unwrap();
        replay("data", version, async |mut call: Call| -> agi::Result {
            let missing = call.get_data("no-such").timeout(SECOND / 2).max_digits(2).await;
            assert!(is_failure(&missing));
            let pause = 3 * SECOND / 2;
            for (most, digits, timed_out) in [(2, "12", false), (4, "1", true), (4, "", false)] {
                let input = call.get_data("beep").timeout(pause).max_digits(most).await?;
                assert_eq!((input.digits.as_str(), input.timed_out), (digits, timed_out));
            }
            let silent = call.get_data("").timeout(Duration::from_millis(600)).max_digits(2);
            let input = silent.await?;
            assert_eq!((input.digits.as_str(), input.timed_out), ("", true));
            let input = call.get_data("beep").timeout(pause).max_digits(4).await?;
            assert_eq!((input.digits.as_str(), input.timed_out), ("ABD", true));
            Ok(())
        })
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn several_commands_in_one() {
    for version in VERSIONS {
        let collected = replay("collect", version, async |mut call: Call| {
            let request = call.play_and_collect("beep").digits(3..=4).attempts(2);
            let request = request.timeout(Duration::from_millis(900)).on_invalid("auth-incorrect");
            let collected = request.await.unwrap();
            assert_eq!(call.with_music(async { 7 }).await.unwrap(), 7);
            collected
        })
        .await;
        assert_eq!(collected.unwrap(), "0123");
    }
}

#[tokio::test]
async fn speech_without_an_engine_is_a_failure_of_each_command() {
    for version in VERSIONS {
        replay("speech", version, async |mut call: Call| {
            assert!(is_failure(&call.speech_create("none").await));
            assert!(is_failure(&call.speech_set("n", "v").await));
            assert!(is_failure(&call.speech_load_grammar("g", "/p").await));
            assert!(is_failure(&call.speech_unload_grammar("g").await));
            assert!(is_failure(&call.speech_activate_grammar("g").await));
            assert!(is_failure(&call.speech_deactivate_grammar("g").await));
            assert!(is_failure(&call.speech_recognize("beep", SECOND).await));
            assert!(is_failure(&call.speech_recognize("beep", SECOND).offset(800).await));
            assert!(is_failure(&call.speech_destroy().await));
        })
        .await;
    }
}

#[tokio::test]
async fn on_a_dead_channel_twelve_kinds_of_commands_still_work() {
    for version in VERSIONS {
        replay("dead", version, async |mut call: Call| -> agi::Result {
            assert_eq!(call.hung_up().await, HangupKind::Signal);
            assert!(is_dead(&call.answer().await));
            call.async_agi_break().await?;
            assert!(is_dead(&call.channel_status().await));
            assert!(is_dead(&call.control_stream_file("beep").await));
            call.database_put("sdkd", "k", "v").await?;
            assert_eq!(call.database_get("sdkd", "k").await?.unwrap(), "v");
            call.database_del("sdkd", "k").await?;
            assert!(!call.database_del_tree("sdkd").await?);
            assert_eq!(call.exec("NoOp", "x").await?, 0);
            assert!(is_dead(&call.get_data("beep").await));
            let channel = call.environment().channel().to_owned();
            let name = call.full_variable("${CHANNEL(name)}").await?.unwrap();
            assert_eq!(name, channel.as_str());
            assert!(is_dead(&call.get_option("beep", "").await));
            assert_eq!(call.variable("CHANNEL").await?.unwrap(), channel.as_str());
            assert!(is_dead(&call.gosub("sdk", "sub", 1).await));
            assert!(is_dead(&call.hangup().await));
            call.noop().await?;
            let soon = SECOND / 10;
            assert!(is_dead(&call.receive_char(soon).await));
            assert!(is_dead(&call.receive_text(soon).await));
            assert!(is_dead(&call.record_file("/tmp/x", "wav").timeout(soon).await));
            assert!(is_dead(&call.say_alpha("a").await));
            assert!(is_dead(&call.say_date(UNIX_EPOCH).await));
            assert!(is_dead(&call.say_datetime(UNIX_EPOCH).await));
            assert!(is_dead(&call.say_digits("1").await));
            assert!(is_dead(&call.say_number(1).await));
            assert!(is_dead(&call.say_phonetic("a").await));
            assert!(is_dead(&call.say_time(UNIX_EPOCH).await));
            assert!(is_dead(&call.send_image("x").await));
            assert!(is_dead(&call.send_text("x").await));
            assert!(is_dead(&call.set_auto_hangup(Duration::ZERO).await));
            assert!(is_dead(&call.set_caller_id("x").await));
            assert!(is_dead(&call.set_context("sdk").await));
            assert!(is_dead(&call.set_extension("x").await));
            assert!(is_dead(&call.set_music_on().await));
            assert!(is_dead(&call.set_priority(1).await));
            call.set_variable("A", "1").await?;
            assert!(is_dead(&call.speech_activate_grammar("g").await));
            assert!(is_dead(&call.speech_create("").await));
            assert!(is_dead(&call.speech_deactivate_grammar("g").await));
            assert!(is_failure(&call.speech_destroy().await));
            assert!(is_dead(&call.speech_load_grammar("g", "p").await));
            assert!(is_dead(&call.speech_recognize("beep", SECOND).await));
            assert!(is_dead(&call.speech_set("a", "b").await));
            assert!(is_failure(&call.speech_unload_grammar("g").await));
            assert!(is_dead(&call.stream_file("beep").await));
            assert!(is_dead(&call.tdd_mode(Tdd::On).await));
            call.verbose("x").await?;
            assert!(is_dead(&call.wait_for_digit(soon).await));
            Ok(())
        })
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn a_hangup_handler_s_channel_is_dead_without_a_word() {
    for version in VERSIONS {
        replay("handler", version, async |mut call: Call| -> agi::Result {
            assert_eq!(call.path().rsplit('/').next(), Some("handler"));
            assert!(!call.is_hung_up());
            assert!(is_dead(&call.stream_file("beep").await));
            assert!(call.is_hung_up());
            assert_eq!(call.variable("CHANNEL(state)").await?.unwrap(), "Up");
            assert!(is_dead(&call.send(Custom::new("CHANNEL STATUS")).await));
            assert_eq!(call.exec("NoOp", "x").await?, 0);
            Ok(())
        })
        .await
        .unwrap();
    }
}
