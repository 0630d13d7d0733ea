//! Each kind of fault on a pipe without sockets; time is not the clock's.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::{Instant, timeout};

use super::{Fault, FaultKind, Faults, Happened, Wrapped, wrap};
use crate::{Protocol, Side};

const LINES: &str = "one\ntwo\nthree\nfour\n";

fn pair(protocol: Protocol, faults: &Faults) -> (DuplexStream, Wrapped) {
    let (application, asterisk) = duplex(64 * 1024);
    (application, wrap(asterisk, protocol, faults))
}

/// What arrives of four lines.
async fn heard(faults: &Faults) -> String {
    let (mut application, mut asterisk) = pair(Protocol::Agi, faults);
    asterisk.write_all(LINES.as_bytes()).await.unwrap();
    drop(asterisk);
    let mut heard = String::new();
    application.read_to_string(&mut heard).await.unwrap();
    heard
}

fn on_two(fault: Fault) -> Faults {
    Faults::new([fault.on(|line| line.bytes() == b"two\n")])
}

#[tokio::test(start_paused = true)]
async fn without_faults_all_goes_through_both_ways() {
    let faults = Faults::new([]);
    assert_eq!(heard(&faults).await, LINES);
    let (mut application, mut asterisk) = pair(Protocol::Ami, &faults);
    application.write_all(b"\0\xffno line").await.unwrap();
    application.shutdown().await.unwrap();
    let mut heard = Vec::new();
    asterisk.read_to_end(&mut heard).await.unwrap();
    assert_eq!(heard, b"\0\xffno line");
    assert_eq!(faults.happened(), []);
}

#[tokio::test(start_paused = true)]
async fn messages_are_lost_repeated_and_exchanged() {
    for (fault, expected) in [
        (Fault::drop(), "one\nthree\nfour\n"),
        (Fault::drop_bytes(2), "one\no\nthree\nfour\n"),
        (Fault::drop_bytes(6), "one\nree\nfour\n"),
        (Fault::duplicate(), "one\ntwo\ntwo\nthree\nfour\n"),
        (Fault::reorder(), "one\nthree\ntwo\nfour\n"),
        (Fault::cut(), "one\ntw"),
        (Fault::restart(Duration::ZERO), "one\n"),
        (Fault::refuse_login(), LINES),
        (Fault::drop().from_application(), LINES),
        (Fault::drop().connection(1), LINES),
        (Fault::drop().after_bytes(5), LINES),
        (Fault::drop().after_bytes(4), "one\nthree\nfour\n"),
        (Fault::drop().skip(1), LINES),
        (Fault::drop().times(0), LINES),
        (Fault::drop().chance(0.0), LINES),
        (Fault::drop().chance(f64::NAN), LINES),
        (Fault::drop().chance(1.0), "one\nthree\nfour\n"),
    ] {
        let faults = on_two(fault);
        assert_eq!(heard(&faults).await, expected, "{faults:?}");
        assert_eq!(faults.happened().len(), usize::from(expected != LINES), "{faults:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn some_happen_at_a_byte() {
    for (fault, expected) in [
        (Fault::cut().after_bytes(0), ""),
        (Fault::cut().after_bytes(1), "o"),
        (Fault::cut().after_bytes(4), "one\n"),
        (Fault::cut().after_bytes(18), "one\ntwo\nthree\nfour"),
        (Fault::cut().after_bytes(20), LINES),
        (Fault::drop_bytes(3), "\ntwo\nthree\nfour\n"),
        (Fault::drop_bytes(3).after_bytes(2), "onwo\nthree\nfour\n"),
        (Fault::drop_bytes(100).after_bytes(9), "one\ntwo\nt"),
    ] {
        assert_eq!(heard(&Faults::new([fault])).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn conditions_count_over_all_connections() {
    let faults = Faults::new([Fault::drop().skip(1).times(2).on(|line| line.contains("o"))]);
    assert!(timeout(Duration::from_secs(9), faults.until_happened(1)).await.is_err());
    assert_eq!(heard(&faults).await, "one\nthree\n");
    faults.until_happened(2).await;
    assert_eq!(heard(&faults).await, LINES);
    let place = |message, byte| Happened {
        fault: FaultKind::Drop,
        connection: 0,
        side: Side::Asterisk,
        message,
        byte,
    };
    assert_eq!(faults.happened(), [place(1, 4), place(3, 14)]);
    let text = "drop on connection 0: message 3 of Asterisk, byte 14";
    assert_eq!(faults.happened()[1].to_string(), text);
}

#[tokio::test(start_paused = true)]
async fn a_delay_holds_up_what_follows_too() {
    let faults = on_two(Fault::delay(Duration::from_secs(3)));
    let (mut application, mut asterisk) = pair(Protocol::Agi, &faults);
    let start = Instant::now();
    asterisk.write_all(LINES.as_bytes()).await.unwrap();
    let mut heard = [0; 4];
    application.read_exact(&mut heard).await.unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO);
    application.read_exact(&mut heard).await.unwrap();
    assert_eq!((&heard[..], start.elapsed()), (&b"two\n"[..], Duration::from_secs(3)));
}

#[tokio::test(start_paused = true)]
async fn the_last_message_is_not_held_back_for_ever() {
    let faults = Faults::new([Fault::reorder().on(|line| line.contains("four"))]);
    let (mut application, mut asterisk) = pair(Protocol::Agi, &faults);
    let start = Instant::now();
    asterisk.write_all(LINES.as_bytes()).await.unwrap();
    let mut heard = vec![0; LINES.len()];
    application.read_exact(&mut heard).await.unwrap();
    assert_eq!((heard, start.elapsed()), (LINES.as_bytes().to_vec(), Duration::from_secs(1)));
}

#[tokio::test(start_paused = true)]
async fn half_open_is_silence_and_no_end() {
    let faults = on_two(Fault::half_open());
    let (mut application, mut asterisk) = pair(Protocol::Agi, &faults);
    asterisk.write_all(LINES.as_bytes()).await.unwrap();
    let mut heard = [0; 4];
    application.read_exact(&mut heard).await.unwrap();
    // Both may go on talking, and neither hears the other or its end.
    application.write_all(b"NOOP\n").await.unwrap();
    drop(asterisk);
    let hour = Duration::from_secs(3600);
    assert!(timeout(hour, application.read(&mut heard)).await.is_err());
    assert_eq!(faults.happened().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_login_is_refused_as_by_asterisk() {
    let faults = Faults::new([Fault::refuse_login().times(1)]);
    let (mut application, mut asterisk) = pair(Protocol::Ami, &faults);
    asterisk.write_all(b"Asterisk Call Manager/11.0.0\r\n").await.unwrap();
    let actions = "Action: Challenge\r\nAuthType: MD5\r\n\r\n\
        Action: login\r\nActionID: 7\r\nUsername: x\r\n\r\n";
    application.write_all(actions.as_bytes()).await.unwrap();
    let mut heard = String::new();
    application.read_to_string(&mut heard).await.unwrap();
    let refused = "Response: Error\r\nActionID: 7\r\nMessage: Authentication failed\r\n\r\n";
    assert_eq!(heard, format!("Asterisk Call Manager/11.0.0\r\n{refused}"));
    let mut asked = String::new();
    asterisk.read_to_string(&mut asked).await.unwrap();
    assert_eq!(asked, "Action: Challenge\r\nAuthType: MD5\r\n\r\n");
}

#[tokio::test(start_paused = true)]
async fn a_request_is_refused_and_the_next_one_goes_through() {
    let faults = Faults::new([Fault::refuse_login().times(1)]);
    let (mut application, mut asterisk) = pair(Protocol::Ari, &faults);
    application.write_all(b"GET /ari/channels HTTP/1.1\r\n\r\n").await.unwrap();
    let mut heard = Vec::new();
    while !heard.ends_with(b"\r\n\r\n{\"message\":\"Authentication required\"}") {
        assert_ne!(application.read_buf(&mut heard).await.unwrap(), 0);
    }
    assert!(heard.starts_with(b"HTTP/1.1 401 Unauthorized\r\n"));
    application.write_all(b"GET /ari/bridges HTTP/1.1\r\n\r\n").await.unwrap();
    drop(application);
    let mut asked = String::new();
    asterisk.read_to_string(&mut asked).await.unwrap();
    assert_eq!(asked, "GET /ari/bridges HTTP/1.1\r\n\r\n");
}

#[tokio::test(start_paused = true)]
async fn a_restart_ends_all_connections_and_takes_no_new_ones_for_a_while() {
    let faults = Faults::new([]);
    let (mut first, _server) = pair(Protocol::Agi, &faults);
    let (mut second, _other) = pair(Protocol::Agi, &faults);
    // Both are at work.
    first.write_all(b"x\n").await.unwrap();
    tokio::task::yield_now().await;
    faults.restart(Duration::from_secs(10));
    assert_eq!(first.read(&mut [0]).await.unwrap(), 0);
    assert_eq!(second.read(&mut [0]).await.unwrap(), 0);
    assert_eq!(heard_or_ended(&faults).await, "");
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(heard_or_ended(&faults).await, LINES);
}

/// What arrives of four lines on a connection that may have ended at once.
async fn heard_or_ended(faults: &Faults) -> String {
    let (mut application, mut asterisk) = pair(Protocol::Agi, faults);
    let _ = asterisk.write_all(LINES.as_bytes()).await;
    drop(asterisk);
    let mut heard = String::new();
    application.read_to_string(&mut heard).await.unwrap();
    heard
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_chooses_the_same_messages() {
    let run = |seed| async move {
        let faults =
            Faults::seeded(seed, [Fault::drop().chance(0.5), Fault::duplicate().chance(0.5)]);
        for _ in 0..8 {
            heard(&faults).await;
        }
        faults.happened()
    };
    let (first, again, other) = (run(1).await, run(1).await, run(2).await);
    assert_eq!(first, again);
    assert_ne!(first, other);
    // Half of 32 lines, and half of the others.
    assert!((18..=30).contains(&first.len()), "{}", first.len());
}

#[tokio::test(start_paused = true)]
async fn a_message_that_stops_half_way_goes_on_as_far_as_it_is() {
    let faults = Faults::new([Fault::drop()]);
    let (mut application, mut asterisk) = pair(Protocol::Agi, &faults);
    asterisk.write_all(b"lost\n200 res").await.unwrap();
    let mut heard = [0; 7];
    application.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"200 res");
    asterisk.write_all(b"ult=0\nlost\n").await.unwrap();
    drop(asterisk);
    let mut rest = String::new();
    application.read_to_string(&mut rest).await.unwrap();
    assert_eq!(rest, "ult=0\n");
}
