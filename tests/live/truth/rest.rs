//! What is answered, and above all refused: by AMI and by ARI.

use asterisk_sdk::ami::action::Custom;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use harness::soon;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::scene::{Side, object, reply, same};

/// Actions as header lines, `;` between them.
const ACTIONS: [&str; 67] = [
    "Action: Ping",
    "Action: Nonsense",
    "Action: CoreShowChannels",
    "Action: CoreStatus",
    "Action: Getvar;Variable: A",
    "Action: Getvar",
    "Action: Getvar;Channel: nosuch;Variable: A",
    "Action: Setvar;Variable: A;Value: 1",
    "Action: Setvar;Value: 1",
    "Action: Setvar;Channel: none;Variable: A;Value: 1",
    "Action: Getvar;Variable: A",
    "Action: Status",
    "Action: Status;Channel: nosuch",
    "Action: Hangup;Channel: nosuch",
    "Action: Hangup",
    "Action: Redirect;Channel: nosuch;Context: sdk;Exten: wait;Priority: 1",
    "Action: Redirect",
    "Action: Redirect;Channel: nosuch;Context: sdk;Exten: wait;Priority: nosuch",
    "Action: Redirect;Channel: nosuch;Context: sdk;Exten: wait",
    "Action: Redirect;Channel: nosuch;Context: sdk;Priority: 1",
    "Action: Redirect;Channel: nosuch;Exten: wait;Priority: 1",
    "Action: Redirect;Channel: nosuch;ExtraChannel: x;Context: sdk;Exten: wait;Priority: 1;ExtraContext: sdk",
    "Action: Redirect;Channel: nosuch;ExtraChannel: x;Context: sdk;Exten: wait;Priority: 1;ExtraContext: sdk;\
     ExtraExten: wait",
    "Action: Redirect;Channel: nosuch;ExtraChannel: x;Context: sdk;Exten: wait;Priority: 1;ExtraContext: sdk;\
     ExtraExten: wait;ExtraPriority: nosuch",
    "Action: Redirect;Channel: nosuch;ExtraChannel: x;Context: sdk;Exten: wait;Priority: 1;ExtraPriority: nosuch",
    "Action: DBPut;Family: f;Key: k;Val: v",
    "Action: DBGet;Family: f;Key: k",
    "Action: DBGet;Family: f;Key: n",
    "Action: DBDel;Family: f;Key: k",
    "Action: DBDel;Family: f;Key: k",
    "Action: DBPut",
    "Action: DBGet;Family: f",
    "Action: DBPut;Family: f;Key: k/1;Val: v",
    "Action: DBGetTree;Family: f",
    "Action: DBDelTree;Family: f",
    "Action: DBDelTree;Family: f",
    "Action: DBGetTree;Family: f",
    "Action: QueueAdd;Queue: nosuch;Interface: PJSIP/loop",
    "Action: QueueRemove;Queue: nosuch;Interface: PJSIP/loop",
    "Action: Command;Command: nonsense foo",
    "Action: UserEvent;UserEvent: foo;Body: x",
    "Action: Events;EventMask: foo",
    "Action: Events;EventMask: call,user",
    "Action: Events;EventMask: off",
    "Action: Events",
    "Action: Filter;Operation: Add;Filter: Event: Foo",
    "Action: Filter;Operation: x;Filter: y",
    "Action: Filter;Operation: Add",
    "Action: Filter;Operation: Add;Filter: (",
    "Action: Filter;Operation: Add;Filter: !",
    "Action: BridgeList",
    "Action: BridgeInfo;BridgeUniqueid: x",
    "Action: Challenge",
    "Action: PlayDTMF;Channel: x;Digit: 1",
    "Action: PlayDTMF;Digit: 1",
    "Action: ExtensionState;Exten: wait;Context: sdk",
    "Action: Originate;Application: Wait;Data: 5",
    "Action: Originate;Channel: foo;Application: Wait",
    "Action: Originate;Channel: PJSIP/wait@loop;Exten: zzz;Context: sdk;Priority: 1",
    "Action: Originate;Channel: PJSIP/wait@loop;Exten: wait",
    "Action: Originate;Channel: PJSIP/wait@loop;Exten: wait;Context: sdk;Priority: x",
    "Action: Originate;Channel: PJSIP/wait@loop",
    "Action: Originate;Channel: PJSIP/nosuch;Application: Wait;Data: 5",
    "Action: Login",
    "Action:",
    "Nothing: here",
    "Action: Logoff",
];

/// Messages to a server and all that it says until it closes.
async fn converse(side: &Side) -> Vec<String> {
    let (address, user, secret) = side.ami();
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let mut text =
        format!("Action: Login\r\nUsername: {user}\r\nSecret: {secret}\r\nEvents: off\r\n\r\n");
    for (at, action) in ACTIONS.iter().enumerate() {
        text.push_str(&action.replace(';', "\r\n"));
        text.push_str("\r\nActionID: a");
        text.push_str(&at.to_string());
        text.push_str("\r\n\r\n");
    }
    stream.write_all(text.as_bytes()).await.expect("it is sent");
    let mut said = String::new();
    soon(stream.read_to_string(&mut said)).await.expect("it is closed in the end");
    said.split("\r\n\r\n").map(normal).collect()
}

/// A message without what is of one server alone.
fn normal(message: &str) -> String {
    let lines = message.trim_start_matches("\r\n").split("\r\n").map(|line| {
        let name = line.split(':').next().unwrap_or_default();
        match name {
            "Timestamp" => name.to_owned(),
            name if name.starts_with("Core") => name.to_owned(),
            _ => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join(" | ")
}

#[tokio::test]
async fn actions_and_their_answers() {
    let Some(sides) = Side::both().await else { return };
    let real = converse(&sides[0]).await;
    let fake = converse(&sides[1]).await;
    same("actions", &real, &fake);
}

/// Method, path with query, and body.
const REQUESTS: [(&str, &str, &str); 68] = [
    ("GET", "asterisk/ping", ""),
    ("GET", "asterisk/info?only=status", ""),
    ("GET", "asterisk/variable?variable=NOPE", ""),
    ("GET", "asterisk/variable", ""),
    ("POST", "asterisk/variable?variable=G&value=a%20b+c", ""),
    ("GET", "asterisk/variable?variable=G", ""),
    ("POST", "asterisk/variable", r#"{"variable":"G","value":"json"}"#),
    ("GET", "asterisk/variable?variable=G", ""),
    ("POST", "asterisk/variable", "{nonsense"),
    ("GET", "channels", ""),
    ("GET", "channels/nosuch", ""),
    ("DELETE", "channels/nosuch", ""),
    ("POST", "channels/nosuch/answer", ""),
    ("POST", "channels/nosuch/play?media=sound:x", ""),
    ("POST", "channels/nosuch/record?name=x&format=wav", ""),
    ("POST", "channels/nosuch/continue", ""),
    ("POST", "channels/nosuch/ring", ""),
    ("GET", "channels/nosuch/variable?variable=A", ""),
    ("POST", "channels/nosuch/variable?variable=A", ""),
    ("POST", "channels/nosuch/variable", ""),
    ("POST", "channels?app=truth", ""),
    ("POST", "channels?endpoint=nosl&app=truth", ""),
    ("POST", "channels?endpoint=PJSIP/nosuch&app=truth", ""),
    ("POST", "channels?endpoint=PJSIP/wait@loop", ""),
    ("POST", "channels?endpoint=PJSIP/wait@loop&app=truth", r#"{"variables":{"A":1}}"#),
    ("PUT", "channels", ""),
    ("GET", "channels/", ""),
    ("GET", "nosuch", ""),
    ("GET", "bridges", ""),
    ("POST", "bridges/b1?type=mixing&name=n", ""),
    ("GET", "bridges/b1", ""),
    ("POST", "bridges/b1?type=mixing", ""),
    ("GET", "bridges/nosuch", ""),
    ("POST", "bridges/nosuch/addChannel?channel=x", ""),
    ("POST", "bridges/b1/addChannel?channel=x", ""),
    ("POST", "bridges/b1/addChannel", ""),
    ("POST", "bridges/b1/removeChannel?channel=x", ""),
    ("POST", "bridges/nosuch/play?media=sound:x", ""),
    ("DELETE", "bridges/nosuch", ""),
    ("DELETE", "bridges/b1", ""),
    ("POST", "bridges/h1?type=holding", ""),
    ("DELETE", "bridges/h1", ""),
    ("GET", "playbacks/nosuch", ""),
    ("DELETE", "playbacks/nosuch", ""),
    ("POST", "playbacks/nosuch/control?operation=pause", ""),
    ("GET", "recordings/stored", ""),
    ("GET", "recordings/stored/nosuch", ""),
    ("DELETE", "recordings/stored/nosuch", ""),
    ("GET", "recordings/live/nosuch", ""),
    ("POST", "recordings/live/nosuch/stop", ""),
    ("POST", "recordings/stored/nosuch/copy?destinationRecordingName=z", ""),
    ("GET", "applications/nosuch", ""),
    ("GET", "applications/truth", ""),
    ("POST", "applications/truth/subscription?eventSource=bridge:nosuch", ""),
    ("POST", "applications/truth/subscription?eventSource=endpoint:PJSIP/loop", ""),
    ("POST", "applications/truth/subscription?eventSource=foo:nosuch", ""),
    ("POST", "applications/truth/subscription?eventSource=deviceState:Stasis:q", ""),
    ("DELETE", "applications/truth/subscription?eventSource=deviceState:Stasis:q", ""),
    ("DELETE", "applications/truth/subscription?eventSource=deviceState:Stasis:q", ""),
    ("PUT", "applications/truth/eventFilter", r#"{"allowed":[{"type":"StasisStart"}]}"#),
    ("PUT", "deviceStates/foo?deviceState=INUSE", ""),
    ("PUT", "deviceStates/Stasis:q?deviceState=INUSE", ""),
    ("GET", "deviceStates/Stasis:q", ""),
    ("DELETE", "deviceStates/Stasis:q", ""),
    ("GET", "endpoints/PJSIP/loop", ""),
    ("GET", "endpoints/PJSIP/nosuch", ""),
    ("GET", "endpoints/NOSUCH", ""),
    ("POST", "events/user/foo?application=nosuch", ""),
];

/// One request on a connection of its own: status and body.
pub(super) async fn ask(side: &Side, (method, path, body): (&str, &str, &str)) -> String {
    let (url, user, password) = side.ari();
    let host = url.strip_prefix("http://").expect("a plain URL");
    let mut stream = TcpStream::connect(host).await.expect("it listens");
    let login = STANDARD.encode(format!("{user}:{password}"));
    let length = body.len();
    let text = format!(
        "{method} /ari/{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic {login}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(text.as_bytes()).await.expect("it is sent");
    let mut reply = String::new();
    soon(stream.read_to_string(&mut reply)).await.expect("it is answered");
    let (head, body) = reply.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).expect("a status");
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let mut body = object(&body, &[]);
    if let Some(status) = body.get_mut("status").filter(|status| status.is_object()) {
        *status = status.as_object().expect("it is one").keys().cloned().collect();
    }
    format!("{method} {path}: {status} {body}")
}

#[tokio::test]
async fn requests_and_their_answers() {
    let Some(sides) = Side::both().await else { return };
    let mut transcripts = Vec::new();
    for side in &sides {
        let client = side.client("truth").await;
        let mut lines = Vec::new();
        for request in REQUESTS {
            lines.push(ask(side, request).await);
        }
        transcripts.push(lines);
        client.close().await;
    }
    same("requests", &transcripts[0], &transcripts[1]);
}

/// What the fake has not, it refuses like a server without that module.
#[tokio::test]
async fn what_the_fake_has_not() {
    let Some(sides) = Side::both().await else { return };
    let mut transcripts = Vec::new();
    for side in &sides {
        let manager = side.manager().await;
        if let Side::Real(server) = side {
            let said = server.cli("module unload res_parking.so");
            assert!(said.contains("Unloaded res_parking.so"), "{said}");
        }
        let mut lines = Vec::new();
        for name in ["Park", "ParkedCalls", "Parkinglots", "NoSuchAction"] {
            lines.push(reply(&manager, Custom::new(name).header("Channel", "nosuch")).await);
        }
        println!("{}: {lines:#?}", side.name());
        transcripts.push(lines);
    }
    same("absent", &transcripts[0], &transcripts[1]);
}
