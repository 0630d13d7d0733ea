//! AMI: sessions, calls and lists.

use std::time::Duration;

use asterisk_sdk::ami::action::{
    Command, CoreShowChannels, Custom, DbGet, DbPut, Getvar, Originate, Ping, QueueStatus,
    QueueStatusItem, Setvar,
};
use asterisk_sdk::ami::{ActionError, ConnectError, Event, EventStream, LoginMethod, Manager};
use asterisk_sdk_testkit::FakeAsterisk;
use harness::soon;

const DIALPLAN: &str = "[default]\n\
    exten = 1000,1,Answer()\n same = n,Wait(60)\n same = n,Hangup()\n\
    exten = 2000,1,Dial(PJSIP/bob,20)\n same = n,UserEvent(Done,Status: ${DIALSTATUS})\n";

async fn start() -> (FakeAsterisk, Manager) {
    let asterisk = FakeAsterisk::builder().dialplan(DIALPLAN).start().await.expect("it works");
    let manager = manager(&asterisk).await;
    (asterisk, manager)
}

pub(crate) async fn manager(asterisk: &FakeAsterisk) -> Manager {
    let builder = Manager::builder(asterisk.ami_address().to_string());
    builder.login(asterisk.user(), asterisk.password()).connect().await.expect("it works")
}

/// Names of events until this one comes, and that.
async fn until(events: &mut EventStream<Event>, name: &str) -> (Vec<String>, Event) {
    let mut names = Vec::new();
    loop {
        let event = soon(events.next()).await.expect("it holds").expect("none is missed");
        // It comes behind the login, sooner or later.
        if event.name() == "FullyBooted" {
            continue;
        }
        names.push(event.name().into_owned());
        if event.name() == name {
            return (names, event);
        }
    }
}

#[tokio::test]
async fn a_call_is_originated_and_hung_up() {
    let (asterisk, manager) = start().await;
    asterisk.endpoint("PJSIP/alice").answers();
    let mut events = manager.events().all();
    let originate = Originate::to("PJSIP/alice").exten("default", "1000", 1);
    let originate = originate.channel_id("one").caller_id("\"Ada\" <100>").variable("A", "1");
    let answered = soon(manager.originate(originate)).await.unwrap();
    assert_eq!(answered.channel.as_deref(), Some("PJSIP/alice-00000000"));
    let (names, response) = until(&mut events, "OriginateResponse").await;
    let expected = [
        "Newchannel",
        "Newexten",
        "VarSet",
        "NewCallerid",
        "NewConnectedLine",
        "DialBegin",
        "Newstate",
        "DeviceStateChange",
        "DialEnd",
        "OriginateResponse",
    ];
    assert_eq!(names, expected);
    assert_eq!(response.get("Reason").as_deref(), Some("4"));

    let call = asterisk.call("one").unwrap();
    assert!(soon(call.reaches("Wait")).await);
    let listed = manager.send(CoreShowChannels::new()).await.unwrap();
    assert_eq!(listed.items.len(), 1);
    assert_eq!(listed.items[0].application.as_deref(), Some("Wait"));
    call.hang_up();
    let (names, hangup) = until(&mut events, "Hangup").await;
    let expected =
        ["Newexten", "Newexten", "HangupRequest", "SoftHangupRequest", "Newexten", "Hangup"];
    assert_eq!(names, expected);
    assert_eq!(hangup.get("Cause-txt").as_deref(), Some("Normal Clearing"));
    assert_eq!(soon(call.ended()).await.code(), 16);
}

#[tokio::test]
async fn who_is_busy_or_does_not_answer() {
    let (asterisk, manager) = start().await;
    asterisk.endpoint("PJSIP/busy").busy();
    asterisk.endpoint("PJSIP/rings").rings();
    for (channel, reason) in [("PJSIP/busy", "0"), ("PJSIP/rings", "3"), ("PJSIP/nobody", "0")] {
        let originate = Originate::to(channel).application_with("Wait", "1");
        let originate = originate.timeout(Duration::from_millis(50));
        let response = soon(manager.originate(originate)).await.unwrap();
        assert_eq!(response.event.get("Reason").as_deref(), Some(reason), "{channel}");
    }
}

#[tokio::test]
async fn a_call_dials_another_and_both_talk() {
    let (asterisk, manager) = start().await;
    let bob = asterisk.endpoint("PJSIP/bob");
    bob.rings();
    let mut events = manager.events().all();
    let call = asterisk.place_call("2000").unwrap();
    until(&mut events, "DialState").await;
    let called = bob.calls().remove(0);
    called.answer();
    until(&mut events, "BridgeEnter").await;
    until(&mut events, "BridgeEnter").await;
    assert_eq!(call.peers(), [called.id()]);
    assert_eq!(call.variable("BRIDGEPEER").as_deref(), Some(called.name()));
    called.press("5");
    let (_, sent) = until(&mut events, "DTMFBegin").await;
    assert_eq!(sent.get("Direction").as_deref(), Some("Received"));
    let (_, sent) = until(&mut events, "DTMFBegin").await;
    assert_eq!(sent.get("Direction").as_deref(), Some("Sent"));
    assert_eq!(sent.get("Channel").as_deref(), Some(call.name()));
    called.hang_up();
    assert_eq!(soon(call.ended()).await.code(), 16);
    assert!(asterisk.calls().is_empty());
}

#[tokio::test]
async fn what_it_does_not_know_it_refuses_as_the_real_one() {
    let (_asterisk, manager) = start().await;
    let refused = manager.send(Custom::new("Nonsense")).await.unwrap_err();
    let ActionError::Refused { response } = refused else { panic!("{refused}") };
    let words =
        "Invalid/unknown command: Nonsense. Use Action: ListCommands to show available commands.";
    assert_eq!(response.message().get("Message").as_deref(), Some(words));
    let refused = manager.send(Command::new("nonsense")).await.unwrap_err();
    assert!(matches!(refused, ActionError::Refused { .. }), "{refused}");
}

#[tokio::test]
async fn logins_variables_and_the_database() {
    let (asterisk, first) = start().await;
    let builder = Manager::builder(asterisk.ami_address().to_string()).login("asterisk", "wrong");
    let refused = soon(builder.connect()).await.unwrap_err();
    assert!(matches!(refused, ConnectError::Authentication { .. }), "{refused:?}");
    let builder = Manager::builder(asterisk.ami_address().to_string());
    let builder = builder.login(asterisk.user(), asterisk.password());
    let plain = soon(builder.login_method(LoginMethod::Plain).connect()).await.unwrap();
    plain.send(Ping::new()).await.unwrap();
    first.send(Setvar::new("A", "1")).await.unwrap();
    assert_eq!(plain.send(Getvar::new("A")).await.unwrap(), "1");
    assert_eq!(asterisk.variable("A").as_deref(), Some("1"));
    first.send(DbPut::new("family", "key").value("value")).await.unwrap();
    let found = first.send(DbGet::new("family", "key")).await.unwrap();
    assert_eq!(found, "value");
    assert_eq!(asterisk.database().get("family", "key").as_deref(), Some("value"));
}

#[tokio::test]
async fn a_caller_taken_from_an_agent_is_the_queues_until_he_is_gone() {
    let (asterisk, manager) = start().await;
    asterisk.dialplan("[default]\nexten = 3000,1,Queue(support)\n").unwrap();
    asterisk.add_queue("support", ["PJSIP/bob"]);
    let completed = async || {
        let items = manager.send(QueueStatus::new().queue("support")).await.expect("it works");
        let found = items.into_iter().find_map(|item| match item {
            QueueStatusItem::Queue(queue) => queue.completed,
            _ => None,
        });
        found.expect("a figure")
    };
    let mut events = manager.events().all();
    let call = asterisk.place_call("3000").unwrap();
    for _ in 0..2 {
        until(&mut events, "BridgeEnter").await;
    }
    let redirect = Custom::new("Redirect").header("Channel", call.id().as_str());
    let redirect = redirect.header("Context", "default").header("Exten", "1000");
    manager.send(redirect.header("Priority", "1")).await.unwrap();
    assert!(soon(call.reaches("Wait")).await);
    assert_eq!(completed().await, 0);
    call.hang_up();
    let (names, complete) = until(&mut events, "AgentComplete").await;
    assert_eq!(names.iter().filter(|name| *name == "Hangup").count(), 1, "only the agent's");
    assert_eq!(complete.get("Reason").unwrap(), "caller");
    assert_eq!(complete.get("Uniqueid").unwrap(), call.id().as_str());
    assert_eq!(completed().await, 1);
}
