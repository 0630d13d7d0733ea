//! The Skinny (SCCP) driver, `chan_skinny`, which Asterisk 16 still has.

use asterisk_proto::ami::event::{DeviceEntry, LineEntry};
use asterisk_proto::ami::{Event, Message, Response};

use super::macros::ami_action;
use super::output::response;
use super::{Aggregate, ListItem, Reply};
use crate::error::ActionError;

ami_action!(
    /// Lists the phones (privilege `system` or `reporting`; Asterisk 16, module `chan_skinny`).
    #[doc(alias = "SKINNYdevices")]
    #[action("SKINNYdevices")]
    pub struct SkinnyDevices {},
    Aggregate<DeviceEntry>,
    glued
);

ami_action!(
    /// Lists the lines (privilege `system` or `reporting`; Asterisk 16, module `chan_skinny`).
    #[doc(alias = "SKINNYlines")]
    #[action("SKINNYlines")]
    pub struct SkinnyLines {},
    Aggregate<LineEntry>,
    glued
);

ami_action!(
    /// Asks about a phone (privilege `system` or `reporting`; Asterisk 16, module `chan_skinny`).
    ///
    /// **It never ends but by running out of time**: Asterisk writes the answer without `Response`
    /// and without an ActionID, so that nothing tells which action it is for. Use
    /// [`Command`](super::Command) with `skinny show device <name>`, which says the same.
    ///
    /// A name left out: `Device: <name> missing.`
    #[doc(alias = "SKINNYshowdevice")]
    #[action("SKINNYshowdevice")]
    pub struct SkinnyShowDevice {
        #[required("Device")]
        /// The device's name in the configuration.
        device: String,
    },
    Response,
    response
);

ami_action!(
    /// Asks about a line (privilege `system` or `reporting`; Asterisk 16, module `chan_skinny`).
    ///
    /// **It never ends but by running out of time**: Asterisk writes the answer without `Response`
    /// and without an ActionID, so that nothing tells which action it is for. Use
    /// [`Command`](super::Command) with `skinny show line <name>`, which says the same.
    ///
    /// A name left out: `Line: <name> missing.`
    #[doc(alias = "SKINNYshowline")]
    #[action("SKINNYshowline")]
    pub struct SkinnyShowLine {
        #[required("Line")]
        /// The line's name in the configuration.
        line: String,
    },
    Response,
    response
);

/// Asterisk leaves out the empty lines between the items of these lists, so that the whole list comes
/// as one message, which the end of the list is part of.
#[expect(clippy::unnecessary_wraps, reason = "the type that the table calls")]
fn glued<T: ListItem>(mut reply: Reply) -> Result<Aggregate<T>, ActionError> {
    if let Some(complete) = reply.complete.take() {
        let mut events = split(&complete);
        reply.complete = events.pop();
        reply.items.extend(events);
    }
    Ok(Aggregate::new(reply))
}

/// The events in a message, each from its line `Event:` to the next.
fn split(event: &Event) -> Vec<Event> {
    let mut texts: Vec<Vec<u8>> = Vec::new();
    for header in event.message().headers() {
        if header.name.eq_ignore_ascii_case(b"Event") || texts.is_empty() {
            texts.push(Vec::new());
        }
        if let Some(text) = texts.last_mut() {
            text.extend([header.name, b": ", header.value, b"\r\n"].concat());
        }
    }
    let parse = |text: Vec<u8>| Event::new(Message::parse(text.into()).ok()?).ok();
    texts.into_iter().filter_map(parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_without_empty_lines() {
        let message = |text: &str| Message::parse(text.to_owned().into()).unwrap();
        let text = "Event: LineEntry\r\nActionID: 7\r\nObjectName: 110\r\nLabel: \r\n\
                    Event: LineEntry\r\nActionID: 7\r\nObjectName: 111\r\nLabel: \r\n\
                    Event: LinelistComplete\r\nActionID: 7\r\nEventList: Complete\r\nListItems: 2\r\n";
        let start = Response::new(message("Response: Success\r\nEventList: start\r\n")).unwrap();
        let reply = Reply::new(start, Vec::new(), Some(Event::new(message(text)).unwrap()));
        let lines: Aggregate<LineEntry> = glued(reply).unwrap();
        assert!(lines.valid());
        let names: Vec<_> = lines.items.iter().map(|line| line.name.as_deref()).collect();
        assert_eq!(names, [Some("110"), Some("111")]);
        assert_eq!(lines.complete.unwrap().name(), "LinelistComplete");
    }
}
