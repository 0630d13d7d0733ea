//! Who is turned away, and how the server tells it.

use std::io::Write;
use std::net::{IpAddr, TcpStream, UdpSocket};
use std::time::Duration;

use asterisk_sdk::ami::event::{
    ChallengeResponseFailed, ChallengeSent, FailedAcl, InvalidAccountID, InvalidPassword,
    InvalidTransport, RequestBadFormat, RequestNotAllowed, RequestNotSupported, SecuritySeverity,
    SecurityTransport, SessionLimit, SuccessfulAuth,
};
use asterisk_sdk::ami::{AmiEvent, Event, EventStream};

use super::super::Stage;
use crate::calls::wait_for;

/// The next event of a kind from a service.
async fn next<E: AmiEvent>(events: &mut EventStream<Event>, service: &str) -> E {
    let from = |event: &Event| event.is::<E>() && event.get("Service").as_deref() == Some(service);
    wait_for(events, from).await.decode().unwrap()
}

/// A session of the manager interface that is not looked at, as lines and their answers are no
/// matter here.
fn session(address: &str, lines: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    write(&mut stream, lines);
    stream
}

fn write(stream: &mut TcpStream, lines: &str) {
    stream.write_all(lines.replace('\n', "\r\n").as_bytes()).unwrap();
}

fn login(user: &str, secret: &str) -> String {
    format!("Action: Login\nUsername: {user}\nSecret: {secret}\n\n")
}

#[tokio::test]
async fn security() {
    let Some(stage) = Stage::open("security").await else { return };
    manager_interface(&stage).await;
    pjsip(&stage).await;
    if stage.server.major() == 16 {
        chan_sip(&stage).await;
    }
    stage.finish(&[]).await;
}

async fn manager_interface(stage: &Stage) {
    let mut events = stage.events();
    let address = &stage.server.ami;
    // Sessions last until their answers are of no matter any more.
    let wrong = session(address, &login("admin", "wrong"));
    let failed: InvalidPassword = next(&mut events, "AMI").await;
    assert_eq!(failed.account_id.as_deref(), Some("admin"));
    assert_eq!(failed.severity, Some(SecuritySeverity::Error));
    assert_eq!(failed.event_version, Some(2));
    assert!(failed.event_time.unwrap().system_time().is_some());
    assert_eq!(failed.session_time.unwrap().unix_millis(), Some(0));
    let (local, remote) = (failed.local_address.unwrap(), failed.remote_address.unwrap());
    assert_eq!(local.family(), Some("IPV4"));
    assert_eq!(local.transport(), Some(SecurityTransport::Tcp));
    assert_eq!(local.address(), Some(IpAddr::from([127, 0, 0, 1])));
    assert_eq!(local.port(), Some(super::port(address)));
    assert_eq!(remote.port(), Some(wrong.local_addr().unwrap().port()));

    let lines = "Action: Challenge\nAuthType: MD5\n\n\
                 Action: Login\nAuthType: MD5\nUsername: admin\nKey: abc\n\n";
    let _wrong = session(address, lines);
    let failed: ChallengeResponseFailed = next(&mut events, "AMI").await;
    assert_eq!(failed.response.as_deref(), Some("abc"));
    assert_eq!(failed.expected_response.unwrap().len(), 32);

    let _nobody = session(address, &login("nosuch", "x"));
    let failed: InvalidAccountID = next(&mut events, "AMI").await;
    assert_eq!(failed.account_id.as_deref(), Some("nosuch"));

    let secret = &stage.server.ami_nobody.1;
    let _walled = session(address, &login("walled", secret));
    let failed: FailedAcl = next(&mut events, "AMI").await;
    assert_eq!((failed.account_id.as_deref(), failed.acl_name), (Some("walled"), None));

    let mut single = session(address, &login("single", secret));
    let accepted: SuccessfulAuth = next(&mut events, "AMI").await;
    assert_eq!(accepted.severity, Some(SecuritySeverity::Informational));
    assert_eq!(accepted.account_id.as_deref(), Some("single"));
    assert_eq!(accepted.using_password, Some(false));
    assert_ne!(accepted.session_time.unwrap().unix_millis(), Some(0));
    let _second = session(address, &login("single", secret));
    let _: SessionLimit = next(&mut events, "AMI").await;

    write(&mut single, "Action: Reload\n\n");
    let refused: RequestNotAllowed = next(&mut events, "AMI").await;
    assert_eq!(refused.request_type.as_deref(), Some("Action: Reload"));
    write(&mut single, "Action: Nonsense\n\n");
    let refused: RequestBadFormat = next(&mut events, "AMI").await;
    assert_eq!(refused.request_type.as_deref(), Some("Action: Nonsense"));
    assert_eq!(refused.account_id.as_deref(), Some("single"));

    // AMI over HTTP tells the same.
    let mut http = TcpStream::connect(stage.server.http.trim_start_matches("http://")).unwrap();
    let request = "GET /rawman?action=login&username=admin&secret=bad HTTP/1.0\n\n";
    write(&mut http, request);
    let failed: InvalidPassword = next(&mut events, "AMI").await;
    assert_ne!(failed.local_address.unwrap().port(), Some(super::port(address)));
}

/// A phone that knows nothing but to register.
struct Phone {
    socket: UdpSocket,
    server: String,
    requests: u32,
}

impl Phone {
    fn new(server: &str) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        Self { socket, server: server.to_owned(), requests: 0 }
    }

    /// Asks to be registered; the answer is of no matter.
    fn register(&mut self, from: &str, to: &str, more: &str) {
        self.requests += 1;
        let (number, here) = (self.requests, self.socket.local_addr().unwrap());
        let server = &self.server;
        let request = format!(
            "REGISTER sip:{server} SIP/2.0\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{number}\n\
             Max-Forwards: 70\nFrom: <sip:{from}@{server}>;tag={number}\nTo: <sip:{to}@{server}>\n\
             Call-ID: sdk-{from}\nCSeq: {number} REGISTER\nContact: <sip:{from}@{here}>\n\
             {more}Content-Length: 0\n\n"
        );
        let request = request.replace('\n', "\r\n");
        self.socket.send_to(request.as_bytes(), server).unwrap();
    }

    fn answer(&self) -> String {
        self.socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let mut buffer = [0; 4096];
        let length = self.socket.recv(&mut buffer).unwrap();
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    }

    /// A wrong answer to the challenge in an answer of the server's.
    fn credentials(&self, user: &str, challenge: &str) -> String {
        let part = |name: &str| {
            let (_, rest) = challenge.split_once(&format!("{name}=\"")).unwrap_or(("", "\""));
            rest.split('"').next().unwrap_or_default().to_owned()
        };
        let (realm, nonce, opaque) = (part("realm"), part("nonce"), part("opaque"));
        let quality =
            if challenge.contains("qop=") { "qop=auth, nc=00000001, cnonce=\"c\", " } else { "" };
        format!(
            "Authorization: Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", \
             uri=\"sip:{}\", response=\"0123456789abcdef0123456789abcdef\", algorithm=MD5, \
             {quality}opaque=\"{opaque}\"\n",
            self.server
        )
    }
}

async fn pjsip(stage: &Stage) {
    let mut events = stage.events();
    let sip = stage.server.cli("pjsip show transport udp");
    let bound = sip.lines().find_map(|line| line.trim().strip_prefix("bind")?.split_once(": "));
    let mut phone = Phone::new(bound.expect("a transport has an address").1.trim());

    phone.register("100", "100", "");
    let sent: ChallengeSent = next(&mut events, "PJSIP").await;
    assert_eq!(sent.account_id.as_deref(), Some("100"));
    assert_eq!(sent.session_id.as_deref(), Some("sdk-100"));
    assert_eq!(sent.remote_address.unwrap().transport(), Some(SecurityTransport::Udp));
    assert_eq!(sent.session_time, None);
    let credentials = phone.credentials("100", &phone.answer());
    phone.register("100", "100", &credentials);
    let failed: ChallengeResponseFailed = next(&mut events, "PJSIP").await;
    assert_eq!(failed.response.as_deref(), Some("0123456789abcdef0123456789abcdef"));

    phone.register("nosuch", "nosuch", "");
    let failed: InvalidAccountID = next(&mut events, "PJSIP").await;
    assert_eq!(failed.account_id.as_deref(), Some("nosuch"));

    // This one needs no password, and has a fixed address.
    phone.register("loop", "loop", "");
    let refused: RequestNotSupported = next(&mut events, "PJSIP").await;
    let why = "registrar_attempt_without_registration_permitted";
    assert_eq!(refused.request_type.as_deref(), Some(why));
    phone.register("loop", "100", "");
    let refused: RequestNotSupported = next(&mut events, "PJSIP").await;
    assert_eq!(refused.request_type.as_deref(), Some("registrar_requested_aor_not_found"));
}

async fn chan_sip(stage: &Stage) {
    let mut events = stage.events();
    assert!(stage.server.cli("module load chan_sip.so").contains("Loaded"));
    let mut phone = Phone::new(&stage.server.ami_tls);

    phone.register("tester", "tester", "");
    let sent: ChallengeSent = next(&mut events, "SIP").await;
    assert!(sent.challenge.is_some_and(|challenge| !challenge.is_empty()));
    let answer = loop {
        let answer = phone.answer();
        if answer.starts_with("SIP/2.0 401") {
            break answer;
        }
    };
    let credentials = phone.credentials("tester", &answer);
    phone.register("tester", "tester", &credentials);
    let failed: InvalidPassword = next(&mut events, "SIP").await;
    assert!(failed.received_hash.is_some());
    phone.register("nosuch", "nosuch", "");
    let _: InvalidAccountID = next(&mut events, "SIP").await;
    phone.register("fixed", "fixed", "");
    let refused: FailedAcl = next(&mut events, "SIP").await;
    assert_eq!(refused.acl_name.as_deref(), Some("peer_not_dynamic"));
    phone.register("stream", "stream", "");
    let refused: InvalidTransport = next(&mut events, "SIP").await;
    assert_eq!(refused.attempted_transport.as_deref(), Some("UDP"));
}
