//! Key presses and other signals that are played to or on a channel.

use std::time::Duration;

use asterisk_proto::ami::Response;

use super::macros::ami_action;
use super::output::response;

ami_action!(
    /// Presses a key (privilege `call`, module `app_senddtmf`).
    ///
    /// The events [`DtmfBegin`](asterisk_proto::ami::event::DtmfBegin) and
    /// [`DtmfEnd`](asterisk_proto::ami::event::DtmfEnd) follow. The server does not say whether the
    /// key is one.
    #[doc(alias = "PlayDTMF")]
    #[action("PlayDTMF")]
    pub struct PlayDtmf {
        #[required("Channel")]
        /// The channel's name or unique id.
        channel: String,
        #[required("Digit")]
        /// The key: `0` to `9`, `*`, `#` or `A` to `D`; only the first character counts.
        digit: String,
        #[optional("Duration", milliseconds)]
        /// How long the key is down, in milliseconds; otherwise the server's own time, at least 80.
        duration: Duration,
        #[optional("Receive")]
        /// Acts as if the far end had pressed the key, instead of playing it to the far end.
        receive: bool,
    },
    Response,
    response
);

ami_action!(
    /// Plays a tone of the multi-frequency signalling between old exchanges to the far end (privilege
    /// `call`, module `app_mf`).
    #[doc(alias = "PlayMF")]
    #[action("PlayMF")]
    pub struct PlayMf {
        #[required("Channel")]
        /// The channel's name or unique id.
        channel: String,
        #[required("Digit")]
        /// The tone: `0` to `9`, `*` (KP), `#` (ST), `A` to `C` (further ends); only the first
        /// character counts.
        digit: String,
        #[optional("Duration", milliseconds)]
        /// How long it sounds, in milliseconds; otherwise the server's own time.
        duration: Duration,
    },
    Response,
    response
);

ami_action!(
    /// Flashes the hook (privilege `call`, module `app_senddtmf`, Asterisk 22).
    ///
    /// When received, the event [`Flash`](asterisk_proto::ami::event::Flash) follows.
    #[action("SendFlash")]
    pub struct SendFlash {
        #[required("Channel")]
        /// The channel's name or unique id.
        channel: String,
        #[optional("Receive")]
        /// Acts as if the far end had flashed, instead of sending a flash to it.
        receive: bool,
    },
    Response,
    response
);
