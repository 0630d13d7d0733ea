//! DAHDI hardware and PRI spans, module `chan_dahdi`; few packages of Asterisk have it.

use asterisk_proto::ami::Response;
use asterisk_proto::ami::event;

use super::Aggregate;
use super::macros::{ami_action, words};
use super::output::{aggregate, response};

ami_action!(
    /// Dials digits on a channel that is off the hook (module `chan_dahdi`).
    ///
    /// Success means that the digits are queued. A channel without a call is refused.
    #[doc(alias = "DAHDIDialOffhook")]
    #[action("DAHDIDialOffhook")]
    pub struct DahdiDialOffhook {
        #[required("DAHDIChannel")]
        /// The channel's number, as `chan_dahdi.conf` counts them.
        dahdi_channel: u32,
        #[required("Number")]
        /// The digits.
        number: String,
    },
    Response,
    response
);

ami_action!(
    /// Switches do not disturb off for a channel (module `chan_dahdi`).
    ///
    /// It raises [`DndState`](event::DndState). A channel that does not exist: `No such channel`.
    #[doc(alias = "DAHDIDNDoff")]
    #[action("DAHDIDNDoff")]
    pub struct DahdiDndOff {
        #[required("DAHDIChannel")]
        /// The channel's number, as `chan_dahdi.conf` counts them.
        dahdi_channel: u32,
    },
    Response,
    response
);

ami_action!(
    /// Switches do not disturb on for a channel (module `chan_dahdi`).
    ///
    /// It raises [`DndState`](event::DndState). A channel that does not exist: `No such channel`.
    #[doc(alias = "DAHDIDNDon")]
    #[action("DAHDIDNDon")]
    pub struct DahdiDndOn {
        #[required("DAHDIChannel")]
        /// The channel's number, as `chan_dahdi.conf` counts them.
        dahdi_channel: u32,
    },
    Response,
    response
);

ami_action!(
    /// Acts as if the phone on an analog channel was hung up (module `chan_dahdi`). A channel that
    /// does not exist: `No such channel`.
    #[doc(alias = "DAHDIHangup")]
    #[action("DAHDIHangup")]
    pub struct DahdiHangup {
        #[required("DAHDIChannel")]
        /// The channel's number, as `chan_dahdi.conf` counts them.
        dahdi_channel: u32,
    },
    Response,
    response
);

ami_action!(
    /// Restarts all channels (module `chan_dahdi`).
    ///
    /// **It ends every call on them.**
    #[doc(alias = "DAHDIRestart")]
    #[action("DAHDIRestart")]
    pub struct DahdiRestart {},
    Response,
    response
);

ami_action!(
    /// Lists the channels (module `chan_dahdi`).
    #[doc(alias = "DAHDIShowChannels")]
    #[action("DAHDIShowChannels")]
    pub struct DahdiShowChannels {
        #[optional("DAHDIChannel")]
        /// Only this channel; without it, all.
        dahdi_channel: u32,
    },
    Aggregate<event::DahdiShowChannels>,
    aggregate
);

ami_action!(
    /// Lists the spans and their alarms (Asterisk 22, module `chan_dahdi`).
    ///
    /// Without the hardware's driver: `No DAHDI detected`.
    #[doc(alias = "DAHDIShowStatus")]
    #[action("DAHDIShowStatus")]
    pub struct DahdiShowStatus {},
    Aggregate<event::DahdiShowStatus>,
    aggregate
);

ami_action!(
    /// Acts as if the hook of the phone on an analog channel was flashed (module `chan_dahdi`). A
    /// channel that does not exist: `No such channel`.
    #[doc(alias = "DAHDITransfer")]
    #[action("DAHDITransfer")]
    pub struct DahdiTransfer {
        #[required("DAHDIChannel")]
        /// The channel's number, as `chan_dahdi.conf` counts them.
        dahdi_channel: u32,
    },
    Response,
    response
);

ami_action!(
    /// Writes what PRI debugging says to a file (privilege `system`; module `chan_dahdi` with PRI).
    #[doc(alias = "PRIDebugFileSet")]
    #[action("PRIDebugFileSet")]
    pub struct PriDebugFileSet {
        #[required("File")]
        /// The file's path on the server.
        file: String,
    },
    Response,
    response
);

ami_action!(
    /// Writes what PRI debugging says to no file any more (module `chan_dahdi` with PRI).
    #[doc(alias = "PRIDebugFileUnset")]
    #[action("PRIDebugFileUnset")]
    pub struct PriDebugFileUnset {},
    Response,
    response
);

ami_action!(
    /// Chooses how much PRI debugging says of a span (module `chan_dahdi` with PRI).
    #[doc(alias = "PRIDebugSet")]
    #[action("PRIDebugSet")]
    pub struct PriDebugSet {
        #[required("Span")]
        /// The number of the span.
        span: u32,
        #[required("Level")]
        /// How much.
        level: PriDebugLevel,
    },
    Response,
    response
);

ami_action!(
    /// Lists the D channels (module `chan_dahdi` with PRI).
    #[doc(alias = "PRIShowSpans")]
    #[action("PRIShowSpans")]
    pub struct PriShowSpans {
        #[optional("Span")]
        /// Only those of this span; without it or with 0, all.
        span: u32,
    },
    Aggregate<event::PriShowSpans>,
    aggregate
);

words! {
    /// How much PRI debugging says.
    pub enum PriDebugLevel {
        /// Nothing.
        Off = "off",
        /// The messages of Q.931.
        On = "on",
        /// These and the bytes.
        Hex = "hex",
        /// These and the messages of Q.921.
        Intense = "intense",
    }
}
