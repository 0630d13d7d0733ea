//! The model over what real servers sent, as it was and with faults.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use asterisk_proto::ami::event::{BridgeListItem, CoreShowChannel};
use asterisk_proto::ami::{Event, Scanner};

use super::call::What;
use super::channel::Channel;
use super::list::List;
use super::model::Model;
use super::{Call, CompletedCall, Kind, Kinds};

mod queues;

const CAPTURES: [&[u8]; 2] = [
    include_bytes!("../../../../tests/ami/captures/live_calls-16.txt"),
    include_bytes!("../../../../tests/ami/captures/live_calls-22.txt"),
];

/// What a server sent: events, and both lists at each quiet moment.
enum Sent {
    Event(Event),
    Channels(Vec<CoreShowChannel>),
    Bridges(Vec<Event>),
}

fn read(bytes: &[u8]) -> Vec<Sent> {
    let mut scanner = Scanner::default();
    let (mut rest, mut sent) = (bytes, Vec::new());
    let (mut channels, mut bridges) = (Vec::new(), Vec::new());
    while let Some(end) = scanner.scan(rest) {
        let message = scanner.take(&rest[..end]).unwrap();
        rest = &rest[end + 2..];
        let Ok(event) = Event::new(message) else { continue };
        match &*event.name() {
            "CoreShowChannel" => channels.extend(event.decode::<CoreShowChannel>()),
            "CoreShowChannelsComplete" => sent.push(Sent::Channels(std::mem::take(&mut channels))),
            "BridgeListItem" => bridges.push(event),
            "BridgeListComplete" => sent.push(Sent::Bridges(std::mem::take(&mut bridges))),
            _ => sent.push(Sent::Event(event)),
        }
    }
    assert!(sent.len() > 400, "{}", sent.len());
    sent
}

fn start() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_280_000)
}

struct Replay {
    model: Model,
    now: SystemTime,
    completed: Vec<std::sync::Arc<CompletedCall>>,
}

impl Replay {
    fn new() -> Self {
        Self { model: Model::new(Kinds::of([Kind::Calls])), now: start(), completed: Vec::new() }
    }

    /// One that begins before the first call of a recording, when the server had some empty bridges.
    fn of(all: &[Sent]) -> Self {
        let mut replay = Self::new();
        let bridges = all.iter().find(|sent| matches!(sent, Sent::Bridges(_)));
        replay.list(bridges.unwrap());
        replay
    }

    fn event(&mut self, event: &Event) {
        self.now += Duration::from_millis(10);
        self.model.event(event, self.now);
        let tables = &mut self.model.tables;
        tables.channels.changes.clear();
        tables.bridges.changes.clear();
        tables.calls.changes.clear();
        self.completed.append(&mut tables.completed);
    }

    /// Takes over both lists.
    fn list(&mut self, sent: &Sent) {
        match sent {
            Sent::Event(_) => {}
            Sent::Channels(list) => {
                let listed = |item| Channel::listed(item, self.now);
                self.model.channels(list.iter().filter_map(listed).collect(), self.now);
            }
            Sent::Bridges(list) => {
                self.model.list(&List::Bridges, list, self.now);
            }
        }
        self.completed.append(&mut self.model.tables.completed);
    }

    /// What the model says otherwise than a list.
    fn differences(&self, sent: &Sent) -> Vec<String> {
        let mut found = Vec::new();
        match sent {
            Sent::Event(_) => {}
            Sent::Channels(list) => {
                for item in list {
                    let mut listed = Channel::listed(item, self.now).unwrap();
                    let Some(ours) = self.model.tables.channels.get(listed.id.as_str()) else {
                        found.push(format!("{} is missing", listed.name));
                        continue;
                    };
                    // What a list or the events don't tell.
                    listed.created = ours.created;
                    listed.answered = ours.answered;
                    listed.on_hold = ours.on_hold;
                    if ours.application.as_deref() == Some("AppDial2") {
                        listed.application.clone_from(&ours.application);
                        listed.application_data.clone_from(&ours.application_data);
                    }
                    if *ours != listed {
                        found.push(format!("{listed:?}, not {ours:?}"));
                    }
                }
                let ours = self.model.tables.channels.values().count();
                if ours != list.len() {
                    found.push(format!("{ours} channels, not {}", list.len()));
                }
            }
            Sent::Bridges(list) => {
                for item in list {
                    let listed = item.decode::<BridgeListItem>().unwrap().bridge;
                    let id = listed.unique_id.clone().unwrap();
                    let Some(ours) = self.model.tables.bridges.get(id.as_str()) else {
                        found.push(format!("bridge {id} is missing"));
                        continue;
                    };
                    if Some(ours.count) != listed.channels
                        || ours.members.len() != ours.count as usize
                    {
                        found.push(format!("{listed:?}, not {ours:?}"));
                    }
                }
                let ours = self.model.tables.bridges.values().count();
                if ours != list.len() {
                    found.push(format!("{ours} bridges, not {}", list.len()));
                }
            }
        }
        found
    }

    /// At the end all is gone, each call was told of once, and nothing is kept.
    fn ends(&self, what: &str) {
        assert_eq!(self.model.tables.channels.values().count(), 0, "{what}");
        assert_eq!(self.model.tables.calls.values().count(), 0, "{what}");
        assert_eq!(self.model.held_in_memory(), (0, 0), "{what}");
        let ids: BTreeSet<_> = self.completed.iter().map(|call| call.id.as_str()).collect();
        assert_eq!(ids.len(), self.completed.len(), "{what}: each once");
    }
}

/// The calls of the recorded hour that begin here, and who joined them.
fn calls(replay: &Replay) -> Vec<(&str, Vec<&str>)> {
    let named = |call: &&std::sync::Arc<CompletedCall>| !call.id.as_str().contains('.');
    let calls = replay.completed.iter().filter(named);
    calls.map(|c| (c.id.as_str(), c.joined.iter().map(AsRef::as_ref).collect())).collect()
}

#[test]
fn at_each_quiet_moment_it_equals_the_lists() {
    for capture in CAPTURES {
        let all = read(capture);
        let mut replay = Replay::of(&all);
        for (n, sent) in all.iter().enumerate() {
            if let Sent::Event(event) = sent {
                replay.event(event);
            }
            assert_eq!(replay.differences(sent), [""; 0], "at {n}");
        }
        replay.ends("as it was");
        assert_eq!(
            calls(&replay),
            [
                ("plain", vec![]),
                ("short", vec![]),
                ("blind", vec![]),
                ("word", vec![]),
                ("rings", vec!["takes"]),
                ("parks", vec!["fetches"]),
                ("sip", vec![]),
            ]
        );
        assert!(replay.completed.iter().all(|call| !call.gaps && call.answered.is_some()));
        let blind = replay.completed.iter().find(|call| call.id.as_str() == "blind").unwrap();
        assert_eq!((blind.transfers, blind.legs.len()), (1, 4));
        assert!(blind.timeline.is_sorted_by_key(|step| step.at));
        let ended = blind.timeline.iter().filter(|step| step.what == What::Ended).count();
        assert_eq!(ended, 4);
        assert!(blind.legs.iter().all(|leg| leg.ended.is_some() && leg.cause.is_some()));
    }
}

/// Some events are missing, and others come before the lists that are asked for then.
#[test]
fn no_call_that_ends_between_a_gap_and_its_lists_is_told_of_twice() {
    for capture in CAPTURES {
        let all = read(capture);
        for (first, length) in (0..all.len()).flat_map(|first| [1, 16].map(|n| (first, n))) {
            let mut replay = Replay::of(&all);
            let (mut halfway, mut whole, mut told) = (false, true, 0);
            let mut known = Vec::new();
            // The lists at the end are there again, in case that they are missing.
            let end = &all[all.len() - 2..];
            assert!(matches!(end, [Sent::Channels(_), Sent::Bridges(_)]));
            for (n, sent) in all.iter().chain(end).enumerate() {
                if n == first {
                    (whole, told) = (false, replay.completed.len());
                    known.extend(replay.model.tables.channels.values().map(|c| c.id.clone()));
                    replay.model.gap(replay.now);
                    replay.model.hold_calls();
                }
                match sent {
                    _ if (first..all.len().min(first + length)).contains(&n) => {}
                    Sent::Event(event) => replay.event(event),
                    list if !whole => {
                        replay.list(list);
                        whole = halfway && matches!(list, Sent::Bridges(_));
                        halfway = matches!(list, Sent::Channels(_));
                        if whole {
                            assert_eq!(replay.completed.len(), told, "{first}, {length}, at {n}");
                            replay.model.release_calls();
                            replay.completed.append(&mut replay.model.tables.completed);
                        }
                    }
                    _ => {}
                }
                if whole {
                    assert_eq!(replay.differences(sent), [""; 0], "{first}, {length}, at {n}");
                }
            }
            replay.ends(&format!("{length} lost at {first}"));
            let legs = || replay.completed.iter().flat_map(|call| &call.legs);
            for id in known {
                let count = legs().filter(|leg| leg.channel == id).count();
                assert_eq!(count, 1, "{id}, {length} lost at {first}");
            }
        }
    }
}

#[test]
fn a_gap_at_every_event_is_closed_by_the_next_lists() {
    for capture in CAPTURES {
        let all = read(capture);
        for lost in 0..all.len() {
            let mut replay = Replay::of(&all);
            let (mut missing, mut again, mut under_way) = (false, 0, Vec::new());
            for (n, sent) in all.iter().enumerate() {
                if n == lost {
                    missing = true;
                    under_way.extend(replay.model.tables.calls.values().map(|c| c.id.clone()));
                    replay.model.gap(replay.now);
                }
                match sent {
                    Sent::Event(event) if !missing => replay.event(event),
                    Sent::Event(_) => {}
                    // The first lists after the gap: both of them.
                    list if missing => {
                        replay.list(list);
                        again += 1;
                        missing = again < 2 && matches!(list, Sent::Channels(_));
                    }
                    _ => {}
                }
                if !missing {
                    // The list is what the server said, the applications it tells included.
                    assert_eq!(replay.differences(sent), [""; 0], "{lost}, at {n}");
                }
            }
            replay.ends(&format!("with a gap at {lost}"));
            // What was under way then says so, and all calls that were seen to begin were told of.
            for id in under_way {
                let same = |call: &&std::sync::Arc<CompletedCall>| {
                    call.id == id || call.joined.contains(&id)
                };
                let call = replay.completed.iter().find(same).expect("it is told of");
                assert!(call.gaps, "{lost}: {call:?}");
            }
            assert!(replay.completed.len() <= 9 && replay.completed.len() >= 6, "{lost}");
        }
    }
}

#[test]
fn an_event_that_is_lost_is_made_up_for_by_the_next_lists() {
    for capture in CAPTURES {
        let all = read(capture);
        for lost in 0..all.len() {
            let mut replay = Replay::of(&all);
            for (n, sent) in all.iter().enumerate() {
                match sent {
                    Sent::Event(event) if n != lost => replay.event(event),
                    Sent::Event(_) => {}
                    list => replay.list(list),
                }
                assert_eq!(replay.differences(sent), [""; 0], "{lost}, at {n}");
            }
            replay.ends(&format!("without {lost}"));
        }
    }
}

#[test]
fn events_that_come_twice_change_nothing() {
    for capture in CAPTURES {
        let all = read(capture);
        let mut replay = Replay::of(&all);
        for sent in &all {
            if let Sent::Event(event) = sent {
                replay.event(event);
                replay.event(event);
            }
            assert_eq!(replay.differences(sent), [""; 0]);
        }
        replay.ends("twice");
        assert_eq!(calls(&replay).len(), 7);
    }
}

#[test]
fn events_out_of_order_leave_nothing_behind() {
    for capture in CAPTURES {
        let all = read(capture);
        for first in 0..all.len() - 1 {
            let (Sent::Event(one), Sent::Event(other)) = (&all[first], &all[first + 1]) else {
                continue;
            };
            let mut replay = Replay::of(&all);
            for (n, sent) in all.iter().enumerate() {
                match sent {
                    Sent::Event(_) if n == first => replay.event(other),
                    Sent::Event(_) if n == first + 1 => replay.event(one),
                    Sent::Event(event) => replay.event(event),
                    list => replay.list(list),
                }
                assert_eq!(replay.differences(sent), [""; 0], "{first}, at {n}");
            }
            replay.ends(&format!("{first} and the next exchanged"));
        }
    }
}

#[test]
fn ids_are_used_again() {
    for capture in CAPTURES {
        // The next hour: the same ids, but channels are numbered on.
        let text = String::from_utf8(capture.to_vec()).unwrap();
        let next = text.replace("sdk-000000", "sdk-000001").replace("loop-000000", "loop-000001");
        let all = read(capture);
        let mut replay = Replay::of(&all);
        for sent in all.iter().chain(&read(next.as_bytes())) {
            if let Sent::Event(event) = sent {
                replay.event(event);
            }
            assert_eq!(replay.differences(sent), [""; 0]);
        }
        assert_eq!(calls(&replay).len(), 14);
        assert_eq!(replay.model.held_in_memory(), (0, 0));
        assert!(replay.completed.iter().all(|call| !call.gaps));
    }
}

#[test]
fn the_clock_is_set_back() {
    let all = read(CAPTURES[1]);
    let mut replay = Replay::of(&all);
    for (n, sent) in all.iter().enumerate() {
        if n % 50 == 0 {
            replay.now -= Duration::from_secs(3600);
        }
        if let Sent::Event(event) = sent {
            replay.event(event);
        }
        assert_eq!(replay.differences(sent), [""; 0]);
    }
    replay.ends("with a clock set back");
    let back = replay.completed.iter().find(|call| call.ended < call.started).unwrap();
    assert_eq!((back.duration(), back.talk_time()), (Duration::ZERO, Duration::ZERO));
}

#[test]
fn channels_that_vanish_unseen_are_found_by_the_list() {
    let all = read(CAPTURES[1]);
    let mut replay = Replay::of(&all);
    let quiet = all.iter().position(|sent| matches!(sent, Sent::Channels(_))).unwrap();
    for sent in &all[..quiet] {
        if let Sent::Event(event) = sent {
            replay.event(event);
        }
    }
    assert_eq!(replay.model.tables.calls.values().count(), 1);
    replay.list(&Sent::Channels(Vec::new()));
    replay.ends("vanished");
    let [call] = &replay.completed[..] else { panic!("{:?}", replay.completed) };
    assert!(call.gaps && call.cause.is_none());
    assert!(call.legs.iter().all(|leg| leg.ended.is_none()));
    assert_eq!(call.ended, replay.now);
}

#[test]
fn snapshots_stay_as_they_were() {
    let mut replay = Replay::new();
    let mut taken = Vec::new();
    for sent in &read(CAPTURES[1]) {
        if let Sent::Event(event) = sent {
            replay.event(event);
            let snapshot = replay.model.tables.snapshot();
            taken.push((snapshot.count::<Channel>(), snapshot.count::<Call>(), snapshot));
        }
    }
    assert!(taken.iter().any(|(channels, ..)| *channels == 6));
    for (channels, calls, snapshot) in taken {
        assert_eq!((snapshot.count::<Channel>(), snapshot.count::<Call>()), (channels, calls));
    }
}

#[test]
fn an_endless_call_keeps_a_bounded_record() {
    let text = |event: &str, n: usize, id: &str| {
        let text = format!(
            "Event: {event}\r\nPrivilege: call,all\r\nChannel: Local/x@sdk-{n:08x};1\r\n\
             ChannelState: 6\r\nChannelStateDesc: Up\r\nUniqueid: {id}\r\nLinkedid: agent\r\n"
        );
        Event::new(asterisk_proto::ami::Message::parse(text.into()).unwrap()).unwrap()
    };
    let mut replay = Replay::new();
    replay.event(&text("Newchannel", 0, "agent"));
    for n in 1..5000 {
        let id = format!("1795280000.{n}");
        replay.event(&text("Newchannel", n, &id));
        replay.event(&text("Hangup", n, &id));
    }
    replay.event(&text("Hangup", 0, "agent"));
    replay.ends("an endless call");
    let [call] = &replay.completed[..] else { panic!("{}", replay.completed.len()) };
    assert_eq!(call.legs.len(), CompletedCall::MAX_LEGS);
    assert_eq!(call.more_legs as usize, 5000 - CompletedCall::MAX_LEGS);
    assert_eq!(call.legs[0].channel.as_str(), "agent");
    assert_eq!(call.timeline.len(), CompletedCall::MAX_STEPS);
}
