//! What is the same over each transport: a table of scenarios, and the same exact values for all.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};

use asterisk_sdk::ari::call::{BridgeEnd, Call, CallError, DialError, DigitsEnd, WhenDone};
use asterisk_sdk::ari::event::{
    ChannelDestroyed, PlaybackFinished, PlaybackStarted, RecordingStarted, StasisEnd, StasisStart,
};
use asterisk_sdk::ari::handle::Channel;
use asterisk_sdk::ari::model::{FileFormat, PlaybackState, RecordingState};
use asterisk_sdk::ari::rest::channels::SnoopDirection;
use asterisk_sdk::ari::{AriEvent, Client, Event, EventStream, RestError};
use asterisk_sdk::proto::{ChannelId, ChannelState, HangupCause};
use tokio::net::UdpSocket;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use super::soon;
use crate::ari_calls::no_bridges;

/// Where a scenario plays: an application on a server that nobody else uses.
pub(super) struct Stage<'a> {
    pub(super) client: &'a Client,
    pub(super) app: &'a str,
}

type Scenario<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Runs all scenarios, and sees to it that each leaves nothing behind.
pub(super) async fn run(client: &Client, app: &str) {
    let stage = &Stage { client, app };
    // On a connection that Asterisk has opened, calls that come before anybody asks wait for the first who
    // serves; here each scenario has its own.
    drop(client.events().all());
    let table: [(&str, Scenario<'_>); 12] = [
        ("answer, play, finished", Box::pin(played(stage))),
        ("record, finished, stored", Box::pin(recorded(stage))),
        ("digits up to a key", Box::pin(collected(stage))),
        ("dial and bridge, the leg leaves", Box::pin(connected(stage, BridgeEnd::Leg))),
        ("dial and bridge, the call leaves", Box::pin(connected(stage, BridgeEnd::Call))),
        ("endpoints that fail at once", Box::pin(failed(stage))),
        ("external media and a snoop", Box::pin(media(stage))),
        ("refusals", Box::pin(refused(stage))),
        ("lists", Box::pin(listed(stage))),
        ("a hangup from each side", Box::pin(hung_up(stage))),
        ("sessions that end, fail and panic", Box::pin(cleaned_up(stage))),
        ("ten calls at once", Box::pin(at_once(stage))),
    ];
    for (name, scenario) in table {
        println!("{name}");
        scenario.await;
        soon(stage.nothing_left()).await;
    }
}

impl Stage<'_> {
    /// Makes a call, and waits until it has entered the application.
    async fn enter(&self, endpoint: &str, id: &str) -> (Channel, EventStream) {
        let call = self.client.channels().originate(endpoint).app(self.app).app_args("one,two");
        let channel = call.id(id).await.expect("the call is made");
        assert_eq!(*channel.id(), *id);
        let mut events = channel.events();
        let start: StasisStart = next(&mut events).await;
        assert_eq!((start.channel.id.as_str(), start.event.application()), (id, self.app));
        assert_eq!(start.args, ["one", "two"]);
        (channel, events)
    }

    /// Waits until there are no channels and no bridges.
    async fn nothing_left(&self) {
        while !self.client.channels().list().await.expect("a list").is_empty() {}
        no_bridges(self.client).await.expect("a list");
    }

    /// Serves calls while something else happens, and asserts how many sessions there were, and how many of
    /// them failed.
    async fn serving<F, Fut, T>(
        &self,
        session: F,
        outcome: (u64, u64),
        work: impl Future<Output = T>,
    ) where
        F: Fn(Call) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), CallError>> + Send + 'static,
    {
        let serving = self.client.serve(session).when_done(WhenDone::HangUp).app(self.app);
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(serving.until(async move { drop(stopped.await) }));
        soon(work).await;
        stop.send(()).expect("it runs");
        let served = soon(running).await.expect("no panic");
        assert_eq!((served.sessions, served.failed), outcome);
        assert_eq!((served.refused, served.aborted), (0, 0));
    }
}

/// The next event of a type; others are passed over.
async fn next<E: AriEvent>(events: &mut EventStream) -> E {
    let next = async {
        loop {
            let event = events.next().await.expect("the connection holds").expect("none is missed");
            if let Some(event) = event.decode() {
                return event;
            }
        }
    };
    soon(next).await
}

/// The names of all events up to one of this type, that one included, and it.
async fn until<E: AriEvent>(events: &mut EventStream) -> (Vec<String>, E) {
    let mut names = Vec::new();
    loop {
        let event = soon(events.next()).await.expect("the connection holds").expect("all");
        names.push(event.name().to_owned());
        if let Some(last) = event.decode() {
            return (names, last);
        }
    }
}

async fn played(stage: &Stage<'_>) {
    let (channel, mut events) = stage.enter("Local/wait@sdk", "played").await;
    channel.answer().await.expect("it is answered");
    assert_eq!(channel.get().await.expect("it is there").state, ChannelState::Up);
    let playback = channel.play("sound:beep").media(["sound:hello"]).id("tune").await;
    let playback = playback.expect("it plays");
    let end = soon(playback.finished().into_future()).await.expect("it finishes");
    assert_eq!((end.id.as_str(), &end.state), ("tune", &PlaybackState::Done));
    assert_eq!((&*end.media_uri, &*end.target_uri), ("sound:hello", "channel:played"));
    let started: PlaybackStarted = next(&mut events).await;
    assert_eq!((&*started.playback.media_uri, started.playback.id), ("sound:beep", "tune".into()));
    assert_eq!(started.playback.next_media_uri.as_deref(), Some("sound:hello"));
    let (names, finished) = until::<PlaybackFinished>(&mut events).await;
    assert_eq!(names, ["PlaybackContinuing", "PlaybackStarted", "PlaybackFinished"]);
    assert_eq!(finished.playback.state, PlaybackState::Done);
    // A server tells the end before it forgets the playback.
    let forgotten = async {
        loop {
            if let Err(error) = playback.get().await {
                break error;
            }
        }
    };
    let gone = soon(forgotten).await;
    assert_eq!(gone.to_string(), "the server answered 404: Playback not found");
    channel.hangup().await.expect("it is there");
}

async fn recorded(stage: &Stage<'_>) {
    let (channel, mut events) = stage.enter("Local/music@sdk", "recorded").await;
    let recording =
        channel.record("said", "wav").max_duration_seconds(1).await.expect("it is made");
    let started: RecordingStarted = next(&mut events).await;
    assert_eq!((&*started.recording.name, &started.recording.format), ("said", &FileFormat::Wav));
    assert_eq!(started.recording.target_uri, "channel:recorded");
    let end = soon(recording.finished().into_future()).await.expect("it finishes");
    assert_eq!((&*end.name, &end.state), ("said", &RecordingState::Done));
    // What came in while it lasted, in whole seconds: on a busy machine less than one.
    assert!(end.duration.is_some_and(|seconds| seconds <= 2), "{end:?}");
    let stored = stage.client.recordings().stored().list().await.expect("a list");
    let names: Vec<_> = stored.iter().map(|recording| &*recording.name).collect();
    assert_eq!(names, ["said"]);
    recording.stored().delete().await.expect("it is there");
    let gone = soon(recording.stored().get().into_future()).await.expect_err("it is deleted");
    assert_eq!(gone.to_string(), "the server answered 404: Recording not found");
    channel.hangup().await.expect("it is there");
}

async fn collected(stage: &Stage<'_>) {
    let (told, mut tell) = mpsc::channel(1);
    let session = move |mut call: Call| {
        let told = told.clone();
        async move {
            let odd = "\u{fc} \"a\"\\b, c+d%20;e&f=g\r\nh";
            call.channel().set_variable("SDK", odd).await?;
            let two = call.dtmf().max_digits(2).await?;
            let rest = call.dtmf().await?;
            // By now it is set on Asterisk 16 as well, which replies before.
            let value = call.channel().variable("SDK").await?.value;
            let _ = told.send((two, rest, value == odd)).await;
            Ok(())
        }
    };
    let call = async {
        let call = stage.client.channels().originate("Local/digits@sdk").app(stage.app);
        // On a busy machine Asterisk holds back a key until something comes behind it: the last is for that.
        let channel = call.variable("__SDK_DIGITS", "12*D#D").await.expect("the call is made");
        let (two, rest, set) = tell.recv().await.expect("a session tells");
        assert_eq!((two.digits.as_str(), two.end), ("12", DigitsEnd::Complete));
        assert_eq!((rest.digits.as_str(), rest.end), ("*D", DigitsEnd::Terminator('#')));
        assert!(set);
        let (_, end) = until::<ChannelDestroyed>(&mut channel.events()).await;
        assert_eq!(end.cause, HangupCause::NormalClearing);
    };
    stage.serving(session, (1, 0), call).await;
}

/// Somebody is called and connected, and then one of the two hangs up.
async fn connected(stage: &Stage<'_>, who: BridgeEnd) {
    let (told, mut tell) = mpsc::channel(1);
    let session = move |mut call: Call| {
        let told = told.clone();
        async move {
            let busy = call.dial("Local/busy@sdk").await.expect_err("it is busy");
            assert!(matches!(busy, CallError::Dial(DialError::Busy)), "{busy:?}");
            let leg = call.dial("Local/wait@sdk").await?;
            let (channel, caller) = (leg.channel().clone(), call.channel().clone());
            let mut entered =
                channel.client().events().channel(channel.id()).named("ChannelEnteredBridge");
            let connecting = call.bridge_with(&leg);
            let cut = async {
                entered.next().await.expect("it holds").expect("all");
                // Both are in it when the request that adds them is answered.
                match who {
                    BridgeEnd::Leg => channel.hangup().await,
                    _ => caller.hangup().await,
                }
            };
            let (end, cut) = tokio::join!(connecting.into_future(), cut);
            cut?;
            let _ = told.send((end?, call.is_hung_up())).await;
            Ok(())
        }
    };
    let call = async {
        let call = stage.client.channels().originate("Local/wait@sdk").app(stage.app);
        let channel = call.await.expect("the call is made");
        let end = tell.recv().await.expect("a session tells");
        assert_eq!(end, (who, who == BridgeEnd::Call));
        until::<ChannelDestroyed>(&mut channel.events()).await;
    };
    stage.serving(session, (1, 0), call).await;
}

async fn failed(stage: &Stage<'_>) {
    // A Local channel tells no cause of its own.
    for (endpoint, status, cause) in [
        ("Local/busy@sdk", Some("BUSY"), HangupCause::NotDefined),
        ("Local/congestion@sdk", Some("CONGESTION"), HangupCause::NotDefined),
        ("Local/nowhere@sdk", None, HangupCause::NotDefined),
        ("PJSIP/busy@loop", Some("BUSY"), HangupCause::UserBusy),
    ] {
        for _ in 0..25 {
            let call = stage.client.channels().originate(endpoint).app(stage.app);
            let channel = soon(call.into_future()).await.expect("it is accepted");
            let mut events = channel.events();
            let mut heard = None;
            let end = loop {
                let event: Event = soon(events.next()).await.expect("it holds").expect("all");
                assert!(!event.is::<StasisStart>(), "{event:?}");
                if let Some(dial) = event.decode::<asterisk_sdk::ari::event::Dial>() {
                    heard = dial.dial_status.map(|status| status.to_string());
                } else if let Some(end) = event.decode::<ChannelDestroyed>() {
                    break end;
                }
            };
            assert_eq!((heard.as_deref(), &end.cause), (status, &cause), "{endpoint}");
            assert_eq!(end.channel.id, *channel.id());
        }
    }
}

async fn media(stage: &Stage<'_>) {
    let (channel, _events) = stage.enter("Local/music@sdk", "heard").await;
    let spy = channel.snoop(stage.app).spy(SnoopDirection::Both).app_args("x").id("spy");
    let spy = spy.await.expect("it is made");
    let mut spied = spy.events();
    let start: StasisStart = next(&mut spied).await;
    assert_eq!((start.channel.id.as_str(), start.args), ("spy", vec!["x".into()]));
    assert!(start.channel.name.starts_with("Snoop/heard-"), "{}", start.channel.name);

    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
    let host = socket.local_addr().expect("it is bound").to_string();
    let external =
        stage.client.channels().external_media(stage.app, "ulaw").host(&host).id("external");
    let external = external.await.expect("it is made");
    let mut events = external.events();
    let start: StasisStart = next(&mut events).await;
    assert!(
        start.channel.name.starts_with(&format!("UnicastRTP/{host}-")),
        "{}",
        start.channel.name
    );
    external.start_moh().await.expect("it plays");
    let mut packet = [0; 2048];
    let length = soon(socket.recv(&mut packet)).await.expect("sound comes");
    // RTP of 20 ms in G.711 µ-law.
    assert_eq!((packet[0], packet[1] & 0x7f, length), (0x80, 0, 12 + 160));

    spy.hangup().await.expect("it is there");
    // The application hears nothing of a snoop that has left it.
    let (names, end) = until::<StasisEnd>(&mut spied).await;
    assert_eq!((names.len(), end.channel.id.as_str()), (2, "spy"));
    external.hangup().await.expect("it is there");
    let (_, end) = until::<ChannelDestroyed>(&mut events).await;
    assert_eq!((end.channel.id.as_str(), end.cause), ("external", HangupCause::NormalClearing));
    channel.hangup().await.expect("it is there");
}

async fn refused(stage: &Stage<'_>) {
    let client = stage.client;
    let nobody = soon(client.channel("nobody").get().into_future()).await.expect_err("nobody");
    assert!(nobody.is_not_found());
    let nobody = soon(client.channel("nobody").hangup().into_future()).await.expect_err("nobody");
    let (channel, mut events) = stage.enter("Local/wait@sdk", "refused").await;
    let format = soon(channel.record("x", "nosuch").into_future()).await.expect_err("no format");
    let used = client.channels().originate("Local/wait@sdk").app(stage.app).id("refused");
    let used = soon(used.into_future()).await.expect_err("it is in use");
    let empty = client.channels().originate("").app(stage.app);
    let empty = soon(empty.into_future()).await.expect_err("no endpoint");
    let texts: Vec<_> = [&nobody, &format, &used, &empty]
        .into_iter()
        .map(|error: &RestError| error.to_string())
        .collect();
    assert_eq!(
        texts,
        [
            "the server answered 404: Channel not found",
            "the server answered 422: specified format is unknown on this system",
            "the server answered 409: Channel with given unique ID already exists",
            "the server answered 400: Endpoint must be specified",
        ]
    );
    assert!(used.is_conflict() && format.delivery().is_none());
    channel.hangup().await.expect("it is there");
    until::<ChannelDestroyed>(&mut events).await;
}

async fn listed(stage: &Stage<'_>) {
    let client = stage.client;
    let (first, _first) = stage.enter("Local/wait@sdk", "listed-1").await;
    let (second, _second) = stage.enter("Local/wait@sdk", "listed-2").await;
    let mut ids: Vec<_> = client.channels().list().await.expect("a list");
    ids.sort_by(|a, b| a.id.as_str().cmp(b.id.as_str()));
    let ids: Vec<_> = ids.iter().map(|channel| channel.id.as_str()).collect();
    // The other halves of Local channels.
    assert_eq!(ids, ["listed-1", "listed-1;2", "listed-2", "listed-2;2"]);
    let bridge = client.bridges().create().id("list").name("of two").await.expect("it is made");
    bridge.add_channel(&first).channels([second.id().clone()]).await.expect("they are there");
    let bridges = client.bridges().list().await.expect("a list");
    assert_eq!(bridges.len(), 1);
    assert_eq!((bridges[0].id.as_str(), &*bridges[0].name), ("list", "of two"));
    let mut inside: Vec<_> = bridges[0].channels.iter().map(ChannelId::as_str).collect();
    inside.sort_unstable();
    assert_eq!(inside, ["listed-1", "listed-2"]);
    let mut apps: Vec<_> = client.applications().list().await.expect("a list");
    apps.retain(|app| app.name == *stage.app);
    assert_eq!(apps.len(), 1);
    // It hears of the other halves, which are in the dialplan, too.
    assert_eq!((apps[0].channel_ids.len(), apps[0].bridge_ids.len()), (4, 1));
    assert!(client.endpoints().list().await.expect("a list").iter().any(|e| e.resource == "100"));
    // A long reply.
    assert!(client.sounds().list().await.expect("a list").len() > 100);
    bridge.destroy().await.expect("it is there");
    for channel in [first, second] {
        channel.hangup().await.expect("it is there");
    }
}

async fn hung_up(stage: &Stage<'_>) {
    for other in [false, true] {
        let (channel, mut events) = stage.enter("Local/wait@sdk", "ends").await;
        let ends = if other { stage.client.channel("ends;2") } else { channel.clone() };
        ends.hangup().await.expect("it is there");
        let (mut names, end) = until::<ChannelDestroyed>(&mut events).await;
        names.retain(|name| name != "ChannelVarset");
        assert_eq!(names, ["ChannelHangupRequest", "StasisEnd", "ChannelDestroyed"], "{other}");
        assert_eq!(end.cause, HangupCause::NormalClearing);
        assert_eq!((end.channel.id.as_str(), &*end.cause_txt), ("ends", "Normal Clearing"));
        // Its other half may go a moment later.
        soon(stage.nothing_left()).await;
    }
}

async fn cleaned_up(stage: &Stage<'_>) {
    let count = AtomicUsize::new(0);
    let app = stage.app.to_owned();
    let session = move |mut call: Call| {
        let (end, app) = (count.fetch_add(1, Ordering::Relaxed), app.clone());
        async move {
            let client = call.client().clone();
            client.bridges().create().await?;
            let leg = call.dial("Local/wait@sdk").await?;
            leg.channel().snoop(app.as_str()).spy(SnoopDirection::Both).await?;
            client.channels().external_media(app, "ulaw").host("127.0.0.1:9").await?;
            call.play("sound:demo-congrats").await?;
            match end {
                0 => Ok(()),
                1 => Err(CallError::HungUp),
                _ => unreachable!("on purpose"),
            }
        }
    };
    let calls = async {
        for _ in 0..3 {
            let call = stage.client.channels().originate("Local/wait@sdk").app(stage.app);
            let channel = call.await.expect("the call is made");
            until::<ChannelDestroyed>(&mut channel.events()).await;
            stage.nothing_left().await;
        }
    };
    stage.serving(session, (3, 2), calls).await;
}

async fn at_once(stage: &Stage<'_>) {
    let (told, mut tell) = mpsc::channel(10);
    let session = move |mut call: Call| {
        let told = told.clone();
        async move {
            let digits = call.dtmf().max_digits(3).await?.digits;
            let played = call.play("sound:beep").await?.finished().await?;
            let _ = told.send((call.args()[0].to_string(), digits, played.id.to_string())).await;
            Ok(())
        }
    };
    let calls = async {
        let mut finished = stage.client.events().of::<PlaybackFinished>();
        let mut calls = JoinSet::new();
        for n in 0..10 {
            let call = stage.client.channels().originate("Local/digits@sdk").app(stage.app);
            let call = call.app_args(n.to_string()).variable("__SDK_DIGITS", format!("{n}*{n}D"));
            calls.spawn(async move {
                let channel = call.await.expect("the call is made");
                until::<ChannelDestroyed>(&mut channel.events()).await.1.cause
            });
        }
        let (mut heard, mut playbacks) = (Vec::new(), Vec::new());
        for _ in 0..10 {
            let (call, digits, playback) = tell.recv().await.expect("a session tells");
            assert_eq!(digits, format!("{call}*{call}"));
            heard.push(call);
            playbacks.push(playback);
        }
        heard.sort();
        assert_eq!(heard, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
        for _ in 0..10 {
            let end = finished.next().await.expect("it holds").expect("all");
            assert!(playbacks.contains(&end.playback.id.to_string()));
        }
        while let Some(cause) = calls.join_next().await {
            assert_eq!(cause.expect("no panic"), HangupCause::NormalClearing);
        }
    };
    stage.serving(session, (10, 0), calls).await;
}
