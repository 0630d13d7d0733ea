//! The call model: what there is, and what happens when it changes. It has neither sockets nor tasks.
//!
//! Every change leaves what happened in [`World::pending`], in order; the three protocols put it into words.

pub(crate) mod apps;
pub(crate) mod bridge;
mod bridging;
pub(crate) mod channel;
pub(crate) mod channels;
pub(crate) mod dialplan;
pub(crate) mod endpoint;
pub(crate) mod expand;
pub(crate) mod happening;
pub(crate) mod media;
pub(crate) mod queue;
pub(crate) mod time;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use apps::App;
use bridge::Bridge;
use channel::Channel;
use dialplan::Dialplan;
use endpoint::Endpoint;
use happening::{Happening, What};
use media::{Playback, Recording};
use queue::Queue;
use time::{Clock, since_epoch};

/// Of how many channels that are gone it is known why.
const MAX_ENDINGS: usize = 10_000;

/// Everything that the server knows.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) channels: BTreeMap<String, Channel>,
    /// Ids of the channels, oldest first.
    pub(crate) order: Vec<String>,
    pub(crate) bridges: BTreeMap<String, Bridge>,
    pub(crate) globals: BTreeMap<String, String>,
    /// `/family/key` to value.
    pub(crate) database: BTreeMap<String, String>,
    pub(crate) dialplan: Dialplan,
    pub(crate) endpoints: BTreeMap<String, Endpoint>,
    pub(crate) queues: BTreeMap<String, Queue>,
    pub(crate) playbacks: BTreeMap<String, Playback>,
    pub(crate) recordings: BTreeMap<String, Recording>,
    /// Name and format.
    pub(crate) stored: BTreeMap<String, String>,
    /// States that somebody set: `Custom:` and `Stasis:`.
    pub(crate) devices: BTreeMap<String, &'static str>,
    pub(crate) apps: BTreeMap<String, App>,
    /// Sounds that are not there.
    pub(crate) missing_sounds: BTreeSet<String>,
    pub(crate) sound_length: Duration,
    /// Causes with which channels ended, the last of them.
    pub(crate) endings: BTreeMap<String, u32>,
    pub(crate) pending: Vec<Happening>,
    /// Channels that there were so far.
    pub(crate) processed: u64,
    ended: VecDeque<String>,
    unique: u64,
    names: u64,
    tokens: u64,
}

impl World {
    pub(crate) fn new(clock: Clock, sound_length: Duration) -> Self {
        Self {
            clock,
            channels: BTreeMap::new(),
            order: Vec::new(),
            bridges: BTreeMap::new(),
            globals: BTreeMap::new(),
            database: BTreeMap::new(),
            dialplan: Dialplan::default(),
            endpoints: BTreeMap::new(),
            queues: BTreeMap::new(),
            playbacks: BTreeMap::new(),
            recordings: BTreeMap::new(),
            stored: BTreeMap::new(),
            devices: BTreeMap::new(),
            apps: BTreeMap::new(),
            missing_sounds: BTreeSet::new(),
            sound_length,
            endings: BTreeMap::new(),
            ended: VecDeque::new(),
            pending: Vec::new(),
            processed: 0,
            unique: 0,
            names: 0,
            tokens: 0,
        }
    }

    /// Something happened: who is to know of it is settled now, and said when the change is complete.
    pub(crate) fn emit(&mut self, what: What) {
        let apps = self.audience(&what);
        self.pending.push(Happening { when: self.clock.now(), what, apps });
    }

    /// The next id of a channel: when the server was started, and a counter.
    fn unique_id(&mut self) -> String {
        let id = format!("{}.{}", since_epoch(self.clock.start()).as_secs(), self.unique);
        self.unique += 1;
        id
    }

    /// Keeps why a channel ended; only of the last ones.
    fn remember_end(&mut self, id: &str, cause: u32) {
        self.endings.insert(id.to_owned(), cause);
        self.ended.push_back(id.to_owned());
        if self.ended.len() > MAX_ENDINGS
            && let Some(oldest) = self.ended.pop_front()
        {
            self.endings.remove(&oldest);
        }
    }

    /// A UUID for what has no name of its own, the same in each run.
    pub(crate) fn token(&mut self) -> String {
        self.tokens += 1;
        format!("00000000-0000-4000-8000-{:012x}", self.tokens)
    }

    /// A number for an AGI command, the same in each run.
    pub(crate) fn number(&mut self) -> u32 {
        self.tokens += 1;
        u32::try_from(self.tokens % 2_000_000_000).unwrap_or_default()
    }

    pub(crate) fn device_state(&self, device: &str) -> &'static str {
        if let Some(state) = self.devices.get(device) {
            return state;
        }
        match self.endpoints.get(device) {
            Some(endpoint) => self.endpoint_state(device, endpoint),
            None if device.starts_with("Custom:") || device.starts_with("Stasis:") => "UNKNOWN",
            None => "INVALID",
        }
    }

    /// Sets a state that nothing but an order changes.
    pub(crate) fn set_device(&mut self, device: &str, state: &'static str) {
        let before = self.devices.insert(device.to_owned(), state);
        if before != Some(state) {
            self.emit(What::DeviceState { device: device.to_owned(), state });
        }
    }

    /// Deletes everything below a family; how many entries there were.
    pub(crate) fn delete_tree(&mut self, tree: &str) -> usize {
        let key = expand::database_key(tree);
        let below = format!("{key}/");
        let before = self.database.len();
        self.database.retain(|name, _| *name != key && !name.starts_with(&below));
        before - self.database.len()
    }

    /// Whether a sound is there.
    pub(crate) fn has_sound(&self, name: &str) -> bool {
        !self.missing_sounds.contains(name)
    }
}

/// The states a device may be set to, as AMI writes them.
pub(crate) const DEVICE_STATES: [&str; 9] = [
    "UNKNOWN",
    "NOT_INUSE",
    "INUSE",
    "BUSY",
    "INVALID",
    "UNAVAILABLE",
    "RINGING",
    "RINGINUSE",
    "ONHOLD",
];
