//! What the SIP stack PJSIP tells of its endpoints, contacts, registrations and subscriptions.
//!
//! Most are items of lists, raised for the session that asked alone.

mod aor;
mod auth;
mod contact;
mod endpoint;
mod endpoint_detail;
mod maintenance;
mod registration;
mod subscription;
mod transport;

pub use self::aor::*;
pub use self::auth::*;
pub use self::contact::*;
pub use self::endpoint::*;
pub use self::endpoint_detail::*;
pub use self::maintenance::*;
pub use self::registration::*;
pub use self::subscription::*;
pub use self::transport::*;

#[cfg(test)]
mod tests {
    use super::super::super::{AmiEvent, Event, Message};
    use super::*;

    fn event<E: AmiEvent>(text: &'static str) -> E {
        let event = Event::new(Message::parse(text.into()).unwrap()).unwrap();
        event.decode().unwrap()
    }

    #[test]
    fn codecs() {
        let allow = |text| event::<EndpointDetail>(text).allow;
        assert_eq!(allow("Event: EndpointDetail\r\nAllow: (ulaw|alaw)\r\n"), ["ulaw", "alaw"]);
        assert!(allow("Event: EndpointDetail\r\nAllow: (nothing)\r\n").is_empty());
        assert!(allow("Event: EndpointDetail\r\nAllow: \r\n").is_empty());
    }

    #[test]
    fn the_second_event_of_a_resource_list() {
        let package = |text| event::<ResourceListDetail>(text).package;
        let list = "Event: ResourceListDetail\r\nObjectName: desk\r\nEvent: dialog\r\n";
        assert_eq!(package(list), Some(EventPackage::Dialog));
        assert_eq!(package("Event: ResourceListDetail\r\nObjectName: desk\r\n"), None);
    }
}
