//! Faxes (module `res_fax`).

use asterisk_proto::ami::Event;
use asterisk_proto::ami::event::{self, FaxSessionsEntry};

use super::macros::ami_action;
use super::output::{aggregate, incomplete};
use super::{Action, Aggregate, Expect, Headers, NamedAction, Reply};
use crate::error::ActionError;

/// Asks how far a fax session has come (privilege `call`).
///
/// A number that no session has is refused: `Session not found`.
#[doc(alias = "FAXSession")]
#[derive(Debug, Clone)]
#[non_exhaustive]
#[must_use = "an action does nothing until it is sent"]
pub struct FaxSession {
    session_number: u32,
}

impl FaxSession {
    /// The session with this number, as [`FaxSessions`] lists it (`SessionNumber`).
    pub fn new(session_number: u32) -> Self {
        Self { session_number }
    }
}

impl NamedAction for FaxSession {
    const NAME: &'static str = "FAXSession";
    const PARAMETERS: &'static [&'static str] = &["SessionNumber"];
}

impl Action for FaxSession {
    type Output = event::FaxSession;

    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn headers(&self, headers: &mut Headers) {
        headers.add("SessionNumber", self.session_number);
    }

    fn expect(&self) -> Expect {
        Expect::Event("FAXSession")
    }

    fn output(reply: Reply) -> Result<event::FaxSession, ActionError> {
        let session = reply.complete.as_ref().and_then(Event::decode);
        session.ok_or_else(|| incomplete(&reply, "the session"))
    }
}

ami_action!(
    /// Lists the fax sessions that run (privilege `call`).
    #[doc(alias = "FAXSessions")]
    #[action("FAXSessions")]
    pub struct FaxSessions {},
    Aggregate<FaxSessionsEntry>,
    aggregate
);

/// Asks for the counters of all faxes since the module was loaded (privilege `reporting`).
#[doc(alias = "FAXStats")]
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
#[must_use = "an action does nothing until it is sent"]
pub struct FaxStats {}

impl FaxStats {
    /// The action.
    pub fn new() -> Self {
        Self::default()
    }
}

impl NamedAction for FaxStats {
    const NAME: &'static str = "FAXStats";
    const PARAMETERS: &'static [&'static str] = &[];
}

impl Action for FaxStats {
    type Output = event::FaxStats;

    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn expect(&self) -> Expect {
        Expect::Event("FAXStats")
    }

    fn output(reply: Reply) -> Result<event::FaxStats, ActionError> {
        let stats = reply.complete.as_ref().and_then(Event::decode);
        stats.ok_or_else(|| incomplete(&reply, "the counters"))
    }
}
