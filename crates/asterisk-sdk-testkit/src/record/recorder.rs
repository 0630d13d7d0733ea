//! Writes down what passes between programs and servers.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use tokio::time::Instant;

use super::trace::{Entry, Trace, What};
use crate::fault::{Faults, Proxy};
use crate::{Protocol, Side};

/// How many bytes are recorded if nothing else is asked for.
const LIMIT: usize = 16 * 1024 * 1024;
/// What an entry costs beside its bytes.
const ENTRY: usize = 64;

/// Stands between programs and servers, and records what passes in one [`Trace`].
///
/// Each server gets a port of its own on loopback ([`listen`](Self::listen)). For FastAGI the server is
/// yours, and Asterisk is sent to the port. What is said is passed on whole message by message, and is in
/// the trace before it goes on. Dropping the recorder closes all connections.
#[derive(Debug)]
pub struct Recorder {
    recording: Arc<Recording>,
    /// None; it numbers the connections.
    faults: Faults,
    proxies: Vec<Proxy>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}

impl Recorder {
    /// Records up to 16 MiB, with times from now on.
    #[must_use]
    pub fn new() -> Self {
        Self::with_limit(LIMIT)
    }

    /// Records up to so many bytes. What is said beyond them still passes, but is not in the trace,
    /// which tells that ([`Trace::is_truncated`]).
    #[must_use]
    pub fn with_limit(bytes: usize) -> Self {
        let state = State { trace: Trace::default(), left: bytes };
        let (start, open) = (Instant::now(), watch::Sender::new(0));
        let recording = Recording { start, state: Mutex::new(state), open };
        Self { recording: Arc::new(recording), faults: Faults::new([]), proxies: Vec::new() }
    }

    /// Listens, for the server at this address (`host:port`), and gives the address to connect to
    /// instead.
    ///
    /// # Errors
    ///
    /// When the system has no port.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the port.
    pub async fn listen(
        &mut self,
        protocol: Protocol,
        server: impl Into<String>,
    ) -> io::Result<SocketAddr> {
        let recording = Some(Arc::clone(&self.recording));
        let proxy = Proxy::recorded(protocol, server.into(), &self.faults, recording).await?;
        let address = proxy.address();
        self.proxies.push(proxy);
        Ok(address)
    }

    /// Waits until none of the connections that were made is open any more.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn all_closed(&self) {
        let mut open = self.recording.open.subscribe();
        // It fails only without a sender, which is in `self`.
        let _ = open.wait_for(|open| *open == 0).await;
    }

    /// What was said by now.
    #[must_use]
    pub fn trace(&self) -> Trace {
        self.recording.lock(|state| state.trace.clone())
    }
}

/// A trace that is being written.
#[derive(Debug)]
pub(crate) struct Recording {
    start: Instant,
    state: Mutex<State>,
    /// How many connections are open.
    open: watch::Sender<usize>,
}

/// A connection that is recorded; dropping it tells that it has closed.
#[derive(Debug)]
pub(crate) struct Open(Arc<Recording>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.send_modify(|open| *open -= 1);
    }
}

#[derive(Debug)]
struct State {
    trace: Trace,
    /// How many bytes it may still grow by.
    left: usize,
}

impl Recording {
    #[must_use]
    pub(crate) fn opened(self: &Arc<Self>, connection: usize, protocol: Protocol) -> Open {
        self.add(connection, What::Opened(protocol), 0);
        self.open.send_modify(|open| *open += 1);
        Open(Arc::clone(self))
    }

    pub(crate) fn said(&self, connection: usize, protocol: Protocol, side: Side, bytes: &[u8]) {
        let bytes = match side {
            Side::Application => without_secrets(protocol, bytes),
            Side::Asterisk => bytes.to_vec(),
        };
        let length = bytes.len();
        self.add(connection, What::Said(side, bytes), length);
    }

    pub(crate) fn ended(&self, connection: usize, side: Side) {
        self.add(connection, What::Ended(side), 0);
    }

    fn add(&self, connection: usize, what: What, length: usize) {
        self.lock(|state| {
            // Within the lock, so that times are in order.
            let micros = self.start.elapsed().as_micros();
            let at = std::time::Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX));
            match state.left.checked_sub(length + ENTRY) {
                Some(left) if !state.trace.truncated => {
                    state.left = left;
                    state.trace.entries.push(Entry { at, connection, what });
                }
                _ => state.trace.truncated = true,
            }
        });
    }

    fn lock<T>(&self, then: impl FnOnce(&mut State) -> T) -> T {
        then(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a program says without what it proves itself by.
fn without_secrets(protocol: Protocol, bytes: &[u8]) -> Vec<u8> {
    let action = crate::wire::header(bytes, "Action").unwrap_or_default();
    let mut head = true;
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').enumerate();
    let lines = lines.map(|(index, line)| {
        head &= line != b"\r\n" && line != b"\n";
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        let named = |names: &[&str]| names.iter().any(|n| name.eq_ignore_ascii_case(n.as_bytes()));
        let secret = match protocol {
            Protocol::Ami => action.eq_ignore_ascii_case("login") && named(&["Secret", "Key"]),
            Protocol::Ari if index == 0 => return without_parameters(line),
            Protocol::Ari => named(&["Authorization"]),
            Protocol::Agi => false,
        };
        if head && secret { [name, b": ***\r\n"].concat() } else { line.to_vec() }
    });
    lines.collect::<Vec<_>>().concat()
}

/// The first line of a request: ARI takes `api_key`, and a manager interface over HTTP `secret`.
fn without_parameters(line: &[u8]) -> Vec<u8> {
    let parts = line.split_inclusive(|byte| b"?& ".contains(byte)).map(|part| {
        let name = part.split(|byte| *byte == b'=').next().unwrap_or_default();
        let secret =
            [&b"api_key"[..], b"secret"].iter().any(|other| name.eq_ignore_ascii_case(other));
        let end =
            part.last().filter(|byte| b"?& ".contains(byte)).map_or(&b""[..], std::slice::from_ref);
        if secret { [name, b"=***", end].concat() } else { part.to_vec() }
    });
    parts.collect::<Vec<_>>().concat()
}

#[cfg(test)]
mod tests {
    use super::{Recorder, without_secrets};
    use crate::{Protocol, Side};

    fn hidden(protocol: Protocol, text: &str) -> String {
        String::from_utf8(without_secrets(protocol, text.as_bytes())).unwrap()
    }

    #[test]
    fn secrets_are_left_out() {
        let login = "Action: Login\r\nUsername: a\r\nsecret: b\r\nKey: c\r\n\r\n";
        let without = "Action: Login\r\nUsername: a\r\nsecret: ***\r\nKey: ***\r\n\r\n";
        assert_eq!(hidden(Protocol::Ami, login), without);
        let database = "Action: DBPut\r\nKey: c\r\nVal: d\r\n\r\n";
        assert_eq!(hidden(Protocol::Ami, database), database);
        let request =
            "GET /ari?api_key=a:b&x=1 HTTP/1.1\r\nauthorization: Basic eA==\r\n\r\nSecret: x";
        let without = "GET /ari?api_key=***&x=1 HTTP/1.1\r\nauthorization: ***\r\n\r\nSecret: x";
        assert_eq!(hidden(Protocol::Ari, request), without);
        let request = "GET /rawman?action=login&Secret=x HTTP/1.1\r\n\r\n";
        let without = "GET /rawman?action=login&Secret=*** HTTP/1.1\r\n\r\n";
        assert_eq!(hidden(Protocol::Ari, request), without);
        let none = "GET /ari HTTP/1.1\r\n\r\nAuthorization: x";
        assert_eq!(hidden(Protocol::Ari, none), none);
    }

    #[test]
    fn the_limit_is_kept_and_told() {
        let recorder = Recorder::with_limit(2 * super::ENTRY + 10);
        let _open = recorder.recording.opened(0, Protocol::Agi);
        recorder.recording.said(0, Protocol::Agi, Side::Asterisk, b"0123456789");
        assert!(!recorder.trace().is_truncated());
        recorder.recording.ended(0, Side::Asterisk);
        assert!(recorder.trace().is_truncated());
        assert_eq!(recorder.trace().entries.len(), 2);
    }
}
