//! What the AMI client promises when its connection fails.

use std::future::IntoFuture;
use std::time::Duration;

use asterisk_sdk::ami::action::Ping;
use asterisk_sdk::ami::{
    ActionError, CloseReason, ConnectError, ConnectionState, Manager, Missed, Stage,
};
use asterisk_sdk::proto::error::Delivery;
use asterisk_sdk_testkit::fault::{Fault, FaultKind, Faults, Proxy};
use asterisk_sdk_testkit::replay::Playing;
use asterisk_sdk_testkit::{Message, Protocol, Side};
use harness::conversation::{self, manager, persistent, trace};
use harness::soon;

use crate::{LATE, LIMIT};

/// When the server answered the two pings of the recording.
const PONGS: [&str; 2] = ["1795282294.815630", "1795282294.815816"];

fn is_pong(message: &Message<'_>) -> bool {
    message.contains("Ping: Pong")
}

/// One that happens to the first answer to a ping.
fn on_pong(fault: Fault) -> Faults {
    Faults::new([fault.on(is_pong).times(1)])
}

/// A manager whose conversation has faults.
async fn logged_in(faults: &Faults) -> (Manager, Playing, Proxy) {
    let (playing, proxy, address) = crate::through(Protocol::Ami, "ami", faults).await;
    let manager = soon(manager(&address, "x").connect()).await.unwrap();
    (manager, playing, proxy)
}

async fn ping(manager: &Manager) -> Result<String, ActionError> {
    let pong = soon(manager.send(Ping::new()).into_future()).await?;
    Ok(format!("{:.6}", pong.timestamp.unwrap_or_default()))
}

/// A ping that gets no answer in time.
async fn ping_in_vain(manager: &Manager) {
    let ping = manager.send(Ping::new()).timeout(LIMIT);
    let error = soon(ping.into_future()).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(error.delivery(), Some(Delivery::Unknown));
}

#[tokio::test]
async fn an_answer_that_is_lost() {
    let (manager, _playing, _proxy) = logged_in(&on_pong(Fault::drop())).await;
    ping_in_vain(&manager).await;
    assert_eq!(ping(&manager).await.unwrap(), PONGS[1]);
}

#[tokio::test]
async fn lost_bytes() {
    // What is left begins with no name that a message has.
    let (manager, _playing, _proxy) = logged_in(&on_pong(Fault::drop_bytes(4))).await;
    ping_in_vain(&manager).await;
    assert_eq!(ping(&manager).await.unwrap(), PONGS[1]);
}

#[tokio::test]
async fn a_late_answer() {
    let (manager, _playing, _proxy) = logged_in(&on_pong(Fault::delay(LATE))).await;
    let mut orphans = manager.events().orphans();
    ping_in_vain(&manager).await;
    let late = soon(orphans.next()).await.unwrap().unwrap();
    assert_eq!(late.message().get("Timestamp").unwrap(), PONGS[0]);
    assert_eq!(ping(&manager).await.unwrap(), PONGS[1]);
}

#[tokio::test]
async fn an_answer_that_comes_twice() {
    let (manager, _playing, _proxy) = logged_in(&on_pong(Fault::duplicate())).await;
    let mut orphans = manager.events().orphans();
    assert_eq!(ping(&manager).await.unwrap(), PONGS[0]);
    let again = soon(orphans.next()).await.unwrap().unwrap();
    assert_eq!(again.message().get("Timestamp").unwrap(), PONGS[0]);
    assert_eq!(ping(&manager).await.unwrap(), PONGS[1]);
}

#[tokio::test]
async fn answers_in_another_order() {
    let faults = on_pong(Fault::reorder());
    let (manager, _playing, _proxy) = logged_in(&faults).await;
    let (first, second) = tokio::join!(ping(&manager), ping(&manager));
    assert_eq!([first.unwrap(), second.unwrap()], PONGS);
    assert_eq!(faults.happened()[0].fault, FaultKind::Reorder);
}

#[tokio::test]
async fn cut() {
    let (manager, _playing, _proxy) = logged_in(&on_pong(Fault::cut())).await;
    let mut events = manager.events().named("NoSuchEvent");
    let error = ping(&manager).await.unwrap_err();
    assert!(error.is_closed(), "{error:?}");
    assert_eq!(error.delivery(), Some(Delivery::Unknown));
    assert_eq!(soon(manager.closed()).await, CloseReason::Remote);
    assert_eq!(soon(events.next()).await, None);
    assert_eq!(ping(&manager).await.unwrap_err().delivery(), Some(Delivery::NotSent));
}

#[tokio::test]
async fn cut_at_every_byte_of_the_login() {
    // The greeting, the challenge and the answer to the login, of which each has to be complete.
    let recorded = trace("ami");
    let said = recorded.messages().filter(|message| message.side() == Side::Asterisk);
    let lengths: Vec<_> = said.take(3).map(|message| message.bytes().len() as u64).collect();
    let (greeting, login) = (lengths[0], lengths.iter().sum());
    for at in 0..=login {
        let faults = Faults::new([Fault::cut().from_asterisk().after_bytes(at)]);
        let (_playing, _proxy, address) = crate::through(Protocol::Ami, "ami", &faults).await;
        let stage = match soon(manager(&address, "x").connect()).await {
            Ok(_) => None,
            Err(ConnectError::Closed { stage, .. }) => Some(stage),
            Err(other) => panic!("{at}: {other:?}"),
        };
        let expected = match at {
            _ if at < greeting => Some(Stage::Banner),
            _ if at < login => Some(Stage::Login),
            _ => None,
        };
        assert_eq!(stage, expected, "after {at} bytes");
    }
}

#[tokio::test]
async fn half_open() {
    let faults = on_pong(Fault::half_open());
    let (_playing, _proxy, address) = crate::through(Protocol::Ami, "ami", &faults).await;
    let builder = manager(&address, "x").ping(LIMIT, LIMIT);
    let manager = soon(builder.connect()).await.unwrap();
    // Behind an action in flight, silence may be patience: the ping comes after it.
    ping_in_vain(&manager).await;
    assert_eq!(soon(manager.closed()).await, CloseReason::Unresponsive);
}

#[tokio::test]
async fn a_refused_login() {
    let faults = Faults::new([Fault::refuse_login()]);
    let (_playing, _proxy, address) = crate::through(Protocol::Ami, "ami", &faults).await;
    match soon(manager(&address, "x").connect()).await.unwrap_err() {
        ConnectError::Authentication { message } => assert_eq!(message, "Authentication failed"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_login_refused_after_a_loss() {
    let rules = [Fault::cut().on(is_pong).times(1), Fault::refuse_login().skip(1)];
    let faults = Faults::new(rules);
    let (_playing, _proxy, address) = crate::through(Protocol::Ami, "ami_again", &faults).await;
    let manager = soon(persistent(&address, "x").connect()).await.unwrap();
    ping(&manager).await.unwrap_err();
    let refused = CloseReason::Authentication("Authentication failed".into());
    assert_eq!(soon(manager.closed()).await, refused);
    let kinds: Vec<_> = faults.happened().iter().map(|happened| happened.fault).collect();
    assert_eq!(kinds, [FaultKind::Cut, FaultKind::RefuseLogin]);
}

/// A conversation in which the connection is lost on the answer to a ping and made again.
async fn lost_and_found(faults: &Faults) {
    let (playing, _proxy, address) = crate::through(Protocol::Ami, "ami_again", faults).await;
    let (lost, gap, pong) = conversation::ami_again(persistent(&address, "x")).await;
    assert!(lost.is_closed(), "{lost:?}");
    assert_eq!(lost.delivery(), Some(Delivery::Unknown));
    let Missed::Gap(gap) = gap else { panic!("{gap}") };
    assert_eq!(gap.cause, CloseReason::Remote);
    assert!(gap.from <= gap.to);
    assert!(pong);
    soon(playing.finished()).await.unwrap();
}

#[tokio::test]
async fn a_cut_that_is_made_good() {
    lost_and_found(&on_pong(Fault::cut())).await;
}

#[tokio::test]
async fn a_restart() {
    lost_and_found(&on_pong(Fault::restart(Duration::from_millis(50)))).await;
}

#[tokio::test]
async fn attempts_are_counted_while_the_server_is_down() {
    let faults = Faults::new([]);
    let (_playing, _proxy, address) = crate::through(Protocol::Ami, "ami_again", &faults).await;
    let manager = soon(persistent(&address, "x").connect()).await.unwrap();
    let mut state = manager.watch();
    faults.restart(Duration::from_secs(3600));
    let failed = async {
        loop {
            match state.changed().await.unwrap() {
                ConnectionState::Reconnecting { attempts: 3.., cause, .. } => return cause,
                ConnectionState::Reconnecting { .. } => {}
                other => panic!("{other:?}"),
            }
        }
    };
    assert_eq!(soon(failed).await, CloseReason::Remote);
    assert_eq!(ping(&manager).await.unwrap_err().delivery(), Some(Delivery::NotSent));
}

/// What a seed lets happen to events that nobody waits for, and what the conversation comes to.
async fn seeded(seed: u64) -> (Vec<String>, Vec<String>) {
    let event = |message: &Message<'_>| {
        let name = message.header("Event").unwrap_or_default();
        !["", "UserEvent", "Hangup", "OriginateResponse", "FullyBooted"].contains(&&*name)
    };
    let rules = [
        Fault::drop().on(event).chance(0.1),
        Fault::duplicate().on(event).chance(0.1),
        Fault::reorder().on(event).chance(0.1),
    ];
    let faults = Faults::seeded(seed, rules);
    let (playing, _proxy, address) = crate::through(Protocol::Ami, "ami", &faults).await;
    let outcome = conversation::ami(manager(&address, "x")).await;
    soon(playing.finished()).await.unwrap();
    (faults.happened().iter().map(ToString::to_string).collect(), outcome)
}

#[tokio::test]
async fn by_a_seed() {
    let (happened, outcome) = seeded(3).await;
    assert_eq!(seeded(3).await, (happened.clone(), outcome.clone()));
    let (other, same) = seeded(4).await;
    assert_ne!(other, happened);
    assert_eq!(same, outcome);
    let expected = [
        "duplicate on connection 0: message 15 of Asterisk, byte 3742",
        "drop on connection 0: message 20 of Asterisk, byte 6014",
        "drop on connection 0: message 22 of Asterisk, byte 6642",
        "duplicate on connection 0: message 28 of Asterisk, byte 8101",
        "drop on connection 0: message 34 of Asterisk, byte 10831",
        "drop on connection 0: message 38 of Asterisk, byte 12708",
        "drop on connection 0: message 39 of Asterisk, byte 12799",
        "duplicate on connection 0: message 40 of Asterisk, byte 12890",
    ];
    assert_eq!(happened, expected);
}
