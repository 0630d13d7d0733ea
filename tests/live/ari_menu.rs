//! Two hundred callers at once, each of whom hears a menu, interrupts it, and is answered by what they pressed.

use asterisk_sdk::ari::call::{Call, CallError, Digits, DigitsEnd, WhenDone};
use asterisk_sdk::ari::event::StasisStart;
use asterisk_sdk::ari::rest::channels::Originate;
use asterisk_sdk::ari::{Client, TypedEvent};
use asterisk_sdk::proto::HangupCause;
use tokio::sync::{mpsc, oneshot};

use crate::ari_calls::soon;

/// What a caller of the menu is told, in this order: each asks for a key.
const PROMPTS: [&str; 3] = ["sound:demo-congrats", "sound:demo-instruct", "sound:demo-moreinfo"];

/// What would come behind each prompt.
const MORE: &str = "sound:demo-echotest";

/// A menu of three steps, and an answer to all.
async fn menu(mut call: Call, told: mpsc::Sender<(String, Vec<Digits>)>) -> Result<(), CallError> {
    let name = call.args()[0].to_string();
    let mut keys = Vec::new();
    for prompt in PROMPTS {
        keys.push(call.dtmf().prompt(prompt).prompt(MORE).max_digits(1).await?);
    }
    // What is said depends on what was chosen.
    let media = if keys[1].digits == "0" { "sound:beep" } else { "sound:beeperr" };
    call.play(media).await?.finished().await?;
    let _ = told.send((name, keys)).await;
    Ok(())
}

/// Somebody who presses a key whenever a prompt begins. Gives the playbacks and the keys that the menu's end of the call
/// was told, and why it ended.
async fn caller(
    client: Client,
    theirs: String,
    call: Originate,
    id: String,
    keys: String,
) -> (Vec<String>, String, HangupCause) {
    // The other half of the Local channel.
    let other = client.channel(format!("{id};2"));
    let mut entered = other.events();
    let call = call.id(id).variable("__STASIS_APP", theirs);
    let channel = call.await.expect("the call is made");
    let mut events = channel.events();
    while !soon(entered.next()).await.expect("it is open").expect("all").is::<StasisStart>() {}
    other.answer().await.expect("it is there");
    let (mut playbacks, mut pressed) = (Vec::new(), String::new());
    loop {
        let event = soon(events.next()).await.expect("it is open").expect("none is missed");
        let playback = match event.typed() {
            TypedEvent::PlaybackStarted(started) => {
                let media = &started.playback.media_uri;
                let step = PROMPTS.iter().position(|prompt| *media == **prompt);
                if let Some(key) = step.and_then(|step| keys.get(step..=step)) {
                    other.send_dtmf(key).await.expect("it is there");
                }
                started.playback
            }
            TypedEvent::PlaybackContinuing(continuing) => continuing.playback,
            TypedEvent::PlaybackFinished(finished) => finished.playback,
            TypedEvent::ChannelDtmfReceived(key) => {
                pressed.push_str(&key.digit);
                continue;
            }
            TypedEvent::ChannelDestroyed(end) => return (playbacks, pressed, end.cause),
            _ => continue,
        };
        playbacks.push(format!("{} {}", playback.media_uri, playback.state));
    }
}

#[tokio::test]
async fn many_calls_each_go_their_own_way_through_a_menu() {
    const CALLS: usize = 200;
    let Some(server) = harness::live::server() else { return };
    // One client for both sides: Asterisk takes no more than a hundred connections.
    let process = std::process::id();
    let (app, theirs) = (format!("sdk-menu-{process}"), format!("sdk-callers-{process}"));
    let client = Client::builder(&server.http)
        .login(&server.ari_user, server.ari_password.as_str())
        .app(&app)
        .app(&theirs)
        .connect()
        .await
        .expect("a connection");
    let (told, mut tell) = mpsc::channel(CALLS);
    let serving = client.serve(move |call: Call| menu(call, told.clone())).app(&app);
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = serving.when_done(WhenDone::HangUp);
    let serving = tokio::spawn(serving.until(async move { drop(stopped.await) }));
    let mut calls = tokio::task::JoinSet::new();
    for n in 0..CALLS {
        let call = client.channels().originate("Local/stasis@sdk").app(&app);
        // That of the prompts: Asterisk would make 192 kHz of them, which takes all of a small machine's time.
        let call = call.app_args(n.to_string()).formats("slin");
        let caller = caller(
            client.clone(),
            theirs.clone(),
            call,
            format!("{app}-{n:03}"),
            format!("{n:03}"),
        );
        calls.spawn(async move { (n, caller.await) });
    }
    let mut heard = vec![None; CALLS];
    for _ in 0..CALLS {
        let (name, said) = soon(tell.recv()).await.expect("a session tells");
        let n: usize = name.parse().expect("a number");
        assert_eq!(heard[n].replace(said), None);
    }
    for (n, heard) in heard.into_iter().enumerate() {
        let keys = heard.expect("each is heard");
        assert!(keys.iter().all(|key| key.end == DigitsEnd::Complete), "{n}: {keys:?}");
        let keys: String = keys.into_iter().map(|key| key.digits).collect();
        assert_eq!(keys, format!("{n:03}"));
    }
    while let Some(call) = soon(calls.join_next()).await {
        let (n, (playbacks, pressed, cause)) = call.expect("no panic");
        let media = if n / 10 % 10 == 0 { "beep" } else { "beeperr" };
        // The key stopped each prompt: what would have come behind it was never begun.
        let played = [PROMPTS[0], PROMPTS[1], PROMPTS[2], &format!("sound:{media}")];
        let expected = played.map(|media| [format!("{media} playing"), format!("{media} done")]);
        assert_eq!(playbacks, expected.concat(), "{n}");
        assert_eq!(pressed, format!("{n:03}"));
        assert_eq!(cause, HangupCause::NormalClearing);
    }
    stop.send(()).expect("it runs");
    let outcome = soon(serving).await.expect("no panic");
    assert_eq!(
        (outcome.sessions, outcome.failed, outcome.refused, outcome.aborted),
        (200, 0, 0, 0)
    );
}
