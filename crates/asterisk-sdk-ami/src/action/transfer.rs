//! Handing a call on to somebody else.

use asterisk_proto::ami::Response;

use super::macros::ami_action;
use super::output::response;

ami_action!(
    /// Begins an attended transfer: the channel's other end waits, and the channel talks to an
    /// extension (privilege `call`).
    ///
    /// The server only presses keys in the channel's place: the one for `atxfer` of features.conf, and
    /// then the extension. So the extension can hold nothing but digits, the channel must be in a
    /// call that allows it transfers (`Dial` with `t` or `T`), and the answer means no more than that
    /// the keys are queued. The transfer is made when the channel hangs up, and the event
    /// [`AttendedTransfer`](asterisk_proto::ami::event::AttendedTransfer) tells of it.
    #[action("Atxfer")]
    pub struct Atxfer {
        #[required("Channel")]
        /// The name or unique id of the transferer's channel.
        channel: String,
        #[required("Exten")]
        /// The extension to talk to, digits only.
        exten: String,
        #[optional("Context")]
        /// The context of the extension; otherwise the channel's `TRANSFER_CONTEXT`, or where it is.
        context: String,
    },
    Response,
    response
);

ami_action!(
    /// Sends the other end of a channel's call to an extension; the channel itself is out (privilege
    /// `call`).
    ///
    /// The event [`BlindTransfer`](asterisk_proto::ami::event::BlindTransfer) follows. The server does
    /// not look whether the extension exists.
    #[action("BlindTransfer")]
    pub struct BlindTransfer {
        #[required("Channel")]
        /// The name or unique id of the transferer's channel.
        channel: String,
        #[required("Exten")]
        /// The extension.
        exten: String,
        #[optional("Context")]
        /// The context of the extension; otherwise the channel's own.
        context: String,
    },
    Response,
    response
);

ami_action!(
    /// Takes back an attended transfer that was begun: the channel is with its first call again
    /// (privilege `call`).
    ///
    /// The server presses the keys for `atxferabort` of features.conf in the channel's place, and
    /// accepts it of any channel.
    #[action("CancelAtxfer")]
    pub struct CancelAtxfer {
        #[required("Channel")]
        /// The name or unique id of the transferer's channel.
        channel: String,
    },
    Response,
    response
);
