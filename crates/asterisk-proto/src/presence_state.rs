//! The presence of a person, the same in AMI and ARI.

use crate::open_enum::open_enum;

open_enum!(
    /// Whether and how somebody can be reached, as a presence provider such as
    /// `CustomPresence:ada` tells.
    pub enum PresenceState {
        /// Nobody has set it.
        #[wire("not_set")]
        NotSet,
        /// Cannot be reached.
        #[wire("unavailable")]
        Unavailable,
        /// Can be reached.
        #[wire("available")]
        Available,
        /// Is away for the moment.
        #[wire("away")]
        Away,
        /// Is away for longer.
        #[wire("xa")]
        ExtendedAway,
        /// Wants to talk.
        #[wire("chat")]
        Chat,
        /// Does not want to be disturbed.
        #[wire("dnd")]
        DoNotDisturb,
    }
);
