//! Faxes: sessions and how they came out (module `res_fax`).

use super::super::field::word_fields;
use super::super::{ChannelSnapshot, Field, Message};
use super::macros::{ami_event, list_end};
use crate::Text;
use crate::open_enum::open_enum;

ami_event!(
    /// The fax session that the action `FAXSession` asks for.
    ///
    /// What is known depends on the operation and how far it has come; all from
    /// `error_correction_mode` on is absent before a session has begun.
    #[doc(alias = "FAXSession")]
    #[event("FAXSession")]
    pub struct FaxSession {
        /// The session's number.
        #[header("SessionNumber")]
        pub session_number: Option<u32>,
        /// What it does.
        #[header("Operation")]
        pub operation: Option<FaxOperation>,
        /// How far it has come.
        #[header("State")]
        pub state: Option<FaxSessionState>,
        /// Whether both sides correct errors (ECM).
        #[header("ErrorCorrectionMode")]
        pub error_correction_mode: Option<bool>,
        /// Bits a second.
        #[header("DataRate")]
        pub data_rate: Option<u32>,
        /// Resolution of the page, as `<across>x<down>`; `0x0` before the first.
        #[header("ImageResolution")]
        pub image_resolution: Option<Text>,
        /// Which page is on its way, from 1.
        #[header("PageNumber")]
        pub page_number: Option<u32>,
        /// The TIFF file that is sent or written.
        #[header("FileName")]
        pub file_name: Option<Text>,
        /// Pages sent so far.
        #[header("PagesTransmitted")]
        pub pages_transmitted: Option<u32>,
        /// Pages received so far.
        #[header("PagesReceived")]
        pub pages_received: Option<u32>,
        /// Lines of the picture that came damaged.
        #[header("TotalBadLines")]
        pub total_bad_lines: Option<u32>,
    }
);

list_end!(
    /// The end of the list of `FAXSessions`.
    #[doc(alias = "FAXSessionsComplete")]
    #[event("FAXSessionsComplete")]
    pub struct FaxSessionsComplete {
        /// The same number.
        #[header("Total")]
        pub total: Option<u32>,
    }
);

ami_event!(
    /// One fax session of the list that the action `FAXSessions` asks for.
    #[doc(alias = "FAXSessionsEntry")]
    #[event("FAXSessionsEntry")]
    pub struct FaxSessionsEntry {
        /// The channel's name.
        #[header("Channel")]
        pub channel: Option<Text>,
        /// The fax engine, such as `Spandsp`.
        #[header("Technology")]
        pub technology: Option<Text>,
        /// The session's number, which the action `FAXSession` takes.
        #[header("SessionNumber")]
        pub session_number: Option<u32>,
        /// How the fax travels.
        #[header("SessionType")]
        pub session_type: Option<FaxSessionType>,
        /// What it does.
        #[header("Operation")]
        pub operation: Option<FaxOperation>,
        /// How far it has come.
        #[header("State")]
        pub state: Option<FaxSessionState>,
        /// The TIFF files that are sent or written.
        #[header("Files", comma_list)]
        pub files: Vec<Text>,
    }
);

ami_event!(
    /// The counters that the action `FAXStats` asks for, since the module was loaded.
    #[doc(alias = "FAXStats")]
    #[event("FAXStats")]
    pub struct FaxStats {
        /// Sessions that run.
        #[header("CurrentSessions")]
        pub current_sessions: Option<u32>,
        /// Sessions that are reserved for calls, and do not run yet.
        #[header("ReservedSessions")]
        pub reserved_sessions: Option<u32>,
        /// Attempts to send.
        #[header("TransmitAttempts")]
        pub transmit_attempts: Option<u32>,
        /// Attempts to receive.
        #[header("ReceiveAttempts")]
        pub receive_attempts: Option<u32>,
        /// Sessions that ended, those that failed among them.
        #[header("CompletedFAXes")]
        pub completed: Option<u32>,
        /// Sessions that failed.
        #[header("FailedFAXes")]
        pub failed: Option<u32>,
    }
);

ami_event!(
    /// A fax comes to a new stage (class `call`).
    #[doc(alias = "FAXStatus")]
    #[event("FAXStatus")]
    pub struct FaxStatus {
        /// The channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// What the channel does.
        #[header("Operation")]
        pub operation: Option<FaxOperation>,
        /// The stage, in the server's words, such as `FAX Transmission In Progress`.
        #[header("Status")]
        pub status: Option<Text>,
        /// What this side calls itself; often empty.
        #[header("LocalStationID")]
        pub local_station_id: Option<Text>,
        /// The TIFF files that are sent or written.
        #[header("FileName")]
        pub file_names: Vec<Text>,
    }
);

ami_event!(
    /// The application `ReceiveFAX` ended, well or not (class `call`).
    ///
    /// Whether it went well is in the channel's variable `FAXOPT(status)`.
    #[doc(alias = "ReceiveFAX")]
    #[event("ReceiveFAX")]
    pub struct ReceiveFax {
        /// The channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// What this side calls itself; often empty.
        #[header("LocalStationID")]
        pub local_station_id: Option<Text>,
        /// What the other side calls itself; empty if it did not say.
        #[header("RemoteStationID")]
        pub remote_station_id: Option<Text>,
        /// Pages received.
        #[header("PagesTransferred")]
        pub pages_transferred: Option<u32>,
        /// Resolution of the pages, as `<across>x<down>`; `0x0` if there were none.
        #[header("Resolution")]
        pub resolution: Option<Text>,
        /// Bits a second.
        #[header("TransferRate")]
        pub transfer_rate: Option<u32>,
        /// The TIFF file that was written.
        #[header("FileName")]
        pub file_names: Vec<Text>,
    }
);

ami_event!(
    /// The application `SendFAX` ended, well or not (class `call`).
    ///
    /// Whether it went well is in the channel's variable `FAXOPT(status)`.
    #[doc(alias = "SendFAX")]
    #[event("SendFAX")]
    pub struct SendFax {
        /// The channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// What this side calls itself; often empty.
        #[header("LocalStationID")]
        pub local_station_id: Option<Text>,
        /// What the other side calls itself; empty if it did not say.
        #[header("RemoteStationID")]
        pub remote_station_id: Option<Text>,
        /// Pages sent.
        #[header("PagesTransferred")]
        pub pages_transferred: Option<u32>,
        /// Resolution of the pages, as `<across>x<down>`; `0x0` if there were none.
        #[header("Resolution")]
        pub resolution: Option<Text>,
        /// Bits a second.
        #[header("TransferRate")]
        pub transfer_rate: Option<u32>,
        /// The TIFF files that were to be sent.
        #[header("FileName")]
        pub file_names: Vec<Text>,
    }
);

open_enum!(
    /// What a fax session does.
    pub enum FaxOperation {
        /// It sends.
        #[wire("send")]
        Send,
        /// It receives.
        #[wire("receive")]
        Receive,
        /// It translates between T.38 and audio.
        #[wire("gateway")]
        Gateway,
        /// It listens for the tone that begins a fax.
        #[wire("V.21")]
        V21Detection,
        /// Nothing that it would tell.
        #[wire("none")]
        None,
    }
);

open_enum!(
    /// How far a fax session has come.
    pub enum FaxSessionState {
        /// It is made, nothing more.
        #[wire("Uninitialized")]
        Uninitialized,
        /// It is set up.
        #[wire("Initialized")]
        Initialized,
        /// It can begin.
        #[wire("Open")]
        Open,
        /// It runs.
        #[wire("Active")]
        Active,
        /// It has ended.
        #[wire("Complete")]
        Complete,
        /// It is kept for a call.
        #[wire("Reserved")]
        Reserved,
        /// It does nothing: a gateway whose call has not turned into a fax.
        #[wire("Inactive")]
        Inactive,
        /// Asterisk itself says that it does not know.
        #[wire("Unknown")]
        Unknown,
    }
);

open_enum!(
    /// How a fax travels.
    pub enum FaxSessionType {
        /// As audio.
        #[wire("G.711")]
        G711,
        /// As packets of its own.
        #[wire("T.38")]
        T38,
        /// Not decided.
        #[wire("none")]
        None,
    }
);

word_fields!(FaxOperation, FaxSessionState, FaxSessionType);
