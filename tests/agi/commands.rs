//! Commands on sessions that were captured from Asterisk 22 and 16.

use std::time::Duration;

use asterisk_sdk::agi::command::{Custom, Hangup, Playback};
use asterisk_sdk::agi::{self, Call, CommandError};
use harness::agi_caller::AgiCaller;

use crate::{Running, Seen, replay};

const VERSIONS: [u32; 2] = [22, 16];

/// Every form of a reply, in one session.
async fn forms(mut call: Call) -> agi::Result {
    call.send(Custom::new("NOOP")).await?;
    call.answer().await?;
    call.verbose("hello there").await?;

    let odd = "say \"hi\" c:\\tmp, (1) 2;3 ";
    call.set_variable("SDK_A", odd).await?;
    assert_eq!(call.variable("SDK_A").await?.unwrap(), odd);
    assert_eq!(call.variable("SDK_UNSET").await?, None);
    call.set_variable("SDK_E", "").await?;
    assert_eq!(call.variable("SDK_E").await?.unwrap(), "");
    call.set_variable("SDK_T", "a\tb").await?;
    assert_eq!(call.variable("SDK_T").await?.unwrap(), "a\tb");
    call.set_variable("SDK_P", "a) (b").await?;
    assert_eq!(call.variable("SDK_P").await?.unwrap(), "a) (b");
    assert_eq!(call.variable("STRFTIME(0,UTC,a%nb)").await?.unwrap(), "a\nb");

    let full = |expression| Custom::new("GET FULL VARIABLE").arg(expression);
    let channel = call.environment().channel().to_owned();
    assert_eq!(call.send(full("${CHANNEL(name)}")).await?.text.unwrap(), channel.as_str());
    // The one value that the protocol cannot carry; its second line is not the next reply.
    let cut = call.send(full("x)${STRFTIME(0,UTC,%n)}y")).await?;
    assert_eq!(cut.text.unwrap(), "x");
    let lines = call.send(full("x${STRFTIME(0,UTC,%n%n)}y")).await?;
    assert_eq!(lines.text.unwrap(), "x\n\ny");

    let missing = call.exec("NoSuchApp", "x").await.unwrap_err();
    assert_eq!(missing.to_string(), "EXEC NoSuchApp failed with result -2");
    assert_eq!(call.exec("NoOp", "a,b").await?, 0);

    for line in ["BOGUS", ""] {
        let error = call.send(Custom::new(line)).await.unwrap_err();
        assert!(matches!(error, CommandError::InvalidCommand), "{error:?}");
    }
    let usage = call.send(Custom::new("SET VARIABLE").arg("x")).await.unwrap_err();
    assert!(matches!(usage, CommandError::Usage { text } if text.starts_with("Sets a variable")));
    let usage = call.send(Custom::new("GET DATA")).await.unwrap_err();
    assert!(matches!(usage, CommandError::Usage { text } if text.lines().count() == 2));

    assert_eq!(call.send(Custom::new("CHANNEL STATUS")).await?.code(), Some(6));
    assert_eq!(call.send(Custom::new("WAIT FOR DIGIT").arg("100")).await?.code(), Some(0));
    let nothing = call.get_data("beep").timeout(Duration::from_millis(500)).max_digits(4).await?;
    assert_eq!((nothing.digits.as_str(), nothing.timed_out), ("", true));
    let played = call.stream_file("beep").escape("#").await?;
    assert_eq!(played, Playback::Finished { samples: 3520 });
    let missing = call.stream_file("no-such-file").escape("#").await.unwrap_err();
    assert!(matches!(missing, CommandError::AppFailure { .. }), "{missing:?}");
    assert!(!call.is_hung_up());

    let option = Custom::new("GET OPTION").arg("beep").arg("1").arg("200");
    assert_eq!(call.send(option).await?.end_position, Some(3520));
    let gosub = |exten| Custom::new("GOSUB").arg("sdk").arg(exten).arg("1");
    assert_eq!(call.send(gosub("sub").arg("v")).await?.rest, "Gosub complete");
    assert_eq!(call.send(gosub("nope")).await?.rest, "Gosub label not found");
    let record = Custom::new("RECORD FILE").arg("/tmp/rec").arg("wav").arg("#").arg("300");
    let recorded = call.send(record).await?;
    assert_eq!((recorded.text.unwrap().as_str(), recorded.end_position), ("timeout", Some(0)));
    call.send(Custom::new("DATABASE PUT").arg("sdk").arg("k").arg("v")).await?;
    let get = |key| Custom::new("DATABASE GET").arg("sdk").arg(key);
    assert_eq!(call.send(get("k")).await?.text.unwrap(), "v");
    assert_eq!(call.send(get("none")).await?.text, None);
    let char = call.send(Custom::new("RECEIVE CHAR").arg("100")).await?;
    assert_eq!(char.text.unwrap(), "hangup");
    let none = call.send(Hangup::new().channel("Local/none")).await.unwrap_err();
    assert!(matches!(none, CommandError::AppFailure { .. }), "{none:?}");
    call.exec("Set", "SDK_Q=\"a\"").await?;
    assert_eq!(call.variable("SDK_Q").await?.unwrap(), "\"a\"");
    Ok(())
}

#[tokio::test]
async fn every_form_of_a_reply() {
    for version in VERSIONS {
        replay("forms", version, forms).await.unwrap();
    }
}

#[tokio::test]
async fn digits_are_text_as_they_were_keyed() {
    for version in VERSIONS {
        for (capture, pause, most, keyed) in [
            ("digits", 2000, 4, [("0123", false)].as_slice()),
            ("digits_star", 1000, 8, &[("12*4", true)]),
            // `#` alone is an empty answer, and no timeout.
            ("digits_hash", 2000, 8, &[("5", false), ("", false)]),
        ] {
            replay(capture, version, move |mut call: Call| async move {
                for (digits, timed_out) in keyed {
                    let request = call.get_data("demo-congrats");
                    let pause = Duration::from_millis(pause);
                    let input = request.timeout(pause).max_digits(most).await.unwrap();
                    assert_eq!((input.digits.as_str(), input.timed_out), (*digits, *timed_out));
                }
            })
            .await;
        }
    }
}

#[tokio::test]
async fn an_escape_key_interrupts_a_file() {
    for version in VERSIONS {
        let played = replay("escape", version, async |mut call: Call| {
            call.stream_file("demo-congrats").escape("5#").await.unwrap()
        })
        .await;
        assert_eq!(played.key(), Some('5'));
        assert!((8000..16_000).contains(&played.samples()), "{played:?}");
    }
}

/// The example's script.
async fn demo(mut call: Call) -> Result<String, CommandError> {
    call.answer().await?;
    let request = call.get_data("vm-enter-num-to-call");
    let input = request.timeout(Duration::from_secs(3)).max_digits(4).await?;
    let pause = if input.timed_out { ", then a pause" } else { "" };
    call.verbose(format!("got {}{pause}", input.digits)).await?;
    call.set_variable("SDK_RESULT", input.digits.clone()).await?;
    call.stream_file("auth-thankyou").escape("#").await?;
    call.hangup().await?;
    Ok(input.digits.into())
}

#[tokio::test]
async fn the_example_s_calls() {
    for version in VERSIONS {
        assert_eq!(replay("demo", version, demo).await.unwrap(), "0123");
        assert_eq!(replay("demo_pause", version, demo).await.unwrap(), "7*");
        assert!(replay("demo_hangup", version, demo).await.unwrap_err().is_hangup());
    }
}

#[tokio::test]
async fn a_line_over_the_server_s_limit_is_refused_and_not_sent() {
    let (sender, mut seen) = Seen::new();
    let running = Running::new(agi::fastagi::Server::builder().fallback(move |mut call: Call| {
        let sender = sender.clone();
        async move {
            // `SET VARIABLE "X" "…"` and its line break are 20 bytes.
            let over = call.set_variable("X", "x".repeat(8191 - 19)).await.unwrap_err();
            sender.send((over.to_string(), over.delivery())).await.unwrap();
            call.set_variable("X", "x".repeat(8191 - 20)).await.unwrap();
            let feed = call.verbose("a\nHANGUP").await.unwrap_err();
            sender.send((feed.to_string(), feed.delivery())).await.unwrap();
        }
    }))
    .await;
    let mut caller = AgiCaller::call(running.addr, "x").await;
    let fits = caller.line().await.unwrap();
    assert_eq!(fits.len(), 8190);
    caller.send("200 result=1\n").await;
    caller.closed().await;
    let not_sent = Some(asterisk_sdk::proto::error::Delivery::NotSent);
    for _ in 0..2 {
        assert_eq!(seen.next().await, ("the command cannot be sent".to_owned(), not_sent));
    }
}
