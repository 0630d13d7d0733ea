//! Endpoints: whom calls can be placed to and from.

use std::time::Duration;

use super::World;
use super::channel::{Party, State};
use super::happening::What;

/// What an endpoint does with a call to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// After having rung for so long; not at all, if it is zero.
    Answers(Duration),
    Busy,
    /// Until the caller gives up.
    Rings,
    /// With a cause.
    Fails(u32),
    /// There is nobody to send the call to.
    Unreachable,
}

#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    pub(crate) behaviour: Behaviour,
    pub(crate) caller: Party,
    /// Where its calls begin.
    pub(crate) context: String,
    /// The device state that it was last said to have.
    pub(crate) told: &'static str,
}

impl World {
    /// Makes an endpoint, unless it is there.
    pub(crate) fn endpoint(&mut self, name: &str) -> &mut Endpoint {
        let resource = name.split_once('/').map_or(name, |(_, resource)| resource);
        self.endpoints.entry(name.to_owned()).or_insert_with(|| Endpoint {
            behaviour: Behaviour::Answers(Duration::ZERO),
            caller: Party { name: String::new(), number: resource.to_owned() },
            context: "default".into(),
            told: "NOT_INUSE",
        })
    }

    /// The endpoint that a dial string leads to: `PJSIP/alice`, `PJSIP/100@alice`, `PJSIP/alice/sip:…`.
    pub(crate) fn dialled(&self, dial: &str) -> Option<String> {
        let (technology, address) = dial.split_once('/')?;
        let resource = match address.split_once('@') {
            Some((_, resource)) if !address.contains('/') => resource,
            _ => address.split('/').next().unwrap_or(address),
        };
        let name = format!("{technology}/{resource}");
        self.endpoints.contains_key(&name).then_some(name)
    }

    pub(super) fn endpoint_state(&self, name: &str, endpoint: &Endpoint) -> &'static str {
        let (mut used, mut ringing, mut busy) = (false, false, false);
        for channel in self.channels.values().filter(|channel| channel.view.endpoint() == name) {
            match channel.view.state {
                State::Up | State::Ring => used = true,
                State::Ringing => ringing = true,
                State::Busy => busy = true,
                State::Down => {}
            }
        }
        match (used, ringing, busy) {
            (true, true, _) => "RINGINUSE",
            (false, true, _) => "RINGING",
            (_, _, true) => "BUSY",
            (true, _, _) => "INUSE",
            _ if endpoint.behaviour == Behaviour::Unreachable => "UNAVAILABLE",
            _ => "NOT_INUSE",
        }
    }

    /// Says what state an endpoint's device has, if it is another than before.
    pub(super) fn tell_device(&mut self, name: &str) {
        let Some(endpoint) = self.endpoints.get(name) else { return };
        let state = self.endpoint_state(name, endpoint);
        if endpoint.told != state {
            if let Some(endpoint) = self.endpoints.get_mut(name) {
                endpoint.told = state;
            }
            self.emit(What::DeviceState { device: name.to_owned(), state });
        }
    }
}
