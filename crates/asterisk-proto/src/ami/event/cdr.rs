//! Call records: one for each finished call, and one for each step of it.

use std::time::Duration;

use super::super::field::word_fields;
use super::super::{Field, LocalDateTime, Message};
use super::macros::ami_event;
use crate::open_enum::open_enum;
use crate::{ChannelId, LinkedId, Text};

ami_event!(
    /// A call detail record, written when a call or a part of it has ended (class `cdr`, module
    /// `cdr_manager`, which has to be enabled in `cdr_manager.conf`).
    ///
    /// Fields that the `[mappings]` of that file add are among
    /// [`other_headers`](crate::ami::AmiEvent::other_headers).
    #[event("Cdr")]
    pub struct Cdr {
        /// What the call is billed to.
        #[header("AccountCode")]
        pub account_code: Option<Text>,
        /// The caller's number.
        #[header("Source")]
        pub source: Option<Text>,
        /// The extension that was called.
        #[header("Destination")]
        pub destination: Option<Text>,
        /// The context of that extension.
        #[header("DestinationContext")]
        pub destination_context: Option<Text>,
        /// The caller's name and number, as `"Name" <number>`.
        #[header("CallerID")]
        pub caller_id: Option<Text>,
        /// The name of the calling channel.
        #[header("Channel")]
        pub channel: Option<Text>,
        /// The name of the called channel, empty when no other took part.
        #[header("DestinationChannel")]
        pub destination_channel: Option<Text>,
        /// The last application that the calling channel ran.
        #[header("LastApplication")]
        pub last_application: Option<Text>,
        /// What that application was called with.
        #[header("LastData")]
        pub last_data: Option<Text>,
        /// When the call began.
        #[header("StartTime")]
        pub start_time: Option<LocalDateTime>,
        /// When it was answered; absent when it was not.
        #[header("AnswerTime")]
        pub answer_time: Option<LocalDateTime>,
        /// When it ended.
        #[header("EndTime")]
        pub end_time: Option<LocalDateTime>,
        /// From its begin to its end, in whole seconds.
        #[header("Duration", seconds)]
        pub duration: Option<Duration>,
        /// From the answer to the end, in whole seconds.
        #[header("BillableSeconds", seconds)]
        pub billable_duration: Option<Duration>,
        /// How it came out.
        #[header("Disposition")]
        pub disposition: Option<CdrDisposition>,
        /// How it is to be accounted for.
        #[header("AMAFlags")]
        pub ama_flags: Option<AmaFlags>,
        /// The calling channel.
        #[header("UniqueID")]
        pub unique_id: Option<ChannelId>,
        /// What the dialplan put into `CDR(userfield)`.
        #[header("UserField")]
        pub user_field: Option<Text>,
    }
);

ami_event!(
    /// A step in the life of a channel, for accounting (class `call`, module `cel_manager`, which has
    /// to be enabled in `cel.conf`).
    #[doc(alias = "CEL")]
    #[event("CEL")]
    pub struct Cel {
        /// What happened. Unless `show_user_defined` is on, a step that the dialplan made up has its
        /// own name here.
        #[header("EventName")]
        pub event_name: Option<CelEventName>,
        /// The name of a step that the dialplan made up, where `show_user_defined` is on.
        #[header("UserDefType")]
        pub user_defined_type: Option<Text>,
        /// What the channel is billed to.
        #[header("AccountCode")]
        pub account_code: Option<Text>,
        /// The caller's number.
        #[header("CallerIDnum")]
        pub caller_id_number: Option<Text>,
        /// The caller's name.
        #[header("CallerIDname")]
        pub caller_id_name: Option<Text>,
        /// The number that pays for the call (automatic number identification).
        #[header("CallerIDani")]
        pub caller_id_ani: Option<Text>,
        /// The number that redirected the call.
        #[header("CallerIDrdnis")]
        pub caller_id_rdnis: Option<Text>,
        /// The number that was dialled.
        #[header("CallerIDdnid")]
        pub caller_id_dnid: Option<Text>,
        /// The extension that the channel is at.
        #[header("Exten")]
        pub exten: Option<Text>,
        /// The context of that extension.
        #[header("Context")]
        pub context: Option<Text>,
        /// The channel's name.
        #[header("Channel")]
        pub channel: Option<Text>,
        /// The application that it runs.
        #[header("Application")]
        pub application: Option<Text>,
        /// What that application was called with.
        #[header("AppData")]
        pub application_data: Option<Text>,
        /// When it happened; absent when `dateformat` of `cel.conf` gives it another form.
        #[header("EventTime")]
        pub event_time: Option<LocalDateTime>,
        /// How the channel is to be accounted for.
        #[header("AMAFlags")]
        pub ama_flags: Option<AmaFlags>,
        /// The channel.
        #[header("UniqueID")]
        pub unique_id: Option<ChannelId>,
        /// The call that it belongs to.
        #[header("LinkedID")]
        pub linked_id: Option<LinkedId>,
        /// What the dialplan put into `CHANNEL(userfield)`.
        #[header("Userfield")]
        pub user_field: Option<Text>,
        /// The name of the channel that it is bridged with, or several with commas between.
        #[header("Peer")]
        pub peer: Option<Text>,
        /// What that channel is billed to.
        #[header("PeerAccount")]
        pub peer_account: Option<Text>,
        /// More about what happened, as a JSON object: of a hangup the cause, of a bridge its id.
        #[header("Extra")]
        pub extra: Option<Text>,
    }
);

open_enum! {
    /// How a call came out, in its record.
    pub enum CdrDisposition {
        /// It was answered.
        #[wire("ANSWERED")]
        Answered,
        /// Nobody answered.
        #[wire("NO ANSWER")]
        NoAnswer,
        /// The called party was busy.
        #[wire("BUSY")]
        Busy,
        /// There was no way through.
        #[wire("CONGESTION")]
        Congestion,
        /// It could not be made.
        #[wire("FAILED")]
        Failed,
        /// None of these.
        #[wire("UNKNOWN")]
        Unknown,
    }
}

open_enum! {
    /// How a call is to be accounted for (automatic message accounting).
    pub enum AmaFlags {
        /// Leave it out.
        #[wire("OMIT")]
        Omit,
        /// For the bill.
        #[wire("BILLING")]
        Billing,
        /// For the files; what Asterisk takes unless told otherwise.
        #[wire("DOCUMENTATION")]
        Documentation,
        /// Not set.
        #[wire("Unknown")]
        Unknown,
    }
}

open_enum! {
    /// A step in the life of a channel, in [`Cel`].
    pub enum CelEventName {
        /// The channel was made.
        #[wire("CHAN_START")]
        ChannelStart,
        /// The channel is gone.
        #[wire("CHAN_END")]
        ChannelEnd,
        /// The channel was answered.
        #[wire("ANSWER")]
        Answer,
        /// The channel was hung up.
        #[wire("HANGUP")]
        Hangup,
        /// The channel entered a bridge.
        #[wire("BRIDGE_ENTER")]
        BridgeEnter,
        /// The channel left a bridge.
        #[wire("BRIDGE_EXIT")]
        BridgeExit,
        /// One of the applications that `cel.conf` names began.
        #[wire("APP_START")]
        ApplicationStart,
        /// One of the applications that `cel.conf` names ended.
        #[wire("APP_END")]
        ApplicationEnd,
        /// The channel was parked.
        #[wire("PARK_START")]
        ParkStart,
        /// The channel left the parking lot.
        #[wire("PARK_END")]
        ParkEnd,
        /// The call was transferred without a word to the target.
        #[wire("BLINDTRANSFER")]
        BlindTransfer,
        /// The call was transferred after a talk with the target.
        #[wire("ATTENDEDTRANSFER")]
        AttendedTransfer,
        /// The ringing channel was picked up.
        #[wire("PICKUP")]
        Pickup,
        /// The call was forwarded.
        #[wire("FORWARD")]
        Forward,
        /// The last channel of the call is gone.
        #[wire("LINKEDID_END")]
        LinkedIdEnd,
        /// A pair of Local channels was taken out of the call.
        #[wire("LOCAL_OPTIMIZE")]
        LocalOptimize,
        /// A pair of Local channels is about to be taken out of the call (Asterisk 22).
        #[wire("LOCAL_OPTIMIZE_BEGIN")]
        LocalOptimizeBegin,
        /// A sound began to play (Asterisk 22).
        #[wire("STREAM_BEGIN")]
        StreamBegin,
        /// A sound ended (Asterisk 22).
        #[wire("STREAM_END")]
        StreamEnd,
        /// A digit was received (Asterisk 22).
        #[wire("DTMF")]
        Dtmf,
        /// The dialplan made it up with `CELGenUserEvent`.
        #[wire("USER_DEFINED")]
        UserDefined,
    }
}

word_fields!(CdrDisposition, AmaFlags, CelEventName);
