//! Two servers that look alike, and transcripts of what they say.

use std::time::Duration;

use asterisk_sdk::ami::action::Custom;
use asterisk_sdk::ami::{ActionError, Event, Manager};
use asterisk_sdk::ari::Client;
use asterisk_sdk_testkit::{Endpoint, FakeAsterisk};
use harness::live::{OwnServer, Server};
use serde_json::Value;

/// The part of the servers' dialplan that the scenarios use, as it is in `tests/asterisk/etc`. What else they need both
/// are taught while they run.
const DIALPLAN: &str = "[sdk]
exten = wait,1,Answer()
 same = n,Wait(60)
 same = n,Hangup()
exten = agi,1,Answer()
 same = n,AGI(${AGI_URL},${AGI_ARG1},${AGI_ARG2})
 same = n,UserEvent(AgiDone,Call: ${UNIQUEID},AgiStatus: ${AGISTATUS},SdkResult: ${SDK_RESULT})
 same = n,Hangup()
exten = stasis,1,Stasis(${STASIS_APP},${STASIS_ARG1},${STASIS_ARG2})
 same = n,UserEvent(StasisDone,Call: ${UNIQUEID},StasisStatus: ${STASISSTATUS},SdkResult: ${SDK_RESULT})
 same = n,Hangup()
exten = calls,1,Answer()
 same = n,Queue(calls)
 same = n,UserEvent(QueueDone,Call: ${UNIQUEID},QueueStatus: ${QUEUESTATUS})
 same = n,Hangup()
exten = h,1,UserEvent(Ended,Call: ${UNIQUEID},Cause: ${HANGUPCAUSE},AgiStatus: ${AGISTATUS},StasisStatus: ${STASISSTATUS})
";

/// Headers that only the real server has, because its configuration asks for them.
const CONFIGURED: [&str; 2] = ["ChanVariable", "DestChanVariable"];

/// Events that only the real server has: there are no media behind a fake call, and no call records.
const ABSENT: [&str; 5] = ["Cdr", "RTCPReceived", "RTCPSent", "SuccessfulAuth", "TestEvent"];

/// Variables that only a call with media has, and those that are set again and again while two channels talk.
const MEDIA_VARIABLES: [&str; 3] = ["RTPAUDIOQOS", "BRIDGEPEER", "BRIDGEPVTCALLID"];

/// A real server, or the fake one.
pub(super) enum Side {
    Real(Box<OwnServer>),
    Fake(FakeAsterisk),
}

impl Side {
    /// Both; nothing if there is no real one of the version that the fake imitates.
    pub(super) async fn both() -> Option<[Self; 2]> {
        let server = harness::live::server()?;
        if server.major() != 22 {
            println!("skipped: the fake imitates Asterisk 22");
            return None;
        }
        let fake = FakeAsterisk::builder().dialplan(DIALPLAN);
        // As long as the real one's are, so that they can be broken off.
        let fake = fake.sound_length(Duration::from_millis(500)).start().await;
        let fake = fake.expect("a free port");
        fake.remove_sound("nonsuch");
        fake.add_queue("calls", [""; 0]);
        fake.endpoint("PJSIP/loop").set_context("sdk");
        // A server of its own: these scenarios look at everything that it says.
        Some([Self::Real(Box::new(OwnServer::start(&server))), Self::Fake(fake)])
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Real(_) => "real",
            Self::Fake(_) => "fake",
        }
    }

    pub(super) fn ami(&self) -> (String, String, String) {
        match self {
            Self::Real(server) => {
                let server: &Server = server;
                let (user, secret) = server.ami_admin.clone();
                (server.ami.clone(), user, secret)
            }
            Self::Fake(fake) => {
                let (user, secret) = (fake.user().to_owned(), fake.password().to_owned());
                (fake.ami_address().to_string(), user, secret)
            }
        }
    }

    pub(super) fn ari(&self) -> (String, String, String) {
        match self {
            Self::Real(server) => {
                let server: &Server = server;
                (server.http.clone(), server.ari_user.clone(), server.ari_password.clone())
            }
            Self::Fake(fake) => {
                (fake.ari_url(), fake.user().to_owned(), fake.password().to_owned())
            }
        }
    }

    pub(super) async fn manager(&self) -> Manager {
        let (address, user, secret) = self.ami();
        Manager::builder(address).login(user, secret).connect().await.expect("a login")
    }

    pub(super) async fn client(&self, app: &str) -> Client {
        let (url, user, password) = self.ari();
        Client::builder(url).login(user, password).app(app).connect().await.expect("a login")
    }

    /// Adds an extension, step by step.
    pub(super) async fn teach(&self, manager: &Manager, exten: &str, steps: &[(&str, &str)]) {
        if let Self::Fake(fake) = self {
            let steps = steps.iter().map(|(application, data)| format!("n,{application}({data})"));
            let steps: Vec<_> = steps.collect();
            let plan = format!("[sdk]\nexten = {exten},{}", steps.join("\n same = "));
            return fake.dialplan(&plan.replacen("n,", "1,", 1)).expect("it can");
        }
        for (priority, (application, data)) in (1..).zip(steps) {
            let step = Custom::new("DialplanExtensionAdd").header("Context", "sdk");
            let step = step.header("Extension", exten).header("Priority", priority.to_string());
            let step = step.header("Application", *application).header("ApplicationData", *data);
            manager.send(step).await.expect("it is added");
        }
    }

    /// Sets how the fake's phone behaves as the real one's dialplan does by the extension that is called.
    pub(super) fn phone(&self, behaves: impl FnOnce(&Endpoint)) {
        if let Self::Fake(fake) = self {
            behaves(&fake.endpoint("PJSIP/loop"));
        }
    }

    /// Somebody calls an extension over SIP; on the real server it calls itself.
    pub(super) async fn call_in(&self, manager: &Manager, exten: &str) {
        match self {
            Self::Fake(fake) => {
                fake.endpoint("PJSIP/loop").place_call(exten).expect("the extension");
            }
            Self::Real(_) => {
                use asterisk_sdk::ami::action::Originate;
                let to = format!("PJSIP/{exten}@loop");
                // With sound from the far end, or the server holds back keys that follow each other.
                let call = Originate::to(to).application("MusicOnHold").channel_id("far-end");
                manager.originate(call).await.expect("it is called");
            }
        }
    }
}

/// Adds somebody to the queue, who counts as free however many calls his phone has.
pub(super) async fn add_member(manager: &Manager, interface: &str) {
    let free = Custom::new("Setvar").header("Variable", "DEVICE_STATE(Custom:free)");
    manager.send(free.header("Value", "NOT_INUSE")).await.expect("it is set");
    let bob = Custom::new("QueueAdd").header("Queue", "calls").header("MemberName", "Bob");
    let bob = bob.header("Interface", interface).header("StateInterface", "Custom:free");
    manager.send(bob).await.expect("it is added");
}

/// What an action is answered, in one line.
pub(super) async fn reply(manager: &Manager, action: Custom) -> String {
    let response = match manager.send(action).await {
        Ok(reply) => reply.response,
        Err(ActionError::Refused { response }) => *response,
        Err(other) => panic!("{other}"),
    };
    let headers = response.message().headers().filter(|header| header.name != b"ActionID");
    let headers = headers.map(|header| {
        let (name, value) = (header.name.to_vec(), header.value.to_vec());
        format!("{}={}", String::from_utf8_lossy(&name), String::from_utf8_lossy(&value))
    });
    headers.collect::<Vec<_>>().join(" | ")
}

/// `PJSIP/loop-0000001a` without its number.
fn without_numbers(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("PJSIP/loop-") {
        out.push_str(before);
        out.push_str("PJSIP/loop-*");
        rest = behind.trim_start_matches(|c: char| c.is_ascii_hexdigit());
    }
    out.push_str(rest);
    out
}

/// What is of one server alone, in the value of a header or the member of an object.
fn normal(name: &str, value: &str, ids: &[(&str, &str)]) -> String {
    match name.to_ascii_lowercase().as_str() {
        "actionid" | "commandid" | "logintime" | "timestamp" | "creationtime" | "asterisk_id"
        | "protocol_id" => "*".into(),
        // With media, two channels of one kind are joined more closely.
        "technology" | "bridgetechnology" if value == "native_rtp" => "simple_bridge".into(),
        // Whoever is called over SIP is so by this name on the real server.
        name if name.ends_with("name") && value == "Anonymous" => "<unknown>".into(),
        _ => ids.iter().fold(without_numbers(value), |text, (id, role)| text.replace(id, role)),
    }
}

/// One event as a line: its name, and its headers in their order.
pub(super) fn line(event: &Event, ids: &[(&str, &str)]) -> Option<String> {
    let name = event.name();
    if ABSENT.contains(&&*name) {
        return None;
    }
    let variable = event.get("Variable").unwrap_or_default();
    if name == "VarSet" && MEDIA_VARIABLES.iter().any(|known| variable.starts_with(known)) {
        return None;
    }
    let headers = event.message().headers().filter_map(|header| {
        let name = String::from_utf8_lossy(header.name).into_owned();
        let value = String::from_utf8_lossy(header.value).into_owned();
        // How long they talked is a matter of time.
        let times = ["ANSWEREDTIME", "DIALEDTIME", "QUEUEWAIT"];
        let is_time = times.iter().any(|known| variable.starts_with(known));
        if name == "Value" && is_time && !value.is_empty() {
            return Some("Value=*".to_owned());
        }
        // The real server tells this when the call may be on already, and the member gone.
        let of_queue =
            ["Event", "Queue", "Interface", "MemberName", "HoldTime", "TalkTime", "Reason"];
        if event.name() == "AgentComplete" && !of_queue.contains(&&*name) {
            return None;
        }
        // When it ended is told in whole seconds of the clock.
        if ["AgentRingNoAnswer", "QueueCallerAbandon"].contains(&&*event.name())
            && ["RingTime", "HoldTime"].contains(&&*name)
        {
            return Some(format!("{name}=*"));
        }
        // Whether it rings already where that is told is a matter of chance.
        if event.name() == "DialState" && name.starts_with("DestChannelState") {
            return Some(format!("{name}=*"));
        }
        let configured = CONFIGURED.iter().any(|known| name.starts_with(known));
        (!configured).then(|| format!("{name}={}", normal(&name, &value, ids)))
    });
    Some(headers.collect::<Vec<_>>().join(" | "))
}

/// An ARI event or model, with its members in alphabetical order.
pub(super) fn object(value: &Value, ids: &[(&str, &str)]) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(name, member)| {
                let member = match member {
                    Value::String(text) if name == "name" && text == "Anonymous" => "".into(),
                    Value::String(text) => normal(name, text, ids).into(),
                    other => object(other, ids),
                };
                (name.clone(), member)
            });
            Value::Object(members.collect())
        }
        Value::Array(items) => items.iter().map(|item| object(item, ids)).collect(),
        Value::String(text) => normal("", text, ids).into(),
        other => other.clone(),
    }
}

/// Events that threads of their own tell on the real server: their place among the others is a matter of chance.
const APART: [&str; 3] = ["Event=Agent", "Event=DialState ", "Event=OriginateResponse "];

/// The lines with such events behind the others, in their own order.
fn settled(lines: &[String]) -> Vec<String> {
    let apart = |line: &&String| APART.iter().any(|known| line.starts_with(known));
    let (apart, mut lines): (Vec<_>, Vec<_>) = lines.iter().partition(apart);
    lines.extend(apart);
    lines.into_iter().cloned().collect()
}

/// Shows where two transcripts part.
pub(super) fn same(scenario: &str, real: &[String], fake: &[String]) {
    let (real, fake) = (settled(real), settled(fake));
    for (at, (real, fake)) in real.iter().zip(&fake).enumerate() {
        assert_eq!(fake, real, "{scenario}: line {at} (the fake's, the real one's)");
    }
    assert_eq!(fake.len(), real.len(), "{scenario}: real {real:#?} fake {fake:#?}");
}
