//! Calls: who dials whom, and offers to several applications.

use super::macros::ari_event;
use crate::Text;
use crate::ami::event::DialStatus;
use crate::ari::field::words;
use crate::ari::model::Channel;

ari_event!(
    /// A channel is called: once when it begins, and with each change of the outcome.
    #[event("Dial")]
    pub struct Dial {
        /// Who calls; absent for a call that was originated.
        #[json("caller")]
        pub caller: Option<Channel>,
        /// Who is called.
        #[json("peer")]
        pub peer: Channel,
        /// Where the called end has forwarded the call to; empty if it has not.
        #[json("forward")]
        pub forward: Text,
        /// The channel that was made for the forwarding.
        #[json("forwarded")]
        pub forwarded: Option<Channel>,
        /// What was dialled: `100` of `PJSIP/100`.
        #[json("dialstring")]
        pub dial_string: Text,
        /// How far it is, or how it came out; `None` when it begins.
        #[json("dialstatus")]
        pub dial_status: Option<DialStatus>,
    }
);

ari_event!(
    /// A call is offered to all applications; the first to claim the channel gets it. It comes to each
    /// connection, subscribed or not. Asterisk 22.
    #[event("CallBroadcast")]
    pub struct CallBroadcast {
        /// The channel.
        #[json("channel")]
        pub channel: Channel,
        /// The caller's number.
        #[json("caller")]
        pub caller: Option<Text>,
        /// The number that was called.
        #[json("called")]
        pub called: Option<Text>,
    }
);

ari_event!(
    /// An application has claimed a call that was offered to all. Asterisk 22.
    #[event("CallClaimed")]
    pub struct CallClaimed {
        /// The channel.
        #[json("channel")]
        pub channel: Channel,
        /// The application that got it.
        #[json("winner_app")]
        pub winner_app: Text,
    }
);

words!(DialStatus);
