//! Events that no operation of their own causes: transfers, calls that are offered, sockets.

use asterisk_sdk::ari::event::{
    ApplicationRegistered, ApplicationUnregistered, AttendedTransferType, BridgeAttendedTransfer,
    BridgeBlindTransfer, CallBroadcast, CallClaimed, ChannelEnteredBridge, ChannelHold,
    ChannelUnhold, RestResponse, StasisStart, TransferResult,
};
use asterisk_sdk::ari::handle::Channel;
use asterisk_sdk::ari::{AriEvent, Event};
use harness::ari_socket::RawSocket;
use harness::soon;
use tokio::net::TcpListener;

use super::{APP, Stage, missing, next, refused, refuses};

/// The operations of this family.
pub(super) const OPERATIONS: &[&str] = &["GET /events", "POST /events/claim"];

/// The events of this family.
pub(super) const EVENTS: &[&str] = &[
    "BridgeAttendedTransfer",
    "BridgeBlindTransfer",
    "BridgeMerged",
    "ChannelHold",
    "ChannelUnhold",
];

/// Those of calls that are offered to all: Asterisk 22.
pub(super) const OFFERED: &[&str] = &["CallBroadcast", "CallClaimed"];

/// Those about sockets: Asterisk 22.
pub(super) const SOCKETS: &[&str] =
    &["ApplicationRegistered", "ApplicationUnregistered", "RESTResponse"];

#[tokio::test]
async fn everything_is_typed() {
    let Some(stage) = Stage::open("events").await else { return };
    blind(&stage).await;
    attended(&stage).await;
    let new: &[&str] = if stage.is_new() {
        over_the_socket(&stage).await;
        called_by_the_server(&stage).await;
        SOCKETS
    } else {
        &[]
    };
    stage.finish(&[], &[EVENTS, new]).await;
}

/// A channel whose other half has called somebody and may transfer him by keys.
async fn talking(stage: &Stage, id: &str) -> Channel {
    let mut events = stage.events();
    let channel = stage.enter("Local/pair@sdk/n", id).await;
    next(&mut events, |entered: &ChannelEnteredBridge| entered.bridge.channels.len() == 2).await;
    channel
}

async fn blind(stage: &Stage) {
    let channel = talking(stage, "blind").await;
    let mut events = stage.events();
    channel.send_dtmf("#1200").await.unwrap();
    let transfer: BridgeBlindTransfer = next(&mut events, |_| true).await;
    assert_eq!(transfer.result, TransferResult::Success);
    assert_eq!((&*transfer.exten, &*transfer.context, transfer.is_external), ("200", "sdk", false));
    assert!(transfer.channel.name.starts_with("Local/pair@sdk-"), "{transfer:?}");
    assert!(transfer.transferee.unwrap().name.starts_with("Local/wait@sdk-"));
    assert_eq!(transfer.bridge.unwrap().channels.len(), 2);
    stage.clear().await;
}

/// What comes of a transfer about which the other side was asked first: by keys, as the one who
/// transfers presses them in the call with him.
async fn attended(stage: &Stage) {
    for keys in ["*1", "*2", "*3"] {
        let channel = talking(stage, "attended").await;
        let mut events = stage.events();
        channel.send_dtmf("*2200").await.unwrap();
        let hold: ChannelHold = next(&mut events, |_| true).await;
        assert_eq!(hold.channel.id, "attended;2");
        assert_eq!(hold.music_class.as_deref(), Some("N/A"));
        next(&mut events, |entered: &ChannelEnteredBridge| entered.bridge.channels.len() == 2)
            .await;
        channel.send_dtmf(keys).await.unwrap();
        if keys == "*1" {
            next(&mut events, |unhold: &ChannelUnhold| unhold.channel.id == "attended;2").await;
            stage.clear().await;
            continue;
        }
        let transfer: BridgeAttendedTransfer = next(&mut events, |_| true).await;
        assert_eq!((&transfer.result, transfer.is_external), (&TransferResult::Success, false));
        assert_eq!(transfer.transferer_first_leg.id, "attended;2");
        assert_eq!(transfer.transferer_second_leg.id, "attended;2");
        assert!(transfer.transferee.unwrap().name.starts_with("Local/wait@sdk-"));
        assert!(transfer.transfer_target.unwrap().name.starts_with("Local/200@sdk-"));
        let first = transfer.transferer_first_leg_bridge.unwrap();
        assert_ne!(transfer.transferer_second_leg_bridge.unwrap().id, first.id);
        if keys == "*2" {
            assert_eq!(transfer.destination_type, AttendedTransferType::Bridge);
            assert_eq!(transfer.destination_bridge, Some(first.id));
        } else {
            assert_eq!(transfer.destination_type, AttendedTransferType::Threeway);
            assert_eq!(transfer.destination_threeway_bridge.unwrap().id, first.id);
            assert_eq!(transfer.destination_threeway_channel.unwrap().id, "attended;2");
        }
        stage.clear().await;
    }
}

/// A call that is offered to all applications, and who takes it.
pub(super) async fn offered(stage: &Stage) {
    let nobody = stage.ari.channel("nobody").claim(APP);
    if !stage.is_new() {
        missing!(nobody);
        return;
    }
    let unknown = "Channel not found or not in broadcast state";
    refuses!(nobody, 404, unknown);
    refuses!(stage.ari.channel("").claim(APP), 400, "channelId parameter is required");
    let (mut events, mut starts) = (stage.events(), stage.events());
    let call = stage.ari.channels().originate("Local/wait@sdk/n").id("offered");
    let channel =
        call.context("sdk").extension("offer").priority(1).caller_id("Ada <100>").await.unwrap();
    let offer: CallBroadcast = next(&mut events, |_| true).await;
    assert_eq!((offer.channel.id.as_str(), offer.called.as_deref()), ("offered", Some("offer")));
    channel.claim(APP).await.unwrap();
    let claimed: CallClaimed = next(&mut events, |_| true).await;
    assert_eq!((claimed.channel.id.as_str(), &*claimed.winner_app), ("offered", APP));
    let start: StasisStart = next(&mut starts, |_| true).await;
    assert_eq!(
        (start.channel.id.as_str(), start.args),
        ("offered", vec!["one".into(), "two".into()])
    );
    // Soon nobody remembers that it was offered.
    let late = refused(channel.claim("other")).await;
    let taken = "Channel has already been claimed by another application";
    assert!([(409, taken), (404, unknown)].contains(&(late.0, &late.1)), "{late:?}");
    stage.clear().await;
}

/// The next text of a socket, which is an event of this type.
async fn read<E: AriEvent>(stage: &Stage, socket: &mut RawSocket) -> E {
    let text = soon(socket.next()).await.expect("it is open");
    let event = Event::new(text.into()).expect("it is an event");
    stage.keep(event.clone());
    event.decode().unwrap_or_else(|| panic!("another event: {event:?}"))
}

/// A request over the event socket is answered by an event.
async fn over_the_socket(stage: &Stage) {
    let server = &stage.server;
    let (user, password) = (&server.ari_user, &server.ari_password);
    let mut socket = RawSocket::connect(&server.http, user, password, "bare").await;
    let request = r#"{"type":"RESTRequest","transaction_id":"t","request_id":"1","method":"GET","uri":"asterisk/ping"}"#;
    socket.send(request).await;
    let pong: RestResponse = read(stage, &mut socket).await;
    assert_eq!((&*pong.transaction_id, &*pong.request_id), ("t", "1"));
    assert_eq!((pong.status_code, &*pong.reason_phrase, &*pong.uri), (200, "OK", "asterisk/ping"));
    assert_eq!(pong.content_type.as_deref(), Some("application/json"));
    assert!(pong.message_body.unwrap().starts_with(r#"{"ping":"pong""#));
    let request = request.replace("GET", "DELETE").replace("ping", "modules/nosuch.so");
    socket.send(&request).await;
    let refused: RestResponse = read(stage, &mut socket).await;
    assert_eq!((refused.status_code, &*refused.reason_phrase), (404, "Not Found"));
    let body = refused.message_body.unwrap();
    assert_eq!(body, r#"{"message":"Module not found in running modules"}"#);
}

/// A server that connects to the application, as it is configured while it runs.
async fn called_by_the_server(stage: &Stage) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let dial = format!(
        "[dial]\ntype = websocket_client\nuri = ws://{address}/ari\nprotocols = ari\n\
         username = us\npassword = ours\nconnection_type = persistent\ntls_enabled = no\n"
    );
    let out = "\n[out]\ntype = outbound_websocket\nwebsocket_client_id = dial\napps = called\n\
               local_ari_user = sdk\nsubscribe_all = no\n";
    let file = |name: &str| stage.server.folder().join("etc").join(name);
    let before = std::fs::read_to_string(file("ari.conf")).unwrap();
    std::fs::write(file("websocket_client.conf"), dial).unwrap();
    std::fs::write(file("ari.conf"), format!("{before}{out}")).unwrap();
    let modules = stage.ari.asterisk().modules();
    let reload = async {
        modules.reload("res_websocket_client.so").await.unwrap();
        modules.reload("res_ari.so").await.unwrap();
    };
    let (((), (mut socket, request)), ()) =
        (tokio::join!(reload, async { soon(RawSocket::accept(&listener)).await }), ());
    assert!(request.starts_with("GET /ari HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("\r\nSec-WebSocket-Protocol: ari\r\n"), "{request}");
    let registered: ApplicationRegistered = read(stage, &mut socket).await;
    assert_eq!(registered.event.application(), "called");

    std::fs::write(file("ari.conf"), before).unwrap();
    modules.reload("res_ari.so").await.unwrap();
    let unregistered: ApplicationUnregistered = read(stage, &mut socket).await;
    assert_eq!(unregistered.event.application(), "called");
    assert_eq!(soon(socket.next()).await, None);
}
