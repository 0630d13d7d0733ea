//! Text messages, in calls and outside.

use asterisk_proto::ami::Response;

use super::macros::ami_action;
use super::output::response;

ami_action!(
    /// Sends a message by XMPP (privilege `system`, module `res_xmpp`).
    #[action("JabberSend")]
    pub struct JabberSend {
        #[required("Jabber")]
        /// The client or component of xmpp.conf that sends it.
        jabber: String,
        #[required("JID")]
        /// To whom, as `name@server`.
        jid: String,
        #[required("Message")]
        /// The text.
        message: String,
    },
    Response,
    response
);

ami_action!(
    /// Sends a text message outside a call, as by SIP MESSAGE (privilege `message`).
    ///
    /// The answer means that the technology took it, not that it arrived. A technology that the server
    /// does not have is refused with other words than a peer that it cannot reach.
    #[action("MessageSend")]
    pub struct MessageSend {
        #[required("To")]
        /// To whom, with the technology: `pjsip:100` is an endpoint. With a destination, what the
        /// message itself names as its receiver.
        to: String,
        #[optional("Destination")]
        /// Where it is sent, if not to what it names as its receiver.
        destination: String,
        #[optional("From")]
        /// From whom; the technology may want its own form, as `sip:100@example.org`.
        from: String,
        #[optional("Body")]
        /// The text, which can have no line breaks.
        body: String,
        #[optional("Base64Body")]
        /// The text in base64, line breaks and all; takes the place of the other.
        base64_body: String,
        #[repeated("Variable")]
        /// A variable of the message, as `name=value`; the technology may make a header of it. A comma
        /// in it begins a further variable.
        variable: String,
    },
    Response,
    response
);

ami_action!(
    /// Sends text within a call, as by SIP MESSAGE or real-time text (privilege `call`).
    ///
    /// Technologies that cannot, such as Local channels, accept it and drop it.
    #[action("SendText")]
    pub struct SendText {
        #[required("Channel")]
        /// The channel's name or unique id.
        channel: String,
        #[required("Message")]
        /// The text.
        message: String,
        #[optional("Content-Type")]
        /// What the text is, such as `text/html`; left to the technology when not given.
        content_type: String,
    },
    Response,
    response
);
