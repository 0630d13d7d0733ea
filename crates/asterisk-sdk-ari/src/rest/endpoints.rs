//! Endpoints: `/endpoints`.
//!
//! Operations on one are those of [`Endpoint`](crate::handle::Endpoint).

use asterisk_proto::ari::model;

use super::macros::{awaits_output, operation};
use crate::client::Client;

/// Operations on all endpoints.
#[derive(Debug, Clone, Copy)]
pub struct Endpoints<'a>(pub(crate) &'a Client);

impl Endpoints<'_> {
    /// Lists the endpoints of all technologies.
    pub fn list(&self) -> ListEndpoints {
        ListEndpoints::new(self.0.clone())
    }

    /// Lists the endpoints of one technology, such as `PJSIP`.
    pub fn technology(&self, technology: impl Into<String>) -> ListEndpointsByTechnology {
        ListEndpointsByTechnology::new(self.0.clone(), technology.into())
    }

    /// Sends a text message to any address: `pjsip:100`, `pjsip:sip:100@pbx.example`.
    pub fn send_message(&self, to: impl Into<String>, from: impl Into<String>) -> SendMessage {
        SendMessage::new(self.0.clone(), to.into(), from.into())
    }

    /// Asks any address to call another one.
    pub fn refer(
        &self,
        to: impl Into<String>,
        from: impl Into<String>,
        refer_to: impl Into<String>,
    ) -> Refer {
        Refer::new(self.0.clone(), to.into(), from.into(), refer_to.into())
    }
}

operation!(
    /// Lists the endpoints of all technologies.
    #[request(GET, "/endpoints", Vec<model::Endpoint>)]
    pub struct ListEndpoints {}
);

operation!(
    /// Lists the endpoints of one technology.
    ///
    /// Refused with 404 for a technology that is unknown or has no endpoints, such as `Local`.
    #[request(GET, "/endpoints/{tech}", Vec<model::Endpoint>)]
    pub struct ListEndpointsByTechnology {
        #[required(path, "tech")]
        technology: String,
    }
);

operation!(
    /// Reads an endpoint's state. Refused with 404 when there is none.
    #[request(GET, "/endpoints/{tech}/{resource}", model::Endpoint)]
    pub struct GetEndpoint {
        #[required(path, "tech")]
        technology: String,
        #[required(path, "resource")]
        resource: String,
    }
);

operation!(
    /// Sends a text message to an address. Accepted before it is delivered, and without a word if it
    /// is not.
    ///
    /// Refused with 404 when the address has no technology that sends messages, or is that of an
    /// endpoint that cannot be reached.
    #[request(PUT, "/endpoints/sendMessage", ())]
    pub struct SendMessage {
        #[required(query, "to")]
        to: String,
        #[required(query, "from")]
        from: String,
        /// The text.
        #[optional(text, "body")]
        body: String,
        /// A header of the message, or what the technology makes of it.
        #[optional(map, "variables")]
        variable: String,
    }
);

operation!(
    /// Sends a text message to an endpoint. Accepted before it is delivered, and without a word if
    /// it is not.
    ///
    /// Refused with 404 when there is no such endpoint, or it cannot be reached.
    #[request(PUT, "/endpoints/{tech}/{resource}/sendMessage", ())]
    pub struct SendMessageToEndpoint {
        #[required(path, "tech")]
        technology: String,
        #[required(path, "resource")]
        resource: String,
        #[required(query, "from")]
        from: String,
        /// The text.
        #[optional(text, "body")]
        body: String,
        /// A header of the message, or what the technology makes of it.
        #[optional(map, "variables")]
        variable: String,
    }
);

operation!(
    /// Asks an address to call another one (a SIP REFER outside of a call). Asterisk 22, module
    /// `res_pjsip_refer`.
    ///
    /// Accepted before it is delivered. Refused with 404 when the address has no technology that can
    /// do it, or is that of an endpoint that cannot be reached.
    #[request(POST, "/endpoints/refer", ())]
    pub struct Refer {
        #[required(query, "to")]
        to: String,
        #[required(query, "from")]
        from: String,
        #[required(query, "refer_to")]
        target: String,
        /// Whether the call goes to this server: the host of the address is replaced by its own.
        #[optional(value, "to_self")]
        to_self: bool,
        /// A header of the REFER, or `display_name`.
        #[optional(map, "variables")]
        variable: String,
    }
);

operation!(
    /// Asks an endpoint to call an address (a SIP REFER outside of a call). Asterisk 22, module
    /// `res_pjsip_refer`.
    ///
    /// Accepted before it is delivered. Refused with 404 when there is no such endpoint, or it
    /// cannot be reached.
    #[request(POST, "/endpoints/{tech}/{resource}/refer", ())]
    pub struct ReferEndpoint {
        #[required(path, "tech")]
        technology: String,
        #[required(path, "resource")]
        resource: String,
        #[required(query, "from")]
        from: String,
        #[required(query, "refer_to")]
        target: String,
        /// Whether the call goes to this server: the host of the address is replaced by its own.
        #[optional(value, "to_self")]
        to_self: bool,
        /// A header of the REFER, or `display_name`.
        #[optional(map, "variables")]
        variable: String,
    }
);

awaits_output!(
    ListEndpoints,
    ListEndpointsByTechnology,
    GetEndpoint,
    SendMessage,
    SendMessageToEndpoint,
    Refer,
    ReferEndpoint,
);
