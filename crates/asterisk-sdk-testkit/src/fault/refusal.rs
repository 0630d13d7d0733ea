//! How Asterisk refuses a login.

use crate::{Message, Protocol};

/// Of Asterisk 22.10.1 and 16.28.0 alike, without the line of the ActionID.
const AMI: [&str; 2] = ["Response: Error\r\n", "Message: Authentication failed\r\n\r\n"];

/// Of Asterisk 22.10.1.
const ARI: &[u8] = b"HTTP/1.1 401 Unauthorized\r\n\
    Server: Asterisk\r\n\
    Date: Sat, 21 Nov 2026 16:57:28 GMT\r\n\
    Cache-Control: no-cache, no-store\r\n\
    WWW-Authenticate: Basic realm=\"Asterisk REST Interface\"\r\n\
    Content-type: application/json\r\n\
    Content-Length: 37\r\n\
    \r\n\
    {\"message\":\"Authentication required\"}";

/// Whether a message asks to be let in.
pub(super) fn is_login(message: &Message<'_>) -> bool {
    match message.protocol() {
        Protocol::Ami => {
            message.header("Action").is_some_and(|action| action.eq_ignore_ascii_case("login"))
        }
        // A frame begins with no letter, a request with its method.
        Protocol::Ari => message.bytes().first().is_some_and(u8::is_ascii_uppercase),
        Protocol::Agi => false,
    }
}

/// What a server says to it, and whether it closes the connection then.
pub(super) fn refusal(message: &Message<'_>) -> (Vec<u8>, bool) {
    if message.protocol() == Protocol::Ari {
        return (ARI.to_vec(), false);
    }
    let id = message.header("ActionID").filter(|id| !id.is_empty());
    let id = id.map(|id| format!("ActionID: {id}\r\n")).unwrap_or_default();
    ([AMI[0], &id, AMI[1]].concat().into_bytes(), true)
}
