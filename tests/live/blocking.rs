//! The manager for threads against a real Asterisk.

use std::thread;
use std::time::Duration;

use asterisk_sdk::ami::action::{Command, CoreShowChannels, Custom, Hangup, Originate, Ping};
use asterisk_sdk::ami::blocking::Manager;
use asterisk_sdk::ami::event::{self, OriginateReason};
use asterisk_sdk::ami::{ActionError, CloseReason};
use asterisk_sdk::proto::HangupCause;
use harness::live::{self, Server};

const SOON: Duration = Duration::from_secs(20);

fn manager(server: &Server) -> Manager {
    let (user, secret) = server.ami_admin.clone();
    Manager::connect(Manager::builder(&server.ami).login(user, secret)).expect("a login")
}

#[test]
fn four_threads_at_once() {
    let Some(server) = live::server() else { return };
    let manager = manager(&server);
    thread::scope(|scope| {
        for n in 0..4 {
            let manager = manager.clone();
            scope.spawn(move || {
                for round in 0..50 {
                    let (name, value) = (format!("LIVE_BLOCKING_{n}"), format!("{n} {round}"));
                    let set = Custom::new("Setvar").header("Variable", name.as_str());
                    manager.send(set.header("Value", value.as_str())).unwrap();
                    let get = Custom::new("Getvar").header("Variable", name.as_str());
                    let reply = manager.send(get).unwrap();
                    assert_eq!(reply.response.message().get("Value").unwrap(), value.as_str());
                }
            });
        }
    });
    let printed = server.cli("core show version");
    let output = manager.send(Command::new("core show version")).unwrap();
    let lines: Vec<_> = output.lines().collect();
    assert_eq!(lines, printed.lines().collect::<Vec<_>>());
    manager.close();
    assert_eq!(manager.closed(), CloseReason::Local);
}

#[test]
fn a_call_and_its_end() {
    let Some(server) = live::server() else { return };
    let manager = manager(&server);
    let id = "live-blocking-call";
    let mut hangups = manager.events().of::<event::Hangup>();
    let call = Originate::to("Local/wait@sdk").exten("sdk", "echo", 1).channel_id(id);
    let outcome = manager.originate(call).unwrap();
    assert_eq!(outcome.reason, Some(OriginateReason::Answered));
    let mut channels = manager.stream(CoreShowChannels::new()).unwrap();
    let items: Vec<_> = channels.by_ref().map(|item| item.unwrap().channel.unique_id).collect();
    assert!(items.iter().flatten().any(|unique_id| *unique_id == id), "{items:?}");
    assert_eq!(channels.complete().unwrap().name(), "CoreShowChannelsComplete");
    drop(channels);
    manager.send(Hangup::new(id).cause(HangupCause::UserBusy)).unwrap();
    let ended = loop {
        let hangup = hangups.next_timeout(SOON).unwrap().unwrap().unwrap();
        if hangup.channel.unique_id.as_ref().is_some_and(|unique_id| *unique_id == id) {
            break hangup;
        }
    };
    assert_eq!(ended.cause, Some(HangupCause::UserBusy));

    let busy = Originate::to("Local/busy@sdk").application("Wait");
    assert_eq!(manager.originate(busy).unwrap().reason, Some(OriginateReason::Busy));
    let error = manager.originate(Originate::to("noslash").application("Wait")).unwrap_err();
    assert_eq!(error.to_string(), "the server refused the action: Invalid channel");
}

#[tokio::test]
async fn inside_a_runtime_it_refuses() {
    let Some(server) = live::server() else { return };
    let connecting = thread::spawn(move || manager(&server));
    let manager = connecting.join().unwrap();
    let error = manager.send(Ping::new()).unwrap_err();
    assert!(matches!(error, ActionError::InsideRuntime), "{error:?}");
    let manager = thread::spawn(move || manager.send(Ping::new()).map(|_| manager));
    drop(manager.join().unwrap().unwrap());
}
