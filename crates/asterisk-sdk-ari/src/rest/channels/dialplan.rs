//! Where a channel goes next.

use asterisk_proto::ChannelId;

use crate::rest::macros::{awaits_output, operation, words};

operation!(
    /// Takes a channel out of the application, and lets it go on in the dialplan: at the place that
    /// is named, or behind the `Stasis()` that it came from.
    ///
    /// A channel that was originated into the application goes on where its technology has put it,
    /// such as the extension of a Local channel; better name a place. One that does not exist ends
    /// the call, but an unknown label is refused with 404. From the reply on, other operations on the
    /// channel are refused with 409.
    #[request(POST, "/channels/{channelId}/continue", ())]
    pub struct Continue {
        #[required(path, "channelId")]
        id: ChannelId,
        /// The context to go on in; that of the channel without it.
        #[optional(text, "context")]
        context: String,
        /// The extension to go on in; that of the channel without it.
        #[optional(text, "extension")]
        extension: String,
        /// The priority to go on at; the next one without it.
        #[optional(value, "priority")]
        priority: i64,
        /// The label of a priority. It goes before a priority.
        #[optional(text, "label")]
        label: String,
    }
);

operation!(
    /// Hands a channel over to another application: a `StasisEnd` here, a `StasisStart` there.
    ///
    /// Accepted even if there is no such application: then `ApplicationMoveFailed` follows, and the
    /// channel stays.
    #[request(POST, "/channels/{channelId}/move", ())]
    pub struct MoveTo {
        #[required(path, "channelId")]
        id: ChannelId,
        // Asterisk dies of a request without it.
        #[required(query, "app")]
        app: String,
        /// The application's arguments, separated by commas.
        #[optional(text, "appArgs")]
        app_args: String,
    }
);

operation!(
    /// Sends the caller elsewhere by the means of the channel's own protocol: a SIP 302 before the
    /// call is answered, a REFER after it. If that succeeds the channel ends.
    ///
    /// Refused with 422 for an endpoint that is not `technology/resource`, or of another technology
    /// than the channel's.
    #[request(POST, "/channels/{channelId}/redirect", ())]
    pub struct Redirect {
        #[required(path, "channelId")]
        id: ChannelId,
        #[required(query, "endpoint")]
        endpoint: String,
    }
);

operation!(
    /// Tells the one who asked for a transfer how it goes: the answer to `ChannelTransfer`, which a
    /// channel causes whose function `PJSIP_TRANSFER_HANDLING()` is `ari-only`. Asterisk 22.
    ///
    /// Refused with 400 for an unknown state.
    #[request(POST, "/channels/{channelId}/transfer_progress", ())]
    pub struct TransferProgress {
        #[required(path, "channelId")]
        id: ChannelId,
        #[required(query, "states")]
        state: TransferState,
    }
);

awaits_output!(Continue, MoveTo, Redirect, TransferProgress);

words!(
    /// How a transfer goes.
    pub enum TransferState {
        /// The call to the target makes progress.
        #[wire("channel_progress")]
        Progress,
        /// The target has answered: the transfer is done.
        #[wire("channel_answered")]
        Answered,
        /// The target cannot be reached.
        #[wire("channel_unavailable")]
        Unavailable,
        /// The target does not want the call.
        #[wire("channel_declined")]
        Declined,
    }
);
