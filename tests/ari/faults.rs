//! What goes wrong on the way: events at any time around the reply, and a connection that is cut at any
//! event of a call.

use asterisk_sdk::ari::call::{Call, CallError, WhenDone};
use asterisk_sdk::ari::{Missed, PlaybackError, Reconnect};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use super::*;

fn ok(body: &str) -> Vec<u8> {
    let head = "HTTP/1.1 200 OK\r\nContent-type: application/json\r\nContent-Length:";
    format!("{head} {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// When the server tells of what it made, compared with its reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Early,
    Late,
    Twice,
    Backwards,
    Never,
}

const ORDERS: [Order; 5] =
    [Order::Early, Order::Late, Order::Twice, Order::Backwards, Order::Never];

/// The order for an id that says which.
fn order(id: &str) -> Order {
    let number: usize = id.rsplit('-').next().and_then(|n| n.parse().ok()).expect("a number");
    ORDERS[number % ORDERS.len()]
}

/// Makes channels and playbacks until nobody asks any more, and tells of each in its order.
async fn make(mut peer: AriPeer, mut socket: Socket) {
    loop {
        let exchange = peer.next().await;
        let line = exchange.request.line.clone();
        let (names, captured, reply) = if line.contains("/play?") {
            (["PlaybackStarted", "PlaybackFinished"], "capture-play", capture!("play").as_slice())
        } else {
            (["StasisStart", "ChannelDestroyed"], "capture-1", capture!("originate").as_slice())
        };
        let (_, id) = line.rsplit_once("Id=").expect("an id");
        let [first, last] = names.map(|name| event(name).replace(captured, id));
        let order = order(id);
        let told = match order {
            Order::Early | Order::Late => vec![&first, &last],
            Order::Twice => vec![&first, &first, &last, &last],
            Order::Backwards => vec![&last, &first],
            Order::Never => Vec::new(),
        };
        if order == Order::Late {
            exchange.reply(reply).await;
            for event in told {
                socket.text(event).await;
            }
        } else {
            for event in told {
                socket.text(event).await;
            }
            exchange.reply(reply).await;
        }
    }
}

#[tokio::test]
async fn creations_hear_what_happens_whenever_it_is_told() {
    const CREATIONS: usize = 500;
    let (client, peer, socket) = connected(|builder| builder).await;
    let making = tokio::spawn(make(peer, socket));
    let mut creating = JoinSet::new();
    for n in 0..CREATIONS {
        let client = client.clone();
        creating.spawn(async move {
            let id = format!("made-{n}");
            let mut events = if n % 2 == 0 {
                let originate = client.channels().originate("Local/wait@sdk").app("capture");
                originate.id(id.as_str()).await.expect("it is made").events()
            } else {
                let play = client.channel("capture-1").play("sound:hello-world");
                let playback = play.id(id.as_str()).await.expect("it plays");
                if order(&id) == Order::Never {
                    let limit = Duration::from_millis(1);
                    let error = playback.finished().within(limit).await.expect_err("no end");
                    assert!(matches!(error, PlaybackError::Timeout(_)), "{error:?}");
                }
                playback.events()
            };
            let mut names = Vec::new();
            while order(&id) != Order::Never && names.len() < 2 {
                let event = events.next().await.expect("it goes on").expect("none is missed");
                names.push(event.name().to_owned());
            }
            (n, names, events)
        });
    }
    let mut silent = Vec::new();
    while let Some(created) = soon(creating.join_next()).await {
        let (n, names, events) = created.expect("no panic");
        let mut life = if n % 2 == 0 {
            vec!["StasisStart", "ChannelDestroyed"]
        } else {
            vec!["PlaybackStarted", "PlaybackFinished"]
        };
        match ORDERS[n % ORDERS.len()] {
            Order::Never => life.clear(),
            Order::Backwards => life.reverse(),
            _ => {}
        }
        assert_eq!(names, life, "{n}");
        silent.push(events);
    }
    // Nobody heard anything else, and the end of the connection is the end of all.
    making.abort();
    for mut events in silent {
        assert!(soon(events.next()).await.is_none());
    }
}

/// What comes after a cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    /// Nothing: the client does not connect again.
    Nothing,
    /// The call goes on, and what happened in between is not told.
    TheCall,
    /// A server that knows nothing of the call.
    Restart,
}

/// How a session saw its call: the events, the end of the playback, and whether the call had ended.
type Seen = (Vec<String>, &'static str, bool);

/// Ends a session that sees its call to the end.
async fn watch(mut call: Call, told: mpsc::Sender<Option<Seen>>) -> Result<(), CallError> {
    let play = call.client().channel(call.channel()).play("sound:hello-world");
    let playing = tokio::spawn(play.id("capture-play").await?.finished().into_future());
    let _ = told.send(None).await;
    let mut events = Vec::new();
    while let Some(item) = call.next_event().await {
        events.push(match item {
            Ok(event) => event.name().to_owned(),
            Err(Missed::Gap(_)) => "gap".to_owned(),
            Err(missed) => unreachable!("{missed}"),
        });
    }
    let end = match playing.await.expect("no panic") {
        Ok(_) => "done",
        Err(PlaybackError::Gone) => "gone",
        Err(PlaybackError::Disconnected(_)) => "disconnected",
        Err(error) => unreachable!("{error}"),
    };
    let _ = told.send(Some((events, end, call.is_hung_up()))).await;
    Ok(())
}

/// One call whose connection is cut behind so many events, or inside the next one; gives what the session
/// saw, and what was cleaned up.
async fn cut(events: &[&str], at: usize, inside: bool, after: After) -> (Seen, Vec<String>) {
    let pauses = Reconnect::default().pauses(Duration::from_millis(1), Duration::from_millis(5));
    let (client, mut peer, mut socket) = connected(|builder| match after {
        After::Nothing => builder,
        _ => builder.reconnect(pauses),
    })
    .await;
    let (told, mut tell) = mpsc::channel(2);
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = client.serve(move |call| watch(call, told.clone())).when_done(WhenDone::HangUp);
    let serving = serving.until(async move { drop(stopped.await) });
    let mut serving = tokio::spawn(serving);

    let start = position(events, "StasisStart");
    for event in &events[..=start] {
        socket.text(event).await;
    }
    let play = "POST /ari/channels/capture-1/play?media=sound:hello-world&playbackId=capture-play";
    soon(peer.expect(play)).await.reply(capture!("play")).await;
    assert_eq!(soon(tell.recv()).await, Some(None));
    for event in &events[start + 1..at] {
        socket.text(event).await;
    }
    if inside {
        let half = events[at].len() / 2;
        let length = u16::try_from(events[at].len()).expect("events are short").to_be_bytes();
        socket.raw(&[&[0x81, 126], &length, &events[at].as_bytes()[..half]].concat()).await;
    }
    drop(socket);

    // What the server knows when it is asked again; an event that was cut is not told again.
    let resumed = at + usize::from(inside);
    let has = |name: &str| after == After::TheCall && position(events, name) >= resumed;
    let (_, channel) = events[start].split_once(r#""channel":"#).expect("a channel");
    let (channel, _) = channel.split_once(r#","asterisk_id""#).expect("its end");
    let (mut sockets, mut cleaned, mut seen, mut stop) = (Vec::new(), Vec::new(), None, Some(stop));
    let served = loop {
        let exchange = tokio::select! {
            exchange = soon(peer.next()) => exchange,
            Some(told) = tell.recv() => {
                seen = told;
                let _ = stop.take().map(|stop| stop.send(()));
                continue;
            }
            served = &mut serving => break served.expect("no panic"),
        };
        let reply = match exchange.request.line.as_str() {
            "GET /ari/events?app=capture" => {
                let mut socket = exchange.upgrade(capture!("websocket-101")).await;
                if after == After::TheCall {
                    for event in &events[resumed..] {
                        socket.text(event).await;
                    }
                }
                sockets.push(socket);
                continue;
            }
            "GET /ari/channels" if has("StasisEnd") => ok(&format!("[{channel}]")),
            "GET /ari/channels" | "GET /ari/bridges" => ok("[]"),
            "GET /ari/playbacks/capture-play" if has("PlaybackFinished") => {
                capture!("play").to_vec()
            }
            "GET /ari/playbacks/capture-play" => capture!("playback-not-found").to_vec(),
            line => {
                cleaned.push(line.to_owned());
                capture!("answer").to_vec()
            }
        };
        exchange.reply_if_wanted(&reply).await;
    };
    assert_eq!((served.sessions, served.failed, served.aborted), (1, 0, 0));
    (seen.expect("the session ended"), cleaned)
}

fn name(event: &str) -> &str {
    let (_, name) = event.split_once(r#""type":""#).expect("a type");
    name.split('"').next().expect("its name")
}

fn position(events: &[&str], name: &str) -> usize {
    events.iter().position(|event| self::name(event) == name).expect("it was captured")
}

#[tokio::test]
async fn a_connection_cut_at_any_event_of_a_call_leaves_no_session_hanging() {
    let events: Vec<_> = events_22().collect();
    let [start, played, left] =
        ["StasisStart", "PlaybackFinished", "StasisEnd"].map(|name| position(&events, name));
    // What the session hears of these events.
    let heard = |from: usize, to: usize| {
        let of_channel =
            |event: &str| event.contains(r#""id":"capture-1""#) || event.contains(":capture-1\"");
        let heard = events[from..to.min(left + 1)].iter().filter(|event| of_channel(event));
        heard.map(|event| name(event).to_owned()).collect::<Vec<_>>()
    };
    for at in start + 1..events.len() {
        for inside in [false, true] {
            for after in [After::Nothing, After::TheCall, After::Restart] {
                let resumed = at + usize::from(inside);
                let mut expected = heard(start + 1, at);
                if at <= left && after != After::Nothing {
                    expected.push("gap".to_owned());
                    if after == After::TheCall && resumed <= left {
                        expected.extend(heard(resumed, events.len()));
                    }
                }
                let playback = match after {
                    _ if at > played => "done",
                    After::Nothing => "disconnected",
                    After::TheCall if resumed <= played => "done",
                    _ => "gone",
                };
                let over = after != After::Nothing || at > left;
                let mut clean_up = vec!["DELETE /ari/playbacks/capture-play".to_owned()];
                if !over {
                    clean_up.push("DELETE /ari/channels/capture-1".to_owned());
                }
                let seen = soon(cut(&events, at, inside, after)).await;
                assert_eq!(seen, ((expected, playback, over), clean_up), "{at} {inside} {after:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_prompt_that_fails_because_the_caller_hung_up_is_no_failure() {
    const EVENTS: &str = include_str!("captures/22/hangup.jsonl");
    let (client, mut peer, mut socket) = connected(|builder| builder).await;
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = client.serve(async |call: Call| {
        let play = call.channel().play("sound:demo-congrats").id("p-own");
        play.await?.finished().await?;
        Ok::<_, CallError>(())
    });
    let serving = tokio::spawn(serving.until(async move { drop(stopped.await) }));
    let events: Vec<_> = EVENTS.lines().collect();
    let (before, after) = events.split_at(position(&events, "StasisStart") + 1);
    for event in before {
        socket.text(event).await;
    }
    soon(peer.next()).await.reply(capture!("play")).await;
    for event in after {
        socket.text(event).await;
    }
    // Only the playback is cleaned up: the channel is gone.
    let exchange = soon(peer.expect("DELETE /ari/playbacks/p-own")).await;
    exchange.reply(capture!("playback-not-found")).await;
    stop.send(()).expect("it runs");
    let served = soon(serving).await.expect("no panic");
    assert_eq!((served.sessions, served.failed), (1, 0));
    assert!(peer.try_next().is_none());
}
