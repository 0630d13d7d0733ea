//! Endpoints, as tests direct them.

use std::sync::Arc;
use std::time::Duration;

use asterisk_proto::HangupCause;

use crate::PlaceCallError;
use crate::call::Call;
use crate::engine::Core;
use crate::model::channel::Party;
use crate::model::endpoint::Behaviour;
use crate::server::place;

/// A phone of a [`FakeAsterisk`](crate::FakeAsterisk), such as `PJSIP/alice`.
///
/// It can be called as `PJSIP/alice`, `PJSIP/100@alice` or `PJSIP/alice/sip:100@example.com`. It is a handle: what it
/// is told holds for all calls that begin afterwards.
#[derive(Debug, Clone)]
pub struct Endpoint {
    pub(crate) core: Arc<Core>,
    pub(crate) name: String,
}

impl Endpoint {
    /// Its name: `PJSIP/alice`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn does(&self, behaviour: Behaviour) {
        self.core.with(|world| world.endpoint(&self.name).behaviour = behaviour);
    }

    /// Answers at once, as it does before it is told anything.
    pub fn answers(&self) {
        self.does(Behaviour::Answers(Duration::ZERO));
    }

    /// Rings, and answers after a while.
    pub fn answers_after(&self, delay: Duration) {
        self.does(Behaviour::Answers(delay));
    }

    /// Is busy: cause 17.
    pub fn busy(&self) {
        self.does(Behaviour::Busy);
    }

    /// Rings until the caller gives up, or [`Call::answer`] is called.
    pub fn rings(&self) {
        self.does(Behaviour::Rings);
    }

    /// Turns calls down with a cause, such as [`HangupCause::CallRejected`].
    pub fn fails(&self, cause: HangupCause) {
        self.does(Behaviour::Fails(cause.code()));
    }

    /// Is not registered: calls to it do not even get a channel.
    pub fn unreachable(&self) {
        self.does(Behaviour::Unreachable);
    }

    /// The caller id of calls from it: `"Ada" <100>`. Without it the number is what stands behind the `/` in its name.
    pub fn set_caller_id(&self, caller_id: &str) {
        self.core.with(|world| world.endpoint(&self.name).caller = Party::parse(caller_id));
    }

    /// The context in which its calls begin; `default` without it.
    pub fn set_context(&self, context: &str) {
        self.core.with(|world| context.clone_into(&mut world.endpoint(&self.name).context));
    }

    /// Calls an extension, such as `1000@default`; without a context it is looked for in its own.
    ///
    /// # Errors
    ///
    /// The dialplan has no such extension.
    pub fn place_call(&self, to: &str) -> Result<Call, PlaceCallError> {
        place(&self.core, &self.name, to)
    }

    /// Its calls, oldest first: those that it made and those that it was called with.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        let ids = self.core.with(|world| {
            let views = world.order.iter().filter_map(|id| world.view(id));
            let own = views.filter(|view| view.endpoint() == self.name);
            own.map(|view| view.id).collect::<Vec<_>>()
        });
        ids.into_iter().map(|id| Call::of(&self.core, id)).collect()
    }
}
