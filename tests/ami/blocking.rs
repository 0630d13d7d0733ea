//! The manager for threads, used by threads of the test while the server plays in a runtime.

use std::cell::RefCell;
use std::future::Future;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use asterisk_sdk::ami::action::{Custom, Ping};
use asterisk_sdk::ami::blocking::{Manager, TimedOut};
use asterisk_sdk::ami::event::Hangup;
use asterisk_sdk::ami::{ActionError, Builder, CloseReason, ConnectError, Missed};
use asterisk_sdk::proto::error::Delivery;
use harness::ami_peer::{AmiPeer, Link, Received};
use harness::soon;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

/// How long something that has to come may take.
const SOON: Duration = Duration::from_secs(20);

/// A server that plays by itself.
struct Server {
    runtime: Runtime,
    play: JoinHandle<()>,
}

impl Server {
    /// Waits until the server has played to its end.
    fn finish(self) {
        self.runtime.block_on(soon(self.play)).expect("the script is played");
    }
}

/// Starts a server that plays a login and then `script`, and gives how to connect to it.
fn serve<F>(script: impl FnOnce(Link) -> F + Send + 'static) -> (Server, Builder)
where
    F: Future<Output = ()> + Send,
{
    let runtime = Runtime::new().expect("a runtime");
    let peer = runtime.block_on(AmiPeer::bind());
    let builder = Manager::builder(peer.address()).login("admin", "secret").no_reconnect();
    let play = runtime.spawn(async move {
        let mut link = peer.accept().await;
        link.play_login(22).await;
        script(link).await;
    });
    (Server { runtime, play }, builder)
}

async fn answer(link: &mut Link, action: &Received, header: &str) {
    let id = action.id();
    link.write(format!("Response: Success\r\nActionID: {id}\r\n{header}\r\n\r\n")).await;
}

/// Until the client has subscribed, and says so by a ping.
async fn subscribed(link: &mut Link) {
    let ping = link.expect("Ping").await;
    answer(link, &ping, "Ping: Pong").await;
}

/// Until the client has closed.
async fn closed(mut link: Link) {
    assert_eq!(link.try_action().await, None);
}

fn hangup(cause: u32) -> String {
    format!("Event: Hangup\r\nCause: {cause}\r\n\r\n")
}

#[test]
fn actions_and_their_options() {
    let (server, builder) = serve(|mut link| async move {
        let ping = link.expect("Ping").await;
        answer(&mut link, &ping, "Ping: Pong").await;
        let chosen = link.expect("Getvar").await;
        assert_eq!(chosen.id(), "my-own");
        answer(&mut link, &chosen, "Value: 1").await;
        // To this one there is no answer.
        link.expect("Ping").await;
        let logoff = link.expect("Logoff").await;
        let id = logoff.id();
        link.write(format!("Response: Goodbye\r\nActionID: {id}\r\n\r\n")).await;
    });
    let manager = Manager::connect(builder).unwrap();
    assert_eq!(manager.banner(), "Asterisk Call Manager/11.0.0");
    assert!(manager.is_connected());
    manager.send(Ping::new()).unwrap();
    let getvar = Custom::new("Getvar").header("Variable", "X");
    let reply = manager.send_with(getvar, |send| send.action_id("my-own")).unwrap();
    assert_eq!(reply.response.message().get("Value").unwrap(), "1");
    let patience = Duration::from_millis(50);
    let error = manager.send_with(Ping::new(), |send| send.timeout(patience)).unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    manager.close();
    assert!(!manager.is_connected());
    assert_eq!(manager.closed(), CloseReason::Local);
    let error = manager.send(Ping::new()).unwrap_err();
    assert_eq!(error.delivery(), Some(Delivery::NotSent));
    server.finish();
}

#[test]
fn clones_in_several_threads() {
    let (server, builder) = serve(|mut link| async move {
        // All have to be in flight at once.
        let mut actions = Vec::new();
        for _ in 0..4 {
            actions.push(link.expect("Getvar").await);
        }
        for action in actions.iter().rev() {
            let value = format!("Value: {}", action.get("Variable"));
            answer(&mut link, action, &value).await;
        }
        closed(link).await;
    });
    let manager = Manager::connect(builder).unwrap();
    let threads: Vec<_> = (0..4)
        .map(|n| {
            let manager = manager.clone();
            thread::spawn(move || {
                let name = format!("V{n}");
                let getvar = Custom::new("Getvar").header("Variable", name.as_str());
                let reply = manager.send(getvar).unwrap();
                assert_eq!(reply.response.message().get("Value").unwrap(), name.as_str());
            })
        })
        .collect();
    drop(manager);
    for thread in threads {
        thread.join().unwrap();
    }
    server.finish();
}

#[test]
fn events_until_the_end() {
    let (server, builder) = serve(|mut link| async move {
        subscribed(&mut link).await;
        for cause in [16, 17, 18] {
            link.write(hangup(cause)).await;
            link.write("Event: Newchannel\r\n\r\n").await;
        }
    });
    let manager = Manager::connect(builder).unwrap();
    let mut hangups = manager.events().of::<Hangup>();
    let mut named = manager.events().capacity(1).named("Hangup");
    assert!(matches!(hangups.next_timeout(Duration::from_millis(50)), Err(TimedOut { .. })));
    manager.send(Ping::new()).unwrap();
    let first = hangups.next_timeout(SOON).unwrap().unwrap().unwrap();
    assert_eq!(first.cause, Some(16.into()));
    // The server closes behind the last one, which ends the iteration.
    let rest: Vec<_> = hangups.by_ref().map(|hangup| hangup.unwrap().cause).collect();
    assert_eq!(rest, [Some(17.into()), Some(18.into())]);
    assert!(hangups.next_timeout(SOON).unwrap().is_none());
    assert_eq!(named.next(), Some(Err(Missed::Lagged(2))));
    assert_eq!(named.next().unwrap().unwrap().get("Cause").unwrap(), "18");
    assert_eq!(named.next(), None);
    assert_eq!(manager.closed(), CloseReason::Remote);
    server.finish();
}

#[test]
fn inside_a_runtime_it_refuses() {
    let (server, builder) = serve(|mut link| async move {
        subscribed(&mut link).await;
        link.write(hangup(16)).await;
        closed(link).await;
    });
    let manager = Manager::connect(builder.clone()).unwrap();
    let mut events = manager.events().named("Hangup");
    manager.send(Ping::new()).unwrap();
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
    server.finish();
}

#[test]
fn it_refuses_in_its_own_thread_too() {
    let (server, builder) = serve(|mut link| async move {
        subscribed(&mut link).await;
        link.write(hangup(16)).await;
        closed(link).await;
    });
    let manager = Manager::connect(builder).unwrap();
    let own = manager.clone();
    let (told, results) = mpsc::channel();
    let events = manager.events().matching(move |event| {
        // Others may still follow the login.
        if event.name() == "Hangup" {
            told.send(own.send(Ping::new()).unwrap_err()).unwrap();
        }
        true
    });
    manager.send(Ping::new()).unwrap();
    let Ok(error) = results.recv_timeout(SOON) else {
        // Dropping them would wait for the thread that waits for itself.
        std::mem::forget((events, manager));
        panic!("it hangs");
    };
    assert!(matches!(error, ActionError::InsideRuntime), "{error:?}");
    drop(events);
    drop(manager);
    server.finish();
}

#[test]
fn the_last_to_go_ends_the_connection_and_its_thread() {
    thread_local! {
        /// Dropped when the thread ends.
        static GUARD: RefCell<Option<mpsc::Sender<()>>> = const { RefCell::new(None) };
    }
    let (go, mut told) = tokio::sync::mpsc::unbounded_channel();
    let (server, builder) = serve(|mut link| async move {
        subscribed(&mut link).await;
        link.write(hangup(16)).await;
        soon(told.recv()).await.unwrap();
        link.write(hangup(17)).await;
        closed(link).await;
    });
    let manager = Manager::connect(builder).unwrap();
    let (guard, ended) = mpsc::channel();
    let seen = guard.clone();
    // It runs in the connection's thread, and may still see what follows the login.
    let mut events = manager.events().matching(move |event| {
        if event.name() != "Hangup" {
            return false;
        }
        GUARD.set(Some(guard.clone()));
        seen.send(()).unwrap();
        true
    });
    manager.send(Ping::new()).unwrap();
    ended.recv_timeout(SOON).unwrap();
    drop(manager);
    // A subscription keeps the connection.
    go.send(()).unwrap();
    for cause in ["16", "17"] {
        let event = events.next_timeout(SOON).unwrap().unwrap().unwrap();
        assert_eq!(event.get("Cause").unwrap(), cause);
    }
    ended.recv_timeout(SOON).unwrap();
    drop(events);
    server.finish();
    assert_eq!(ended.recv_timeout(SOON), Err(mpsc::RecvTimeoutError::Disconnected));
}

#[test]
fn a_refused_connection_leaves_nothing_behind() {
    let runtime = Runtime::new().unwrap();
    let address = runtime.block_on(AmiPeer::bind()).address();
    let error = Manager::connect(Manager::builder(address).login("admin", "x")).unwrap_err();
    assert!(matches!(error, ConnectError::Unreachable { .. }), "{error:?}");
}

#[test]
fn callbacks_have_a_thread_of_their_own() {
    let (server, builder) = serve(|mut link| async move {
        subscribed(&mut link).await;
        link.write(hangup(16)).await;
        // Sent by the callback, while it runs.
        let ping = link.expect("Ping").await;
        answer(&mut link, &ping, "Ping: Pong").await;
        link.write(hangup(17)).await;
        closed(link).await;
    });
    let manager = Manager::connect(builder).unwrap();
    let callbacks = manager.callbacks().unwrap();
    let (heard, told) = mpsc::channel();
    let called = manager.clone();
    callbacks.on(move |hangup: Hangup| {
        if hangup.cause == Some(16.into()) {
            called.send(Ping::new()).unwrap();
        }
        let thread = thread::current().name().map(str::to_owned);
        heard.send((hangup.cause, thread)).unwrap();
    });
    manager.send(Ping::new()).unwrap();
    let thread = Some("asterisk-ami-callbacks".to_owned());
    for cause in [16, 17] {
        assert_eq!(told.recv_timeout(SOON).unwrap(), (Some(cause.into()), thread.clone()));
    }
    // With the callbacks goes what they hold.
    drop(callbacks);
    assert_eq!(told.recv_timeout(SOON), Err(mpsc::RecvTimeoutError::Disconnected));
    drop(manager);
    server.finish();
}
