//! Call completion: being called back when a busy or absent phone is free (class `cc`).

use std::time::Duration;

use super::super::field::word_fields;
use super::super::{Field, Message};
use super::macros::ami_event;
use crate::Text;
use crate::open_enum::open_enum;

open_enum! {
    /// What a caller waits for.
    pub enum CallCompletionService {
        /// That a busy phone becomes free.
        #[wire("CCBS")]
        BusySubscriber,
        /// That a phone that nobody answered has been used.
        #[wire("CCNR")]
        NoResponse,
        /// That a phone that was not there is registered.
        #[wire("CCNL")]
        NotLoggedIn,
    }
}

word_fields!(CallCompletionService);

ami_event!(
    /// The called phone offers call completion (class `cc`).
    #[doc(alias = "CCAvailable")]
    #[event("CCAvailable")]
    pub struct CcAvailable {
        /// The number of the call that is to be completed, the same in all its events.
        #[header("CoreID")]
        pub core_id: Option<u32>,
        /// The called phone, as technology and name: `PJSIP/100`.
        #[header("Callee")]
        pub callee: Option<Text>,
        /// What the caller would wait for.
        #[header("Service")]
        pub service: Option<CallCompletionService>,
    }
);

ami_event!(
    /// The caller is being called back, or has begun to call again (class `cc`).
    #[doc(alias = "CCCallerRecalling")]
    #[event("CCCallerRecalling")]
    pub struct CcCallerRecalling {
        /// The number of the call that is to be completed, the same in all its events.
        #[header("CoreID")]
        pub core_id: Option<u32>,
        /// The caller, as technology and name: `PJSIP/100`.
        #[header("Caller")]
        pub caller: Option<Text>,
    }
);

ami_event!(
    /// The caller was busy when the called phone became free, and is watched until it is free
    /// (class `cc`).
    #[doc(alias = "CCCallerStartMonitoring")]
    #[event("CCCallerStartMonitoring")]
    pub struct CcCallerStartMonitoring {
        /// The number of the call that is to be completed, the same in all its events.
        #[header("CoreID")]
        pub core_id: Option<u32>,
        /// The caller, as technology and name: `PJSIP/100`.
        #[header("Caller")]
        pub caller: Option<Text>,
    }
);

ami_event!(
    /// The caller is free again and watched no more (class `cc`).
    #[doc(alias = "CCCallerStopMonitoring")]
    #[event("CCCallerStopMonitoring")]
    pub struct CcCallerStopMonitoring {
        /// The number of the call that is to be completed, the same in all its events.
        #[header("CoreID")]
        pub core_id: Option<u32>,
        /// The caller, as technology and name: `PJSIP/100`.
        #[header("Caller")]
        pub caller: Option<Text>,
    }
);

ami_event!(
    /// Call completion has failed or was given up (class `cc`).
    #[doc(alias = "CCFailure")]
    #[event("CCFailure")]
    pub struct CcFailure {
        /// The number of the call that is to be completed, the same in all its events.
        #[header("CoreID")]
        pub core_id: Option<u32>,
        /// The caller, as technology and name: `PJSIP/100`.
        #[header("Caller")]
        pub caller: Option<Text>,
        /// Why, in the server's words.
        #[header("Reason")]
        pub reason: Option<Text>,
    }
);

ami_event!(
    /// A called phone can be watched no more; others of the call may be (class `cc`).
    #[doc(alias = "CCMonitorFailed")]
    #[event("CCMonitorFailed")]
    pub struct CcMonitorFailed {
        /// The number of the call that is to be completed, the same in all its events.
        #[header("CoreID")]
        pub core_id: Option<u32>,
        /// The called phone, as technology and name: `PJSIP/100`.
        #[header("Callee")]
        pub callee: Option<Text>,
    }
);

ami_event!(
    /// The caller may ask for call completion from now on (class `cc`).
    #[doc(alias = "CCOfferTimerStart")]
    #[event("CCOfferTimerStart")]
    pub struct CcOfferTimerStart {
        /// The number of the call that is to be completed, the same in all its events.
        #[header("CoreID")]
        pub core_id: Option<u32>,
        /// The caller, as technology and name: `PJSIP/100`.
        #[header("Caller")]
        pub caller: Option<Text>,
        /// How long the caller has to ask for it.
        #[header("Expires", seconds)]
        pub expires: Option<Duration>,
    }
);

ami_event!(
    /// The call was made after all, and its completion is over (class `cc`).
    #[doc(alias = "CCRecallComplete")]
    #[event("CCRecallComplete")]
    pub struct CcRecallComplete {
        /// The number of the call that is to be completed, the same in all its events.
        #[header("CoreID")]
        pub core_id: Option<u32>,
        /// The caller, as technology and name: `PJSIP/100`.
        #[header("Caller")]
        pub caller: Option<Text>,
    }
);

ami_event!(
    /// The request was accepted: the called phone is being watched (class `cc`).
    #[doc(alias = "CCRequestAcknowledged")]
    #[event("CCRequestAcknowledged")]
    pub struct CcRequestAcknowledged {
        /// The number of the call that is to be completed, the same in all its events.
        #[header("CoreID")]
        pub core_id: Option<u32>,
        /// The caller, as technology and name: `PJSIP/100`.
        #[header("Caller")]
        pub caller: Option<Text>,
    }
);

ami_event!(
    /// The caller asked for call completion (class `cc`).
    #[doc(alias = "CCRequested")]
    #[event("CCRequested")]
    pub struct CcRequested {
        /// The number of the call that is to be completed, the same in all its events.
        #[header("CoreID")]
        pub core_id: Option<u32>,
        /// The caller, as technology and name: `PJSIP/100`.
        #[header("Caller")]
        pub caller: Option<Text>,
        /// The called phone, as technology and name: `PJSIP/100`.
        #[header("Callee")]
        pub callee: Option<Text>,
    }
);
