//! A server that Asterisk connects to is replaced by its successor while calls go on.

use asterisk_sdk::ari::EventStream;
use asterisk_sdk::ari::event::ChannelDtmfReceived;
use asterisk_sdk::ari::handle::Channel;
use asterisk_sdk::proto::HangupCause;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::*;
use crate::ari_calls::no_bridges;

/// What a session says of its call.
type Told = (String, String);

/// A call that outlives the program: what the next one has to know stands at the channel.
async fn session(
    mut call: Call,
    mut leaving: watch::Receiver<bool>,
    told: mpsc::Sender<Told>,
) -> Result<(), CallError> {
    let name = call.args()[0].to_string();
    let choice = match call.channel().variable("SDK_CHOICE").await {
        Ok(choice) => choice.value,
        Err(error) if error.is_not_found() => {
            let choice = call.dtmf().max_digits(2).await?.digits;
            call.channel().set_variable("SDK_CHOICE", choice.as_str()).await?;
            let _ = told.send((name, format!("chose {choice}"))).await;
            tokio::select! {
                _ = leaving.wait_for(|leaving| *leaving) => call.hand_over(),
                left = call.hung_up() => left.map_err(CallError::Disconnected)?,
            }
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let _ = told.send((name.clone(), format!("goes on with {choice}"))).await;
    let more = call.dtmf().await?;
    let end = call.play("sound:beep").await?.finished().await?;
    let _ = told.send((name, format!("{choice} {more:?} {}", end.state))).await;
    Ok(())
}

/// A program that Asterisk connects to.
struct Program {
    running: JoinHandle<asterisk_sdk::ari::call::Served>,
    leaving: watch::Sender<bool>,
    stop: oneshot::Sender<()>,
}

impl Program {
    /// Runs it, and waits until Asterisk has connected.
    async fn start(server: outbound::Server, told: mpsc::Sender<Told>) -> Self {
        let (leaving, left) = watch::channel(false);
        let (stop, stopped) = oneshot::channel();
        let (connected, mut connection) = mpsc::channel(1);
        let sessions = move |accepted: &Accepted| {
            connected.try_send(accepted.client.apps()).expect("Asterisk connects once");
            let (left, told) = (left.clone(), told.clone());
            let serve =
                accepted.client.serve(move |call: Call| session(call, left.clone(), told.clone()));
            serve.orphans(Orphans::Adopt).when_done(WhenDone::HangUp)
        };
        let running = server.serve_with_shutdown(sessions, async move { drop(stopped.await) });
        let running = tokio::spawn(running);
        let apps = soon(connection.recv()).await.expect("Asterisk connects");
        assert_eq!(apps, ["menu"]);
        // Whether it connects again is seen by the sender, which stays.
        drop(connection);
        Self { running, leaving, stop }
    }

    /// Ends it, and asserts how many sessions there were; none of them has failed.
    async fn end(self, sessions: u64) {
        self.leaving.send_replace(true);
        self.stop.send(()).expect("it runs");
        let served = soon(self.running).await.expect("no panic");
        assert_eq!((served.sessions, served.failed), (sessions, 0));
        assert_eq!((served.refused, served.aborted), (0, 0));
    }
}

/// The caller's half of a call.
struct Caller {
    channel: Channel,
    events: EventStream,
    /// Those of the other half, which the menu has.
    heard: EventStream,
}

impl Caller {
    /// Calls the menu.
    async fn call(callers: &Client, app: &str, name: &str) -> Self {
        let id = format!("rolling-{name}");
        let channel = callers.channel(format!("{id};2"));
        let mut events = channel.events();
        let heard = callers.channel(id.as_str()).events();
        let call = callers.channels().originate("Local/stasis@sdk").app("menu").id(id);
        let call = call.app_args(name).variable("__STASIS_APP", app);
        call.await.expect("the call is made");
        while !soon(events.next()).await.expect("it is open").expect("all").is::<StasisStart>() {}
        channel.answer().await.expect("it is there");
        Self { channel, events, heard }
    }

    /// Presses keys, each after the one before has arrived: Asterisk would hold it back until something else comes.
    async fn press(&mut self, keys: &str) {
        for key in keys.chars() {
            self.channel.send_dtmf(key).before_ms(100).await.expect("it is there");
            loop {
                let event = soon(self.heard.next()).await.expect("it is open").expect("all");
                if let Some(arrived) = event.decode::<ChannelDtmfReceived>() {
                    assert_eq!(arrived.digit, key.to_string().as_str());
                    break;
                }
            }
        }
    }

    /// Waits for the end of the call.
    async fn ended(&mut self) -> HangupCause {
        loop {
            let event = soon(self.events.next()).await.expect("it is open").expect("all");
            if let Some(end) = event.decode::<ChannelDestroyed>() {
                return end.cause;
            }
        }
    }
}

/// Has all callers press these keys at once.
async fn all_press(callers: &mut Vec<Caller>, keys: impl Fn(usize) -> String) {
    let pressing = callers.drain(..).enumerate().map(|(n, mut caller)| {
        let keys = keys(n);
        tokio::spawn(async move {
            caller.press(&keys).await;
            caller
        })
    });
    for caller in pressing.collect::<Vec<_>>() {
        callers.push(caller.await.expect("no panic"));
    }
}

/// The next things that are told, in order.
async fn hear(tell: &mut mpsc::Receiver<Told>, count: usize) -> Vec<Told> {
    let mut heard = Vec::new();
    for _ in 0..count {
        heard.push(soon(tell.recv()).await.expect("a session tells"));
    }
    heard.sort();
    heard
}

#[tokio::test]
async fn twenty_calls_go_on_while_the_program_is_replaced() {
    const CALLS: usize = 20;
    let Some(server) = harness::live::server() else { return };
    if server.major() < 22 {
        return;
    }
    let server = OwnServer::start(&server);
    let theirs = name("callers");
    // Without it, nothing is told of a channel that has left the application.
    let callers = builder(&server, &theirs).subscribe_all().connect().await.expect("a connection");
    let (told, mut tell) = mpsc::channel(64);
    let first = outbound().bind("127.0.0.1:0").await.expect("a free port");
    let address = first.local_addr();
    configure(&server, address.port(), "persistent", "menu");
    let first = Program::start(first, told.clone()).await;

    let mut calls = Vec::new();
    for n in 0..CALLS + 3 {
        calls.push(Caller::call(&callers, &theirs, &format!("{n:02}")).await);
    }
    all_press(&mut calls, |n| format!("{n:02}")).await;
    let heard = hear(&mut tell, CALLS + 3).await;
    let all = |count: usize, what: &dyn Fn(usize) -> String| -> Vec<Told> {
        (0..count).map(|n| (format!("{n:02}"), what(n))).collect()
    };
    assert_eq!(heard, all(CALLS + 3, &|n| format!("chose {n:02}")));
    first.end(CALLS as u64 + 3).await;

    // While there is no program, three hang up; the others stay.
    for mut call in calls.split_off(CALLS) {
        call.channel.hangup().await.expect("it is there");
        assert_eq!(call.ended().await, HangupCause::NormalClearing);
    }
    let second = outbound().bind(address).await.expect("the same port");
    let second = Program::start(second, told.clone()).await;
    let heard = hear(&mut tell, CALLS).await;
    assert_eq!(heard, all(CALLS, &|n| format!("goes on with {n:02}")));
    // A new call among them.
    let mut new = Caller::call(&callers, &theirs, "99").await;
    new.press("98").await;
    assert_eq!(hear(&mut tell, 1).await, [("99".to_owned(), "chose 98".to_owned())]);
    all_press(&mut calls, |n| format!("{n}*#")).await;
    let heard = hear(&mut tell, CALLS).await;
    let said = |n| format!("{n:02} Digits {{ digits: \"{n}*\", end: Terminator('#') }} done");
    assert_eq!(heard, all(CALLS, &said));
    new.channel.hangup().await.expect("it is there");
    for mut call in calls.into_iter().chain([new]) {
        assert_eq!(call.ended().await, HangupCause::NormalClearing);
    }
    second.end(CALLS as u64 + 1).await;
    let gone = async { while !callers.channels().list().await.expect("a list").is_empty() {} };
    soon(gone).await;
    soon(no_bridges(&callers)).await.expect("a list");
    soon(callers.close()).await;
}
