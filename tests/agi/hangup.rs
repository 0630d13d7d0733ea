//! Hangup as a state: how it is noticed, and what works after it.

use std::time::Duration;

use asterisk_sdk::agi::{self, Call, CommandError, HangupKind};
use harness::agi_caller::AgiCaller;
use tokio::time::timeout;

use crate::{PATIENCE, Running, Seen, replay};

fn kind(error: &CommandError) -> HangupKind {
    match error {
        CommandError::Hangup { kind, .. } => *kind,
        other => panic!("not a hangup: {other:?}"),
    }
}

#[tokio::test]
async fn while_a_file_plays() {
    for version in [22, 16] {
        replay("hangup_stream", version, async |mut call: Call| -> agi::Result {
            let error = call.stream_file("demo-congrats").escape("#").await.unwrap_err();
            // Something was played, so this is not about a missing file.
            assert_eq!(kind(&error), HangupKind::Result);
            assert!(call.is_hung_up());
            call.send(agi::command::Custom::new("NOOP")).await?;
            call.verbose("dead").await?;
            let dead = call.stream_file("beep").await.unwrap_err();
            assert!(matches!(dead, CommandError::DeadChannel));
            assert!(call.variable("CHANNEL").await?.is_some());
            assert_eq!(call.exec("NoOp", "x").await?, 0);
            assert!(matches!(call.answer().await, Err(CommandError::DeadChannel)));
            assert!(matches!(call.hangup().await, Err(CommandError::DeadChannel)));
            // An application as it likes: 22 gives up, 16 returns 0.
            match call.exec("Wait", "1").await {
                Ok(result) => assert_eq!(result, 0),
                Err(error) => assert_eq!(kind(&error), HangupKind::Result),
            }
            assert_eq!(call.exec("Playback", "beep").await?, 0);
            Ok(())
        })
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn while_digits_are_collected_or_an_application_runs() {
    for version in [22, 16] {
        let error = replay("hangup_data", version, async |mut call: Call| {
            let request = call.get_data("demo-congrats");
            let error = request.timeout(Duration::from_secs(5)).max_digits(4).await.unwrap_err();
            assert!(call.is_hung_up());
            let again = call.get_data("beep").await.unwrap_err();
            assert!(matches!(again, CommandError::DeadChannel));
            error
        })
        .await;
        // -1 alone says nothing; the line behind it does.
        assert_eq!(kind(&error), HangupKind::Signal);

        let error = replay("hangup_exec", version, async |mut call: Call| {
            let error = call.exec("Wait", "5").await.unwrap_err();
            call.send(agi::command::Custom::new("NOOP")).await.unwrap();
            error
        })
        .await;
        assert_eq!(kind(&error), HangupKind::Signal);
    }
}

#[tokio::test]
async fn while_the_script_is_busy_with_something_else() {
    for version in [22, 16] {
        let kinds = replay("hangup_idle", version, async |mut call: Call| {
            let kinds = (call.hung_up().await, call.hung_up().await);
            assert!(call.is_hung_up());
            assert_eq!(call.variable("CHANNEL(state)").await.unwrap().unwrap(), "Up");
            assert!(call.stream_file("beep").await.unwrap_err().is_hangup());
            kinds
        })
        .await;
        assert_eq!(kinds, (HangupKind::Signal, HangupKind::Signal));
    }
}

#[tokio::test]
async fn noticed_only_by_the_next_command() {
    // The line comes before the reply to a command that works all the same.
    let hung_up = replay("hangup_idle", 22, async |mut call: Call| {
        let value = call.variable("CHANNEL(state)").await;
        assert_eq!(value.unwrap().unwrap(), "Up");
        let hung_up = call.is_hung_up();
        let _ = call.stream_file("beep").await;
        hung_up
    })
    .await;
    assert!(hung_up);
}

#[tokio::test]
async fn without_the_line() {
    for version in [22, 16] {
        let states = replay("hangup_quiet", version, async |mut call: Call| {
            let error = call.stream_file("demo-congrats").escape("#").await.unwrap_err();
            let state = (kind(&error), call.is_hung_up());
            call.send(agi::command::Custom::new("NOOP")).await.unwrap();
            let dead = call.stream_file("beep").await.unwrap_err();
            assert!(matches!(dead, CommandError::DeadChannel));
            state
        })
        .await;
        assert_eq!(states, (HangupKind::Result, true));
    }
}

#[tokio::test]
async fn by_the_script_itself() {
    for version in [22, 16] {
        replay("hangup_self", version, async |mut call: Call| -> agi::Result {
            call.hangup().await?;
            assert_eq!(call.hung_up().await, HangupKind::Signal);
            call.send(agi::command::Custom::new("NOOP")).await?;
            call.verbose("x").await?;
            Ok(())
        })
        .await
        .unwrap();
        let error = replay("exec_hangup", version, async |mut call: Call| {
            let error = call.exec("Hangup", "").await.unwrap_err();
            call.send(agi::command::Custom::new("NOOP")).await.unwrap();
            error
        })
        .await;
        assert_eq!(kind(&error), HangupKind::Signal);
    }
}

#[tokio::test]
async fn with_the_end_of_the_connection() {
    for version in [22, 16] {
        let error = replay("hangup_exit", version, async |mut call: Call| {
            let _ = call.stream_file("demo-congrats").escape("#").await;
            // Two more `HANGUP` and the end are on their way.
            loop {
                match call.verbose("still there?").await {
                    Ok(()) | Err(CommandError::Hangup { kind: HangupKind::Signal, .. }) => {}
                    Err(error) => return error,
                }
            }
        });
        let error = timeout(PATIENCE, error).await.unwrap();
        assert_eq!(kind(&error), HangupKind::Pipe);

        let error = replay("failure", version, async |mut call: Call| {
            let error = call.send(agi::command::Custom::new("failure")).await.unwrap_err();
            assert!(call.is_hung_up());
            error
        })
        .await;
        assert_eq!(kind(&error), HangupKind::Pipe);
    }
}

#[tokio::test]
async fn the_handler_waits_for_it_beside_its_own_work() {
    let (sender, mut seen) = Seen::new();
    let running = Running::new(agi::fastagi::Server::builder().fallback(move |mut call: Call| {
        let sender = sender.clone();
        async move {
            let kind = tokio::select! {
                kind = call.hung_up() => kind,
                () = std::future::pending() => return,
            };
            sender.send((kind, call.is_hung_up())).await.unwrap();
        }
    }))
    .await;
    let mut caller = AgiCaller::call(running.addr, "x").await;
    caller.send("HANGUP\n").await;
    assert_eq!(seen.next().await, (HangupKind::Signal, true));
    drop(AgiCaller::call(running.addr, "x").await);
    assert_eq!(seen.next().await, (HangupKind::Pipe, true));
}
