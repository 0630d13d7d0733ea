//! The bytes that the server plays: captured ones, repeated.

use memchr::memmem;

/// The captured call that everything is taken from.
const CALL: &[u8] = include_bytes!("../../../../tests/ami/captures/originate_answered-22.txt");

/// The action whose list was captured.
const LIST: &[u8] = b"ActionID: o2\r\n";

/// A variable as the setting `channelvars` of manager.conf adds it behind each snapshot.
const VARIABLE: &[u8] = b"ChanVariable: CDR(peer_ip)=10.0.0.7\r\n";

/// Under this ActionID the list is asked for, so that it can be prepared.
pub(crate) const LIST_ID: &str = "00000000bench-10";

fn messages(stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut start = 0;
    memmem::find_iter(stream, b"\r\n\r\n").map(move |at| {
        let message = &stream[start..at + 4];
        start = at + 4;
        message
    })
}

fn first(starts: &str) -> &'static [u8] {
    messages(CALL).find(|m| m.starts_with(starts.as_bytes())).expect("it was captured")
}

fn with_variables(message: &[u8], variables: usize) -> Vec<u8> {
    let line = memmem::find(message, b"Linkedid: ").expect("it has a snapshot");
    let at = line + memchr::memchr(b'\n', &message[line..]).expect("a whole line") + 1;
    [&message[..at], &VARIABLE.repeat(variables), &message[at..]].concat()
}

/// One event of each kind that makes most of a busy server's stream.
pub(crate) fn events(variables: usize) -> (Vec<u8>, usize) {
    let events = ["Event: Hangup\r\n", "Event: Newexten\r\n", "Event: Newchannel\r\n"]
        .map(|starts| with_variables(first(starts), variables));
    (events.concat(), events.len())
}

/// The answer to `CoreShowChannels` with so many items.
pub(crate) fn list(items: usize, variables: usize) -> Vec<u8> {
    let list: Vec<&[u8]> = messages(CALL).filter(|m| memmem::find(m, LIST).is_some()).collect();
    let [start, item, .., end] = list[..] else { unreachable!("a list was captured") };
    let id = format!("ActionID: {LIST_ID}\r\n");
    let ours = |message: &[u8]| {
        let at = memmem::find(message, LIST).expect("found before");
        [&message[..at], id.as_bytes(), &message[at + LIST.len()..]].concat()
    };
    let item = String::from_utf8(with_variables(&ours(item), variables)).expect("ASCII");
    // The caller got a name with a backslash to see how it is escaped; callers have none.
    let item = item.replace("Ada \\\\ Test", "Ada Lovelace");
    let mut stream = ours(start);
    for n in 0..items {
        // Ids as real ones, each another.
        let item = item.replace("capture-1", &format!("1795247806.{n}"));
        stream.extend_from_slice(item.as_bytes());
    }
    let end = String::from_utf8(ours(end)).expect("ASCII");
    let end = end.replace("ListItems: 2", &format!("ListItems: {items}"));
    stream.extend_from_slice(end.as_bytes());
    stream
}
