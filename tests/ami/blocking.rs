//! The manager for threads, used by threads of the test while the fake Asterisk plays in a runtime.

use std::cell::RefCell;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use asterisk_sdk::ami::action::{Custom, Getvar, Ping};
use asterisk_sdk::ami::blocking::{Manager, TimedOut};
use asterisk_sdk::ami::event::Hangup;
use asterisk_sdk::ami::{ActionError, Builder, CloseReason, ConnectError, Missed};
use asterisk_sdk::proto::error::Delivery;
use asterisk_sdk_testkit::FakeAsterisk;
use asterisk_sdk_testkit::fault::{Fault, Faults};
use tokio::runtime::Runtime;

/// How long something that has to come may take.
const SOON: Duration = Duration::from_secs(20);

/// A server in threads of its own.
struct Server {
    runtime: Runtime,
    asterisk: FakeAsterisk,
}

impl Server {
    /// Starts one on whose connections this goes wrong, and gives how to connect to it.
    fn start(faults: impl IntoIterator<Item = Fault>) -> (Self, Builder) {
        let runtime = Runtime::new().expect("a runtime");
        let asterisk = FakeAsterisk::builder().dialplan("[default]\nexten = 1,1,Wait(60)");
        let asterisk = asterisk.faults(&Faults::new(faults)).start();
        let asterisk = runtime.block_on(asterisk).expect("free ports");
        let builder = Manager::builder(asterisk.ami_address().to_string());
        let builder = builder.login(asterisk.user(), asterisk.password()).no_reconnect();
        (Self { runtime, asterisk }, builder)
    }

    /// Somebody calls and hangs up with this cause.
    fn hang_up(&self, cause: u32) {
        self.runtime.block_on(async {
            let call = self.asterisk.place_call("1").expect("the extension");
            call.hang_up_with(cause.into());
            call.ended().await;
        });
    }
}

#[test]
fn actions_and_their_options() {
    let pong = |message: &asterisk_sdk_testkit::Message<'_>| message.contains("Ping: Pong");
    let (server, builder) = Server::start([Fault::drop().on(pong).skip(1).times(1)]);
    server.asterisk.set_variable("X", "1");
    let manager = Manager::connect(builder).unwrap();
    assert_eq!(manager.banner(), "Asterisk Call Manager/11.0.0");
    assert!(manager.is_connected());
    manager.send(Ping::new()).unwrap();
    let getvar = Custom::new("Getvar").header("Variable", "X");
    let reply = manager.send_with(getvar, |send| send.action_id("my-own")).unwrap();
    assert_eq!(reply.response.message().get("Value").unwrap(), "1");
    assert_eq!(reply.response.message().get("ActionID").unwrap(), "my-own");
    // The answer to this one is lost.
    let patience = Duration::from_millis(50);
    let error = manager.send_with(Ping::new(), |send| send.timeout(patience)).unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    manager.close();
    assert!(!manager.is_connected());
    assert_eq!(manager.closed(), CloseReason::Local);
    let error = manager.send(Ping::new()).unwrap_err();
    assert_eq!(error.delivery(), Some(Delivery::NotSent));
}

#[test]
fn clones_in_several_threads() {
    // Each answer waits for the next one, so all have to be in flight at once.
    let answer = |name: &'static str| {
        Fault::reorder().on(move |message| message.contains(&format!("Variable: {name}")))
    };
    let (server, builder) = Server::start(["V0", "V1", "V2"].map(answer));
    for name in ["V0", "V1", "V2", "V3"] {
        server.asterisk.set_variable(name, name);
    }
    let manager = Manager::connect(builder).unwrap();
    let threads = ["V0", "V1", "V2", "V3"].map(|name| {
        let manager = manager.clone();
        thread::spawn(move || assert_eq!(manager.send(Getvar::new(name)).unwrap(), name))
    });
    drop(manager);
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn events_until_the_end() {
    let (server, builder) = Server::start([]);
    let manager = Manager::connect(builder).unwrap();
    let mut hangups = manager.events().of::<Hangup>();
    let mut named = manager.events().capacity(1).named("Hangup");
    assert!(matches!(hangups.next_timeout(Duration::from_millis(50)), Err(TimedOut { .. })));
    for cause in [16, 17, 18] {
        server.hang_up(cause);
    }
    // What was told before its answer has come, too.
    manager.send(Ping::new()).unwrap();
    drop(server);
    let first = hangups.next_timeout(SOON).unwrap().unwrap().unwrap();
    assert_eq!(first.cause, Some(16.into()));
    // The server is gone behind the last one, which ends the iteration.
    let rest: Vec<_> = hangups.by_ref().map(|hangup| hangup.unwrap().cause).collect();
    assert_eq!(rest, [Some(17.into()), Some(18.into())]);
    assert!(hangups.next_timeout(SOON).unwrap().is_none());
    assert_eq!(named.next(), Some(Err(Missed::Lagged(2))));
    assert_eq!(named.next().unwrap().unwrap().get("Cause").unwrap(), "18");
    assert_eq!(named.next(), None);
    assert_eq!(manager.closed(), CloseReason::Remote);
}

#[test]
fn inside_a_runtime_it_refuses() {
    let (server, builder) = Server::start([]);
    let manager = Manager::connect(builder.clone()).unwrap();
    let mut events = manager.events().named("Hangup");
    server.hang_up(16);
    // Not where the server plays: this one has no other threads.
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let error = Manager::connect(builder).unwrap_err();
        assert!(matches!(error, ConnectError::InsideRuntime), "{error:?}");
        let error = manager.send(Ping::new()).unwrap_err();
        assert!(matches!(error, ActionError::InsideRuntime), "{error:?}");
        assert_eq!(error.delivery(), Some(Delivery::NotSent));
        // Taking events blocks, but does not panic; so do subscribing and dropping.
        assert_eq!(events.next_timeout(SOON).unwrap().unwrap().unwrap().name(), "Hangup");
        drop(manager.events().all());
        drop(events);
        drop(manager);
    });
}

#[test]
fn it_refuses_in_its_own_thread_too() {
    let (server, builder) = Server::start([]);
    let manager = Manager::connect(builder).unwrap();
    let own = manager.clone();
    let (told, results) = mpsc::channel();
    let events = manager.events().matching(move |event| {
        if event.name() == "Hangup" {
            told.send(own.send(Ping::new()).unwrap_err()).unwrap();
        }
        true
    });
    server.hang_up(16);
    let Ok(error) = results.recv_timeout(SOON) else {
        // Dropping them would wait for the thread that waits for itself.
        std::mem::forget((events, manager));
        panic!("it hangs");
    };
    assert!(matches!(error, ActionError::InsideRuntime), "{error:?}");
}

#[test]
fn the_last_to_go_ends_the_connection_and_its_thread() {
    thread_local! {
        /// Dropped when the thread ends.
        static GUARD: RefCell<Option<mpsc::Sender<()>>> = const { RefCell::new(None) };
    }
    let (server, builder) = Server::start([]);
    let manager = Manager::connect(builder).unwrap();
    let (guard, ended) = mpsc::channel();
    let seen = guard.clone();
    // It runs in the connection's thread.
    let mut events = manager.events().matching(move |event| {
        if event.name() != "Hangup" {
            return false;
        }
        GUARD.set(Some(guard.clone()));
        seen.send(()).unwrap();
        true
    });
    server.hang_up(16);
    ended.recv_timeout(SOON).unwrap();
    drop(manager);
    // A subscription keeps the connection.
    server.hang_up(17);
    for cause in ["16", "17"] {
        let event = events.next_timeout(SOON).unwrap().unwrap().unwrap();
        assert_eq!(event.get("Cause").unwrap(), cause);
    }
    ended.recv_timeout(SOON).unwrap();
    drop(events);
    assert_eq!(ended.recv_timeout(SOON), Err(mpsc::RecvTimeoutError::Disconnected));
}

#[test]
fn a_refused_connection_leaves_nothing_behind() {
    let (server, builder) = Server::start([]);
    drop(server);
    let error = Manager::connect(builder).unwrap_err();
    assert!(matches!(error, ConnectError::Unreachable { .. }), "{error:?}");
}

#[test]
fn callbacks_have_a_thread_of_their_own() {
    let (server, builder) = Server::start([]);
    let manager = Manager::connect(builder).unwrap();
    let callbacks = manager.callbacks().unwrap();
    let (heard, told) = mpsc::channel();
    let called = manager.clone();
    callbacks.on(move |hangup: Hangup| {
        if hangup.cause == Some(16.into()) {
            // Sent by the callback, while it runs.
            called.send(Ping::new()).unwrap();
        }
        let thread = thread::current().name().map(str::to_owned);
        heard.send((hangup.cause, thread)).unwrap();
    });
    for cause in [16, 17] {
        server.hang_up(cause);
    }
    let thread = Some("asterisk-ami-callbacks".to_owned());
    for cause in [16, 17] {
        assert_eq!(told.recv_timeout(SOON).unwrap(), (Some(cause.into()), thread.clone()));
    }
    // With the callbacks goes what they hold.
    drop(callbacks);
    assert_eq!(told.recv_timeout(SOON), Err(mpsc::RecvTimeoutError::Disconnected));
}
