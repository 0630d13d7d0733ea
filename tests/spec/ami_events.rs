//! Events and their headers.

use asterisk_sdk::ami::{Event, EventType, TypedEvent};
use harness::ami_peer::captured_events;

use crate::{Row, rows, same, unexplained};

/// Headers of the inventory that no field is read from.
const NOT_READ: &[(&str, &str)] = &[
    ("AOC-D", NESTED),
    ("AOC-E", NESTED),
    ("AOC-S", NESTED),
    ("CCRecallComplete: EventList", NO_LIST),
    ("CCRecallComplete: ListItems", NO_LIST),
    ("TransportDetail: AsycOperations", "captured: servers write AsyncOperations"),
    ("WaitEventComplete: EventList", "captured: it ends no list and has no count"),
    ("WaitEventComplete: ListItems", "captured: it ends no list and has no count"),
];

const NESTED: &str =
    "the manual lists the last words of nested names, such as Charge/Currency/Cost";
const NO_LIST: &str = "named like the end of a list, and is the last step of a call completion";

/// Events that the inventory lacks, and fields that neither the inventory nor a capture has.
const BEYOND: &[(&str, &str)] = &[
    ("AOC-S: (null)", "the name that servers make up for the list of rates; needs an ISDN line"),
    ("CCAvailable", CALL_COMPLETION),
    ("CCCallerRecalling", CALL_COMPLETION),
    ("CCCallerStartMonitoring", CALL_COMPLETION),
    ("CCCallerStopMonitoring", CALL_COMPLETION),
    ("CCFailure", CALL_COMPLETION),
    ("CCMonitorFailed", CALL_COMPLETION),
    ("CCOfferTimerStart", CALL_COMPLETION),
    ("CCRecallComplete", CALL_COMPLETION),
    ("CCRequestAcknowledged", CALL_COMPLETION),
    ("CCRequested", CALL_COMPLETION),
    ("DAHDIShowChannels", DAHDI),
    ("DAHDIShowChannelsComplete", DAHDI),
    ("DAHDIShowStatus", DAHDI),
    ("DAHDIShowStatusComplete", DAHDI),
    ("DevicelistComplete", "captured, glued to the items before it"),
    ("JabberStatus", "undocumented, from the source of res_xmpp, which is not packaged"),
    ("LinelistComplete", "captured, glued to the items before it"),
    ("ListDialplan: ExtensionLabel", "from the source; no extension of the tests has a label"),
    ("ListDialplan: Switch", "from the source; no context of the tests has a switch"),
    ("LogChannel: Enabled", "from the source; needs a log that cannot be written"),
    ("LogChannel: Reason", "from the source; needs a log that cannot be written"),
    ("MobileStatus", "undocumented, from the source of chan_mobile, which is not packaged"),
    ("PRIShowSpans", DAHDI),
    ("PRIShowSpansComplete: Items", DAHDI),
    ("QueueMemberPaused: Reason", "what servers before Asterisk 12 sent"),
    ("Rename", "the row has no fields; from the source, as no call of the tests renames a channel"),
    ("TestEvent: Expression", "from the source, of a check that failed"),
    ("VoicemailUserDetail: IMAPUser", IMAP),
    ("VoicemailUserDetail: IMAPServer", IMAP),
    ("VoicemailUserDetail: IMAPPort", IMAP),
    ("VoicemailUserDetail: IMAPFlags", IMAP),
];

const CALL_COMPLETION: &str =
    "undocumented, from the server's source; needs lines that complete calls";
const DAHDI: &str = "undocumented, from the source of chan_dahdi, which is not packaged";
const IMAP: &str = "from the source; needs a voicemail that is kept on an IMAP server";

fn inventory() -> Vec<Row> {
    rows(include_str!("interface/ami-events.json"), "fields")
}

#[test]
fn every_event_has_a_type() {
    let rows = inventory();
    let missing: Vec<_> = rows.iter().filter(|row| EventType::of(&row.name).is_none()).collect();
    let missing: Vec<_> = missing.iter().map(|row| &row.name).collect();
    println!("{} of {} events", rows.len() - missing.len(), rows.len());
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_header_has_a_field() {
    let (mut missing, mut count) = (Vec::new(), 0);
    for row in inventory() {
        let fields = EventType::of(&row.name).map_or(&[][..], |event| event.fields);
        for header in &row.members {
            count += 1;
            // X stands for a number.
            let header = header.replace("ReportX", "Report0");
            let common = Event::COMMON.iter().any(|name| same(name, &header));
            if !common && !fields.iter().any(|field| field.reads(header.as_bytes())) {
                missing.push(format!("{}: {header}", row.name));
            }
        }
    }
    println!("{} of {count} headers", count - missing.len());
    let missing = unexplained(missing, NOT_READ);
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_field_is_documented_or_captured() {
    let rows = inventory();
    let captured = captured_events();
    let mut extra = Vec::new();
    for event in TypedEvent::TYPES {
        let row = rows.iter().find(|row| same(&row.name, event.name));
        let seen: Vec<_> = captured.iter().filter(|seen| same(&seen.name(), event.name)).collect();
        if row.is_none() && seen.is_empty() {
            extra.push(event.name.to_owned());
            continue;
        }
        for field in event.fields {
            let documented = row
                .is_some_and(|row| row.members.iter().any(|header| field.reads(header.as_bytes())));
            let was_captured = || {
                let mut headers = seen.iter().flat_map(|event| event.message().headers());
                headers.any(|header| field.reads(header.name))
            };
            if !documented && !was_captured() {
                extra.push(format!("{}: {}", event.name, field.header));
            }
        }
    }
    let extra = unexplained(extra, BEYOND);
    assert!(extra.is_empty(), "{extra:#?}");
}
