//! Stasis applications and what they are told.

use std::collections::BTreeSet;

use serde_json::Value;
use tokio::sync::mpsc;

use super::World;
use super::happening::What;

#[derive(Debug, Default)]
pub(crate) struct App {
    pub(crate) channels: BTreeSet<String>,
    pub(crate) bridges: BTreeSet<String>,
    pub(crate) endpoints: BTreeSet<String>,
    pub(crate) devices: BTreeSet<String>,
    /// `subscribeAll`.
    pub(crate) everything: bool,
    pub(crate) allowed: Vec<Value>,
    pub(crate) disallowed: Vec<Value>,
    /// The socket that its events go to, with the socket's number.
    pub(crate) socket: Option<(u64, mpsc::Sender<String>)>,
}

impl App {
    /// Whether anything keeps it alive without a socket.
    pub(crate) fn is_used(&self) -> bool {
        self.everything
            || !(self.channels.is_empty()
                && self.bridges.is_empty()
                && self.endpoints.is_empty()
                && self.devices.is_empty())
    }
}

impl World {
    /// The applications that are told of something.
    pub(super) fn audience(&self, what: &What) -> Vec<String> {
        if let What::StasisStart { channel, .. }
        | What::StasisEnd { channel }
        | What::MoveFailed { channel, .. } = what
        {
            let staged = self.channels.get(&channel.id).and_then(|channel| channel.staged.as_ref());
            return staged.map(|staged| staged.app.clone()).into_iter().collect();
        }
        let (mut channels, mut bridge, mut device) = (Vec::new(), None, None);
        match what {
            What::NewChannel(channel)
            | What::State(channel)
            | What::NewExten(channel)
            | What::CallerId(channel)
            | What::ConnectedLine(channel)
            | What::DtmfEnd { channel, received: true, .. }
            | What::HangupRequest { channel, .. }
            | What::SoftHangupRequest { channel, .. }
            | What::Hangup { channel, .. }
            | What::Variable { channel: Some(channel), .. }
            | What::UserEvent { channel: Some(channel), .. } => channels.push(channel),
            What::Dial { caller, peer, .. } => {
                channels.push(peer);
                channels.extend(caller.as_deref());
            }
            What::BridgeCreate(view) | What::BridgeDestroy(view) => bridge = Some(&*view.id),
            What::BridgeEnter(view, channel) | What::BridgeLeave(view, channel) => {
                bridge = Some(&view.id);
                channels.push(channel);
            }
            What::Playback { playback, .. } => return self.listeners(&playback.target),
            What::Recording { recording, .. } => return self.listeners(&recording.target),
            What::DeviceState { device: name, .. } => device = Some(&**name),
            What::Variable { channel: None, .. } => {}
            _ => return Vec::new(),
        }
        let told = |app: &&App| {
            app.everything
                || channels.iter().any(|channel| {
                    app.channels.contains(&channel.id) || app.endpoints.contains(channel.endpoint())
                })
                || bridge.is_some_and(|id| app.bridges.contains(id))
                || device.is_some_and(|name| app.devices.contains(name))
        };
        let apps = self.apps.iter().filter(|(_, app)| told(app));
        apps.map(|(name, _)| name.clone()).collect()
    }

    /// Who is told of what is played to or recorded from a target.
    fn listeners(&self, target: &str) -> Vec<String> {
        let told = |app: &&App| match target.split_once(':') {
            Some(("channel", id)) => app.everything || app.channels.contains(id),
            Some(("bridge", id)) => app.everything || app.bridges.contains(id),
            _ => false,
        };
        let apps = self.apps.iter().filter(|(_, app)| told(app));
        apps.map(|(name, _)| name.clone()).collect()
    }

    /// Whether calls can be given to it.
    pub(crate) fn is_registered(&self, app: &str) -> bool {
        self.apps.get(app).is_some_and(|app| app.socket.is_some())
    }
}
