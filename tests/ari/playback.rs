//! Playing to the end.

use asterisk_sdk::ari::model::PlaybackState;
use asterisk_sdk::ari::{CloseReason, PlaybackError};

use super::*;

#[tokio::test]
async fn an_end_that_overtakes_the_reply_is_seen() {
    let (client, mut peer, mut socket) = connected(|builder| builder).await;
    let mut all = client.events().all();
    let play = client.channel("capture-1").play("sound:hello-world").id("capture-play");
    let script = async {
        let line =
            "POST /ari/channels/capture-1/play?media=sound:hello-world&playbackId=capture-play";
        let exchange = peer.expect(line).await;
        socket.text(event("PlaybackStarted")).await;
        socket.text(event("PlaybackFinished")).await;
        // Both were given out before the reply is written.
        all.next().await;
        all.next().await;
        exchange.reply(capture!("play")).await;
    };
    let (playback, ()) = soon(async { tokio::join!(play.into_future(), script) }).await;
    let finished = soon(playback.unwrap().finished().into_future()).await.unwrap();
    assert_eq!(finished.state, PlaybackState::Done);
    assert_eq!(finished.id, "capture-play");
    assert!(peer.try_next().is_none(), "nobody had to ask");
}

#[tokio::test]
async fn failure_timeout_and_loss_are_told_apart() {
    let (client, mut peer, mut socket) = connected(|builder| builder).await;
    let play = client.channel("capture-1").play("sound:hello-world").id("capture-play");
    let script = async { peer.next().await.reply(capture!("play")).await };
    let (playback, ()) = soon(async { tokio::join!(play.into_future(), script) }).await;
    let playback = playback.unwrap();

    let limit = Duration::from_millis(10);
    let error = soon(playback.finished().within(limit).into_future()).await.unwrap_err();
    assert!(matches!(error, PlaybackError::Timeout(within) if within == limit), "{error:?}");

    // It can be waited for again, and heard what came meanwhile.
    socket.text(&event("PlaybackFinished").replace("done", "failed")).await;
    match soon(playback.finished().into_future()).await.unwrap_err() {
        PlaybackError::Failed(playback) => assert_eq!(playback.state, PlaybackState::Failed),
        other => panic!("{other:?}"),
    }

    // A handle that was not there from the beginning asks.
    let script = async {
        let exchange = peer.expect("GET /ari/playbacks/capture-play").await;
        exchange.reply(capture!("playback-not-found")).await;
    };
    let (result, ()) =
        soon(async { tokio::join!(playback.finished().into_future(), script) }).await;
    assert!(matches!(result.unwrap_err(), PlaybackError::Gone));

    // One that has just ended may still be there: its event does not come again.
    for (state, done) in [("done", true), ("failed", false)] {
        let length = format!("Content-Length: {}", 113 + state.len());
        let reply = String::from_utf8_lossy(capture!("play")).replace("playing", state);
        let reply = reply.replace("Content-Length: 120", &length);
        let script = async { peer.next().await.reply(reply.as_bytes()).await };
        let (result, ()) =
            soon(async { tokio::join!(playback.finished().into_future(), script) }).await;
        assert_eq!(result.is_ok(), done, "{result:?}");
    }

    let script = async {
        peer.next().await.reply(capture!("play")).await;
        drop(socket);
    };
    let (result, ()) =
        soon(async { tokio::join!(playback.finished().into_future(), script) }).await;
    match result.unwrap_err() {
        PlaybackError::Disconnected(reason) => assert_eq!(reason, CloseReason::Remote(None)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_playback_of_a_client_without_events_says_so() {
    let (client, mut peer) = rest_only(|builder| builder).await;
    let play = client.channel("capture-1").play("sound:hello-world");
    let script = async { peer.next().await.reply(capture!("play")).await };
    let (playback, ()) = soon(async { tokio::join!(play.into_future(), script) }).await;
    let error = soon(playback.unwrap().finished().into_future()).await.unwrap_err();
    assert_eq!(error.to_string(), "the event connection has ended: no application was named");
}

#[tokio::test]
async fn one_that_has_just_ended_is_not_waited_for() {
    let (client, mut peer, _socket) = connected(|builder| builder).await;
    let captured = String::from_utf8(capture!("play").to_vec()).unwrap();
    for (state, expected) in
        [("done", Ok(PlaybackState::Done)), ("failed", Err(PlaybackState::Failed))]
    {
        // The server says the end before it forgets the playback.
        let reply = captured.replace(r#""state":"playing"}"#, &format!(r#""state":"{state}"}}"#));
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        let length = captured.split_once("\r\n\r\n").unwrap().1.len();
        let head = head.replace(&length.to_string(), &body.len().to_string());
        let script = async {
            let exchange = peer.expect("GET /ari/playbacks/capture-play").await;
            exchange.reply(format!("{head}\r\n\r\n{body}").as_bytes()).await;
        };
        let finished = client.playback("capture-play").finished().into_future();
        let (result, ()) = soon(async { tokio::join!(finished, script) }).await;
        let state = match result {
            Ok(playback) => Ok(playback.state),
            Err(PlaybackError::Failed(playback)) => Err(playback.state),
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!(state, expected);
    }
}
