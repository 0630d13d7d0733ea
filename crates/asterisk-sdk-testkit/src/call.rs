//! A call, as the person at its far end has it in hand.

use std::sync::Arc;

use asterisk_proto::{ChannelId, ChannelState, HangupCause};

use crate::engine::Core;
use crate::model::World;
use crate::model::channel::{Ending, State, tech_cause};

/// How long a key is held, in milliseconds.
const KEY: u32 = 100;

/// A call in a [`FakeAsterisk`](crate::FakeAsterisk): one channel, in the hand of the person at its far end.
///
/// It is a handle: cloning it gives another for the same call, and dropping it changes nothing.
#[derive(Debug, Clone)]
pub struct Call {
    core: Arc<Core>,
    id: String,
    name: String,
}

impl Call {
    pub(crate) fn of(core: &Arc<Core>, id: String) -> Self {
        let name = core.with(|world| world.view(&id)).map(|view| view.name).unwrap_or_default();
        Self { core: Arc::clone(core), id, name }
    }

    /// The channel's unique id.
    #[must_use]
    pub fn id(&self) -> ChannelId {
        self.id.as_str().into()
    }

    /// The channel's name: `PJSIP/alice-00000000`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The channel's state; `None` once it is gone.
    #[must_use]
    pub fn state(&self) -> Option<ChannelState> {
        let view = self.core.with(|world| world.view(&self.id))?;
        ChannelState::from_code(view.state.code())
    }

    /// The application that it runs and its data, such as `("AGI", "agi://127.0.0.1/menu")`; `None` once it is gone.
    #[must_use]
    pub fn application(&self) -> Option<(String, String)> {
        let view = self.core.with(|world| world.view(&self.id))?;
        Some((view.application, view.data))
    }

    /// The ids of the channels that it talks to, in a bridge.
    #[must_use]
    pub fn peers(&self) -> Vec<ChannelId> {
        self.core.with(|world| {
            let bridge = world.channels.get(&self.id).and_then(|channel| channel.bridge.as_ref());
            let members = bridge.and_then(|bridge| world.bridges.get(bridge));
            let members = members.into_iter().flat_map(|bridge| &bridge.view.channels);
            members.filter(|id| **id != self.id).map(|id| id.as_str().into()).collect()
        })
    }

    /// A variable of the channel, or a function such as `CALLERID(num)`; `None` if it is not set or the channel is
    /// gone.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<String> {
        self.core.with(|world| {
            world.channels.contains_key(&self.id).then(|| world.variable(Some(&self.id), name))?
        })
    }

    /// Sets a variable of the channel, or writes to a function.
    pub fn set_variable(&self, name: &str, value: &str) {
        self.core.with(|world| world.set_variable(Some(&self.id), name, value));
    }

    /// Presses keys, one after the other.
    ///
    /// They wait until something asks for keys, up to 1000 of them, so it does not matter whether the dialplan is
    /// there yet. A Stasis application gets those that are pressed once it has the call, see [`Self::reaches`]; in a
    /// bridge they go to the others.
    pub fn press(&self, keys: &str) {
        self.core.with(|world| {
            for key in keys.chars().filter(|key| key.is_ascii_digit() || "*#ABCD".contains(*key)) {
                world.press(&self.id, key, KEY);
            }
        });
    }

    /// Answers, if it rings.
    pub fn answer(&self) {
        self.core.with(|world| {
            if world.view(&self.id).is_some_and(|view| view.state == State::Ringing) {
                world.set_state(&self.id, State::Up);
            }
        });
    }

    /// Hangs up, with the normal cause.
    pub fn hang_up(&self) {
        self.hang_up_with(HangupCause::NormalClearing);
    }

    /// Hangs up with a cause, such as [`HangupCause::UserBusy`].
    pub fn hang_up_with(&self, cause: HangupCause) {
        let cause = cause.code();
        let ending = Ending { cause, tech_cause: tech_cause(cause) };
        self.core.with(|world| world.remote_end(&self.id, ending));
    }

    /// Waits until it is answered; false if it ends before.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    pub async fn answered(&self) -> bool {
        self.until(|world, id| (world.view(id)?.state == State::Up).then_some(())).await
    }

    /// Waits until it runs an application of the dialplan, such as `AGI` or `Stasis`; false if it ends before. For
    /// `Stasis` it is in the hands of the application then.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    pub async fn reaches(&self, application: &str) -> bool {
        self.until(|world, id| {
            let channel = world.channels.get(id)?;
            let there = channel.view.application.eq_ignore_ascii_case(application)
                && (channel.staged.is_some() || !application.eq_ignore_ascii_case("Stasis"));
            there.then_some(())
        })
        .await
    }

    async fn until(&self, mut found: impl FnMut(&mut World, &str) -> Option<()>) -> bool {
        self.core.wait(&self.id, |world| found(world, &self.id)).await.is_some()
    }

    /// Waits until the channel is gone; why it ended.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    pub async fn ended(&self) -> HangupCause {
        let _: Option<()> = self.core.wait(&self.id, |_| None).await;
        self.core.with(|world| world.endings.get(&self.id).copied()).unwrap_or_default().into()
    }
}
