use std::future::Future;

use tokio::io::{
    AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use super::*;
use crate::command::{Custom, Exec, GetVariable, StreamFile, Verbose};

/// A session over a pipe that holds this many bytes, and the other end of it.
fn session(pipe: usize) -> (Session, BufReader<DuplexStream>) {
    let (ours, theirs) = duplex(pipe);
    (session_over(Link::new(ours)), BufReader::new(theirs))
}

fn session_over(link: Link) -> Session {
    let replies = ReplyTimeouts { short: Duration::from_secs(30), long: Duration::from_secs(3600) };
    let mut limits = Limits::default();
    (limits.reply_bytes, limits.replies) = (4096, replies);
    let mut session = Session::new(link, &limits);
    session.environment = Environment::parse("agi_version: 16.28.0").unwrap();
    session
}

async fn line(peer: &mut (impl AsyncBufRead + Unpin)) -> String {
    let mut line = String::new();
    peer.read_line(&mut line).await.unwrap();
    line
}

/// Polls a future once and drops it.
async fn poll_once(future: impl Future) {
    let mut future = std::pin::pin!(future);
    poll_fn(|cx| {
        assert!(future.as_mut().poll(cx).is_pending());
        Poll::Ready(())
    })
    .await;
}

fn variable(name: &str) -> GetVariable {
    GetVariable::new(name)
}

#[tokio::test]
async fn a_hangup_between_before_and_behind_replies_moves_none() {
    let (mut session, mut peer) = session(4096);
    let replies = [
        ("HANGUP\n200 result=1 (a)\n", "a"),
        ("200 result=1 (b\nHANGUP\nc)\nHANGUP\n", "b\nHANGUP\nc"),
        ("200 result=1 (d)\nHANGUP\n", "d"),
        ("HANGUP\nHANGUP\n200 result=1 (e)\n", "e"),
    ];
    for (reply, value) in replies {
        peer.write_all(reply.as_bytes()).await.unwrap();
        // What came while nothing was asked answers nothing: it is dropped.
        let run = session.run(variable("X"), None);
        let answer = async {
            line(&mut peer).await;
            peer.write_all(reply.as_bytes()).await.unwrap();
        };
        let (found, ()) = tokio::join!(run, answer);
        assert_eq!(found.unwrap().unwrap(), value);
        assert_eq!(session.hangup(), Some(HangupKind::Signal));
    }
}

#[tokio::test]
async fn over_tcp_too_what_nobody_asked_for_answers_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut peer =
        BufReader::new(TcpStream::connect(listener.local_addr().unwrap()).await.unwrap());
    let mut session = session_over(Link::new(listener.accept().await.unwrap().0));
    for (before, reply, value) in [
        ("", "200 result=1 (a)\n", "a"),
        ("200 result=1 (x)\n", "200 result=1 (b)\n", "b"),
        ("", "200 result=1 (c)\n200 result=1 (y)\n", "c"),
        ("", "200 result=1 (d)\n", "d"),
        ("HANGUP\n200 result=1 (z)\n", "200 result=1 (e)\n", "e"),
    ] {
        peer.write_all(before.as_bytes()).await.unwrap();
        while !before.is_empty() && session.connection.is_quiet() {
            tokio::task::yield_now().await;
        }
        let run = session.run(variable("X"), None);
        let answer = async {
            line(&mut peer).await;
            peer.write_all(reply.as_bytes()).await.unwrap();
        };
        let (found, ()) = tokio::join!(run, answer);
        assert_eq!(found.unwrap().unwrap(), value);
    }
    assert_eq!(session.hangup(), Some(HangupKind::Signal));

    drop(peer);
    while session.connection.is_quiet() {
        tokio::task::yield_now().await;
    }
    let ended = session.run(variable("X"), None).await.unwrap_err();
    let kind = HangupKind::Pipe;
    let CommandError::Hangup { kind: found, delivery } = ended else { panic!("{ended:?}") };
    assert_eq!((found, delivery), (kind, Some(Delivery::NotSent)));
}

#[tokio::test]
async fn a_provisional_reply_is_not_the_reply() {
    let (mut session, mut peer) = session(4096);
    let command = Custom::new("GOSUB");
    let run = session.run(command, None);
    let answer = async {
        line(&mut peer).await;
        let replies = b"100 result=0 Trying...\n200 result=0 Gosub complete\n";
        peer.write_all(replies).await.unwrap();
    };
    assert_eq!(tokio::join!(run, answer).0.unwrap().rest, "Gosub complete");
}

#[tokio::test]
async fn a_command_dropped_before_it_was_written_is_never_sent() {
    // The pipe is full, so nothing of the second command goes out.
    let (mut session, mut peer) = session(16);
    poll_once(session.run(Verbose::new("0123456789abcdef"), None)).await;
    poll_once(session.run(Verbose::new("second"), None)).await;
    let run = session.run(Verbose::new("third"), None);
    let answer = async {
        assert_eq!(line(&mut peer).await, "VERBOSE \"0123456789abcdef\" \"1\"\n");
        peer.write_all(b"200 result=1\n").await.unwrap();
        assert_eq!(line(&mut peer).await, "VERBOSE \"third\" \"1\"\n");
        peer.write_all(b"200 result=1\n").await.unwrap();
    };
    tokio::join!(run, answer).0.unwrap();
}

#[tokio::test]
async fn dropped_at_any_point_the_next_command_gets_its_own_reply() {
    // The smaller the pipe, the more often the first command is in the middle of its line or reply.
    for pipe in 1..40 {
        for polls in 0..60 {
            let (mut session, mut peer) = session(pipe);
            let peer = tokio::spawn(async move {
                loop {
                    let line = line(&mut peer).await;
                    let Some(name) = line.split('"').nth(1) else { break };
                    let reply = format!("200 result=1 (value of {name})\n");
                    if peer.write_all(reply.as_bytes()).await.is_err() {
                        break;
                    }
                }
            });
            {
                let command = variable("FIRST");
                let mut first = std::pin::pin!(session.run(command, None));
                for _ in 0..polls {
                    let mut poll =
                        |cx: &mut Context<'_>| Poll::Ready(first.as_mut().poll(cx).is_ready());
                    if poll_fn(&mut poll).await {
                        break;
                    }
                    tokio::task::yield_now().await;
                }
            }
            let second = session.run(variable("SECOND"), None).await.unwrap().unwrap();
            assert_eq!(second, "value of SECOND", "pipe {pipe}, dropped after {polls} polls");
            drop(session);
            peer.await.unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn timeouts_fit_the_command_and_say_what_is_known() {
    let (mut session, mut peer) = session(4096);
    let began = Instant::now();
    let late = session.run(variable("X"), None).await.unwrap_err();
    assert!(late.is_timeout());
    assert_eq!(late.delivery(), Some(Delivery::Unknown));
    assert_eq!(began.elapsed(), Duration::from_secs(30));
    // Its reply is owed still.
    let blocked = session.run(StreamFile::new("x"), None).await.unwrap_err();
    assert_eq!(blocked.delivery(), Some(Delivery::NotSent));
    assert_eq!(began.elapsed(), Duration::from_secs(30 + 3600));
    let soon = Some(Duration::from_millis(10));
    assert!(session.run(StreamFile::new("x"), soon).await.unwrap_err().is_timeout());
    assert_eq!(line(&mut peer).await, "GET VARIABLE \"X\"\n");

    peer.write_all(b"200 result=1 (late)\n").await.unwrap();
    let long = Exec::new("Dial", "");
    let run = session.run(long, None);
    let answer = async {
        assert_eq!(line(&mut peer).await, "EXEC \"Dial\" \"\"\n");
        tokio::time::sleep(Duration::from_secs(3000)).await;
        peer.write_all(b"200 result=0\n").await.unwrap();
    };
    assert_eq!(tokio::join!(run, answer).0.unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn minus_one_is_a_hangup_only_if_the_line_follows() {
    for (behind, kind) in [("", None), ("HANGUP\n", Some(HangupKind::Signal))] {
        let (mut session, mut peer) = session(4096);
        let command = StreamFile::new("x");
        let run = session.run(command, None);
        let answer = async {
            line(&mut peer).await;
            peer.write_all(b"200 result=-1 endpos=0\n").await.unwrap();
            tokio::time::sleep(Duration::from_millis(50)).await;
            peer.write_all(behind.as_bytes()).await.unwrap();
        };
        let error = tokio::join!(run, answer).0.unwrap_err();
        match kind {
            None => assert!(matches!(error, CommandError::AppFailure { .. }), "{error:?}"),
            Some(_) => assert!(error.is_hangup(), "{error:?}"),
        }
        assert_eq!(session.hangup(), kind);
    }
}

#[tokio::test]
async fn the_end_of_the_connection_is_told_apart() {
    // It ended before the command.
    let (mut first, peer) = session(4096);
    drop(peer);
    for _ in 0..2 {
        let error = first.run(variable("X"), None).await.unwrap_err();
        assert!(error.is_hangup());
        assert_eq!(error.delivery(), Some(Delivery::NotSent));
    }
    assert_eq!(first.hung_up().await, HangupKind::Pipe);

    // It ended instead of a reply, in the middle of one.
    let (mut second, mut peer) = session(4096);
    let command = variable("X");
    let run = second.run(command, None);
    let end = async {
        line(&mut peer).await;
        peer.write_all(b"200 result=1 (a\n").await.unwrap();
        drop(peer);
    };
    let error = tokio::join!(run, end).0.unwrap_err();
    assert_eq!(error.delivery(), Some(Delivery::Unknown));
    assert!(matches!(error, CommandError::Hangup { kind: HangupKind::Pipe, .. }));
}

#[tokio::test]
async fn a_peer_that_only_babbles_is_given_up() {
    let (mut session, peer) = session(4096);
    let (mut read, mut write) = tokio::io::split(peer.into_inner());
    let babble = tokio::spawn(async move { while write.write_all(b"bla\n").await.is_ok() {} });
    let error = session.run(variable("X"), None).await.unwrap_err();
    assert!(matches!(error, CommandError::UnknownReply(_)), "{error:?}");
    drop(session);
    babble.await.unwrap();
    let mut sent = String::new();
    read.read_to_string(&mut sent).await.unwrap();
    assert_eq!(sent, "GET VARIABLE \"X\"\n");
}

#[tokio::test]
async fn the_usage_behind_an_exec_that_gave_one_answers_nothing() {
    // At once, late, in the middle of a line, or not at all.
    let usage =
        "520-Invalid command syntax.  Proper usage follows:\nRuns it\n520 End of proper usage.\n";
    for (at_once, later) in [(usage, ""), ("", usage), usage.split_at(60), ("", "")] {
        let (mut session, mut peer) = session(4096);
        let run = session.run(Exec::new("Odd", ""), None);
        let answer = async {
            line(&mut peer).await;
            peer.write_all(format!("200 result=1\n{at_once}").as_bytes()).await.unwrap();
        };
        assert_eq!(tokio::join!(run, answer).0.unwrap(), 1);
        let next = session.run(variable("X"), None);
        let answer = async {
            peer.write_all(later.as_bytes()).await.unwrap();
            assert_eq!(line(&mut peer).await, "GET VARIABLE \"X\"\n");
            peer.write_all(b"200 result=1 (x)\n").await.unwrap();
        };
        assert_eq!(tokio::join!(next, answer).0.unwrap().unwrap(), "x");
    }
}

#[tokio::test]
async fn a_usage_of_its_own_is_a_command_s_answer() {
    let (mut session, mut peer) = session(4096);
    let answers = async {
        for reply in
            ["200 result=1\n", "520 Invalid command syntax.  Proper usage not available.\n"]
        {
            line(&mut peer).await;
            peer.write_all(reply.as_bytes()).await.unwrap();
        }
    };
    let commands = async {
        session.run(Verbose::new("gives 1 as well"), None).await.unwrap();
        session.run(variable("X"), None).await.unwrap_err()
    };
    let (error, ()) = tokio::join!(commands, answers);
    assert!(matches!(error, CommandError::Usage { .. }), "{error:?}");
}
