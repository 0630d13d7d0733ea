//! A SIP phone that is just good enough for Asterisk.

use std::sync::Arc;

use harness::soon;
use md5::{Digest, Md5};
use tokio::net::UdpSocket;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;

/// The user of the phone, its address of record and its endpoint.
const USER: &str = "200";
const PASSWORD: &str = "phone";

/// A phone: it answers all requests with 200, and remembers them.
pub(crate) struct Phone {
    socket: Arc<UdpSocket>,
    server: String,
    pub(crate) address: String,
    answers: UnboundedReceiver<String>,
    requests: UnboundedReceiver<String>,
    listener: JoinHandle<()>,
    sequence: u32,
}

/// A request, but for what every one has.
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    /// The user part of whom it is for; none for the server itself.
    pub(crate) user: &'a str,
    pub(crate) call_id: &'a str,
    /// Further lines, each with its end.
    pub(crate) headers: &'a str,
    pub(crate) body: &'a str,
}

/// What a request belongs to: a call, of which an answer is at hand, or as an acknowledgement to the
/// answer itself.
#[derive(Clone, Copy)]
enum Of<'a> {
    Nothing,
    Call(&'a str),
    Accepted(&'a str),
    Refused(&'a str),
}

impl Phone {
    pub(crate) async fn new(server: &str) -> Self {
        let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
        socket.connect(server).await.unwrap();
        let address = socket.local_addr().unwrap().to_string();
        let (answer, answers) = unbounded_channel();
        let (request, requests) = unbounded_channel();
        let own = Arc::clone(&socket);
        let listener = tokio::spawn(async move {
            let mut buffer = vec![0; 65_536];
            while let Ok(length) = own.recv(&mut buffer).await {
                let message = String::from_utf8_lossy(&buffer[..length]).into_owned();
                if message.starts_with("SIP/2.0") {
                    let _ = answer.send(message);
                } else {
                    if !message.starts_with("ACK ") {
                        let _ = own.send(accepted(&message).as_bytes()).await;
                    }
                    let _ = request.send(message);
                }
            }
        });
        let server = server.to_owned();
        Self { socket, server, address, answers, requests, listener, sequence: 0 }
    }

    /// Sends a request, with the password when that is asked for, and gives the final answer.
    pub(crate) async fn ask(&mut self, request: &Request<'_>) -> String {
        self.exchange(request, None).await
    }

    /// The same within the call that began with this answer.
    pub(crate) async fn ask_within(&mut self, call: &str, request: &Request<'_>) -> String {
        self.exchange(request, Some(call)).await
    }

    async fn exchange(&mut self, request: &Request<'_>, call: Option<&str>) -> String {
        let of = call.map_or(Of::Nothing, Of::Call);
        self.send(request, "", of).await;
        let answer = self.answer(request.call_id).await;
        if request.method == "INVITE" {
            let refused = !answer.starts_with("SIP/2.0 2");
            self.acknowledge(request, &answer, refused).await;
        }
        if !answer.starts_with("SIP/2.0 401 ") {
            return answer;
        }
        let challenge = header(&answer, "WWW-Authenticate");
        let part = |name: &str| {
            let (_, rest) = challenge.split_once(&format!("{name}=\"")).unwrap();
            rest.split_once('"').unwrap().0.to_owned()
        };
        let (realm, nonce, opaque) = (part("realm"), part("nonce"), part("opaque"));
        let uri = self.uri(request.user);
        let user = md5(&format!("{USER}:{realm}:{PASSWORD}"));
        let what = md5(&format!("{}:{uri}", request.method));
        let response = md5(&format!("{user}:{nonce}:00000001:own:auth:{what}"));
        let line = format!(
            "Authorization: Digest username=\"{USER}\", realm=\"{realm}\", nonce=\"{nonce}\", \
             uri=\"{uri}\", response=\"{response}\", algorithm=MD5, cnonce=\"own\", \
             opaque=\"{opaque}\", qop=auth, nc=00000001\r\n"
        );
        self.send(request, &line, of).await;
        let answer = self.answer(request.call_id).await;
        if request.method == "INVITE" {
            let refused = !answer.starts_with("SIP/2.0 2");
            self.acknowledge(request, &answer, refused).await;
        }
        answer
    }

    /// The next request of this method.
    pub(crate) async fn asked(&mut self, method: &str) -> String {
        let search = async {
            loop {
                let request = self.requests.recv().await.expect("the phone runs");
                if request.starts_with(method) {
                    return request;
                }
            }
        };
        soon(search).await
    }

    fn uri(&self, user: &str) -> String {
        let at = if user.is_empty() { "" } else { "@" };
        format!("sip:{user}{at}{}", self.server)
    }

    async fn acknowledge(&mut self, request: &Request<'_>, answer: &str, refused: bool) {
        let acknowledgement = Request { method: "ACK", headers: "", body: "", ..*request };
        let of = if refused { Of::Refused(answer) } else { Of::Accepted(answer) };
        self.send(&acknowledgement, "", of).await;
    }

    async fn send(&mut self, request: &Request<'_>, more: &str, of: Of<'_>) {
        let Request { method, user, call_id, headers, body } = request;
        let (address, uri) = (&self.address, self.uri(user));
        if matches!(of, Of::Nothing | Of::Call(_)) {
            self.sequence += 1;
        }
        let sequence = self.sequence;
        // A refused request is acknowledged as a part of it, an accepted one anew.
        let via = match of {
            Of::Refused(answer) => header(answer, "Via").to_owned(),
            _ => {
                format!("SIP/2.0/UDP {address};branch=z9hG4bK-{call_id}-{method}-{sequence};rport")
            }
        };
        let to = match (of, *method) {
            (Of::Call(answer) | Of::Accepted(answer) | Of::Refused(answer), _) => {
                header(answer, "To").to_owned()
            }
            (Of::Nothing, "REGISTER") => format!("<sip:{USER}@{}>", self.server),
            (Of::Nothing, _) => format!("<{uri}>"),
        };
        let text = format!(
            "{method} {uri} SIP/2.0\r\nVia: {via}\r\nMax-Forwards: 70\r\n\
             From: <sip:{USER}@127.0.0.1>;tag=own-{call_id}\r\nTo: {to}\r\nCall-ID: {call_id}\r\n\
             CSeq: {sequence} {method}\r\nContact: <sip:{USER}@{address}>\r\n\
             User-Agent: SDK phone\r\n{headers}{more}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.socket.send(text.as_bytes()).await.unwrap();
    }

    /// The final answer to the last request.
    async fn answer(&mut self, call_id: &str) -> String {
        let sequence = format!("{} ", self.sequence);
        let search = async {
            loop {
                let answer = self.answers.recv().await.expect("the phone runs");
                let ours = header(&answer, "Call-ID") == call_id
                    && header(&answer, "CSeq").starts_with(&sequence);
                if ours && !answer.starts_with("SIP/2.0 1") {
                    return answer;
                }
            }
        };
        soon(search).await
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

/// A call to an extension.
pub(crate) fn invite<'a>(user: &'a str, call_id: &'a str) -> Request<'a> {
    let headers = "Content-Type: application/sdp\r\n";
    let body = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
                m=audio 9 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n";
    Request { method: "INVITE", user, call_id, headers, body }
}

/// The value of a header.
pub(crate) fn header<'a>(message: &'a str, name: &str) -> &'a str {
    let mut lines = message.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(header, _)| *header == name).map_or("", |(_, value)| value.trim())
}

/// The answer that accepts a request.
fn accepted(request: &str) -> String {
    let mut answer = "SIP/2.0 200 OK\r\n".to_owned();
    for line in request.lines() {
        if ["Via:", "From:", "To:", "Call-ID:", "CSeq:"].iter().any(|name| line.starts_with(name)) {
            answer.push_str(line);
            answer.push_str("\r\n");
        }
    }
    answer + "Content-Length: 0\r\n\r\n"
}

fn md5(text: &str) -> String {
    format!("{:032x}", u128::from_be_bytes(Md5::digest(text).into()))
}
