//! Endpoints of PJSIP that take no new requests for a while.

use super::super::super::field::word_fields;
use super::super::super::{Field, Message};
use super::super::macros::{ami_event, list_end};
use crate::Text;
use crate::open_enum::open_enum;

ami_event!(
    /// An endpoint went into maintenance or came out of it (class `system`); also an item of the
    /// list of `PJSIPShowMaintenance`. Asterisk 22, module `res_pjsip_maintenance`.
    #[doc(alias = "PJSIPMaintenanceStatus")]
    #[event("PJSIPMaintenanceStatus")]
    pub struct PjsipMaintenanceStatus {
        /// The endpoint.
        #[header("Endpoint")]
        pub endpoint: Option<Text>,
        /// Whether it is in maintenance.
        #[header("Status")]
        pub status: Option<MaintenanceStatus>,
    }
);

list_end!(
    /// The end of the list of `PJSIPShowMaintenance`.
    #[doc(alias = "PJSIPMaintenanceStatusComplete")]
    #[event("PJSIPMaintenanceStatusComplete")]
    pub struct PjsipMaintenanceStatusComplete {}
);

open_enum! {
    /// Whether an endpoint is in maintenance (`Status`).
    pub enum MaintenanceStatus {
        /// It is: new requests are turned away.
        #[wire("enabled")]
        Enabled,
        /// It is not.
        #[wire("disabled")]
        Disabled,
    }
}

word_fields!(MaintenanceStatus);
