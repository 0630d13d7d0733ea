//! Futures that are dropped half-way, wherever that is.

use std::time::Duration;

use asterisk_sdk::agi::fastagi::Server;
use asterisk_sdk::agi::{self, Call, Calls, HangupKind, Service};
use harness::agi_caller::AgiCaller;
use harness::cancel::drop_after;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::{Running, Seen};

/// More than any of these futures is polled.
const POLLS: usize = 40;

/// Answers every command with what it is, as fast as they come.
async fn answer(peer: DuplexStream) -> Vec<String> {
    let mut peer = BufReader::new(peer);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if peer.read_line(&mut line).await.unwrap_or(0) == 0 {
            return lines;
        }
        let reply = match line.split('"').nth(1) {
            Some(name) if line.starts_with("GET VARIABLE") => {
                format!("200 result=1 (value of {name})\n")
            }
            _ if line.starts_with("GET DATA") => "200 result=12\n".to_owned(),
            _ => "200 result=0\n".to_owned(),
        };
        lines.push(line);
        if peer.write_all(reply.as_bytes()).await.is_err() {
            return lines;
        }
    }
}

/// Lets a script run over a narrow pipe, so that it has to wait everywhere; gives what it wrote.
async fn script<F, Fut>(handler: F) -> Vec<String>
where
    F: Fn(Call) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let service = Service::builder().fallback(handler).build().unwrap();
    let (mut ours, theirs) = tokio::io::duplex(16);
    let running = tokio::spawn(service.run(theirs, None));
    ours.write_all(b"agi_network: yes\nagi_version: 22.1\n\n").await.unwrap();
    let lines = answer(ours).await;
    running.await.unwrap();
    lines
}

/// Afterwards the next command still gets its own reply.
async fn is_whole(call: &mut Call) {
    assert_eq!(call.variable("NEXT").await.unwrap().unwrap(), "value of NEXT");
}

#[tokio::test]
async fn commands_one_and_several() {
    for polls in 0..POLLS {
        let lines = script(move |mut call: Call| async move {
            let _ = drop_after(polls, call.variable("FIRST").into_future()).await;
            is_whole(&mut call).await;
            let digits = call.play_and_collect("p").digits(3..=4).attempts(2).on_invalid("i");
            let _ = drop_after(polls, digits.into_future()).await;
            is_whole(&mut call).await;
            let music = call.with_music(tokio::task::yield_now());
            let _ = drop_after(polls, music).await;
            is_whole(&mut call).await;
        })
        .await;
        let next = lines.iter().filter(|line| *line == "GET VARIABLE \"NEXT\"\n").count();
        assert_eq!(next, 3, "{polls} polls: {lines:?}");
        let commands = ["GET VARIABLE \"", "GET DATA \"p\"", "STREAM FILE \"i\"", "SET MUSIC \"o"];
        let known = |line: &String| commands.iter().any(|command| line.starts_with(command));
        assert!(lines.iter().all(known), "{polls} polls: {lines:?}");
    }
}

#[tokio::test]
async fn waiting_for_the_hangup() {
    for polls in 0..POLLS {
        let (told, mut seen) = Seen::new();
        let running = Running::new(Server::builder().fallback(move |mut call: Call| {
            let told = told.clone();
            async move {
                assert_eq!(drop_after(polls, call.hung_up()).await, None);
                told.send(None).await.unwrap();
                told.send(Some(call.hung_up().await)).await.unwrap();
            }
        }))
        .await;
        let mut caller = AgiCaller::call(running.addr, "x").await;
        // The first half of the line comes before or behind the drop.
        caller.send("HAN").await;
        assert_eq!(seen.next().await, None);
        caller.send("GUP\n").await;
        assert_eq!(seen.next().await, Some(HangupKind::Signal));
    }
}

/// Tells that it was dropped.
struct Dropped(mpsc::Sender<()>);

impl Drop for Dropped {
    fn drop(&mut self) {
        let _ = self.0.try_send(());
    }
}

#[tokio::test]
async fn a_call_that_is_run() {
    for polls in 0..POLLS {
        let (told, mut seen) = Seen::new();
        let told = Dropped(told);
        let told = std::sync::Mutex::new(Some(told));
        let handler = move |mut call: Call| {
            let dropped = told.lock().unwrap().take();
            async move {
                let _dropped = dropped;
                loop {
                    call.noop().await?;
                }
                #[expect(unreachable_code, reason = "the loop has no type of its own")]
                Ok::<_, agi::Error>(())
            }
        };
        let service = Service::builder().fallback(handler).build().unwrap();
        let (mut ours, theirs) = tokio::io::duplex(64);
        ours.write_all(b"agi_network: yes\n\n").await.unwrap();
        let peer = tokio::spawn(answer(ours));
        assert_eq!(drop_after(polls, service.run(theirs, None)).await, None);
        // The stream is closed.
        peer.await.unwrap();
        drop(service);
        seen.next().await;
    }
}

#[tokio::test]
async fn a_server_and_its_socket() {
    for polls in 0..POLLS {
        let _ = drop_after(polls, Server::builder().bind("localhost:0")).await;
        let server = Server::builder().fallback(async |mut call: Call| call.noop().await);
        let server = server.bind("127.0.0.1:0").await.unwrap();
        let addr = server.local_addr();
        let mut caller = AgiCaller::call(addr, "x").await;
        assert!(drop_after(polls, server.serve()).await.is_none());
        while caller.line().await.is_some() {}
        assert!(TcpStream::connect(addr).await.is_err());
    }
}

#[tokio::test]
async fn slots_and_a_drain() {
    for polls in 0..POLLS {
        let service = Service::builder()
            .fallback(async |mut call: Call| call.noop().await)
            .max_connections(1)
            .drain_timeout(Duration::from_secs(3600));
        let mut calls = Calls::new(service.build().unwrap());
        let slot = calls.slot().await;
        // There is none, and none is lost by waiting for it.
        assert!(drop_after(polls, calls.slot()).await.is_none());
        drop(slot);
        let slot = calls.slot().await;
        let (mut ours, theirs) = tokio::io::duplex(64);
        ours.write_all(b"agi_network: yes\n\n").await.unwrap();
        calls.start(slot, theirs, None);
        let _ = drop_after(polls, calls.slot()).await;
        // It waits for the call, which waits for its reply, and takes it with it when it is dropped.
        assert!(drop_after(polls, calls.drain()).await.is_none());
        let mut written = String::new();
        ours.read_to_string(&mut written).await.unwrap();
        assert!(["", "NOOP\n"].contains(&written.as_str()), "{written:?}");
    }
}
