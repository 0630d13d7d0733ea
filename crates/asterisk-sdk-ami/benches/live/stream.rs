//! What the server plays: a recording of calls, repeated under other ids, and lists of any length.

/// Calls plain and through Local channels, transfers, a pickup and a parked call.
const CALLS: &str = include_str!("../../../../tests/ami/captures/live_calls-22.txt");

/// So often the recording is repeated before ids occur again.
const REPEATED: usize = 64;

/// How many events there are in some bytes.
pub(crate) struct Events {
    pub(crate) bytes: Vec<u8>,
    pub(crate) count: usize,
}

fn messages() -> impl Iterator<Item = &'static str> {
    CALLS.split_inclusive("\r\n\r\n")
}

pub(crate) fn events() -> Events {
    let live: Vec<&str> = messages().filter(|m| m.contains("\r\nPrivilege: ")).collect();
    let live_text = live.concat();
    let names = ["plain", "short", "blind", "word", "rings", "takes", "parks", "fetches", "sip"];
    let mut bytes = Vec::new();
    for n in 0..REPEATED {
        // Channels are numbered on, and ids are others.
        let mut text = live_text
            .replace("@sdk-0000", &format!("@sdk-{n:04}"))
            .replace("loop-0000", &format!("loop-{n:04}"))
            .replace("id: 17952", &format!("id: {n:02}952"));
        for name in names {
            text = text.replace(&format!("id: {name}"), &format!("id: {name}{n:02}"));
        }
        bytes.extend_from_slice(text.as_bytes());
    }
    Events { bytes, count: live.len() * REPEATED }
}

/// The items of the lists of channels and bridges, each up to its ActionID.
#[derive(Debug, Clone)]
pub(crate) struct Lists {
    pub(crate) channels: Vec<String>,
    pub(crate) bridges: Vec<String>,
}

/// An item with other values in some lines, and its ActionID to be filled in.
fn with(item: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(item.len());
    for line in item.trim_end().split("\r\n") {
        let name = line.split_once(':').map_or(line, |(name, _)| name);
        match values.iter().find(|(changed, _)| *changed == name) {
            Some((_, value)) => text.extend([name, ": ", value]),
            None => text.push_str(line),
        }
        text.push_str("\r\n");
    }
    text + "\r\n"
}

/// Calls of two channels in a bridge.
pub(crate) fn lists(channels: usize) -> Lists {
    let is_bridged = |m: &&str| {
        m.starts_with("Event: CoreShowChannel\r\n")
            && m.contains("BridgeId: ")
            && !m.contains("BridgeId: \r\n")
    };
    let channel = messages().find(is_bridged).expect("it was recorded");
    let bridge = messages().find(|m| m.starts_with("Event: BridgeListItem")).expect("recorded too");
    let mut lists = Lists { channels: Vec::new(), bridges: Vec::new() };
    for n in 0..channels {
        let call = n / 2;
        let bridge_id = format!("32e515ad-fd64-4965-892d-{call:012}");
        lists.channels.push(with(
            channel,
            &[
                ("ActionID", "@"),
                ("Channel", &format!("PJSIP/phone{}-{n:08x}", n % 500)),
                ("CallerIDNum", &format!("+4989{n:07}")),
                ("CallerIDName", "Ada Lovelace"),
                ("Uniqueid", &format!("1795280000.{n}")),
                ("Linkedid", &format!("1795280000.{}", call * 2)),
                ("BridgeId", &bridge_id),
            ],
        ));
        if n % 2 == 0 {
            let values =
                [("ActionID", "@"), ("BridgeUniqueid", &bridge_id), ("BridgeNumChannels", "2")];
            lists.bridges.push(with(bridge, &values));
        }
    }
    lists
}
