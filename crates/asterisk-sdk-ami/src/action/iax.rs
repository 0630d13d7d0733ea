//! The IAX2 driver, `chan_iax2`.

use asterisk_proto::ami::Response;
use asterisk_proto::ami::event::{PeerEntry, RegistryEntry};

use super::Aggregate;
use super::macros::ami_action;
use super::output::{aggregate, response};

ami_action!(
    /// Asks how well the media of IAX2 calls get through (privilege `system` or `reporting`; module
    /// `chan_iax2`).
    ///
    /// **It never ends but by running out of time**: Asterisk writes a line of numbers for each
    /// call, without a response and without an ActionID, so that nothing tells which action it is
    /// for. Use [`Command`](super::Command) with `iax2 show netstats`, which says the same.
    #[doc(alias = "IAXnetstats")]
    #[action("IAXnetstats")]
    pub struct IaxNetStats {},
    Response,
    response
);

ami_action!(
    /// Lists the peers with their networks (privilege `system` or `reporting`; module `chan_iax2`).
    ///
    /// [`IaxPeers`] has other headers.
    #[doc(alias = "IAXpeerlist")]
    #[action("IAXpeerlist")]
    pub struct IaxPeerList {},
    Aggregate<PeerEntry>,
    aggregate
);

ami_action!(
    /// Lists the peers with their descriptions (privilege `system` or `reporting`; module
    /// `chan_iax2`).
    ///
    /// Asterisk leaves the ActionID out of the items; they are found all the same. [`IaxPeerList`]
    /// has other headers.
    #[doc(alias = "IAXpeers")]
    #[action("IAXpeers")]
    pub struct IaxPeers {},
    Aggregate<PeerEntry>,
    aggregate
);

ami_action!(
    /// Lists our registrations with others (privilege `system` or `reporting`; module `chan_iax2`).
    #[doc(alias = "IAXregistry")]
    #[action("IAXregistry")]
    pub struct IaxRegistry {},
    Aggregate<RegistryEntry>,
    aggregate
);
