//! Bridges, in which the channels of a conversation meet.
//!
//! All actions here but `Bridge` need no privilege.

use asterisk_proto::BridgeId;
use asterisk_proto::ami::Response;
use asterisk_proto::ami::event::{BridgeInfoChannel, BridgeListItem, BridgeTechnologyListItem};

use super::Aggregate;
use super::macros::{ami_action, words};
use super::output::{aggregate, response};

words! {
    /// Who hears a tone when two channels are put together.
    pub enum BridgeTone {
        /// Nobody.
        No = "no",
        /// The first channel.
        Channel1 = "Channel1",
        /// The second channel.
        Channel2 = "Channel2",
        /// Both channels.
        Both = "Both",
    }
}

ami_action!(
    /// Puts two channels that are answered into one call (privilege `call`).
    ///
    /// Both are taken out of what they do; an
    /// [`BridgeEnter`](asterisk_proto::ami::event::BridgeEnter) follows for each. When one cannot be
    /// added, the action is refused, and the other may be hung up by then. The server takes a channel
    /// whose name or id only begins with what is given, too: `7` may be `7-2`.
    #[action("Bridge")]
    pub struct Bridge {
        #[required("Channel1")]
        /// The first channel's name or unique id.
        channel_1: String,
        #[required("Channel2")]
        /// The second channel's name or unique id.
        channel_2: String,
        #[optional("Tone")]
        /// Who hears a tone at the beginning; nobody when not given.
        tone: BridgeTone,
    },
    Response,
    response
);

ami_action!(
    /// Ends a bridge; the channels in it are hung up.
    #[action("BridgeDestroy")]
    pub struct BridgeDestroy {
        #[required("BridgeUniqueid")]
        /// The bridge. One that does not exist is refused.
        bridge_unique_id: BridgeId,
    },
    Response,
    response
);

ami_action!(
    /// Lists the channels in a bridge.
    ///
    /// The event that ends the list describes the bridge; read it as a
    /// [`BridgeInfoComplete`](asterisk_proto::ami::event::BridgeInfoComplete).
    #[action("BridgeInfo")]
    pub struct BridgeInfo {
        #[required("BridgeUniqueid")]
        /// The bridge. One that does not exist is refused.
        bridge_unique_id: BridgeId,
    },
    Aggregate<BridgeInfoChannel>,
    aggregate
);

ami_action!(
    /// Takes a channel out of its bridge, which ends a call of two for both.
    #[action("BridgeKick")]
    pub struct BridgeKick {
        #[required("Channel")]
        /// The channel's name or unique id. One that is in no bridge is refused.
        channel: String,
        #[optional("BridgeUniqueid")]
        /// The bridge that it has to be in; any when not given.
        bridge_unique_id: BridgeId,
    },
    Response,
    response
);

ami_action!(
    /// Lists the bridges.
    #[action("BridgeList")]
    pub struct BridgeList {
        #[optional("BridgeType")]
        /// Only bridges of this technology, such as `simple_bridge` or `softmix`. The header calls it
        /// a type, but servers compare with the technology.
        technology: String,
    },
    Aggregate<BridgeListItem>,
    aggregate
);

ami_action!(
    /// Lists the ways in which this server can mix.
    #[action("BridgeTechnologyList")]
    pub struct BridgeTechnologyList {},
    Aggregate<BridgeTechnologyListItem>,
    aggregate
);

ami_action!(
    /// Keeps new bridges from mixing in some way; those that do go on.
    #[action("BridgeTechnologySuspend")]
    pub struct BridgeTechnologySuspend {
        #[required("BridgeTechnology")]
        /// The way, such as `softmix`. One that the server does not have is refused.
        technology: String,
    },
    Response,
    response
);

ami_action!(
    /// Lets new bridges mix in some way again.
    #[action("BridgeTechnologyUnsuspend")]
    pub struct BridgeTechnologyUnsuspend {
        #[required("BridgeTechnology")]
        /// The way, such as `softmix`. One that the server does not have is refused.
        technology: String,
    },
    Response,
    response
);
