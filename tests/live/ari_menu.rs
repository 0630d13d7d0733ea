//! Two hundred callers at once, each of whom hears a menu, interrupts it, and is answered by what they pressed.

use std::collections::VecDeque;
use std::time::Duration;

use asterisk_sdk::ari::call::{Call, CallError, WhenDone};
use asterisk_sdk::ari::event::StasisStart;
use asterisk_sdk::ari::handle::Channel;
use asterisk_sdk::ari::rest::channels::Originate;
use asterisk_sdk::ari::{Client, TypedEvent};
use asterisk_sdk::proto::HangupCause;
use tokio::sync::{mpsc, oneshot};

use crate::ari_calls::soon;

/// What a caller of the menu is told, in this order.
const CHOOSE: &str = "sound:demo-congrats";
const MORE: &str = "sound:demo-instruct";
const NUMBER: &str = "sound:demo-moreinfo";

/// How late a key may be, with hundreds of calls on a busy machine.
const LATE: Duration = Duration::from_secs(25);

/// A menu: a choice, a number, and an answer to both.
async fn menu(mut call: Call, told: mpsc::Sender<(String, [String; 2])>) -> Result<(), CallError> {
    let name = call.args()[0].to_string();
    let choice = call.dtmf().prompt(CHOOSE).prompt(MORE).max_digits(2).next_digit(LATE).await?;
    let number = call.dtmf().prompt(NUMBER).next_digit(LATE).await?;
    // What is said depends on what was chosen.
    let media = if choice.digits.ends_with('0') { "sound:beep" } else { "sound:beeperr" };
    call.play(media).await?.finished().await?;
    let _ = told.send((name, [format!("{choice:?}"), format!("{number:?}")])).await;
    Ok(())
}

/// Somebody who presses keys when a prompt begins. Gives the playbacks and the keys that the menu's end of the call was
/// told, and why it ended.
async fn caller(
    client: Client,
    theirs: String,
    call: Originate,
    id: String,
    keys: [String; 2],
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
    let mut to_press = VecDeque::new();
    loop {
        let event = soon(events.next()).await.expect("it is open").expect("none is missed");
        let playback = match event.typed() {
            TypedEvent::PlaybackStarted(started) => {
                match &*started.playback.media_uri {
                    CHOOSE => to_press.extend(keys[0].chars()),
                    NUMBER => to_press.extend(keys[1].chars()),
                    _ => {}
                }
                press_next(&other, &mut to_press).await;
                started.playback
            }
            TypedEvent::PlaybackContinuing(continuing) => continuing.playback,
            TypedEvent::PlaybackFinished(finished) => finished.playback,
            TypedEvent::ChannelDtmfReceived(key) => {
                pressed.push_str(&key.digit);
                press_next(&other, &mut to_press).await;
                continue;
            }
            TypedEvent::ChannelDestroyed(end) => return (playbacks, pressed, end.cause),
            _ => continue,
        };
        playbacks.push(format!("{} {}", playback.media_uri, playback.state));
    }
}

/// One key after the other has arrived: Asterisk holds back one that comes right behind another, until something else
/// comes from this caller, who makes no sound.
async fn press_next(channel: &Channel, keys: &mut VecDeque<char>) {
    if let Some(key) = keys.pop_front() {
        channel.send_dtmf(key).before_ms(100).await.expect("it is there");
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
        let keys = [format!("{:02}", n / 10), format!("{}*#", n % 10)];
        let call = client.channels().originate("Local/stasis@sdk").app(&app);
        let call = call.app_args(n.to_string());
        let caller = caller(client.clone(), theirs.clone(), call, format!("{app}-{n:03}"), keys);
        calls.spawn(async move { (n, caller.await) });
    }
    let mut heard = vec![None; CALLS];
    for _ in 0..CALLS {
        let (name, said) = soon(tell.recv()).await.expect("a session tells");
        let n: usize = name.parse().expect("a number");
        assert_eq!(heard[n].replace(said), None);
    }
    for (n, heard) in heard.into_iter().enumerate() {
        let (choice, number) = (format!("{:02}", n / 10), format!("{}*", n % 10));
        let said = [
            format!("Digits {{ digits: {choice:?}, end: Complete }}"),
            format!("Digits {{ digits: {number:?}, end: Terminator('#') }}"),
        ];
        assert_eq!(heard, Some(said), "{n}");
    }
    while let Some(call) = soon(calls.join_next()).await {
        let (n, (playbacks, pressed, cause)) = call.expect("no panic");
        let media = if n / 10 % 10 == 0 { "beep" } else { "beeperr" };
        // The first key stopped each prompt: what would have come behind the first one was never begun.
        let expected = [
            format!("{CHOOSE} playing"),
            format!("{CHOOSE} done"),
            format!("{NUMBER} playing"),
            format!("{NUMBER} done"),
            format!("sound:{media} playing"),
            format!("sound:{media} done"),
        ];
        assert_eq!(playbacks, expected, "{n}");
        assert_eq!(pressed, format!("{n:03}*#"));
        assert_eq!(cause, HangupCause::NormalClearing);
    }
    stop.send(()).expect("it runs");
    let outcome = soon(serving).await.expect("no panic");
    assert_eq!(
        (outcome.sessions, outcome.failed, outcome.refused, outcome.aborted),
        (200, 0, 0, 0)
    );
}
