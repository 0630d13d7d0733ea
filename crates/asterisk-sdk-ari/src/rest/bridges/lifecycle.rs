//! A bridge's life.

use std::future::IntoFuture;

use asterisk_proto::BridgeId;
use asterisk_proto::ari::model;

use crate::error::RestError;
use crate::handle::Bridge;
use crate::rest::macros::{awaits_output, operation};
use crate::transport::BoxFuture;

operation!(
    /// Lists the bridges that there are.
    #[request(GET, "/bridges", Vec<model::Bridge>)]
    pub struct ListBridges {}
);

operation!(
    /// Makes a bridge.
    ///
    /// Gives a handle of it. Its id is chosen here unless [`CreateBridge::id`] is set, and its events
    /// are subscribed to before the request is sent.
    #[request(POST, "/bridges", model::Bridge)]
    pub struct CreateBridge {
        /// What it is for, separated by commas: `mixing` or `holding`, and `dtmf_events`,
        /// `proxy_media`, `video_sfu`, `video_single`, `sdp_label`.
        #[optional(text, "type")]
        bridge_type: String,
        /// The id of the bridge. One that is in use is refused with a conflict by Asterisk 22;
        /// Asterisk 16 gives the bridge that there is.
        #[optional(text, "bridgeId")]
        id: BridgeId,
        /// Its name.
        #[optional(text, "name")]
        name: String,
        /// A variable of the bridge. Asterisk 22.
        #[optional(map, "variables")]
        variable: String,
    }
);

impl IntoFuture for CreateBridge {
    type Output = Result<Bridge, RestError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            let client = self.client.clone();
            let id = self.id.get_or_insert_with(|| client.new_id().into()).clone();
            let events = client.events().bridge(&id).all();
            client.send(&self).await?;
            Ok(Bridge::staged(client, id, events))
        })
    }
}

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

awaits_output!(ListBridges, GetBridge, DestroyBridge);
