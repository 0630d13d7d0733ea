//! What real servers say in an order, or leave out, that would lead astray. The events are those of an
//! Asterisk 22, without what is the same of each channel.

use std::time::{Duration, SystemTime};

use asterisk_proto::ami::{Event, Scanner};

use super::list::List;
use super::model::Model;
use super::{Kind, Kinds, QueueMember};

const MEMBER_STATUS: &str = "Event: QueueMemberStatus\nPrivilege: agent,all\nQueue: calls\n\
    MemberName: Bob\nInterface: Local/echo@sdk\nStateInterface: Local/echo@sdk\n\
    Membership: dynamic\nPenalty: 0\nCallsTaken: 0\nLastCall: 0\nLastPause: 0\n\
    LoginTime: 1795294302\nInCall: 0\nStatus: 2\nPaused: 0\nPausedReason: \nRinginuse: 0\n\
    Wrapuptime: 0\n";
const CONNECT: &str = "Event: AgentConnect\nPrivilege: agent,all\n\
    Channel: Local/wait@sdk-0000001b;1\nUniqueid: qc\nLinkedid: qc\n\
    DestChannel: Local/echo@sdk-0000001c;1\nDestUniqueid: 1795294302.66\nDestLinkedid: qc\n\
    Queue: calls\nInterface: Local/echo@sdk\nMemberName: Bob\nHoldTime: 0\nRingTime: 0\n";
const MEMBER: &str = "Event: QueueMember\nQueue: calls\nName: Bob\nLocation: Local/echo@sdk\n\
    StateInterface: Local/echo@sdk\nMembership: dynamic\nPenalty: 0\nCallsTaken: 0\nLastCall: 0\n\
    LastPause: 0\nLoginTime: 1795294302\nInCall: 1\nStatus: 2\nPaused: 0\nPausedReason: \n\
    Wrapuptime: 0\nActionID: a3\n";
const PARAMS: &str = "Event: QueueParams\nQueue: calls\nMax: 0\nStrategy: linear\nCalls: 0\n\
    Holdtime: 0\nTalkTime: 0\nCompleted: 0\nAbandoned: 0\nServiceLevel: 60\n\
    ServicelevelPerf: 0.0\nServicelevelPerf2: 0.0\nWeight: 0\nActionID: a3\n";
const PARKED: &str = "Event: ParkedCall\nPrivilege: call,all\n\
    ParkeeChannel: Local/wait@sdk-0000001d;1\nParkeeCallerIDNum: <unknown>\n\
    ParkeeCallerIDName: <unknown>\nParkeeUniqueid: pk\nParkeeLinkedid: pk\n\
    ParkerDialString: Local/wait@sdk\nParkinglot: default\nParkingSpace: 701\n\
    ParkingTimeout: 45\nParkingDuration: 0\n";

fn event(text: &str) -> Event {
    let bytes = format!("{text}\n").replace('\n', "\r\n");
    let mut scanner = Scanner::default();
    let end = scanner.scan(bytes.as_bytes()).expect("it has an end");
    Event::new(scanner.take(&bytes.as_bytes()[..end]).expect("a message")).expect("an event")
}

fn time(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_294_302 + seconds)
}

#[test]
fn a_member_is_asked_for_whose_events_say_different_things() {
    let mut model = Model::new(Kinds::of([Kind::Queues]));
    let key = QueueMember::key_of("calls", "Local/echo@sdk");
    let in_call = |model: &Model| model.tables.queue_members.get(&key).map(|m| m.in_call);
    let asks = List::QueueFigures("calls".into(), Some("Local/echo@sdk".into()));
    model.event(&event(MEMBER_STATUS), time(0));
    assert_eq!(in_call(&model), Some(false));
    assert!(!model.stale.contains(&asks));
    model.event(&event(CONNECT), time(0));
    assert_eq!(in_call(&model), Some(true));
    assert!(model.stale.remove(&asks));
    // As it was before.
    model.event(&event(MEMBER_STATUS), time(0));
    assert_eq!(in_call(&model), Some(true));
    assert!(model.stale.contains(&asks));
    model.list(&asks, &[event(PARAMS), event(MEMBER)], time(1));
    assert_eq!(in_call(&model), Some(true));
    // Some calls end without an event of their own.
    let ended = MEMBER.replace("InCall: 1", "InCall: 0").replace("Taken: 0", "Taken: 1");
    model.list(&asks, &[event(PARAMS), event(&ended)], time(2));
    assert_eq!(in_call(&model), Some(false));
    assert_eq!(model.tables.queue_members.get(&key).unwrap().calls_taken, 1);
}

#[test]
fn a_parked_call_is_asked_for_when_its_other_half_is_handed_on() {
    let mut model = Model::new(Kinds::of([Kind::Parking]));
    model.event(&event(PARKED), time(0));
    let connected = "Event: NewConnectedLine\nPrivilege: call,all\n\
        Channel: Local/wait@sdk-0000001d;2\nConnectedLineNum: pair\nUniqueid: pk-2\nLinkedid: pk\n";
    model.event(&event(&connected.replace("1d;2", "1e;2")), time(1));
    assert!(model.stale.is_empty());
    model.event(&event(connected), time(1));
    assert!(model.stale.contains(&List::ParkedCalls));
}

#[test]
fn one_who_has_taken_the_space_of_another_unseen_has_times_of_its_own() {
    let mut model = Model::new(Kinds::of([Kind::Parking]));
    model.event(&event(PARKED), time(0));
    let listed = |id: &str, left: u64, parked: u64| {
        let text = PARKED.replace("Privilege: call,all\n", "").replace("pk", id);
        let text = text.replace("Timeout: 45", &format!("Timeout: {left}"));
        event(&text.replace("Duration: 0", &format!("Duration: {parked}")))
    };
    model.list(&List::ParkedCalls, &[listed("pk", 35, 9)], time(10));
    let same = model.tables.parked_calls.get("pk").unwrap();
    assert_eq!((same.since, same.until), (time(0), Some(time(45))));
    model.list(&List::ParkedCalls, &[listed("other", 37, 8)], time(10));
    assert!(model.tables.parked_calls.get("pk").is_none());
    let other = model.tables.parked_calls.get("other").unwrap();
    assert_eq!((other.since, other.until), (time(2), Some(time(47))));
}

#[test]
fn a_call_may_be_parked_where_another_is_told_to_have_left_only_later() {
    let mut model = Model::new(Kinds::of([Kind::Parking]));
    model.event(&event(PARKED), time(0));
    model.event(&event(&PARKED.replace("pk", "other")), time(2));
    let other = model.tables.parked_calls.get("other").unwrap();
    assert_eq!((other.since, other.until), (time(2), Some(time(47))));
    model.event(&event(&PARKED.replace("Event: ParkedCall", "Event: UnParkedCall")), time(3));
    assert!(model.tables.parked_calls.get("pk").is_none());
    assert!(model.tables.parked_calls.get("other").is_some());
}

#[test]
fn a_parked_call_may_be_told_to_have_hung_up_before_another_takes_its_place() {
    let mut model = Model::new(Kinds::of([Kind::Parking]));
    model.event(&event(PARKED), time(0));
    let hangup = "Event: Hangup\nPrivilege: call,all\nChannel: Local/wait@sdk-0000001d;1\n\
        Uniqueid: pk\nLinkedid: pk\nCause: 16\n";
    model.event(&event(&hangup.replace("Uniqueid: pk", "Uniqueid: other")), time(2));
    assert!(model.stale.is_empty());
    model.event(&event(hangup), time(2));
    // In case that nothing follows.
    assert!(model.stale.contains(&List::ParkedCalls));
    let swap = PARKED.replace("Event: ParkedCall", "Event: ParkedCallSwap").replace("pk", "other");
    model.event(&event(&swap.replace("Duration: 0", "Duration: 3")), time(2));
    assert!(model.tables.parked_calls.get("pk").is_none());
    let other = model.tables.parked_calls.get("other").unwrap();
    assert_eq!((other.since, other.until), (time(0), Some(time(45))));
}

#[test]
fn who_is_bridged_by_force_runs_nothing() {
    let mut model = Model::new(Kinds::of([Kind::Calls]));
    let runs = |model: &Model| {
        let channel = model.tables.channels.get("bb").expect("it is there");
        channel.application.as_deref().map(str::to_owned)
    };
    let of = "Channel: Local/wait@sdk-00000016;1\nChannelState: 6\nContext: sdk\nExten: echo\n\
        Priority: 2\nUniqueid: bb\nLinkedid: bb\n";
    let echo = format!(
        "Event: Newexten\nPrivilege: dialplan,all\n{of}Extension: echo\nApplication: Echo\n\
         AppData: \n"
    );
    let enters = format!(
        "Event: BridgeEnter\nPrivilege: call,all\n\
         BridgeUniqueid: 572d5bf8-dbfd-4fe6-9288-b10347871088\nBridgeType: basic\n\
         BridgeTechnology: simple_bridge\nBridgeNumChannels: 1\n{of}"
    );
    model.event(&event(&echo), time(0));
    model.event(&event(&enters), time(1));
    assert_eq!(runs(&model).as_deref(), Some("Echo"));
    model.event(&event(&echo), time(2));
    // Where it is to go on.
    model.event(&event(&enters.replace("Priority: 2", "Priority: 3")), time(3));
    assert_eq!(runs(&model), None);
}
