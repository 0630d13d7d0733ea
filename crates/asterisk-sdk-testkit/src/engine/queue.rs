//! `Queue()`: members are rung one after the other.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::application::{Flow, seconds};
use super::dial::{Outcome, address, ring, tell_dial};
use super::{Core, call};
use crate::model::World;
use crate::model::channel::{Channel, Ending, Party, State};
use crate::model::channels::Birth;
use crate::model::happening::{DialStage, What};
use crate::model::queue::{Entry, Member, Ringing, Talk};

/// How long a member's phone rings, and how long it takes until all are tried again.
const RING: Duration = Duration::from_secs(15);
const RETRY: Duration = Duration::from_secs(5);

/// What a queue resets before it begins.
const RESULTS: [&str; 6] =
    ["ANSWEREDTIME", "ANSWEREDTIME_MS", "DIALEDTIME", "DIALEDTIME_MS", "QUEUEWAIT", "QUEUEWAIT_MS"];

type Fields = Vec<(&'static str, String)>;

/// A caller in a queue.
struct Caller<'a> {
    core: &'a Arc<Core>,
    id: &'a str,
    queue: &'a str,
    joined: Instant,
}

/// `Queue(name[,options[,url[,announcement[,timeout]]]])`
pub(crate) async fn run(core: &Arc<Core>, id: &str, data: &str) -> Flow {
    let mut parts = data.split(',').map(str::trim);
    let queue = parts.next().unwrap_or_default();
    let limit = parts.nth(3).and_then(seconds).filter(|limit| !limit.is_zero());
    let caller = Caller { core, id, queue, joined: Instant::now() };
    if !core.with(|world| caller.join(world)) {
        core.with(|world| world.set_variable(Some(id), "QUEUESTATUS", "UNKNOWN"));
        return Flow::Continue;
    }
    let served = async {
        loop {
            if let Some(answered) = caller.serve().await {
                return answered;
            }
            tokio::time::sleep(RETRY).await;
        }
    };
    let limited = async {
        match limit {
            Some(limit) => tokio::time::timeout(limit, served).await.ok(),
            None => Some(served.await),
        }
    };
    let answered = tokio::select! {
        answered = limited => answered,
        () = core.interrupted(id) => {
            core.with(|world| caller.abandon(world));
            return Flow::End;
        }
    };
    if let Some((member, leg)) = answered {
        return caller.talk(&member, &leg).await;
    }
    core.with(|world| {
        for leg in caller.legs(world) {
            caller.not_answered(world, &leg);
        }
        // A caller who has waited long enough counts as one who gave up.
        caller.tell_abandoned(world);
        caller.set_times(world);
        caller.stop_music(world);
        caller.leave(world);
        world.set_variable(Some(id), "QUEUESTATUS", "TIMEOUT");
    });
    Flow::Continue
}

impl Caller<'_> {
    fn set(&self, world: &mut World, name: &str, value: &str) {
        world.set_variable(Some(self.id), name, value);
    }

    fn set_time(&self, world: &mut World, name: &str, length: Duration) {
        self.set(world, name, &length.as_secs().to_string());
        self.set(world, &format!("{name}_MS"), &length.as_millis().to_string());
    }

    fn tell(&self, world: &mut World, event: &'static str, peer: Option<&str>, more: Fields) {
        let channel = world.view(self.id);
        let peer = peer.and_then(|id| world.view(id)).map(Box::new);
        let mut fields = vec![("Queue", self.queue.to_owned())];
        fields.extend(more);
        world.emit(What::Queue { event, channel, peer, fields });
    }

    /// The same with the member whom it is about.
    fn tell_of(
        &self,
        world: &mut World,
        event: &'static str,
        (member, leg): (&Member, &str),
        more: Fields,
    ) {
        let mut fields =
            vec![("Interface", member.location.clone()), ("MemberName", member.name.clone())];
        fields.extend(more);
        self.tell(world, event, Some(leg), fields);
    }

    fn music(&self, world: &mut World, class: Option<String>) {
        if let Some(channel) = world.view(self.id) {
            world.emit(What::Music { channel, class });
        }
    }

    fn stop_music(&self, world: &mut World) {
        self.music(world, None);
    }

    fn join(&self, world: &mut World) -> bool {
        for name in RESULTS {
            self.set(world, name, "");
        }
        let entry = Entry { channel: self.id.to_owned(), joined: world.clock.now() };
        let Some(queue) = world.queues.get_mut(self.queue) else { return false };
        queue.entries.push(entry);
        let count = queue.entries.len().to_string();
        let fields = vec![("Position", count.clone()), ("Count", count)];
        self.tell(world, "QueueCallerJoin", None, fields);
        self.music(world, Some("default".into()));
        true
    }

    /// The caller is not in the queue any more.
    fn leave(&self, world: &mut World) {
        let Some(queue) = world.queues.get_mut(self.queue) else { return };
        let at = queue.entries.iter().position(|entry| entry.channel == self.id).unwrap_or(0);
        queue.entries.retain(|entry| entry.channel != self.id);
        let (position, count) = ((at + 1).to_string(), queue.entries.len().to_string());
        let fields = vec![("Position", position.clone()), ("Count", count)];
        self.tell(world, "QueueCallerLeave", None, fields);
        self.set(world, "QUEUEPOSITION", &position);
    }

    /// The caller hangs up, or is sent elsewhere, before anybody has answered.
    fn abandon(&self, world: &mut World) {
        self.stop_music(world);
        for leg in self.legs(world) {
            self.cancel(world, &leg, "CANCEL");
        }
        self.set_times(world);
        self.tell_abandoned(world);
        self.leave(world);
    }

    /// How long it took.
    fn set_times(&self, world: &mut World) {
        let waited = self.joined.elapsed();
        self.set_time(world, "QUEUEWAIT", waited);
        self.set_time(world, "DIALEDTIME", waited);
        self.set_time(world, "ANSWEREDTIME", Duration::ZERO);
    }

    fn tell_abandoned(&self, world: &mut World) {
        self.set(world, "ABANDONED", "TRUE");
        let Some(queue) = world.queues.get_mut(self.queue) else { return };
        queue.abandoned += 1;
        let at = queue.entries.iter().position(|entry| entry.channel == self.id).unwrap_or(0);
        let position = (at + 1).to_string();
        let fields = vec![
            ("Position", position.clone()),
            ("OriginalPosition", position),
            ("HoldTime", self.joined.elapsed().as_secs().to_string()),
        ];
        self.tell(world, "QueueCallerAbandon", None, fields);
    }

    /// The calls to members that nobody has answered.
    fn legs(&self, world: &World) -> Vec<String> {
        world
            .channels
            .values()
            .filter(|channel| channel.view.application == "AppQueue")
            .filter(|channel| {
                channel.queued_for.as_ref().is_some_and(|ringing| ringing.caller == self.id)
            })
            .map(|channel| channel.view.id.clone())
            .collect()
    }

    /// Ends such a call, which is told twice, and has no cause.
    fn cancel(&self, world: &mut World, leg: &str, first: &'static str) {
        for status in [first, "CANCEL"] {
            tell_dial(world, DialStage::End(status), Some(self.id), leg, "");
        }
        world.end(leg, Ending::default());
        world.remove_channel(leg);
    }

    /// The member has not answered in time.
    fn not_answered(&self, world: &mut World, leg: &str) {
        self.tell_no_answer(world, leg);
        self.cancel(world, leg, "NOANSWER");
    }

    fn tell_no_answer(&self, world: &mut World, leg: &str) {
        let ringing = world.channels.get(leg).and_then(|channel| channel.queued_for.clone());
        let Some(Ringing { member, since, .. }) = ringing else { return };
        let rang = vec![("RingTime", since.elapsed().as_millis().to_string())];
        self.tell_of(world, "AgentRingNoAnswer", (&member, leg), rang);
    }

    /// Rings each member who is free; the one who answers, and the channel.
    async fn serve(&self) -> Option<(Member, String)> {
        let members = self.core.with(|world| {
            let queue = world.queues.get(self.queue)?;
            let free = queue.members.iter().filter(|member| {
                let state = world.device_state(&member.state_interface);
                !member.paused && !member.in_call && ["NOT_INUSE", "UNKNOWN"].contains(&state)
            });
            Some(free.cloned().collect::<Vec<_>>())
        })?;
        for member in members {
            let Some(leg) = self.core.with(|world| self.call(world, &member)) else { continue };
            let began = Instant::now();
            let ringing = ring(self.core, &leg, &member.location, Some(self.id));
            let outcome = tokio::time::timeout(RING, ringing).await;
            if outcome == Ok(Outcome::Answered) {
                self.core.with(|world| self.connect(world, (&member, &leg), began.elapsed()));
                return Some((member, leg));
            }
            self.core.with(|world| match outcome {
                Ok(outcome) => {
                    tell_dial(world, DialStage::End(outcome.status()), Some(self.id), &leg, "");
                    self.tell_no_answer(world, &leg);
                    world.remove_channel(&leg);
                }
                Err(_) => self.not_answered(world, &leg),
            });
        }
        None
    }

    /// Makes the channel of a call to a member.
    fn call(&self, world: &mut World, member: &Member) -> Option<String> {
        let name = world.dialled(&member.location)?;
        let context = world.endpoint(&name).context.clone();
        let caller = world.view(self.id)?;
        let leg = world.create_channel(Birth {
            endpoint: &name,
            id: None,
            state: State::Down,
            caller: Party::default(),
            context: &context,
            exten: "s",
            linked_id: Some(caller.linked_id.clone()),
        });
        world.inherit(self.id, &leg);
        let number = Party { name: String::new(), number: caller.exten.clone() };
        // It has the number before that is told.
        if let Some(channel) = world.channels.get_mut(&leg) {
            channel.view.caller = number.clone();
        }
        world.run_application(&leg, "AppQueue", "(Outgoing Line)");
        world.set_caller(&leg, number.clone());
        if let Some(channel) = world.channels.get_mut(&leg) {
            channel.view.context.clone_from(&caller.context);
            channel.view.exten.clone_from(&caller.exten);
            channel.view.connected = caller.caller.clone();
            let (caller, member) = (self.id.to_owned(), member.clone());
            channel.queued_for = Some(Ringing { caller, member, since: Instant::now() });
        }
        world.run_application(&leg, "AppQueue", "(Outgoing Line)");
        world.set_connected(&leg, caller.caller);
        world.set_variable(Some(&leg), "DIALEDPEERNUMBER", address(&member.location));
        self.tell_of(world, "AgentCalled", (member, &leg), Vec::new());
        tell_dial(world, DialStage::Begin, Some(self.id), &leg, &member.location);
        world.set_connected(self.id, number);
        Some(leg)
    }

    /// A member has answered.
    fn connect(&self, world: &mut World, (member, leg): (&Member, &str), rang: Duration) {
        tell_dial(world, DialStage::End("ANSWER"), Some(self.id), leg, "");
        self.stop_music(world);
        self.leave(world);
        let waited = self.joined.elapsed();
        self.set_time(world, "QUEUEWAIT", waited);
        let times = vec![
            ("HoldTime", waited.as_secs().to_string()),
            ("RingTime", rang.as_secs().to_string()),
        ];
        self.tell_of(world, "AgentConnect", (member, leg), times);
        if let Some(member) = self.member(world, member) {
            member.in_call = true;
        }
        let bridge = world.create_basic_bridge();
        world.enter_bridge(leg, &bridge);
        world.enter_bridge(self.id, &bridge);
    }

    fn member<'a>(&self, world: &'a mut World, member: &Member) -> Option<&'a mut Member> {
        let queue = world.queues.get_mut(self.queue)?;
        queue.members.iter_mut().find(|known| known.location == member.location)
    }

    /// Both talk until one of them goes.
    async fn talk(&self, member: &Member, leg: &str) -> Flow {
        let talk = Talk {
            queue: self.queue.to_owned(),
            member: member.clone(),
            peer: None,
            began: Instant::now(),
            waited: self.joined.elapsed(),
        };
        let gone = |id: &str, world: &mut World| {
            let channel = world.channels.get(id)?;
            (channel.interrupted() || channel.bridge.is_none()).then_some(())
        };
        tokio::select! {
            _ = self.core.wait(self.id, |world| gone(self.id, world)) => {}
            _ = self.core.wait(leg, |world| gone(leg, world)) => {}
        }
        let goes_on = self.core.with(|world| {
            let talked = talk.began.elapsed();
            let talk = Talk { peer: world.view(leg), ..talk };
            let by_caller = world.channels.get(self.id).is_none_or(Channel::interrupted);
            let sent_away = world.channels.get(self.id).is_some_and(Channel::redirected);
            if !sent_away {
                world.complete(self.id, talk, if by_caller { "caller" } else { "agent" });
            } else if let Some(channel) = world.channels.get_mut(self.id) {
                // He is the queue's until he is gone.
                channel.queue_talk = Some(talk);
            }
            let bridge = world.channels.get(leg).and_then(|channel| channel.bridge.clone());
            let sides = if by_caller { [self.id, leg] } else { [leg, self.id] };
            for side in sides {
                world.leave_bridge(side);
            }
            let goes_on = world.channels.get(leg).is_some_and(Channel::redirected);
            if !goes_on {
                world.end(leg, Ending { cause: call::NORMAL, tech_cause: None });
                world.remove_channel(leg);
            }
            if let Some(bridge) = bridge {
                world.remove_bridge(&bridge);
            }
            let dialled = self.joined.elapsed();
            if sent_away {
                self.set_time(world, "DIALEDTIME", dialled);
                self.set_time(world, "ANSWEREDTIME", Duration::ZERO);
            } else {
                self.set_time(world, "ANSWEREDTIME", talked);
                self.set_time(world, "DIALEDTIME", dialled);
            }
            goes_on
        });
        if goes_on {
            self.core.spawn(call::end_or_go_on(
                Arc::clone(self.core),
                leg.to_owned(),
                Some("AppQueue"),
            ));
        }
        // The dialplan is over with the talk, unless somebody has sent the caller elsewhere.
        Flow::End
    }
}
