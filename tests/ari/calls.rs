//! Call sessions against a scripted server.

use std::collections::HashMap;

use asterisk_sdk::ari::call::{Call, CallError, DigitsEnd, Orphans, Refusal};
use asterisk_sdk::ari::event::{ChannelDtmfReceived, StasisEnd, StasisStart};
use asterisk_sdk::ari::{Missed, rest::channels::HangupReason};
use tokio::sync::{mpsc, oneshot};

use super::*;

/// A captured event of another channel.
pub(super) fn of(name: &str, channel: &str) -> String {
    event(name).replace("capture-1", channel)
}

/// A digit of another channel.
fn digit(channel: &str, digit: char) -> String {
    let event = of("ChannelDtmfReceived", channel);
    fresh(&event.replace(r#""digit":"5""#, &format!(r#""digit":"{digit}""#)))
}

/// Answers all that is asked until nobody asks any more, and counts what it was.
pub(super) fn obliging(
    mut peer: AriPeer,
) -> (oneshot::Sender<()>, tokio::task::JoinHandle<HashMap<String, usize>>) {
    let (stop, mut stopped) = oneshot::channel();
    let answering = tokio::spawn(async move {
        let mut asked = HashMap::new();
        loop {
            let exchange = tokio::select! {
                exchange = peer.next() => exchange,
                _ = &mut stopped => return asked,
            };
            *asked.entry(exchange.request.line.clone()).or_insert(0) += 1;
            let reply = match exchange.request.line.split_once(' ').expect("a line") {
                ("POST", line) if line.contains("/play") => capture!("play").as_slice(),
                ("POST", line) if line.starts_with("/ari/bridges") => capture!("bridge"),
                ("POST", line) if line.starts_with("/ari/channels?") => capture!("originate"),
                _ => capture!("answer"),
            };
            exchange.reply_if_wanted(reply).await;
        }
    });
    (stop, answering)
}

#[tokio::test]
async fn a_session_gets_all_events_behind_its_start_in_order() {
    const DIGITS: &str = "0123456789*#ABCD0123456789*#ABCD";
    let (client, peer, mut socket) = connected(|builder| builder).await;
    let (told, mut tell) = mpsc::channel(2);
    let serving = tokio::spawn(
        client
            .serve(move |mut call: Call| {
                let told = told.clone();
                async move {
                    assert_eq!(call.args(), ["one", "two words"]);
                    assert_eq!(call.application(), "capture");
                    let mut digits = String::new();
                    while let Some(event) = call.next_event().await {
                        let event = event.expect("none is missed");
                        match event.decode::<ChannelDtmfReceived>() {
                            Some(dtmf) => digits.push_str(&dtmf.digit),
                            None => assert!(event.is::<StasisEnd>(), "{event:?}"),
                        }
                    }
                    assert!(call.is_hung_up());
                    let _ = told.send((call.channel().id().to_string(), digits)).await;
                }
            })
            .into_future(),
    );
    let (_stop, _asked) = obliging(peer);
    // Everything is there before a session can have begun, and other channels' events in between.
    for channel in ["a", "b"] {
        socket.text(&of("StasisStart", channel)).await;
    }
    for pressed in DIGITS.chars() {
        socket.text(&digit("a", pressed)).await;
        socket.text(&digit("b", '0')).await;
    }
    for channel in ["a", "b"] {
        socket.text(&of("StasisEnd", channel)).await;
    }
    let mut heard = HashMap::new();
    for _ in 0..2 {
        heard.extend(soon(tell.recv()).await);
    }
    assert_eq!(heard["a"], DIGITS);
    assert_eq!(heard["b"], "0".repeat(DIGITS.len()));
    client.close().await;
    let served = soon(serving).await.expect("no panic");
    assert_eq!((served.sessions, served.failed), (2, 0));
}

#[tokio::test]
async fn digits_that_were_typed_ahead_count_and_other_events_stay() {
    let (client, peer, mut socket) = connected(|builder| builder).await;
    let (told, mut tell) = mpsc::channel(8);
    let (go, gone) = oneshot::channel::<()>();
    let gone = std::sync::Mutex::new(Some(gone));
    let serving = client.serve(move |mut call: Call| {
        let told = told.clone();
        let gone = gone.lock().unwrap().take().expect("one call");
        async move {
            let _ = gone.await;
            let mut say = Vec::new();
            let first = call.dtmf().max_digits(2).await?;
            say.push((first.digits, first.end));
            let second = call.dtmf().terminators("*").await?;
            say.push((second.digits, second.end));
            // The one digit that is left is forgotten.
            let third = call.dtmf().discard_typed().first_digit(Duration::ZERO).await?;
            say.push((third.digits, third.end));
            let mut rest = Vec::new();
            while let Some(Ok(event)) = call.next_event().await {
                rest.push(event.name().to_owned());
                if rest.len() == 2 {
                    let _ = told.send((say.clone(), rest.clone())).await;
                }
            }
            Ok::<_, CallError>(())
        }
    });
    let _serving = tokio::spawn(serving.into_future());
    let (_stop, _asked) = obliging(peer);
    let mut all = client.events().all();
    socket.text(&of("StasisStart", "a")).await;
    for pressed in ['1', '2', '3', '#'] {
        socket.text(&digit("a", pressed)).await;
    }
    socket.text(&of("Dial", "a")).await;
    for pressed in ['*', '9'] {
        socket.text(&digit("a", pressed)).await;
    }
    socket.text(&of("ChannelHangupRequest", "a")).await;
    for _ in 0..9 {
        soon(all.next()).await.expect("the connection holds").expect("none is missed");
    }
    go.send(()).expect("a session waits");
    let (digits, rest) = soon(tell.recv()).await.expect("a session tells");
    assert_eq!(
        digits,
        [
            ("12".to_owned(), DigitsEnd::Complete),
            ("3#".to_owned(), DigitsEnd::Terminator('*')),
            (String::new(), DigitsEnd::Timeout),
        ]
    );
    assert_eq!(rest, ["Dial", "ChannelHangupRequest"]);
}

#[tokio::test]
async fn the_loss_of_the_connection_ends_what_sessions_wait_for() {
    let (client, peer, mut socket) = connected(|builder| builder).await;
    let (told, mut tell) = mpsc::channel(8);
    let serving = client.serve(move |mut call: Call| {
        let told = told.clone();
        async move {
            let _ = told.send("begun".to_owned()).await;
            let error = call.dtmf().await.expect_err("nobody presses anything");
            let _ = told.send(format!("{error} {}", call.is_hung_up())).await;
            Err::<(), _>(error)
        }
    });
    let serving = tokio::spawn(serving.into_future());
    let (_stop, _asked) = obliging(peer);
    socket.text(&of("StasisStart", "a")).await;
    assert_eq!(soon(tell.recv()).await.unwrap(), "begun");
    drop(socket);
    let told = soon(tell.recv()).await.unwrap();
    assert_eq!(told, "the event connection has ended: the server closed it false");
    let served = soon(serving).await.expect("no panic");
    assert_eq!((served.sessions, served.failed), (1, 1));
}

#[tokio::test]
async fn a_call_that_is_one_too_many_is_refused_as_it_was_said() {
    for (refusal, line) in [
        (Refusal::HangUp(HangupReason::Busy), "DELETE /ari/channels/b?reason=busy"),
        (Refusal::Continue, "POST /ari/channels/b/continue"),
    ] {
        let (client, mut peer, mut socket) = connected(|builder| builder).await;
        let serving = client.serve(async |mut call: Call| drop(call.hung_up().await));
        let _serving = tokio::spawn(serving.max_sessions(1).refusal(refusal).into_future());
        socket.text(&of("StasisStart", "a")).await;
        socket.text(&of("StasisStart", "b")).await;
        soon(peer.expect(line)).await.reply(capture!("answer")).await;
    }
}

#[tokio::test]
async fn a_session_that_does_not_listen_loses_its_oldest_events_only() {
    let (client, _peer, mut socket) = connected(|builder| builder).await;
    let (told, mut tell) = mpsc::channel(1);
    let (go, gone) = oneshot::channel::<()>();
    let gone = std::sync::Mutex::new(Some(gone));
    let serving = client.serve(move |mut call: Call| {
        let told = told.clone();
        let gone = gone.lock().unwrap().take();
        async move {
            let Some(gone) = gone else { return };
            let _ = gone.await;
            let first = call.next_event().await;
            let second = call.next_event().await;
            let _ = told.send((first, second)).await;
        }
    });
    let _serving = tokio::spawn(serving.capacity(2).into_future());
    let mut all = client.events().all();
    socket.text(&of("StasisStart", "a")).await;
    for pressed in "12345".chars() {
        socket.text(&digit("a", pressed)).await;
    }
    for _ in 0..6 {
        soon(all.next()).await.expect("the connection holds").expect("none is missed");
    }
    go.send(()).expect("a session waits");
    let (first, second) = soon(tell.recv()).await.expect("a session tells");
    assert_eq!(first.expect("something").expect_err("was lost"), Missed::Lagged(3));
    let second = second.expect("something").expect("an event");
    assert_eq!(second.decode::<ChannelDtmfReceived>().expect("a digit").digit, "4");
}

const APPLICATION: &str = r#"{"name":"capture","channel_ids":["capture-1","capture-1;2"],"bridge_ids":[],"endpoint_ids":[],"device_names":[],"events_allowed":[],"events_disallowed":[]}"#;

fn ok(body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// The channel of the captured `StasisStart`.
fn captured_channel() -> String {
    let start = event("StasisStart");
    let (_, channel) = start.split_once(r#""channel":"#).expect("it is in there");
    let (channel, _) = channel.split_once(r#","asterisk_id""#).expect("it is in there");
    channel.to_owned()
}

/// Adopts channels, each of which tells its id, its arguments and a digit.
fn adopting(client: &Client) -> mpsc::Receiver<(String, Vec<String>, String)> {
    let (told, tell) = mpsc::channel(1);
    let serving = client.serve(move |mut call: Call| {
        let told = told.clone();
        async move {
            let digits = call.dtmf().max_digits(1).await?;
            let args = call.args().iter().map(ToString::to_string).collect();
            let _ = told.send((call.channel().id().to_string(), args, digits.digits)).await;
            call.hung_up().await.map_err(CallError::Disconnected)
        }
    });
    tokio::spawn(serving.orphans(Orphans::Adopt).into_future());
    tell
}

/// The server's list of what an application has may name a channel that is only on its way into it.
#[tokio::test]
async fn a_channel_that_enters_while_it_is_looked_at_gets_one_session() {
    let (client, mut peer, mut socket) = connected(|builder| builder).await;
    let mut tell = adopting(&client);
    let mut starts = client.events().of::<StasisStart>();
    let asked = soon(peer.expect("GET /ari/applications/capture")).await;
    asked.reply(ok(APPLICATION).as_bytes()).await;
    // The first is read before it enters, the second when it has: either answer comes behind its start.
    let channel = captured_channel();
    for (n, (id, answer)) in [
        ("capture-1", channel.replace("Stasis", "Wait")),
        ("capture-1;2", channel.replace("capture-1", "capture-1;2")),
    ]
    .into_iter()
    .enumerate()
    {
        let asked = soon(peer.expect(&format!("GET /ari/channels/{id}"))).await;
        socket.text(&digit(id, '0')).await;
        socket.text(&event("StasisStart").replace("capture-1", id)).await;
        socket.text(&digit(id, ['1', '2'][n])).await;
        let start = soon(starts.next()).await.expect("the connection holds");
        assert_eq!(start.expect("none is missed").channel.id, id);
        asked.reply(ok(&answer).as_bytes()).await;
    }
    let mut told = [soon(tell.recv()).await.unwrap(), soon(tell.recv()).await.unwrap()];
    told.sort();
    let args = ["one".to_owned(), "two words".to_owned()];
    let of = |id: &str, digit: &str| (id.to_owned(), args.to_vec(), digit.to_owned());
    assert_eq!(told, [of("capture-1", "1"), of("capture-1;2", "2")]);
    // Once each: what enters now is the next session.
    socket.text(&event("StasisStart").replace("capture-1", "capture-3")).await;
    socket.text(&digit("capture-3", '3')).await;
    assert_eq!(soon(tell.recv()).await.unwrap(), of("capture-3", "3"));
}

#[tokio::test]
async fn channels_that_were_left_behind_are_adopted_with_their_arguments() {
    let (client, mut peer, mut socket) = connected(|builder| builder).await;
    let mut tell = adopting(&client);
    let asked = soon(peer.expect("GET /ari/applications/capture")).await;
    asked.reply(ok(APPLICATION).as_bytes()).await;
    let channel = captured_channel();
    let asked = soon(peer.expect("GET /ari/channels/capture-1")).await;
    asked.reply(ok(&channel).as_bytes()).await;
    // The other half of the call is in the dialplan.
    let other = channel.replace("Stasis", "Wait");
    let asked = soon(peer.expect("GET /ari/channels/capture-1;2")).await;
    asked.reply(ok(&other).as_bytes()).await;
    socket.text(&digit("capture-1", '7')).await;
    let told = soon(tell.recv()).await.expect("a session tells");
    let args = vec!["one".to_owned(), "two words".to_owned()];
    assert_eq!(told, ("capture-1".to_owned(), args, "7".to_owned()));
}
