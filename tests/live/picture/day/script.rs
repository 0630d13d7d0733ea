//! Who does what, when: one actor for each thing that happens.

use std::sync::Arc;
use std::time::Duration;

use asterisk_sdk::ami::action::{Action, Hangup, Originate};
use asterisk_sdk::ami::{ActionError, Event, EventStream};
use tokio::sync::{RwLockReadGuard, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::dice::Dice;
use super::{AT_ONCE, Day, SCENES, handing, meeting, serving, talking};
use crate::calls::{has, wait_for};

/// Longer than a comparison takes, and shorter than what fails without a word.
const PATIENCE: Duration = Duration::from_secs(19);

/// What can happen.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Talk,
    Unanswered,
    OverSip,
    Shortened,
    Held,
    Queued,
    Supervised,
    HandedOnBlindly,
    HandedOnWithAWord,
    Parked,
    Swapped,
    Conference,
    PickedUp,
    Redirected,
    Joined,
}

/// All of them, the usual ones more often.
const KINDS: [Kind; 22] = [
    Kind::Talk,
    Kind::Queued,
    Kind::HandedOnBlindly,
    Kind::Parked,
    Kind::HandedOnWithAWord,
    Kind::Conference,
    Kind::PickedUp,
    Kind::Held,
    Kind::Supervised,
    Kind::Unanswered,
    Kind::OverSip,
    Kind::Shortened,
    Kind::Swapped,
    Kind::Redirected,
    Kind::Joined,
    Kind::Queued,
    Kind::Queued,
    Kind::Queued,
    Kind::HandedOnBlindly,
    Kind::HandedOnWithAWord,
    Kind::Parked,
    Kind::Supervised,
];

/// Plays the whole day: one thing after the other begins, at this pace.
pub(super) async fn play(day: Arc<Day>, mut dice: Dice, pace: Duration) {
    let stages = Arc::new(Semaphore::new(AT_ONCE));
    let mut scenes = JoinSet::new();
    let begin = Instant::now();
    for n in 0..SCENES {
        let kind = KINDS.get(n).copied().unwrap_or_else(|| dice.one_of(&KINDS));
        let actor = Actor { day: Arc::clone(&day), dice: dice.split(), id: format!("day-{n:03}") };
        let on_it = Arc::clone(&stages).acquire_owned().await.expect("it stays open");
        scenes.spawn(async move {
            perform(kind, actor).await;
            drop(on_it);
        });
        while let Some(done) = scenes.try_join_next() {
            done.expect("it goes as written");
        }
        sleep_until(begin + pace * u32::try_from(n + 1).expect("it is small")).await;
    }
    while let Some(done) = scenes.join_next().await {
        done.expect("it goes as written");
    }
}

async fn perform(kind: Kind, mut actor: Actor) {
    let actor = &mut actor;
    match kind {
        Kind::Talk => talking::talk(actor).await,
        Kind::Unanswered => talking::unanswered(actor).await,
        Kind::OverSip => talking::over_sip(actor).await,
        Kind::Shortened => talking::shortened(actor).await,
        Kind::Held => talking::held(actor).await,
        Kind::Queued => serving::queued(actor).await,
        Kind::Supervised => serving::supervised(actor).await,
        Kind::HandedOnBlindly => handing::blindly(actor).await,
        Kind::HandedOnWithAWord => handing::with_a_word(actor).await,
        Kind::Parked => handing::parked(actor).await,
        Kind::Swapped => handing::swapped(actor).await,
        Kind::Conference => meeting::conference(actor).await,
        Kind::PickedUp => meeting::picked_up(actor).await,
        Kind::Redirected => meeting::redirected(actor).await,
        Kind::Joined => meeting::joined(actor).await,
    }
}

/// Who does one thing.
pub(super) struct Actor {
    pub(super) day: Arc<Day>,
    pub(super) dice: Dice,
    /// What the ids of its channels begin with.
    pub(super) id: String,
}

impl Actor {
    pub(super) fn events(&self) -> EventStream<Event> {
        self.day.manager.events().all()
    }

    /// May do something as long as this is held.
    pub(super) async fn on_stage(&self) -> RwLockReadGuard<'_, ()> {
        self.day.stage.read().await
    }

    pub(super) async fn send<A: Action + Send + Sync>(&self, action: A) -> A::Output {
        let _on_stage = self.on_stage().await;
        self.day.manager.send(action).await.unwrap_or_else(|error| panic!("{}: {error}", self.id))
    }

    /// Does what may be too late by now; whether it was not.
    pub(super) async fn try_to<A: Action + Send + Sync>(&self, action: A) -> bool {
        let _on_stage = self.on_stage().await;
        match self.day.manager.send(action).await {
            Ok(_) => true,
            Err(ActionError::Refused { .. }) => false,
            Err(error) => panic!("{}: {error}", self.id),
        }
    }

    /// Waits for an event that passes.
    pub(super) async fn wait(
        &self,
        events: &mut EventStream<Event>,
        name: &str,
        passes: impl Fn(&Event) -> bool,
    ) -> Event {
        let next = wait_for(events, |event| event.name() == name && passes(event));
        // In vain, it says for whom.
        timeout(PATIENCE, next).await.unwrap_or_else(|_| panic!("{}: no {name}", self.id))
    }

    /// Waits for an event of a channel.
    pub(super) async fn told(
        &self,
        events: &mut EventStream<Event>,
        name: &str,
        id: &str,
    ) -> Event {
        self.wait(events, name, |event| has(event, "Uniqueid", id)).await
    }

    /// Calls `Local/stay@day/n` and sends it to an extension, once it is there; its id.
    pub(super) async fn call(&self, who: &str, exten: &str) -> String {
        self.originate(who, Originate::to("Local/stay@day/n").exten("day", exten, 1)).await
    }

    /// The same, to an application.
    pub(super) async fn runs(&self, who: &str, application: &str, data: &str) -> String {
        let call = Originate::to("Local/stay@day/n").application_with(application, data);
        self.originate(who, call).await
    }

    pub(super) async fn originate(&self, who: &str, originate: Originate) -> String {
        let id = format!("{}-{who}", self.id);
        let mut events = self.events();
        self.begin(&id, originate).await;
        let answer = self.told(&mut events, "OriginateResponse", &id).await;
        assert!(has(&answer, "Response", "Success"), "{answer:?}");
        id
    }

    pub(super) async fn begin(&self, id: &str, originate: Originate) {
        let caller = format!("\"Caller {id}\" <{}>", &self.id[4..]);
        // `Bridge` takes the first channel whose id begins with what it is given.
        let originate = originate.channel_id(id).other_channel_id(format!("far-{id}"));
        self.send(originate.caller_id(caller)).await;
    }

    /// A call that `pair` has put through: its id, and the other's.
    pub(super) async fn pair(&self, who: &str) -> (String, String) {
        let mut events = self.events();
        let id = self.call(who, "pair").await;
        let other = self.put_through(&mut events, &id).await;
        (id, other)
    }

    /// Waits until a channel talks to whom it dials; the other's id. Records of a call that ends before that
    /// say that nobody answered, even if the caller's channel is up.
    pub(super) async fn put_through(&self, events: &mut EventStream<Event>, id: &str) -> String {
        let dial = self.told(events, "DialBegin", id).await;
        let other = dial.get("DestUniqueid").expect("an id").into_owned();
        self.meet(events, id, &other).await;
        other
    }

    /// Waits until two are in a bridge, which the second of them enters.
    pub(super) async fn meet(&self, events: &mut EventStream<Event>, one: &str, other: &str) {
        let both = |event: &Event| {
            has(event, "BridgeNumChannels", "2")
                && (has(event, "Uniqueid", one) || has(event, "Uniqueid", other))
        };
        self.wait(events, "BridgeEnter", both).await;
    }

    pub(super) async fn talk(&mut self) {
        let time = self.dice.part_of(self.day.talk);
        sleep(time).await;
    }

    /// Hangs up, unless that has happened already.
    pub(super) async fn hang_up(&self, id: &str) {
        let mut events = self.events();
        if self.try_to(Hangup::new(id)).await {
            self.told(&mut events, "Hangup", id).await;
        }
    }
}
