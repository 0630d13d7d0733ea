//! Lists of channels, as actions ask for them.

use std::time::{Duration, SystemTime};

use super::super::ChannelSnapshot;
use super::macros::{ami_event, list_end};
use crate::{BridgeId, Text};

ami_event!(
    /// One channel that the action `Hangup` with a regular expression is hanging up.
    #[event("ChannelHungup")]
    pub struct ChannelHungup {
        /// The channel's name.
        #[header("Channel")]
        pub channel: Option<Text>,
    }
);

list_end!(
    /// The end of the list of `Hangup` with a regular expression.
    #[event("ChannelsHungupListComplete")]
    pub struct ChannelsHungupListComplete {}
);

ami_event!(
    /// One channel of the list that the action `CoreShowChannels` asks for.
    #[event("CoreShowChannel")]
    pub struct CoreShowChannel {
        /// The channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The bridge that it is in, if any.
        #[header("BridgeId")]
        pub bridge_id: Option<BridgeId>,
        /// The application that it runs, empty between two.
        #[header("Application")]
        pub application: Option<Text>,
        /// What the application was called with.
        #[header("ApplicationData")]
        pub application_data: Option<Text>,
        /// How long it has existed, in whole seconds.
        #[header("Duration", clock)]
        pub duration: Option<Duration>,
    }
);

ami_event!(
    /// One channel of the list that the action `CoreShowChannelMap` asks for (Asterisk 22).
    #[event("CoreShowChannelMap")]
    pub struct CoreShowChannelMap {
        /// The name of the channel that was asked for, the same in each item.
        #[header("Channel")]
        pub channel: Option<Text>,
        /// The name of a channel that it is connected with, directly or by way of others.
        #[header("ConnectedChannel")]
        pub connected_channel: Option<Text>,
    }
);

list_end!(
    /// The end of the list of `CoreShowChannelMap` (Asterisk 22).
    #[event("CoreShowChannelMapComplete")]
    pub struct CoreShowChannelMapComplete {}
);

list_end!(
    /// The end of the list of `CoreShowChannels`.
    #[event("CoreShowChannelsComplete")]
    pub struct CoreShowChannelsComplete {}
);

ami_event!(
    /// One channel of the list that the action `Status` asks for.
    #[event("Status")]
    pub struct Status {
        /// The channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The technology, such as `PJSIP` or `Local`.
        #[header("Type")]
        pub technology: Option<Text>,
        /// The number that the caller dialled, where the technology tells it.
        #[header("DNID")]
        pub dialed_number: Option<Text>,
        /// The number that the phone shows of the other end, after private numbers took its place.
        #[header("EffectiveConnectedLineNum")]
        pub effective_connected_line_number: Option<Text>,
        /// The name that the phone shows of the other end; this event does not escape it.
        #[header("EffectiveConnectedLineName")]
        pub effective_connected_line_name: Option<Text>,
        /// When the channel will be hung up by its absolute timeout; absent without one.
        #[header("TimeToHangup", unix_time)]
        pub time_to_hangup: Option<SystemTime>,
        /// The bridge that it is in, if any.
        #[header("BridgeID")]
        pub bridge_id: Option<BridgeId>,
        /// The application that it runs.
        #[header("Application")]
        pub application: Option<Text>,
        /// What the application was called with.
        #[header("Data")]
        pub application_data: Option<Text>,
        /// The media formats of the line, as `(ulaw|alaw)`.
        #[header("Nativeformats")]
        pub native_formats: Option<Text>,
        /// The format in which Asterisk reads from it.
        #[header("Readformat")]
        pub read_format: Option<Text>,
        /// The steps of conversion when reading, as `(ulaw@8000)->(slin@8000)`; empty without any.
        #[header("Readtrans")]
        pub read_translation: Option<Text>,
        /// The format in which Asterisk writes to it.
        #[header("Writeformat")]
        pub write_format: Option<Text>,
        /// The steps of conversion when writing; empty without any.
        #[header("Writetrans")]
        pub write_translation: Option<Text>,
        /// The numbered groups that it calls in, one bit for each.
        #[header("Callgroup")]
        pub call_group: Option<u64>,
        /// The numbered groups whose calls it may pick up, one bit for each.
        #[header("Pickupgroup")]
        pub pickup_group: Option<u64>,
        /// How long its call has been answered, in whole seconds; zero before.
        #[header("Seconds", seconds)]
        pub answered_for: Option<Duration>,
        /// The variables that were asked for, as `name=value`; the value of unset ones is `(null)`.
        #[header("Variable")]
        pub variables: Vec<Text>,
    }
);

list_end!(
    /// The end of the list of `Status`.
    #[event("StatusComplete")]
    pub struct StatusComplete {
        /// The same number, as old servers told it.
        #[header("Items")]
        pub items: Option<u32>,
    }
);
