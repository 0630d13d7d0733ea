//! A bridge's life.

use asterisk_proto::BridgeId;
use asterisk_proto::ari::model;

use crate::rest::VariableValue;
use crate::rest::macros::{awaits_handle, awaits_output, operation};

operation!(
    /// Lists the bridges that there are: those of applications, and those of the dialplan.
    #[request(GET, "/bridges", Vec<model::Bridge>)]
    pub struct ListBridges {}
);

operation!(
    /// Makes a bridge. Without channels it stays until it is destroyed.
    ///
    /// Gives a handle of it. Its id is chosen here unless [`CreateBridge::id`] is set, and its events
    /// are subscribed to before the request is sent.
    ///
    /// The id is part of the path (`POST /bridges/{bridgeId}`): variables that go to the path without
    /// an id are refused by Asterisk 22 with 400, and the bridge is made nevertheless.
    ///
    /// Refused with 500 for an unknown type.
    #[request(POST, "/bridges", model::Bridge)]
    pub struct CreateBridge {
        /// What it is for, separated by commas: `mixing` or `holding`, and `dtmf_events`,
        /// `proxy_media`, `video_sfu`, `video_single`, `sdp_label`; `mixing` without it.
        #[optional(text, "type")]
        bridge_type: String,
        /// The id of the bridge. Asterisk 22 refuses one that is in use with a conflict; Asterisk 16
        /// gives the bridge that there is, and refuses with 500 if it has another name.
        #[optional(place, "bridgeId")]
        id: BridgeId,
        /// Its name.
        #[optional(text, "name")]
        name: String,
        /// A variable of the bridge. Asterisk 22; 16 takes no notice of it.
        #[optional(map, "variables")]
        variable: VariableValue,
    }
);

operation!(
    /// Reads a bridge's state.
    #[request(GET, "/bridges/{bridgeId}", model::Bridge)]
    pub struct GetBridge {
        #[required(path, "bridgeId")]
        id: BridgeId,
    }
);

operation!(
    /// Destroys a bridge. Its channels stay in the application.
    ///
    /// The reply may come before the last channel has left; until then the bridge can be read.
    #[request(DELETE, "/bridges/{bridgeId}", ())]
    pub struct DestroyBridge {
        #[required(path, "bridgeId")]
        id: BridgeId,
    }
);

awaits_handle!(CreateBridge => Bridge by bridge);
awaits_output!(ListBridges, GetBridge, DestroyBridge);
