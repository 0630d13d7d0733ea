//! The dialplan: what it holds, and channels that go through it.

use super::super::ChannelSnapshot;
use super::macros::{ami_event, list_end};
use crate::Text;

ami_event!(
    /// One line of the list that the action `ShowDialPlan` asks for.
    ///
    /// It is a step of an extension, or one of what else a context may hold: an include, a switch or
    /// an ignored pattern. The fields of the other kinds are absent.
    #[event("ListDialplan")]
    pub struct ListDialplan {
        /// The context that it stands in.
        #[header("Context")]
        pub context: Option<Text>,
        /// The extension that it is a step of; a pattern begins with `_`.
        #[header("Extension")]
        pub extension: Option<Text>,
        /// The label of the step, if it has one.
        #[header("ExtensionLabel")]
        pub extension_label: Option<Text>,
        /// The number of the step, or `hint`.
        #[header("Priority")]
        pub priority: Option<Text>,
        /// The application of the step; of a hint the devices.
        #[header("Application")]
        pub application: Option<Text>,
        /// What the application is called with.
        #[header("AppData")]
        pub app_data: Option<Text>,
        /// What put it there: `pbx_config` is extensions.conf, the command line and AMI.
        #[header("Registrar")]
        pub registrar: Option<Text>,
        /// The context that is included here.
        #[header("IncludeContext")]
        pub include_context: Option<Text>,
        /// The switch that is asked for extensions, with its data: `Realtime/...`.
        #[header("Switch")]
        pub switch: Option<Text>,
        /// The pattern after which a dial tone goes on.
        #[header("IgnorePattern")]
        pub ignore_pattern: Option<Text>,
    }
);

ami_event!(
    /// A channel entered a step of the dialplan (class `dialplan`).
    #[event("Newexten")]
    pub struct Newexten {
        /// The channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The extension that runs; the same as the snapshot's.
        #[header("Extension")]
        pub extension: Option<Text>,
        /// The application that runs.
        #[header("Application")]
        pub application: Option<Text>,
        /// What the application was called with.
        #[header("AppData")]
        pub app_data: Option<Text>,
    }
);

list_end!(
    /// The end of the list of `ShowDialPlan`.
    #[event("ShowDialPlanComplete")]
    pub struct ShowDialPlanComplete {
        /// How many extensions were listed.
        #[header("ListExtensions")]
        pub list_extensions: Option<u32>,
        /// How many steps of extensions were listed.
        #[header("ListPriorities")]
        pub list_priorities: Option<u32>,
        /// How many contexts were looked through, included ones counted.
        #[header("ListContexts")]
        pub list_contexts: Option<u32>,
    }
);
