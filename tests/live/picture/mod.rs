//! The picture of what is going on, against what the server's lists say of it.

// By this, Clippy knows the functions that a test consists of.
#![cfg(test)]

mod calls;
mod day;
mod faults;
mod others;
mod parking;
mod queues;
mod records;
mod states;
mod status;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use asterisk_sdk::ami::action::{
    BridgeInfo, BridgeList, CoreShowChannels, Hangup, Originate, Status,
};
use asterisk_sdk::ami::event;
use asterisk_sdk::ami::live::{Bridge, Call, Channel, Live, Snapshot};
use asterisk_sdk::ami::{Event, EventStream, Manager};
use harness::live::{OwnServer, server};

use crate::calls::manager;

/// A server of one test's own, and a picture of it.
struct Scene {
    /// What makes things happen, and asks for the lists: not the connection of the picture.
    manager: Manager,
    live: Live,
    // The last, so that it is stopped when nobody is connected any more.
    server: OwnServer,
}

impl Scene {
    async fn open() -> Option<Self> {
        let server = OwnServer::start(&server()?);
        let manager = manager(&server).await;
        let pictured = crate::calls::manager(&server).await;
        let live = Live::attach(&pictured).no_reconcile().await.expect("all lists");
        Some(Self { manager, live, server })
    }

    fn events(&self) -> EventStream<Event> {
        self.manager.events().all()
    }

    /// Calls `Local/wait@sdk/n` under an id and sends it to an extension.
    async fn call(&self, id: &str, exten: &str) {
        self.originate(Originate::to("Local/wait@sdk/n").exten("sdk", exten, 1), id).await;
    }

    async fn originate(&self, originate: Originate, id: &str) {
        let originate = originate.channel_id(id).other_channel_id(format!("{id}-2"));
        self.manager.originate(originate).await.expect("a call");
    }

    /// Waits until the picture equals the lists.
    async fn is_right(&self, when: &str) -> Snapshot {
        let begin = Instant::now();
        loop {
            let snapshot = self.live.snapshot();
            let differences = self.differences(&snapshot).await;
            if differences.is_empty() {
                consistent(&snapshot);
                return snapshot;
            }
            assert!(begin.elapsed() < Duration::from_secs(10), "{when}: {differences:#?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What the picture says otherwise than the lists.
    async fn differences(&self, snapshot: &Snapshot) -> Vec<String> {
        let statuses = self.manager.send(Status::new()).await.expect("a list").items;
        let mut differences = channels(&self.manager, snapshot, &statuses).await;
        differences.extend(status::differences(&statuses, snapshot));
        differences.extend(bridges(&self.manager, snapshot).await);
        differences.extend(others::differences(&self.manager, snapshot).await);
        differences
    }

    /// Waits until the picture passes.
    async fn until(&self, passes: impl FnMut(&Snapshot) -> bool) -> Snapshot {
        harness::soon(self.live.wait_until(passes)).await.expect("the connection holds")
    }

    /// Hangs up everything.
    async fn clear(&self) {
        // A refusal says that there is nothing.
        let _ = self.manager.send(Hangup::new("/.*/")).await;
        self.until(|snapshot| snapshot.count::<Channel>() == 0).await;
        let snapshot = self.is_right("after all").await;
        assert_eq!(snapshot.count::<Call>(), 0);
    }
}

/// What the picture says otherwise than the list of channels.
async fn channels(
    manager: &Manager,
    snapshot: &Snapshot,
    statuses: &[event::Status],
) -> Vec<String> {
    let list = manager.send(CoreShowChannels::new()).await.expect("a list");
    let mut differences = Vec::new();
    for item in &list.items {
        let listed = &item.channel;
        let id = listed.unique_id.as_ref().expect("an id");
        let Some(channel) = snapshot.get::<Channel>(id) else {
            differences.push(format!("{id} is missing"));
            continue;
        };
        let mut same = |what: &str, ours: &dyn std::fmt::Debug, theirs: &dyn std::fmt::Debug| {
            let (ours, theirs) = (format!("{ours:?}"), format!("{theirs:?}"));
            if ours != theirs {
                differences.push(format!("{}: {what} is {theirs}, not {ours}", channel.name));
            }
        };
        same("name", &Some(&channel.name), &listed.channel);
        same("linked id", &channel.linked_id, &listed.linked_id);
        same("state", &channel.state, &listed.state);
        // Half of a Local channel is told its caller without an event, and the server goes on to say
        // now this, now that; of the second half, both lists may say what no event has.
        let itself = statuses.iter().find(|status| status.channel.unique_id.as_ref() == Some(id));
        let its_caller = itself.map(|status| &status.channel.caller_id);
        let second = channel.is_local() && channel.name.ends_with(";2");
        if !channel.is_local() || !second && its_caller != Some(&channel.caller_id) {
            same("caller", &channel.caller_id, &listed.caller_id);
        }
        same("connected line", &channel.connected_line, &listed.connected_line);
        same("language", &channel.language, &listed.language);
        same("account", &channel.account_code, &listed.account_code);
        same("context", &channel.context, &listed.context);
        same("exten", &channel.exten, &listed.exten);
        same("priority", &channel.priority, &listed.priority);
        same("tenant", &channel.tenant_id, &listed.tenant_id);
        let listed_variables = format!("{:?}", listed.variables);
        let ours: std::collections::BTreeMap<_, _> =
            channel.variables.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(format!("{ours:?}").len(), listed_variables.len(), "{listed_variables}");
        let bridge = channel.bridge.as_ref().map(AsRef::as_ref);
        let listed_bridge = item.bridge_id.as_ref().map(AsRef::as_ref);
        // The list may be behind the channel itself, which `Status` asks.
        if itself.is_none_or(|status| status.bridge_id != channel.bridge)
            && !status::has_left(channel)
        {
            same("bridge", &bridge, &listed_bridge);
        }
        // No event tells what an originated channel was given to.
        if channel.application.as_deref() != Some("AppDial2") {
            let ours = channel.application.as_deref().unwrap_or_default();
            same("application", &Some(ours), &item.application);
            // Nor that one who was in a `Dial` and then parked dials back with other words.
            if channel.context.as_deref() != Some("park-dial") {
                let ours = channel.application_data.as_deref().unwrap_or_default();
                same("data", &Some(ours), &item.application_data);
            }
        }
    }
    for channel in snapshot.all::<Channel>() {
        if !list.items.iter().any(|item| item.channel.unique_id.as_ref() == Some(&channel.id)) {
            differences.push(format!("{} is too much", channel.name));
        }
    }
    differences
}

/// What the picture says otherwise than the list of bridges.
async fn bridges(manager: &Manager, snapshot: &Snapshot) -> Vec<String> {
    let list = manager.send(BridgeList::new()).await.expect("a list");
    let mut differences = Vec::new();
    for item in &list.items {
        let listed = &item.bridge;
        let id = listed.unique_id.as_ref().expect("an id");
        let Some(bridge) = snapshot.get::<Bridge>(id) else {
            differences.push(format!("bridge {id} is missing"));
            continue;
        };
        let ours = (
            &bridge.bridge_type,
            &bridge.creator,
            &bridge.name,
            Some(bridge.count),
            &bridge.video_source_mode,
            &bridge.video_source,
        );
        let theirs = (
            &listed.bridge_type,
            &listed.creator,
            &listed.name,
            listed.channels,
            &listed.video_source_mode,
            &listed.video_source,
        );
        if ours != theirs {
            differences.push(format!("bridge {id} is {theirs:?}, not {ours:?}"));
        }
        // It may be gone by now; the next comparison will tell.
        let id = id.as_str();
        if let Ok(info) = manager.send(BridgeInfo::new(id)).await {
            let theirs: BTreeSet<_> =
                info.items.iter().filter_map(|item| item.channel.unique_id.as_ref()).collect();
            let ours: BTreeSet<_> = bridge.members.iter().collect();
            if ours != theirs {
                differences.push(format!("in bridge {id} are {theirs:?}, not {ours:?}"));
            }
        }
        // No event tells that media goes past the server.
        let native = listed.technology.as_deref() == Some("native_rtp");
        if bridge.technology != listed.technology && !native {
            differences.push(format!("bridge {id} mixes by {:?}", listed.technology));
        }
    }
    for bridge in snapshot.all::<Bridge>() {
        if !list.items.iter().any(|item| item.bridge.unique_id.as_ref() == Some(&bridge.id)) {
            differences.push(format!("bridge {} is too much", bridge.id));
        }
    }
    differences
}

/// What has to fit together within any snapshot.
fn consistent(snapshot: &Snapshot) {
    for bridge in snapshot.all::<Bridge>() {
        for member in &bridge.members {
            let member = snapshot.get::<Channel>(member).expect("members are there");
            assert_eq!(member.bridge.as_ref(), Some(&bridge.id));
        }
    }
    for channel in snapshot.all::<Channel>() {
        if let Some(bridge) = &channel.bridge {
            let bridge = snapshot.get::<Bridge>(bridge).expect("a member's bridge is there");
            assert!(bridge.members.contains(&channel.id), "{bridge:?}");
        }
        let calls = snapshot.all::<Call>().filter(|call| call.channels.contains(&channel.id));
        let calls: Vec<_> = calls.collect();
        let [call] = &calls[..] else { panic!("{channel:?} is in {calls:?}") };
        let linked_id = channel.linked_id.as_ref().expect("a linked id");
        assert!(call.id == *linked_id || call.joined.contains(linked_id), "{call:?}");
    }
    let channels: usize = snapshot.all::<Call>().map(|call| call.channels.len()).sum();
    assert_eq!(channels, snapshot.count::<Channel>());
}
