//! Connections that Asterisk opens.

use std::net::SocketAddr;

use asterisk_sdk::ari::call::{Call, CallError, Orphans};
use asterisk_sdk::ari::event::StasisStart;
use asterisk_sdk::ari::outbound::{Accepted, BindError, Server, ServerBuilder};
use asterisk_sdk::ari::{CloseReason, RestError};
use harness::ari_peer::dial;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};

use super::*;

/// What Asterisk 22 sends, with the user and password of these tests.
const HEAD: &str = include_str!("captures/22/socket/outbound.http");

pub(super) async fn server(settings: impl FnOnce(ServerBuilder) -> ServerBuilder) -> Server {
    let server = Server::builder().login("u", "p w:\"x");
    settings(server).bind("127.0.0.1:0").await.expect("a free port")
}

/// The event with which Asterisk names an application.
fn registered(app: &str) -> String {
    frame!("registered").replace("\"oa\"", &format!("\"{app}\""))
}

/// Connects as Asterisk does, up to the reply to the first request. `early` is sent before that.
pub(super) async fn asterisk(address: SocketAddr, apps: &[&str], early: &[&str]) -> Socket {
    let (reply, mut socket) = dial(address, HEAD.as_bytes()).await;
    let lines: Vec<_> = reply.lines().map(str::to_ascii_lowercase).collect();
    assert_eq!(lines[0], "http/1.1 101 switching protocols");
    // The key's answer, computed by Python's hashlib.
    assert!(
        lines.contains(&"sec-websocket-accept: 7uysfoses5olcklkao5oetytdtm=".into()),
        "{reply}"
    );
    assert!(lines.contains(&"sec-websocket-protocol: ari".into()), "{reply}");
    // Asterisk does not accept another word in it.
    assert!(lines.contains(&"connection: upgrade".into()), "{reply}");
    for app in apps {
        socket.text(&registered(app)).await;
    }
    for event in early {
        socket.text(event).await;
    }
    let (id, request) = socket.request().await;
    assert_eq!(request, "GET asterisk/info");
    socket.reply(&id, frame!("info")).await;
    assert_eq!(socket.read().await, Some((0x89, b"rest".to_vec())));
    socket.frame(0x8a, b"rest").await;
    socket
}

#[tokio::test]
async fn asterisk_connects_and_names_its_applications() {
    let mut server = server(|server| server).await;
    let address = server.local_addr();
    let (accepted, mut socket) =
        soon(async { tokio::join!(server.accept(), asterisk(address, &["oa", "ob"], &[])) }).await;
    let Accepted { client, path, query, .. } = accepted;
    assert_eq!((path.as_str(), query.as_deref()), ("/some/path", Some("x=1")));
    assert_eq!(client.apps(), ["oa", "ob"]);
    assert!(client.is_connected());
    let mut all = client.events().all();
    let name = soon(all.next()).await.unwrap().unwrap();
    assert_eq!((name.name(), name.application()), ("ApplicationRegistered", "oa"));
    socket.text(event("StasisEnd")).await;
    soon(all.next()).await.unwrap().unwrap();
    assert_eq!(soon(all.next()).await.unwrap().unwrap().name(), "StasisEnd");

    // Blocking or not, requests have one way only.
    let answer = client.channel("capture-1").answer();
    let script = async {
        let (id, request) = socket.request().await;
        assert_eq!(request, "POST channels/capture-1/answer");
        socket.reply(&id, frame!("no-content")).await;
    };
    soon(async { tokio::join!(answer.into_future(), script) }).await.0.expect("it is answered");
    let file = soon(client.stored_recording("x").download().into_future()).await;
    assert!(matches!(file, Err(RestError::InvalidRequest(_))), "{file:?}");
    let long = client.channels().originate("x").app("oa").variable("V", "x".repeat(65_400));
    let long = soon(long.into_future()).await;
    assert!(matches!(long, Err(RestError::InvalidRequest(_))), "{long:?}");

    socket.text(&event("ApplicationReplaced").replace("capture", "oa")).await;
    soon(all.next()).await.unwrap().unwrap();
    assert_eq!(client.apps(), ["ob"]);
    assert!(client.is_connected());
    let closing = async {
        client.close().await;
    };
    let ((), closed) = soon(async {
        tokio::join!(closing, async {
            loop {
                let (first, payload) = socket.read().await.expect("a close");
                if first == 0x88 {
                    socket.frame(0x88, &payload).await;
                    return payload;
                }
            }
        })
    })
    .await;
    assert_eq!(closed, [0x03, 0xe8]);
    assert_eq!(client.close_reason(), Some(CloseReason::Local));
}

#[tokio::test]
async fn what_came_before_anybody_asked_is_kept_for_the_calls() {
    let mut server = server(|server| server).await;
    let address = server.local_addr();
    let early = [event("StasisStart"), event("ChannelDtmfReceived")];
    let (accepted, mut socket) =
        soon(async { tokio::join!(server.accept(), asterisk(address, &["oa"], &early)) }).await;
    let client = accepted.client;
    // Those that ask for something else take nothing away.
    let mut channel = client.events().channel("capture-1").all();
    for expected in ["StasisStart", "ChannelDtmfReceived"] {
        assert_eq!(soon(channel.next()).await.unwrap().unwrap().name(), expected);
    }
    let (told, mut tell) = mpsc::channel(10);
    let serving = client.serve(move |mut call: Call| {
        let told = told.clone();
        async move {
            let digits = call.dtmf().max_digits(1).await?;
            let _ = told.send(digits.digits).await;
            Ok::<_, CallError>(())
        }
    });
    let _serving = tokio::spawn(serving.into_future());
    assert_eq!(soon(tell.recv()).await.as_deref(), Some("5"));
    let (_, request) = soon(socket.request()).await;
    assert_eq!(request, "POST channels/capture-1/continue");
    // Once, and for the first who asked.
    let mut later = client.events().of::<StasisStart>();
    socket.text(&fresh(event("StasisEnd"))).await;
    soon(channel.next()).await.unwrap().unwrap();
    drop(socket);
    assert!(soon(later.next()).await.is_none());
    assert_eq!(client.close_reason(), Some(CloseReason::Remote(None)));
}

/// The first line of the reply to a request, and whether the connection closes behind it.
async fn refused(server: &mut Server, head: &str) -> String {
    let address = server.local_addr();
    let asking = async {
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        // What is too long may be refused before it is read.
        let _ = stream.write_all(head.as_bytes()).await;
        let mut reply = Vec::new();
        let _ = stream.read_to_end(&mut reply).await;
        let reply = String::from_utf8(reply).expect("text");
        reply.lines().next().unwrap_or_default().to_owned()
    };
    tokio::select! {
        line = asking => line,
        _ = server.accept() => panic!("it is accepted"),
    }
}

#[tokio::test]
async fn peers_that_are_not_asterisk_are_refused() {
    let mut server = server(|server| server.handshake_timeout(Duration::from_secs(5))).await;
    let password = "Basic dTpwIHc6Ing=";
    assert!(HEAD.contains(password));
    let long = format!("Host: {}\r\n", "x".repeat(20_000));
    let many = "X-Y: z\r\n".repeat(200);
    for (from, to, status) in [
        (password, "Basic dTpw", "401 Unauthorized"),
        ("Authorization", "X-Authorization", "401 Unauthorized"),
        ("GET ", "POST ", "405 Method Not Allowed"),
        ("HTTP/1.1", "HTTP/1.0", "505 HTTP Version Not Supported"),
        ("Upgrade: websocket", "Upgrade: h2c", "426 Upgrade Required"),
        ("Version: 13", "Version: 8", "426 Upgrade Required"),
        ("Sec-WebSocket-Key: ", "Sec-WebSocket-Key: x", "400 Bad Request"),
        ("Protocol: ari", "Protocol: media", "400 Bad Request"),
        ("Upgrade: websocket", "Content-Length: 3\r\nUpgrade: websocket", "400 Bad Request"),
        ("GET /", "\u{1}\u{2}\u{3}", "400 Bad Request"),
        ("Host:", &format!("{long}Host:"), "431 Request Header Fields Too Large"),
        ("Host:", &format!("{many}Host:"), "431 Request Header Fields Too Large"),
    ] {
        let head = HEAD.replace(from, to);
        let line = soon(refused(&mut server, &head)).await;
        let version = if to == "HTTP/1.0" { "HTTP/1.0" } else { "HTTP/1.1" };
        assert_eq!(line, format!("{version} {status}"), "{to:.40}");
    }
    // It still takes the one that is.
    let address = server.local_addr();
    soon(async { tokio::join!(server.accept(), asterisk(address, &["oa"], &[])) }).await;
}

#[tokio::test]
async fn peers_that_say_nothing_hold_nobody_back() {
    let limit = Duration::from_millis(300);
    let mut server = server(|server| server.handshake_timeout(limit)).await;
    let address = server.local_addr();
    let script = async {
        let mut silent = TcpStream::connect(address).await.expect("it listens");
        let mut half = TcpStream::connect(address).await.expect("it listens");
        half.write_all(&HEAD.as_bytes()[..50]).await.expect("it is read");
        let (reply, mut mute) = dial(address, HEAD.as_bytes()).await;
        assert!(reply.starts_with("HTTP/1.1 101 "));
        // It names an application, and answers nothing.
        let (_, mut deaf) = dial(address, HEAD.as_bytes()).await;
        deaf.text(&registered("oa")).await;
        let asterisk = asterisk(address, &["oa"], &[]).await;
        let mut rest = Vec::new();
        assert_eq!(silent.read_to_end(&mut rest).await.unwrap_or(0), 0);
        let _ = half.read_to_end(&mut rest).await;
        while mute.read().await.is_some() {}
        while deaf.read().await.is_some() {}
        asterisk
    };
    let both = async {
        let mut script = std::pin::pin!(script);
        let accepted = tokio::select! {
            accepted = server.accept() => accepted,
            _ = &mut script => panic!("it is not accepted"),
        };
        tokio::select! {
            _ = server.accept() => panic!("another is accepted"),
            socket = &mut script => (accepted, socket),
        }
    };
    let (accepted, _socket) = soon(both).await;
    assert_eq!(accepted.client.apps(), ["oa"]);
}

#[tokio::test]
async fn there_are_no_more_connections_than_allowed() {
    let mut server = server(|server| server.max_connections(1)).await;
    let address = server.local_addr();
    let (first, socket) =
        soon(async { tokio::join!(server.accept(), asterisk(address, &["oa"], &[])) }).await;
    let second = tokio::spawn(async move { asterisk(address, &["ob"], &[]).await });
    let mut socket = socket;
    {
        let mut accepting = std::pin::pin!(server.accept());
        // The second one waits for the first to go, however much happens meanwhile.
        for _ in 0..20 {
            let list = first.client.channels().list().into_future();
            let script = async {
                let (id, _) = socket.request().await;
                socket.reply(&id, frame!("channels")).await;
            };
            tokio::select! {
                _ = &mut accepting => panic!("one too many"),
                (list, ()) = async { tokio::join!(list, script) } => drop(list.expect("a reply")),
            }
        }
        drop(socket);
        assert_eq!(soon(accepting).await.client.apps(), ["ob"]);
    }
    soon(second).await.expect("no panic");
}

#[tokio::test]
async fn a_server_without_a_login_is_none() {
    let error = Server::builder().bind("127.0.0.1:0").await.unwrap_err();
    assert!(matches!(error, BindError::InvalidSettings("there is no login")), "{error:?}");
    let error = Server::builder().login("a:b", "c").bind("127.0.0.1:0").await.unwrap_err();
    assert!(matches!(error, BindError::InvalidSettings(_)), "{error:?}");
}

#[tokio::test]
async fn a_drain_lets_sessions_finish_and_closes_properly() {
    let server = server(|server| server).await;
    let address = server.local_addr();
    let (told, mut tell) = mpsc::channel(10);
    let (stop, stopped) = oneshot::channel::<()>();
    let sessions = move |accepted: &Accepted| {
        let told = told.clone();
        let serve = accepted.client.serve(move |mut call: Call| {
            let told = told.clone();
            async move {
                let _ = told.send("begins").await;
                let digits = call.dtmf().max_digits(1).await;
                let _ = told.send("ends").await;
                digits.map(drop)
            }
        });
        serve.orphans(Orphans::Leave)
    };
    let running =
        tokio::spawn(server.serve_with_shutdown(sessions, async move { drop(stopped.await) }));
    let mut sockets =
        [asterisk(address, &["oa"], &[]).await, asterisk(address, &["ob"], &[]).await];
    sockets[0].text(event("StasisStart")).await;
    assert_eq!(soon(tell.recv()).await, Some("begins"));
    stop.send(()).expect("it runs");
    // The one without a call is closed, and nobody listens any more.
    let (first, code) = soon(sockets[1].read()).await.expect("a close");
    assert_eq!((first, code), (0x88, vec![0x03, 0xe8]));
    assert!(TcpStream::connect(address).await.is_err());
    sockets[1].frame(0x88, &[0x03, 0xe8]).await;
    // The other goes on until its session is over.
    sockets[0].text(event("ChannelDtmfReceived")).await;
    assert_eq!(soon(tell.recv()).await, Some("ends"));
    let (id, request) = soon(sockets[0].request()).await;
    assert_eq!(request, "POST channels/capture-1/continue");
    sockets[0].reply(&id, frame!("no-content")).await;
    let (first, code) = soon(sockets[0].read()).await.expect("a close");
    assert_eq!((first, code), (0x88, vec![0x03, 0xe8]));
    sockets[0].frame(0x88, &[0x03, 0xe8]).await;
    let outcome = soon(running).await.expect("no panic");
    assert_eq!((outcome.sessions, outcome.failed, outcome.refused, outcome.aborted), (1, 0, 0, 0));
}
