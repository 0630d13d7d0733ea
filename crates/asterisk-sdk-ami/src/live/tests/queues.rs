//! Queues, agents, parked calls, conferences and states: what real servers sent, as it was and with faults.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use asterisk_proto::ami::{Event, Scanner};

use super::start;
use crate::live::list::List;
use crate::live::model::Model;
use crate::live::picture::Tables;
use crate::live::table::{Change, Object, Table};
use crate::live::{
    Agent, Conference, ConferenceUser, Device, Endpoint, Extension, Kind, Kinds, Mailbox,
    ParkedCall, Presence, Queue, QueueCaller, QueueMember,
};

const CAPTURES: [&[u8]; 2] = [
    include_bytes!("../../../../../tests/ami/captures/live_queues-16.txt"),
    include_bytes!("../../../../../tests/ami/captures/live_queues-22.txt"),
];

/// All but calls, which have a recording of their own.
fn kinds() -> Kinds {
    Kinds::of(Kind::ALL.iter().copied().filter(|kind| *kind != Kind::Calls))
}

/// What the server's lists say at a quiet moment.
#[derive(Default)]
struct Lists(Vec<(List, Event)>);

impl Lists {
    /// What the server answers when it is asked for a list.
    fn items(&self, list: &List) -> Vec<Event> {
        let items = |of: &List| {
            let items = self.0.iter().filter(|(list, _)| list == of);
            items.map(|(_, item)| item.clone()).collect::<Vec<_>>()
        };
        let List::QueueFigures(queue, member) = list else { return items(list) };
        let mut items = items(&List::Queues);
        items.retain(|item| {
            let asked = item.name() != "QueueMember"
                || item.get("Location").as_deref() == member.as_deref();
            asked && item.get("Queue").as_deref() == Some(queue)
        });
        items
    }
}

/// Events, and the lists at each quiet moment.
enum Sent {
    Event(Event),
    Quiet(Lists),
}

fn list_of(action: &str, item: &Event) -> List {
    match action {
        "Agents" => List::Agents,
        "ConfbridgeList" => {
            List::ConferenceUsers(item.message().text("Conference").unwrap_or_default())
        }
        "ConfbridgeListRooms" => List::Conferences,
        "DeviceStateList" => List::Devices,
        "ExtensionStateList" => List::Extensions,
        "PJSIPShowEndpoints" => List::Endpoints,
        "ParkedCalls" => List::ParkedCalls,
        "PresenceStateList" => List::Presences,
        "QueueStatus" => List::Queues,
        "VoicemailUsersList" => List::Mailboxes,
        other => panic!("{other}"),
    }
}

fn read(bytes: &[u8]) -> Vec<Sent> {
    let mut scanner = Scanner::default();
    let (mut rest, mut sent) = (bytes, Vec::new());
    let mut last = String::new();
    loop {
        // Some lists end with an empty line too many.
        while let Some(behind) = rest.strip_prefix(b"\r\n") {
            rest = behind;
        }
        let Some(end) = scanner.scan(rest) else { break };
        let message = scanner.take(&rest[..end]).unwrap();
        rest = &rest[end + 2..];
        // list-<moment>-<action>
        let id = message.text("ActionID").unwrap_or_default();
        let Some((moment, action)) = id.rsplit_once('-').filter(|_| id.starts_with("list-")) else {
            sent.push(Sent::Event(Event::new(message).unwrap()));
            continue;
        };
        if last != moment {
            moment.clone_into(&mut last);
            sent.push(Sent::Quiet(Lists::default()));
        }
        let Ok(item) = Event::new(message) else { continue };
        let Some(Sent::Quiet(lists)) = sent.last_mut() else { panic!("an event within lists") };
        if item.get("EventList").is_none() {
            lists.0.push((list_of(action, &item), item));
        }
    }
    assert_eq!(sent.iter().filter(|sent| matches!(sent, Sent::Quiet(_))).count(), 29);
    assert!(sent.len() > 290, "{}", sent.len());
    sent
}

/// Each table, and what of its objects lists don't tell, or only in whole seconds.
macro_rules! tables {
    ($($field:ident: $object:ty $(, $unlisted:ident)*;)+) => {
        /// What somebody knows who only hears of changes.
        #[derive(Default)]
        struct Listener {
            $($field: HashMap<String, Arc<$object>>,)+
        }

        impl Listener {
            fn hear(&mut self, tables: &mut Tables) {
                $(
                    tables.$field.changes.drain(..).for_each(|change| hear(&mut self.$field, change));
                    // Otherwise it is found at the next quiet moment.
                    assert_eq!(self.$field.len(), tables.$field.map().len());
                )+
            }

            /// Whether that is all there is.
            fn knows(&self, tables: &Tables) {
                $(
                    for object in tables.$field.values() {
                        let key: &str = object.key().borrow();
                        assert_eq!(&*self.$field[key], object);
                    }
                )+
            }
        }

        /// What a model says otherwise than one that was just made of the lists.
        fn differences(ours: &Tables, listed: &Tables) -> Vec<String> {
            let mut found = Vec::new();
            $(
                compare(&ours.$field, &listed.$field, &mut found, |_listed, _ours| {
                    $(_listed.$unlisted.clone_from(&_ours.$unlisted);)*
                });
            )+
            found
        }
    };
}

tables! {
    queues: Queue;
    queue_members: QueueMember;
    queue_callers: QueueCaller, since;
    agents: Agent;
    parked_calls: ParkedCall, since, until;
    conferences: Conference, recording;
    conference_users: ConferenceUser;
    devices: Device;
    extensions: Extension, presence;
    presences: Presence;
    endpoints: Endpoint;
    mailboxes: Mailbox;
}

fn hear<T: Object>(known: &mut HashMap<String, Arc<T>>, change: Change<T>) {
    let key: &str = change.object().key().borrow();
    let key = key.to_owned();
    match change {
        Change::Added(object) => assert_eq!(known.insert(key, object), None),
        Change::Changed { before, after } => {
            assert_ne!(before, after);
            assert_eq!(known.insert(key, after), Some(before));
        }
        Change::Removed(object) => assert_eq!(known.remove(&key), Some(object)),
    }
}

fn compare<T: Object>(
    ours: &Table<T>,
    listed: &Table<T>,
    found: &mut Vec<String>,
    unlisted: impl Fn(&mut T, &T),
) {
    for listed in listed.values() {
        match ours.get(listed.key().borrow()) {
            Some(ours) => {
                let mut listed = listed.clone();
                unlisted(&mut listed, ours);
                if listed != *ours {
                    found.push(format!("{listed:?}, not {ours:?}"));
                }
            }
            None => found.push(format!("{listed:?} is missing")),
        }
    }
    let more = ours.values().filter(|ours| listed.get(ours.key().borrow()).is_none());
    found.extend(more.map(|ours| format!("{ours:?} is too much")));
}

struct Replay {
    model: Model,
    now: std::time::SystemTime,
    listener: Listener,
}

impl Replay {
    /// One that begins with these lists.
    fn of(lists: &Lists) -> Self {
        let model = Model::new(kinds());
        let mut replay = Self { model, now: start(), listener: Listener::default() };
        replay.lists(lists);
        replay
    }

    fn event(&mut self, event: &Event) {
        self.now += Duration::from_millis(10);
        self.model.event(event, self.now);
        self.listener.hear(&mut self.model.tables);
    }

    /// Takes over all lists.
    fn lists(&mut self, lists: &Lists) {
        self.model.stale.clear();
        self.ask(lists, List::all(kinds()).collect());
    }

    /// Takes over those that what happened made necessary.
    fn refresh(&mut self, lists: &Lists) {
        let stale = std::mem::take(&mut self.model.stale);
        self.ask(lists, stale.into_iter().collect());
    }

    fn ask(&mut self, lists: &Lists, mut wanted: Vec<List>) {
        while !wanted.is_empty() {
            for list in std::mem::take(&mut wanted) {
                wanted.extend(self.model.list(&list, &lists.items(&list), self.now));
                self.listener.hear(&mut self.model.tables);
            }
        }
    }

    /// It is what the lists say, by its own refreshing alone.
    fn equals(&mut self, moment: &Moment<'_>, what: &str) {
        self.refresh(moment.lists);
        self.is(moment, what);
    }

    fn is(&self, moment: &Moment<'_>, what: &str) {
        let Moment { number, listed, .. } = moment;
        let found = differences(&self.model.tables, &listed.tables);
        assert_eq!(found, [""; 0], "{what}, at {number}");
        self.listener.knows(&self.model.tables);
    }
}

/// A quiet moment, and what a model says that knows nothing but its lists.
struct Moment<'a> {
    number: usize,
    lists: &'a Lists,
    listed: Box<Model>,
}

/// What was sent, with quiet moments.
enum Step<'a> {
    Event(&'a Event),
    Quiet(Moment<'a>),
}

fn steps<'a>(sent: &'a [Sent]) -> Vec<Step<'a>> {
    let mut number = 0;
    let step = |sent: &'a Sent| match sent {
        Sent::Event(event) => Step::Event(event),
        Sent::Quiet(lists) => {
            number += 1;
            Step::Quiet(Moment { number, lists, listed: Box::new(Replay::of(lists).model) })
        }
    };
    sent.iter().map(step).collect()
}

fn moments<'a>(steps: &'a [Step<'a>]) -> impl Iterator<Item = &'a Moment<'a>> {
    steps.iter().filter_map(|step| match step {
        Step::Quiet(moment) => Some(moment),
        Step::Event(_) => None,
    })
}

/// Plays a recording to a model that begins with its first lists.
fn play(steps: &[Step<'_>], step: impl FnMut(&mut Replay, usize, &Step<'_>)) -> Replay {
    play_part(steps, 0..steps.len(), step)
}

/// Plays what is around a step: from the quiet moment before it to the second one behind it.
fn play_around(steps: &[Step<'_>], at: usize, step: impl FnMut(&mut Replay, usize, &Step<'_>)) {
    let quiet = |(_, step): &(usize, &Step<'_>)| matches!(step, Step::Quiet(_));
    let mut before = steps.iter().enumerate().take(at).filter(quiet);
    let mut behind = steps.iter().enumerate().skip(at + 1).filter(quiet);
    let begin = before.next_back().map_or(0, |(n, _)| n);
    let end = behind.nth(1).map_or(steps.len(), |(n, _)| n + 1);
    play_part(steps, begin..end, step);
}

fn play_part(
    steps: &[Step<'_>],
    part: Range<usize>,
    mut step: impl FnMut(&mut Replay, usize, &Step<'_>),
) -> Replay {
    let first = moments(&steps[part.start..]).next().expect("there are some");
    let mut replay = Replay::of(first.lists);
    part.for_each(|n| step(&mut replay, n, &steps[n]));
    replay
}

#[test]
fn at_each_quiet_moment_it_equals_the_lists() {
    for capture in CAPTURES {
        let sent = read(capture);
        let mut most = (0, 0, 0, 0);
        play(&steps(&sent), |replay, _, step| match step {
            Step::Event(event) => replay.event(event),
            Step::Quiet(moment) => {
                replay.equals(moment, "as it was");
                let tables = &replay.model.tables;
                most.0 = most.0.max(tables.queue_callers.values().count());
                most.1 = most.1.max(tables.parked_calls.values().count());
                most.2 = most.2.max(tables.conference_users.values().count());
                let paused = tables.queue_members.values().filter(|member| member.paused);
                most.3 = most.3.max(paused.count());
            }
        });
        assert_eq!(most, (4, 3, 3, 2));
    }
}

#[test]
fn a_gap_at_every_event_is_closed_by_the_next_lists() {
    for capture in CAPTURES {
        let sent = read(capture);
        let steps = steps(&sent);
        for lost in 0..steps.len() {
            let mut missing = false;
            play_around(&steps, lost, |replay, n, step| {
                if n == lost {
                    missing = true;
                    replay.model.gap(replay.now);
                }
                match step {
                    Step::Event(event) if !missing => replay.event(event),
                    Step::Event(_) => {}
                    Step::Quiet(moment) => {
                        if std::mem::take(&mut missing) {
                            replay.lists(moment.lists);
                        }
                        replay.equals(moment, &format!("with a gap at {lost}"));
                    }
                }
            });
        }
    }
}

#[test]
fn any_moment_may_follow_any_other_unseen() {
    for capture in CAPTURES {
        let sent = read(capture);
        let steps = steps(&sent);
        for before in moments(&steps) {
            for after in moments(&steps) {
                let mut replay = Replay::of(before.lists);
                replay.lists(after.lists);
                // Mailboxes are kept, because there are some that no list tells of.
                replay.is(after, &format!("behind {}", before.number));
            }
        }
    }
}

#[test]
fn an_event_that_is_lost_is_made_up_for_by_the_next_lists() {
    for capture in CAPTURES {
        let sent = read(capture);
        let steps = steps(&sent);
        for lost in 0..steps.len() {
            play_around(&steps, lost, |replay, n, step| match step {
                Step::Event(event) if n != lost => replay.event(event),
                Step::Event(_) => {}
                Step::Quiet(moment) => {
                    replay.lists(moment.lists);
                    replay.is(moment, &format!("without {lost}"));
                }
            });
        }
    }
}

#[test]
fn events_that_come_twice_change_nothing() {
    for capture in CAPTURES {
        let sent = read(capture);
        play(&steps(&sent), |replay, _, step| match step {
            Step::Event(event) => {
                replay.event(event);
                replay.event(event);
            }
            Step::Quiet(moment) => replay.equals(moment, "twice"),
        });
    }
}

#[test]
fn events_out_of_order_leave_nothing_behind() {
    for capture in CAPTURES {
        let sent = read(capture);
        let steps = steps(&sent);
        for first in 0..steps.len() - 1 {
            let (Step::Event(one), Step::Event(other)) = (&steps[first], &steps[first + 1]) else {
                continue;
            };
            play_around(&steps, first, |replay, n, step| match step {
                Step::Event(_) if n == first => replay.event(other),
                Step::Event(_) if n == first + 1 => replay.event(one),
                Step::Event(event) => replay.event(event),
                Step::Quiet(moment) => {
                    replay.lists(moment.lists);
                    replay.is(moment, &format!("{first} and the next exchanged"));
                }
            });
        }
    }
}

#[test]
fn lists_may_say_already_what_events_tell_behind_them() {
    for capture in CAPTURES {
        let sent = read(capture);
        let steps = steps(&sent);
        let (mut from, mut begin) = (0, None);
        for (end, step) in steps.iter().enumerate() {
            let Step::Quiet(moment) = step else { continue };
            if let Some(begin) = begin.replace(moment) {
                for ahead in from..end {
                    let mut replay = Replay::of(begin.lists);
                    for (n, step) in steps.iter().enumerate().take(end).skip(from) {
                        if n == ahead {
                            replay.lists(moment.lists);
                        }
                        if let Step::Event(event) = step {
                            replay.event(event);
                            no_holes(&replay.model.tables);
                        }
                    }
                    replay.equals(moment, &format!("with its lists at {ahead}"));
                }
            }
            from = end + 1;
        }
    }
}

#[test]
fn ids_are_used_again() {
    for capture in CAPTURES {
        let sent = read(capture);
        let steps = steps(&sent);
        let mut replay = play(&steps, |replay, _, step| match step {
            Step::Event(event) => replay.event(event),
            Step::Quiet(moment) => replay.equals(moment, "the first time"),
        });
        // The server was started again, and all of it happens again by the same ids.
        replay.lists(moments(&steps).next().unwrap().lists);
        for step in &steps {
            match step {
                Step::Event(event) => replay.event(event),
                Step::Quiet(moment) => replay.equals(moment, "the second time"),
            }
        }
    }
}

#[test]
fn the_clock_is_set_back() {
    for capture in CAPTURES {
        let sent = read(capture);
        let replay = play(&steps(&sent), |replay, n, step| match step {
            Step::Event(event) => {
                if n % 20 == 0 {
                    replay.now -= Duration::from_secs(3600);
                }
                replay.event(event);
            }
            Step::Quiet(moment) => replay.equals(moment, "with a clock set back"),
        });
        assert!(replay.now < start());
    }
}

/// Callers stand behind each other, with nobody's place left empty. How many they are.
fn no_holes(tables: &Tables) -> usize {
    let mut all = 0;
    for queue in tables.queues.values() {
        let callers = tables.queue_callers.values().filter(|caller| caller.queue == queue.name);
        let mut places: Vec<u32> = callers.map(|caller| caller.position).collect();
        places.sort_unstable();
        assert!(
            (1..).zip(&places).all(|(place, found)| place == *found),
            "{places:?} in {queue:?}"
        );
        all += places.len();
    }
    all
}

#[test]
fn places_in_a_queue_have_no_holes() {
    for capture in CAPTURES {
        let sent = read(capture);
        let mut waited = 0;
        play(&steps(&sent), |replay, _, step| match step {
            Step::Event(event) => {
                replay.event(event);
                let count = no_holes(&replay.model.tables);
                let waiting = replay.model.tables.queues.values().map(|queue| queue.waiting);
                assert_eq!(waiting.sum::<u32>() as usize, count);
                waited += count;
                replay.event(event);
                assert_eq!(no_holes(&replay.model.tables), count);
            }
            Step::Quiet(moment) => replay.refresh(moment.lists),
        });
        assert!(waited > 100, "{waited}");
    }
}

#[test]
fn one_whose_leaving_is_lost_goes_with_the_next_figures() {
    for capture in CAPTURES {
        let sent = read(capture);
        let steps = steps(&sent);
        let mut left = 0;
        for lost in 0..steps.len() {
            let Step::Event(event) = &steps[lost] else { continue };
            if event.name() != "QueueCallerLeave" {
                continue;
            }
            left += 1;
            play_around(&steps, lost, |replay, n, step| match step {
                Step::Event(event) if n != lost => replay.event(event),
                Step::Event(_) => {}
                Step::Quiet(moment) => replay.equals(moment, &format!("without {lost}")),
            });
        }
        assert_eq!(left, 6);
    }
}
