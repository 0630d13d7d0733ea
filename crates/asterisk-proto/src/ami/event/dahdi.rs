//! DAHDI hardware: spans, channels, alarms, malicious calls.
//!
//! The modules `chan_dahdi` and `sig_pri` send these; few packages of Asterisk have them.

use super::super::field::word_fields;
use super::super::{ChannelSnapshot, Field, Message};
use super::macros::ami_event;
use crate::open_enum::open_enum;
use crate::{ChannelId, Text};

ami_event!(
    /// A channel lost its line (class `system`, module `chan_dahdi`).
    #[event("Alarm")]
    pub struct Alarm {
        /// The channel's number, as `chan_dahdi.conf` counts them.
        #[header("DAHDIChannel")]
        pub dahdi_channel: Option<Text>,
        /// What is wrong.
        #[header("Alarm")]
        pub alarm: Option<DahdiAlarm>,
    }
);

ami_event!(
    /// A channel has its line again (class `system`, module `chan_dahdi`).
    #[event("AlarmClear")]
    pub struct AlarmClear {
        /// The channel's number, as `chan_dahdi.conf` counts them.
        #[header("DAHDIChannel")]
        pub dahdi_channel: Option<Text>,
    }
);

ami_event!(
    /// All channels of a span lost their line at once (class `system`, module `chan_dahdi`).
    #[event("SpanAlarm")]
    pub struct SpanAlarm {
        /// The number of the span.
        #[header("Span")]
        pub span: Option<u32>,
        /// What is wrong.
        #[header("Alarm")]
        pub alarm: Option<DahdiAlarm>,
    }
);

ami_event!(
    /// A span has its line again (class `system`, module `chan_dahdi`).
    #[event("SpanAlarmClear")]
    pub struct SpanAlarmClear {
        /// The number of the span.
        #[header("Span")]
        pub span: Option<u32>,
    }
);

ami_event!(
    /// A channel of Asterisk was tied to a channel of the hardware, or to another one (class
    /// `call`, module `chan_dahdi`).
    #[doc(alias = "DAHDIChannel")]
    #[event("DAHDIChannel")]
    pub struct DahdiChannel {
        /// The channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The groups that the hardware channel is in, as a bit each.
        #[header("DAHDIGroup")]
        pub dahdi_group: Option<u64>,
        /// The span that it is on.
        #[header("DAHDISpan")]
        pub dahdi_span: Option<u32>,
        /// Its number in the hardware, `pseudo` for one without a line, `no_b_chan` for a call on
        /// hold.
        #[header("DAHDIChannel")]
        pub dahdi_channel: Option<Text>,
    }
);

ami_event!(
    /// Do not disturb was switched on or off for a channel (class `system`, module `chan_dahdi`).
    #[doc(alias = "DNDState")]
    #[event("DNDState")]
    pub struct DndState {
        /// The channel, as `DAHDI/<number>`.
        #[header("DAHDIChannel")]
        pub dahdi_channel: Option<Text>,
        /// Whether it is on now.
        #[header("Status")]
        pub status: Option<DndStatus>,
    }
);

ami_event!(
    /// A channel of the hardware, in the list of the action `DAHDIShowChannels` (module
    /// `chan_dahdi`).
    #[doc(alias = "DAHDIShowChannels")]
    #[event("DAHDIShowChannels")]
    pub struct DahdiShowChannels {
        /// Its number.
        #[header("DAHDIChannel")]
        pub dahdi_channel: Option<u32>,
        /// The name of the channel that uses it; absent when it is free.
        #[header("Channel")]
        pub channel: Option<Text>,
        /// That channel; absent when it is free.
        #[header("Uniqueid")]
        pub unique_id: Option<ChannelId>,
        /// What that channel is billed to; absent when it is free.
        #[header("AccountCode")]
        pub account_code: Option<Text>,
        /// How it signals, in words such as `FXS Kewlstart` or `ISDN PRI`.
        #[header("Signalling")]
        pub signalling: Option<Text>,
        /// The same as a number of the driver.
        #[header("SignallingCode")]
        pub signalling_code: Option<i32>,
        /// Where in the dialplan its calls begin.
        #[header("Context")]
        pub context: Option<Text>,
        /// Whether do not disturb is on.
        #[header("DND")]
        pub do_not_disturb: Option<DndStatus>,
        /// What is wrong with its line.
        #[header("Alarm")]
        pub alarm: Option<DahdiAlarm>,
        /// What the configuration says of it.
        #[header("Description")]
        pub description: Option<Text>,
    }
);

ami_event!(
    /// The end of the list of the action `DAHDIShowChannels`.
    #[doc(alias = "DAHDIShowChannelsComplete")]
    #[event("DAHDIShowChannelsComplete")]
    pub struct DahdiShowChannelsComplete {
        /// How the list ended: `Complete` or `Cancelled`.
        #[header("EventList")]
        pub event_list: Option<Text>,
        /// The same count as `ListItems`.
        #[header("Items")]
        pub items: Option<u32>,
        /// How many items the server says it sent.
        #[header("ListItems")]
        pub list_items: Option<u32>,
    }
);

ami_event!(
    /// A span, in the list of the action `DAHDIShowStatus` (Asterisk 22, module `chan_dahdi`).
    #[doc(alias = "DAHDIShowStatus")]
    #[event("DAHDIShowStatus")]
    pub struct DahdiShowStatus {
        /// Its number.
        #[header("Span")]
        pub span: Option<u32>,
        /// What the driver calls it.
        #[header("Description")]
        pub description: Option<Text>,
        /// `OK`, `UNCONFIGURED`, or alarms with slashes between: `BLU`, `YEL`, `RED`, `LB`
        /// (loopback), `REC` (recovering), `NOP` (not open), `UUU` (another).
        #[header("Alarms")]
        pub alarms: Option<Text>,
        /// How many interrupts were missed.
        #[header("IRQ")]
        pub missed_interrupts: Option<u32>,
        /// How often the line broke the rule of alternating pulses.
        #[header("bpviol")]
        pub bipolar_violations: Option<u32>,
        /// How many checksums were wrong.
        #[header("CRC")]
        pub crc_errors: Option<u32>,
        /// How frames are made.
        #[header("Framing")]
        pub framing: Option<DahdiFraming>,
        /// How bits are put on the line.
        #[header("Coding")]
        pub coding: Option<DahdiCoding>,
        /// `CRC4`, `YEL`, both with a slash between, or nothing.
        #[header("Options")]
        pub options: Option<Text>,
        /// How long the line is taken for, such as `0 db (CSU)/0-133 feet (DSX-1)`.
        #[header("LBO")]
        pub line_build_out: Option<Text>,
    }
);

ami_event!(
    /// The end of the list of the action `DAHDIShowStatus`.
    #[doc(alias = "DAHDIShowStatusComplete")]
    #[event("DAHDIShowStatusComplete")]
    pub struct DahdiShowStatusComplete {
        /// How the list ended: `Complete` or `Cancelled`.
        #[header("EventList")]
        pub event_list: Option<Text>,
        /// The same count as `ListItems`.
        #[header("Items")]
        pub items: Option<u32>,
        /// How many items the server says it sent.
        #[header("ListItems")]
        pub list_items: Option<u32>,
    }
);

ami_event!(
    /// A D channel, in the list of the action `PRIShowSpans` (module `chan_dahdi` with PRI).
    #[doc(alias = "PRIShowSpans")]
    #[event("PRIShowSpans")]
    pub struct PriShowSpans {
        /// The span.
        #[header("Span")]
        pub span: Option<u32>,
        /// The number of the D channel.
        #[header("DChannel")]
        pub d_channel: Option<u32>,
        /// Its rank on the span: `Primary`, `Secondary` and so on.
        #[header("Order")]
        pub order: Option<Text>,
        /// Whether it is the one in use.
        #[header("Active")]
        pub active: Option<bool>,
        /// Whether its line is lost.
        #[header("Alarm")]
        pub alarm: Option<bool>,
        /// Whether the other side answers on it.
        #[header("Up")]
        pub up: Option<bool>,
    }
);

ami_event!(
    /// The end of the list of the action `PRIShowSpans`.
    #[doc(alias = "PRIShowSpansComplete")]
    #[event("PRIShowSpansComplete")]
    pub struct PriShowSpansComplete {
        /// How the list ended: `Complete` or `Cancelled`.
        #[header("EventList")]
        pub event_list: Option<Text>,
        /// The same count as `ListItems`.
        #[header("Items")]
        pub items: Option<u32>,
        /// How many items the server says it sent.
        #[header("ListItems")]
        pub list_items: Option<u32>,
    }
);

ami_event!(
    /// The called party had the network trace a malicious call (class `call`, module `sig_pri`).
    #[doc(alias = "MCID")]
    #[event("MCID")]
    pub struct Mcid {
        /// The channel of the called party.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// Whether the number of the caller is known.
        #[header("MCallerIDNumValid")]
        pub caller_number_valid: Option<bool>,
        /// The number of the caller.
        #[header("MCallerIDNum")]
        pub caller_number: Option<Text>,
        /// The type of that number, as the Q.931 octet says it.
        #[header("MCallerIDton")]
        pub caller_number_type: Option<i32>,
        /// The numbering plan of that number, as the same octet says it.
        #[header("MCallerIDNumPlan")]
        pub caller_number_plan: Option<i32>,
        /// Whether that number may be shown, as a code and words: `0 (Presentation Allowed, Not
        /// Screened)`.
        #[header("MCallerIDNumPres")]
        pub caller_number_presentation: Option<Text>,
        /// Whether the name of the caller is known.
        #[header("MCallerIDNameValid")]
        pub caller_name_valid: Option<bool>,
        /// The name of the caller.
        #[header("MCallerIDName")]
        pub caller_name: Option<Text>,
        /// The characters of that name, such as `iso8859-1`.
        #[header("MCallerIDNameCharSet")]
        pub caller_name_character_set: Option<Text>,
        /// Whether that name may be shown, as a code and words.
        #[header("MCallerIDNamePres")]
        pub caller_name_presentation: Option<Text>,
        /// The subaddress of the caller; the three about it are absent when there is none.
        #[header("MCallerIDSubaddr")]
        pub caller_subaddress: Option<Text>,
        /// The type of that subaddress: 0 for NSAP, 2 for one of the user.
        #[header("MCallerIDSubaddrType")]
        pub caller_subaddress_type: Option<i32>,
        /// Whether it has an odd number of digits.
        #[header("MCallerIDSubaddrOdd")]
        pub caller_subaddress_odd: Option<bool>,
        /// Whether name and number together may be shown, as a code and words.
        #[header("MCallerIDPres")]
        pub caller_presentation: Option<Text>,
        /// Whether the number of the connected party is known.
        #[header("MConnectedIDNumValid")]
        pub connected_number_valid: Option<bool>,
        /// The number of the connected party.
        #[header("MConnectedIDNum")]
        pub connected_number: Option<Text>,
        /// The type of that number, as the Q.931 octet says it.
        #[header("MConnectedIDton")]
        pub connected_number_type: Option<i32>,
        /// The numbering plan of that number, as the same octet says it.
        #[header("MConnectedIDNumPlan")]
        pub connected_number_plan: Option<i32>,
        /// Whether that number may be shown, as a code and words: `0 (Presentation Allowed, Not
        /// Screened)`.
        #[header("MConnectedIDNumPres")]
        pub connected_number_presentation: Option<Text>,
        /// Whether the name of the connected party is known.
        #[header("MConnectedIDNameValid")]
        pub connected_name_valid: Option<bool>,
        /// The name of the connected party.
        #[header("MConnectedIDName")]
        pub connected_name: Option<Text>,
        /// The characters of that name, such as `iso8859-1`.
        #[header("MConnectedIDNameCharSet")]
        pub connected_name_character_set: Option<Text>,
        /// Whether that name may be shown, as a code and words.
        #[header("MConnectedIDNamePres")]
        pub connected_name_presentation: Option<Text>,
        /// The subaddress of the connected party; the three about it are absent when there is none.
        #[header("MConnectedIDSubaddr")]
        pub connected_subaddress: Option<Text>,
        /// The type of that subaddress: 0 for NSAP, 2 for one of the user.
        #[header("MConnectedIDSubaddrType")]
        pub connected_subaddress_type: Option<i32>,
        /// Whether it has an odd number of digits.
        #[header("MConnectedIDSubaddrOdd")]
        pub connected_subaddress_odd: Option<bool>,
        /// Whether name and number together may be shown, as a code and words.
        #[header("MConnectedIDPres")]
        pub connected_presentation: Option<Text>,
    }
);

open_enum! {
    /// What is wrong with a line.
    pub enum DahdiAlarm {
        /// Nothing is received.
        #[wire("Red Alarm")]
        Red,
        /// The other side receives nothing.
        #[wire("Yellow Alarm")]
        Yellow,
        /// The other side has lost what it would send on.
        #[wire("Blue Alarm")]
        Blue,
        /// An alarm has just ended.
        #[wire("Recovering")]
        Recovering,
        /// The line is looped back.
        #[wire("Loopback")]
        Loopback,
        /// Nobody uses it.
        #[wire("Not Open")]
        NotOpen,
        /// Nothing.
        #[wire("None")]
        None,
        /// Nothing, as lists say it.
        #[wire("No Alarm")]
        NoAlarm,
        /// Another alarm.
        #[wire("Unknown Alarm")]
        Unknown,
    }
}

open_enum! {
    /// Whether do not disturb is on.
    pub enum DndStatus {
        /// It is.
        #[wire("enabled")]
        Enabled,
        /// It is not.
        #[wire("disabled")]
        Disabled,
    }
}

open_enum! {
    /// How frames are made on a span.
    pub enum DahdiFraming {
        /// Superframes of 12, T1.
        #[wire("D4")]
        D4,
        /// Extended superframes of 24, T1.
        #[wire("ESF")]
        Esf,
        /// Signalling in a channel of its own, E1.
        #[wire("CCS")]
        Ccs,
        /// Signalling with each channel, E1.
        #[wire("CAS")]
        Cas,
    }
}

open_enum! {
    /// How bits are put on the line of a span.
    pub enum DahdiCoding {
        /// Eight zeros are replaced, T1.
        #[wire("B8ZS")]
        B8zs,
        /// Four zeros are replaced, E1.
        #[wire("HDB3")]
        Hdb3,
        /// Plain alternate mark inversion.
        #[wire("AMI")]
        Ami,
        /// Nobody knows.
        #[wire("Unk")]
        Unknown,
    }
}

word_fields!(DahdiAlarm, DndStatus, DahdiFraming, DahdiCoding);
