//! Many peers at once, and what bad ones may cost.

use std::time::Duration;

use asterisk_sdk::agi::command::Custom;
use asterisk_sdk::agi::fastagi::Server;
use asterisk_sdk::agi::{self, Call, Service};
use harness::agi_caller::{AgiCaller, Capture};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;

use crate::{PATIENCE, Running, Seen};

/// Holds its call until the caller answers.
async fn hold(mut call: Call) -> agi::Result {
    call.send(Custom::new("NOOP").long()).await?;
    Ok(())
}

/// All of them, in time.
async fn all<T: 'static>(mut tasks: JoinSet<T>) -> Vec<T> {
    let mut done = Vec::new();
    let every = async {
        while let Some(task) = tasks.join_next().await {
            done.push(task.unwrap());
        }
    };
    tokio::time::timeout(PATIENCE, every).await.unwrap();
    done
}

/// How many bytes a server takes of a peer that writes without end, and of nobody else.
async fn taken(piece: &[u8], total: usize) -> usize {
    let service = Service::builder().fallback(hold).build().unwrap();
    let (mut ours, theirs) = tokio::io::duplex(1024);
    let running = tokio::spawn(service.run(theirs, None));
    let mut written = 0;
    while written < total {
        match ours.write(piece).await {
            Ok(more) => written += more,
            Err(_) => break,
        }
    }
    running.await.unwrap();
    // What was written and not taken is in the pipe.
    written.saturating_sub(1024)
}

#[tokio::test]
async fn ten_megabytes_or_a_hundred_thousand_variables_are_not_taken() {
    const TEN_MEGABYTES: usize = 10_000_000;
    // The limit is 64 KiB; the buffer grows by doubling.
    let line = format!("agi_calleridname: {}", "x".repeat(1_000_000));
    assert!((64 * 1024..=128 * 1024).contains(&taken(line.as_bytes(), TEN_MEGABYTES).await));
    let variable = b"agi_arg_1: x\n";
    let taken_of_many = taken(variable, 100_000 * variable.len()).await;
    assert!((64 * 1024..=128 * 1024).contains(&taken_of_many), "{taken_of_many}");
    // Of what is no prelude, not more than is read at once.
    assert!(taken(b"GET / HTTP/1.1\r\n", TEN_MEGABYTES).await <= 1024);
}

#[tokio::test]
async fn replies_that_are_cut_off_anywhere_are_a_hangup_and_never_a_value() {
    let reply = "HANGUP\n200 result=1 (a\nb) endpos=5\n";
    for cut in 0..reply.len() {
        let (told, mut seen) = Seen::new();
        let service = Service::builder().fallback(move |mut call: Call| {
            let told = told.clone();
            async move { told.send(call.variable("X").await).await.unwrap() }
        });
        let service = service.build().unwrap();
        let (mut ours, theirs) = tokio::io::duplex(4096);
        ours.write_all(b"agi_network: yes\n\n").await.unwrap();
        let running = tokio::spawn(service.run(theirs, None));
        let mut command = [0; "GET VARIABLE \"X\"\n".len()];
        ours.read_exact(&mut command).await.unwrap();
        ours.write_all(&reply.as_bytes()[..cut]).await.unwrap();
        drop(ours);
        let error = seen.next().await.unwrap_err();
        assert!(error.is_hangup(), "cut at {cut}: {error:?}");
        running.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_byte_from_time_to_time_does_not_buy_more_time() {
    let service = Service::builder().fallback(hold).build().unwrap();
    let mut slow = JoinSet::new();
    let began = tokio::time::Instant::now();
    for _ in 0..200 {
        let (mut ours, theirs) = tokio::io::duplex(1024);
        let running = service.run(theirs, None);
        slow.spawn(async move {
            let trickle = async {
                for byte in Capture::load("forms", 22).prelude().bytes() {
                    if ours.write_all(&[byte]).await.is_err() {
                        break;
                    }
                    tokio::time::sleep(Duration::from_millis(999)).await;
                }
            };
            tokio::select! { () = running => began.elapsed(), () = trickle => Duration::ZERO }
        });
    }
    for ended in all(slow).await {
        assert_eq!(ended, Duration::from_secs(10));
    }
}

#[tokio::test]
async fn two_thousand_connections_at_a_limit_of_a_hundred() {
    let limit = std::sync::Arc::new(tokio::sync::Semaphore::new(100));
    let at_once = std::sync::Arc::clone(&limit);
    let builder = Server::builder().max_connections(100).fallback(move |call: Call| {
        let at_once = std::sync::Arc::clone(&at_once);
        async move {
            // Over the limit there is no permit.
            let _permit = at_once.try_acquire()?;
            hold(call).await
        }
    });
    let running = Running::new(builder).await;
    let mut calls = JoinSet::new();
    for _ in 0..2_000 {
        let addr = running.addr;
        calls.spawn(async move {
            let mut caller = AgiCaller::call(addr, "x").await;
            caller.answer("NOOP", "200 result=0\n").await;
            caller.closed().await;
        });
    }
    assert_eq!(all(calls).await.len(), 2_000);
    assert_eq!(limit.available_permits(), 100);
}

#[tokio::test]
async fn a_panic_in_every_tenth_handler() {
    let running = Running::new(Server::builder().fallback(async |call: Call| {
        assert!(!call.path().ends_with('0'), "on purpose");
        hold(call).await
    }))
    .await;
    let mut calls = JoinSet::new();
    for number in 0..500 {
        let addr = running.addr;
        calls.spawn(async move {
            let mut caller = AgiCaller::call(addr, &number.to_string()).await;
            if number % 10 == 0 {
                caller.failed().await;
            } else {
                caller.answer("NOOP", "200 result=0\n").await;
                caller.closed().await;
            }
        });
    }
    assert_eq!(all(calls).await.len(), 500);
    assert_eq!(running.stop().await.aborted, 0);
}

#[tokio::test]
async fn a_reset_in_the_middle_of_a_command() {
    let (told, mut seen) = Seen::new();
    let running = Running::new(Server::builder().fallback(move |mut call: Call| {
        let told = told.clone();
        async move {
            let error = call.variable("X").await.unwrap_err();
            let next = call.noop().await.unwrap_err();
            told.send((error.is_hangup(), next.is_hangup(), next.delivery())).await.unwrap();
        }
    }))
    .await;
    let mut other = AgiCaller::call(running.addr, "x").await;
    for sent in ["", "200 resu", "200 result=1 (a\n"] {
        let mut caller = AgiCaller::call(running.addr, "x").await;
        assert!(caller.line().await.is_some());
        caller.send(sent).await;
        caller.reset();
        let not_sent = Some(asterisk_sdk::proto::error::Delivery::NotSent);
        assert_eq!(seen.next().await, (true, true, not_sent));
    }
    // The call beside them has not noticed.
    other.answer("GET VARIABLE \"X\"", "510 Invalid or unknown command\n").await;
    other.answer("NOOP", "511 Command Not Permitted on a dead channel\n").await;
    assert_eq!(seen.next().await, (false, true, None));
}

#[tokio::test]
async fn a_shutdown_during_a_thousand_calls() {
    let builder = Server::builder().fallback(hold).drain_timeout(PATIENCE);
    let running = Running::new(builder).await;
    let (ready, mut begun) = tokio::sync::mpsc::channel(1_000);
    let (stop, _) = tokio::sync::broadcast::channel::<()>(1);
    let mut calls = JoinSet::new();
    for _ in 0..1_000 {
        let (addr, ready, mut stopped) = (running.addr, ready.clone(), stop.subscribe());
        calls.spawn(async move {
            let mut caller = AgiCaller::call(addr, "x").await;
            assert_eq!(caller.line().await.as_deref(), Some("NOOP"));
            ready.send(()).await.unwrap();
            stopped.recv().await.unwrap();
            caller.send("200 result=0\n").await;
            caller.closed().await;
        });
    }
    for _ in 0..1_000 {
        tokio::time::timeout(PATIENCE, begun.recv()).await.unwrap().unwrap();
    }
    let stopping = tokio::spawn(running.stop());
    stop.send(()).unwrap();
    assert_eq!(all(calls).await.len(), 1_000);
    let drained = stopping.await.unwrap();
    assert_eq!(drained.aborted, 0);
    assert!(drained.finished <= 1_000);
}
