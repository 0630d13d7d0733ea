//! Endpoints: a phone that comes, goes, calls, writes and is written to.

use asterisk_sdk::ari::Event;
use asterisk_sdk::ari::event::{
    ChannelStateChange, ChannelTransfer, ContactStatusChange, EndpointStateChange,
    PeerStatusChange, StasisStart, TextMessageReceived,
};
use asterisk_sdk::ari::model::{ContactState, EndpointState, PeerState, Technology};
use asterisk_sdk::ari::rest::EventSource;
use asterisk_sdk::ari::rest::channels::TransferState;
use asterisk_sdk::proto::ChannelState;

use super::{APP, Stage, missing, next, next_event, refuses};
use crate::phone::{Phone, Request, header, invite};

/// The operations of this family.
pub(super) const OPERATIONS: &[&str] = &[
    "GET /endpoints",
    "GET /endpoints/{tech}",
    "GET /endpoints/{tech}/{resource}",
    "POST /channels/{channelId}/redirect",
    "POST /channels/{channelId}/transfer_progress",
    "POST /endpoints/refer",
    "POST /endpoints/{tech}/{resource}/refer",
    "PUT /endpoints/sendMessage",
    "PUT /endpoints/{tech}/{resource}/sendMessage",
];

/// The events of this family.
pub(super) const EVENTS: &[&str] =
    &["ContactStatusChange", "EndpointStateChange", "PeerStatusChange", "TextMessageReceived"];

/// Those that Asterisk 16 does not have.
pub(super) const NEW_EVENTS: &[&str] = &["ChannelTransfer"];

#[tokio::test]
async fn everything_is_typed() {
    let Some(stage) = Stage::open("endpoints").await else { return };
    listed(&stage).await;
    let mut phone = Phone::new(&stage.server.sip).await;
    registers(&stage, &mut phone).await;
    writes(&stage, &mut phone).await;
    is_written_to(&stage, &mut phone).await;
    is_redirected(&stage).await;
    transfers(&stage, &mut phone).await;
    leaves(&stage, &mut phone).await;
    let new: &[&str] = if stage.is_new() { NEW_EVENTS } else { &[] };
    stage.finish(&[OPERATIONS], &[EVENTS, new]).await;
}

async fn listed(stage: &Stage) {
    let endpoints = stage.ari.endpoints();
    let all = endpoints.list().await.unwrap();
    let mut names: Vec<_> = all.iter().map(|endpoint| &*endpoint.resource).collect();
    names.sort_unstable();
    assert_eq!(names, ["100", "200", "loop", "trunk"]);
    assert!(all.iter().all(|endpoint| endpoint.technology == Technology::Pjsip));
    let pjsip = endpoints.technology("PJSIP").await.unwrap();
    assert_eq!(pjsip.len(), all.len());
    let phone = stage.ari.endpoint("PJSIP", "200").get().await.unwrap();
    assert_eq!((phone.state, phone.channel_ids.len()), (Some(EndpointState::Offline), 0));
    let unknown = "No Endpoints found - invalid tech Nosuch";
    refuses!(endpoints.technology("Nosuch"), 404, unknown);
    refuses!(stage.ari.endpoint("PJSIP", "nosuch").get(), 404, "Endpoint not found");
}

fn register(headers: &str) -> Request<'_> {
    Request { method: "REGISTER", user: "", call_id: "surface-register", headers, body: "" }
}

async fn registers(stage: &Stage, phone: &mut Phone) {
    let ours = |change: &ContactStatusChange| {
        change.contact_info.contact_status == ContactState::Reachable
            && change.contact_info.aor == "200"
    };
    let mut events = stage.events();
    let answer = phone.ask(&register("Expires: 120\r\n")).await;
    assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
    let reachable: ContactStatusChange = next(&mut events, ours).await;
    assert_eq!(reachable.endpoint.resource, "200");
    assert_eq!(reachable.contact_info.uri, format!("sip:200@{}", phone.address).as_str());
    assert!(reachable.contact_info.roundtrip_usec.unwrap() > 0);
}

async fn writes(stage: &Stage, phone: &mut Phone) {
    let mut events = stage.events();
    let message = Request {
        method: "MESSAGE",
        user: "surface",
        call_id: "surface-message",
        headers: "Content-Type: text/plain\r\nX-Mood: good\r\n",
        body: "Hello, \"you\"",
    };
    let answer = phone.ask(&message).await;
    assert!(answer.starts_with("SIP/2.0 202 "), "{answer}");
    let received: TextMessageReceived = next(&mut events, |_| true).await;
    assert_eq!(received.message.body, "Hello, \"you\"");
    assert!(received.message.to.contains("surface@"), "{received:?}");
    assert!(received.message.from.contains("200@"), "{received:?}");
    assert_eq!(received.endpoint.unwrap().resource, "200");
}

async fn is_written_to(stage: &Stage, phone: &mut Phone) {
    let (from, lost) = ("sip:surface@127.0.0.1", "Endpoint not found");
    let endpoint = stage.ari.endpoint("PJSIP", "200");
    let message = endpoint.send_message(from).body("first").variable("X-Mood", "good");
    message.await.unwrap();
    let received = phone.asked("MESSAGE").await;
    assert_eq!(received.split_once("\r\n\r\n").unwrap().1, "first");
    assert_eq!(header(&received, "X-Mood"), "good");
    let endpoints = stage.ari.endpoints();
    endpoints.send_message("pjsip:200", from).body("second").await.unwrap();
    let received = phone.asked("MESSAGE").await;
    assert_eq!(received.split_once("\r\n\r\n").unwrap().1, "second");
    // It has no contact.
    let nobody = stage.ari.endpoint("PJSIP", "100");
    refuses!(nobody.send_message(from).body("x"), 404, lost);
    refuses!(endpoints.send_message("pjsip:100", from), 404, lost);
    refuses!(endpoints.send_message("nosuch:100", from), 404, lost);
    refuses!(endpoints.send_message("", from), 400, "To must be specified");

    let to = "sip:wait@127.0.0.1";
    if !stage.is_new() {
        missing!(endpoint.refer(from, to));
        refuses!(endpoints.refer("pjsip:200", from, to), 405, "Invalid method");
        return;
    }
    endpoint.refer(from, to).variable("X-Mood", "good").await.unwrap();
    let refer = phone.asked("REFER").await;
    assert!(header(&refer, "Refer-To").contains(to), "{refer}");
    endpoints.refer("pjsip:200", from, to).to_self(false).await.unwrap();
    phone.asked("REFER").await;
    refuses!(nobody.refer(from, to), 404, lost);
    refuses!(endpoints.refer("pjsip:100", from, to), 404, lost);
    refuses!(endpoints.refer("nosuch:100", from, to), 404, lost);
    refuses!(endpoints.refer("", from, to), 400, "To must be specified");
}

async fn is_redirected(stage: &Stage) {
    let channel = stage.enter("PJSIP/wait@loop", "redirected").await;
    let technology = "Endpoint technology 'Local' does not match channel technology 'PJSIP'";
    refuses!(channel.redirect("Local/wait@sdk"), 422, technology);
    let half = "Endpoint parameter 'wait' does not contain tech/resource";
    refuses!(channel.redirect("wait"), 422, half);
    channel.redirect("PJSIP/sip:200@127.0.0.1").await.unwrap();
    stage.clear().await;
}

/// The phone calls the application and asks it for a transfer, which the application does itself.
async fn transfers(stage: &Stage, phone: &mut Phone) {
    stage.ari.asterisk().variables().set("STASIS_APP", APP).await.unwrap();
    let (mut events, mut states) = (stage.events(), stage.events());
    let call = invite("stasis", "surface-call");
    let serve = async {
        let start: StasisStart = next(&mut events, |_| true).await;
        let channel = stage.ari.channel(&start.channel.id);
        assert!(start.channel.name.starts_with("PJSIP/200-"), "{start:?}");
        assert_eq!(start.channel.protocol_id, "surface-call");
        if stage.is_new() {
            channel.set_variable("PJSIP_TRANSFER_HANDLING()", "ari-only").await.unwrap();
        }
        channel.answer().await.unwrap();
        channel
    };
    let (answer, channel) = tokio::join!(phone.ask(&call), serve);
    assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
    let up = |change: &ChannelStateChange| change.channel.state == ChannelState::Up;
    next(&mut states, up).await;
    if stage.is_new() {
        let refer = Request {
            method: "REFER",
            headers: "Refer-To: <sip:music@127.0.0.1>\r\n",
            body: "",
            ..call
        };
        let accepted = phone.ask_within(&answer, &refer).await;
        assert!(accepted.starts_with("SIP/2.0 202 "), "{accepted}");
        let transfer: ChannelTransfer = next(&mut events, |_| true).await;
        assert_eq!(transfer.refer_to.requested_destination.destination.as_deref(), Some("music"));
        assert_eq!(transfer.referred_by.source_channel.id, *channel.id());
        let strange = channel.transfer_progress(TransferState::Other("nosuch".into()));
        refuses!(strange, 400, "Invalid states value");
        for (progress, word) in
            [(TransferState::Progress, "100 Trying"), (TransferState::Answered, "200 OK")]
        {
            channel.transfer_progress(progress).await.unwrap();
            let told = phone.asked("NOTIFY").await;
            assert_eq!(header(&told, "Content-Type"), "message/sipfrag;version=2.0");
            assert_eq!(
                told.split_once("\r\n\r\n").unwrap().1.trim_end(),
                format!("SIP/2.0 {word}")
            );
        }
    } else {
        missing!(channel.transfer_progress(TransferState::Progress));
    }
    stage.clear().await;
}

async fn leaves(stage: &Stage, phone: &mut Phone) {
    // Who listens to all endpoints is told of no states; who listens to one is.
    let listener = stage.other("listener").await;
    let one = listener.application("listener").subscribe([EventSource::endpoint("PJSIP", "200")]);
    one.await.unwrap();
    let (mut peers, mut states) = (stage.events(), listener.events().all());
    let answer = phone.ask(&register("Expires: 0\r\n")).await;
    assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
    let peer: PeerStatusChange = next(&mut peers, |_| true).await;
    assert_eq!(
        (&*peer.endpoint.resource, &peer.peer.peer_status),
        ("200", &PeerState::Unreachable)
    );
    let event = next_event(&mut states, Event::is::<EndpointStateChange>).await;
    let change: EndpointStateChange = event.decode().unwrap();
    assert_eq!(change.endpoint.state, Some(EndpointState::Offline));
    stage.keep(event);
}
