//! What happens to bridges.

use super::World;
use super::bridge::{Bridge, BridgeView};
use super::happening::What;

impl World {
    /// Makes a bridge for two channels that `Dial()` joins.
    pub(crate) fn create_basic_bridge(&mut self) -> String {
        let id = self.token();
        self.create_bridge(BridgeView {
            id: id.clone(),
            technology: "simple_bridge",
            class: "basic",
            kind: "mixing",
            creator: String::new(),
            name: String::new(),
            channels: Vec::new(),
            video_mode: "none",
            created: self.clock.now(),
        });
        id
    }

    pub(crate) fn create_bridge(&mut self, view: BridgeView) {
        self.emit(What::BridgeCreate(view.clone()));
        let id = view.id.clone();
        self.bridges
            .insert(id, Bridge { view, media: [].into(), changed: std::sync::Arc::default() });
    }

    /// A channel enters a bridge; it leaves the one that it was in.
    pub(crate) fn enter_bridge(&mut self, id: &str, bridge: &str) {
        if self.channels.get(id).is_some_and(|channel| channel.bridge.as_deref() == Some(bridge)) {
            return;
        }
        self.leave_bridge(id);
        let (Some(channel), Some(joined)) =
            (self.channels.get_mut(id), self.bridges.get_mut(bridge))
        else {
            return;
        };
        channel.bridge = Some(bridge.to_owned());
        joined.view.channels.push(id.to_owned());
        channel.changed.notify_waiters();
        joined.changed.notify_waiters();
        let app = channel.staged.as_ref().map(|staged| staged.app.clone());
        let (channel, view) = (channel.view.clone(), joined.view.clone());
        // An application hears of the bridges that its channels enter.
        if let Some(app) = app.and_then(|app| self.apps.get_mut(&app)) {
            app.bridges.insert(bridge.to_owned());
        }
        let members = view.channels.clone();
        self.emit(What::BridgeEnter(view, channel));
        if let [one, other] = &*members {
            self.tell_peers(one, other);
            self.tell_peers(other, one);
            self.connect_lines(one, other);
        }
    }

    /// Sets on a channel whom it talks to.
    fn tell_peers(&mut self, id: &str, peer: &str) {
        let Some(peer) = self.view(peer) else { return };
        self.set_variable(Some(id), "BRIDGEPEER", &peer.name);
        self.set_variable(Some(id), "BRIDGEPVTCALLID", &peer.protocol_id);
    }

    /// Each of two channels learns the other's caller id, if it is news.
    fn connect_lines(&mut self, one: &str, other: &str) {
        for (to, of) in [(one, other), (other, one)] {
            let (Some(to_view), Some(of_view)) = (self.view(to), self.view(of)) else { return };
            let known = of_view.caller.number.is_empty() || to_view.connected == of_view.caller;
            if !known {
                self.set_connected(to, of_view.caller);
            }
        }
    }

    /// A channel leaves the bridge that it is in.
    pub(crate) fn leave_bridge(&mut self, id: &str) {
        let Some(bridge) = self.channels.get_mut(id).and_then(|channel| channel.bridge.take())
        else {
            return;
        };
        let Some(left) = self.bridges.get_mut(&bridge) else { return };
        let had_peer = left.view.channels.len() == 2;
        left.view.channels.retain(|member| member != id);
        left.changed.notify_waiters();
        let view = left.view.clone();
        if had_peer {
            for channel in [Some(id), view.channels.first().map(|id| &**id)].into_iter().flatten() {
                self.set_variable(Some(channel), "BRIDGEPEER", "");
                self.set_variable(Some(channel), "BRIDGEPVTCALLID", "");
            }
        }
        self.touch(id);
        for member in &view.channels {
            self.touch(member);
        }
        if let Some(channel) = self.view(id) {
            self.emit(What::BridgeLeave(view, channel));
        }
    }

    /// A bridge is gone, and whoever was in it is out of it.
    pub(crate) fn remove_bridge(&mut self, id: &str) {
        let members = self.bridges.get(id).map(|bridge| bridge.view.channels.clone());
        for member in members.into_iter().flatten() {
            self.leave_bridge(&member);
        }
        let Some(view) = self.bridges.get(id).map(|bridge| bridge.view.clone()) else { return };
        self.emit(What::BridgeDestroy(view));
        if let Some(bridge) = self.bridges.remove(id) {
            bridge.changed.notify_waiters();
        }
        for app in self.apps.values_mut() {
            app.bridges.remove(id);
        }
        self.forget_unused_apps();
    }
}
