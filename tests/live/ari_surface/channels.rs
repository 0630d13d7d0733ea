//! Channels: made, called, told what to do, listened to, handed on.

use asterisk_sdk::ari::RestError;
use asterisk_sdk::ari::event::{
    ApplicationMoveFailed, ChannelCallerId, ChannelConnectedLine, ChannelDestroyed,
    ChannelDtmfReceived, ChannelHangupRequest, ChannelStateChange, ChannelTalkingFinished,
    ChannelTalkingStarted, ChannelToneDetected, ChannelVarset, Dial, DialStatus, StasisEnd,
    StasisStart,
};
use asterisk_sdk::ari::rest::VariableValue;
use asterisk_sdk::ari::rest::channels::{
    ConnectionType, Encapsulation, HangupReason, MediaTransport, MuteDirection, SnoopDirection,
};
use asterisk_sdk::proto::{ChannelState, HangupCause};
use harness::soon;
use tokio::net::UdpSocket;

use super::{APP, Stage, missing, next, refused, refuses};

/// The operations of this family.
pub(super) const OPERATIONS: &[&str] = &[
    "DELETE /channels/{channelId}",
    "DELETE /channels/{channelId}/hold",
    "DELETE /channels/{channelId}/moh",
    "DELETE /channels/{channelId}/mute",
    "DELETE /channels/{channelId}/ring",
    "DELETE /channels/{channelId}/silence",
    "GET /channels",
    "GET /channels/{channelId}",
    "GET /channels/{channelId}/variable",
    "GET /channels/{channelId}/variables",
    "POST /channels",
    "POST /channels/create",
    "POST /channels/{channelId}",
    "POST /channels/{channelId}/answer",
    "POST /channels/{channelId}/continue",
    "POST /channels/{channelId}/dial",
    "POST /channels/{channelId}/dtmf",
    "POST /channels/{channelId}/hold",
    "POST /channels/{channelId}/moh",
    "POST /channels/{channelId}/move",
    "POST /channels/{channelId}/mute",
    "POST /channels/{channelId}/progress",
    "POST /channels/{channelId}/ring",
    "POST /channels/{channelId}/silence",
    "POST /channels/{channelId}/variable",
    "POST /channels/{channelId}/variables",
];

/// Those about what is heard.
pub(super) const MEDIA_OPERATIONS: &[&str] = &[
    "GET /channels/{channelId}/rtp_statistics",
    "POST /channels/externalMedia",
    "POST /channels/{channelId}/snoop",
    "POST /channels/{channelId}/snoop/{snoopId}",
];

/// The events of this family.
pub(super) const EVENTS: &[&str] = &[
    "ApplicationMoveFailed",
    "ChannelCallerId",
    "ChannelConnectedLine",
    "ChannelCreated",
    "ChannelDestroyed",
    "ChannelDialplan",
    "ChannelDtmfReceived",
    "ChannelHangupRequest",
    "ChannelStateChange",
    "ChannelVarset",
    "Dial",
    "StasisEnd",
    "StasisStart",
];

/// Those about what is heard.
pub(super) const MEDIA_EVENTS: &[&str] = &["ChannelTalkingFinished", "ChannelTalkingStarted"];

/// Those that Asterisk 16 does not have.
pub(super) const NEW_EVENTS: &[&str] = &["ChannelToneDetected"];

/// What is refused when a channel is in no application.
const NOT_OURS: &str = "Channel not in Stasis application";

#[tokio::test]
async fn everything_is_typed() {
    let Some(stage) = Stage::open("channels").await else { return };
    made(&stage).await;
    told(&stage).await;
    variables(&stage).await;
    dialled(&stage).await;
    handed_on(&stage).await;
    ended(&stage).await;
    stage.finish(&[OPERATIONS], &[EVENTS]).await;
}

#[tokio::test]
async fn what_is_heard() {
    let Some(stage) = Stage::open("media").await else { return };
    snooped(&stage).await;
    external_media(&stage).await;
    statistics(&stage).await;
    detected(&stage).await;
    let new: &[&str] = if stage.is_new() { NEW_EVENTS } else { &[] };
    stage.finish(&[MEDIA_OPERATIONS], &[MEDIA_EVENTS, new]).await;
}

async fn made(stage: &Stage) {
    let channels = stage.ari.channels();
    assert_eq!(channels.list().await.unwrap(), []);
    let call = || channels.originate("Local/wait@sdk");
    refuses!(channels.originate(""), 400, "Endpoint must be specified");
    refuses!(channels.originate("nowhere"), 400, "Invalid endpoint specified");
    refuses!(call(), 400, "Application or extension must be specified");
    let label = call().extension("wait").context("sdk").priority(1).label("nowhere");
    refuses!(label, 404, "Requested label can not be found");
    refuses!(call().app(APP).formats("nosuch"), 400, "Provided format (nosuch) was not found");
    let by = call().app(APP).originator("nobody");
    refuses!(by, 400, "Provided originator channel was not found");
    unmade(channels.originate("PJSIP/nobody").app(APP)).await;

    let call = call().app(APP).app_args("one,two").caller_id("Ada <100>").timeout(20).id("made");
    let mut events = stage.events();
    let channel = stage.enter_by(call.clone().other_id("made-2").variable("A", "1")).await;
    let start: StasisStart = next(&mut events, |_| true).await;
    assert_eq!(start.args, ["one", "two"]);
    assert_eq!(start.channel.dialplan.app_data, "surface,one,two");
    let mut both: Vec<_> = channels.list().await.unwrap().into_iter().map(|c| c.id).collect();
    both.sort();
    assert_eq!(both, ["made", "made-2"]);
    assert_eq!(channel.variable("A").await.unwrap().value, "1");
    let read = channel.get().await.unwrap();
    assert_eq!((read.state, &*read.language), (ChannelState::Up, "en"));
    assert_eq!((&*read.caller.name, &*read.caller.number), ("Ada", "100"));
    assert_eq!((&*read.dialplan.context, &*read.dialplan.exten), ("sdk", "wait"));
    refuses!(call, 409, "Channel with given unique ID already exists");
    refuses!(stage.ari.channel("nobody").get(), 404, "Channel not found");
    // By its path, which the builder has no need of.
    let by_path = stage.ari.request(http::Method::POST, "/channels").segment("by path;1");
    let mut events = stage.events();
    by_path.query("endpoint", "Local/wait@sdk").query("app", APP).await.unwrap();
    next(&mut events, |start: &StasisStart| start.channel.id == "by path;1").await;
    stage.clear().await;
}

/// A channel that cannot be made is refused as that, or as one that exists: the server tells them
/// apart by an error number that may be left over from something else.
async fn unmade<O, T>(operation: O)
where
    O: IntoFuture<Output = Result<T, RestError>>,
{
    let (status, message) = refused(operation).await;
    let exists = "Channel with given unique ID already exists";
    let words = [(500, "Allocation failed"), (409, exists)];
    assert!(words.contains(&(status, &message)), "{status} {message}");
}

async fn told(stage: &Stage) {
    let channel = stage.enter("Local/wait@sdk", "told").await;
    let mut events = stage.events();
    channel.answer().await.unwrap();
    channel.ring().await.unwrap();
    channel.stop_ring().await.unwrap();
    if stage.is_new() {
        channel.progress().await.unwrap();
    } else {
        missing!(channel.progress());
    }
    for direction in [MuteDirection::Both, MuteDirection::In, MuteDirection::Out] {
        channel.mute(direction.clone()).await.unwrap();
        channel.unmute(direction).await.unwrap();
    }
    let aside = || MuteDirection::Other("aside".into());
    refuses!(channel.mute(aside()), 400, "Invalid direction specified");
    refuses!(channel.unmute(aside()), 400, "Invalid direction specified");
    channel.hold().await.unwrap();
    channel.unhold().await.unwrap();
    channel.start_moh().class("default").await.unwrap();
    channel.stop_moh().await.unwrap();
    channel.start_silence().await.unwrap();
    channel.stop_silence().await.unwrap();

    refuses!(channel.send_dtmf(""), 400, "DTMF is required");
    let digits = channel.send_dtmf("4#").between_ms(60).duration_ms(80).before_ms(10).after_ms(10);
    digits.await.unwrap();
    for digit in ["4", "#"] {
        // The other half of the Local channel hears it.
        let received: ChannelDtmfReceived = next(&mut events, |_| true).await;
        assert_eq!(received.digit, digit);
        assert_ne!(received.channel.id, *channel.id());
        assert!((80..1000).contains(&received.duration_ms), "{}", received.duration_ms);
    }
    refuses!(
        channel.redirect("PJSIP/loop"),
        422,
        "Endpoint technology 'PJSIP' does not match channel technology 'Local'"
    );
    stage.clear().await;
}

async fn variables(stage: &Stage) {
    let channel = stage.enter("Local/wait@sdk", "variables").await;
    let mut events = stage.events();
    let set = async |name: &str, value: &str| {
        channel.set_variable(name, value).await.unwrap();
        // 16 sets it later than it answers.
        let read = async {
            loop {
                match channel.variable(name).await {
                    Ok(read) if read.value == value => return,
                    Ok(_) => {}
                    Err(error) => assert!(error.is_not_found(), "{error}"),
                }
            }
        };
        soon(read).await;
    };
    let odd = "a \"b\" c\\d, 1&2;3 ü\r\n";
    set("ODD", odd).await;
    let varset: ChannelVarset = next(&mut events, |e: &ChannelVarset| e.variable == "ODD").await;
    assert_eq!(varset.value, odd);
    assert_eq!(varset.channel.unwrap().id, "variables");
    set("CALLERID(name)", "Bob").await;
    let caller: ChannelCallerId = next(&mut events, |_| true).await;
    assert_eq!(caller.channel.caller.name, "Bob");
    assert_eq!(caller.caller_presentation, 0);
    assert_eq!(caller.caller_presentation_txt, "Presentation Allowed, Not Screened");
    set("CONNECTEDLINE(name)", "Eve").await;
    let line: ChannelConnectedLine = next(&mut events, |_| true).await;
    assert_eq!(line.channel.connected.name, "Eve");

    refuses!(channel.variable("NOSUCH"), 404, "Provided variable was not found");
    refuses!(channel.variable(""), 400, "Variable name is required");
    refuses!(channel.variable("NOSUCH(x)"), 500, "Unable to read provided function");
    refuses!(channel.set_variable("", "1"), 400, "Variable name is required");

    let several = || channel.set_variables().variable("ONE", "1");
    let reported = several().variable("TWO", VariableValue::reported("2"));
    if stage.is_new() {
        channel.set_variable("ZERO", "0").report_events(true).await.unwrap();
        reported.await.unwrap();
        let read = channel.variables(["ONE", "TWO"]).await.unwrap().variables;
        assert_eq!((&*read["ONE"], &*read["TWO"]), ("1", "2"));
        let kept = channel.get().await.unwrap().channel_vars;
        assert_eq!((&*kept["ZERO"], &*kept["TWO"]), ("0", "2"));
        assert_eq!(kept.len(), 2);
        refuses!(channel.variables(["ONE", "NOSUCH"]), 404, "Provided variable was not found");
        refuses!(channel.set_variables(), 400, "The 'variables' field is required");
    } else {
        missing!(several());
        missing!(channel.variables(["ONE"]));
    }
    stage.clear().await;
}

async fn dialled(stage: &Stage) {
    let channels = stage.ari.channels();
    let caller = stage.enter("Local/wait@sdk", "caller").await;
    let (mut events, mut states) = (stage.events(), stage.events());
    let create = || channels.create("Local/late@sdk", APP);
    refuses!(channels.create("", APP), 400, "Endpoint must be specified");
    refuses!(channels.create("nowhere", APP), 400, "Invalid endpoint specified");
    unmade(channels.create("PJSIP/nobody", APP)).await;
    refuses!(create().formats("nosuch"), 400, "Provided format (nosuch) was not found");
    refuses!(
        create().originator("caller").formats("ulaw"),
        400,
        "Originator and formats can't both be specified"
    );
    let create = create().app_args("x").other_id("called-2").variable("A", "1");
    let second = create.id("called").await.unwrap();
    assert_eq!(second.get().await.unwrap().state, ChannelState::Down);
    next(&mut events, |start: &StasisStart| start.channel.id == "called").await;
    refuses!(
        channels.create("Local/wait@sdk", APP).id("called"),
        409,
        "Channel with given unique ID already exists"
    );
    second.dial().caller(caller.id().clone()).timeout(20).await.unwrap();
    let ours = |dial: &Dial| dial.peer.id == "called";
    let mut words = Vec::new();
    loop {
        let dial: Dial = next(&mut events, ours).await;
        assert_eq!(dial.caller, None);
        let answered = dial.dial_status == Some(DialStatus::Answer);
        words.extend(dial.dial_status);
        if answered {
            break;
        }
    }
    assert_eq!(words, [DialStatus::Ringing, DialStatus::Answer]);
    let up = |change: &ChannelStateChange| {
        change.channel.id == "called" && change.channel.state == ChannelState::Up
    };
    next(&mut states, up).await;
    refuses!(second.dial(), 409, "Channel is not in the 'Down' state");
    refuses!(stage.ari.channel("nobody").dial(), 404, "Channel not found");
    second.hangup().await.unwrap();
    stage.clear().await;
}

async fn handed_on(stage: &Stage) {
    let channel = stage.enter("Local/wait@sdk", "moved").await;
    let mut events = stage.events();
    channel.move_to(APP).app_args("a,b").await.unwrap();
    let start: StasisStart = next(&mut events, |_| true).await;
    assert_eq!((start.channel.id.as_str(), start.args), ("moved", vec!["a".into(), "b".into()]));
    channel.move_to("nobody").app_args("c").await.unwrap();
    let failed: ApplicationMoveFailed = next(&mut events, |_| true).await;
    assert_eq!((&*failed.destination, failed.args), ("nobody", vec!["c".into()]));
    assert_eq!(failed.channel.id, "moved");
    stage.clear().await;

    let channel = stage.enter("Local/wait@sdk", "continued").await;
    let on = channel.continue_in_dialplan().context("sdk").extension("music").priority(1);
    let mut events = stage.events();
    on.await.unwrap();
    next(&mut events, |end: &StasisEnd| end.channel.id == "continued").await;
    refuses!(channel.ring(), 409, NOT_OURS);
    refuses!(channel.play("sound:beep"), 409, NOT_OURS);
    refuses!(channel.record("lost", "wav"), 409, NOT_OURS);
    refuses!(channel.continue_in_dialplan(), 409, NOT_OURS);
    refuses!(channel.hold(), 409, NOT_OURS);
    stage.clear().await;
}

async fn ended(stage: &Stage) {
    let nobody = stage.ari.channel("nobody");
    refuses!(nobody.hangup(), 404, "Channel not found");
    refuses!(nobody.answer(), 404, "Channel not found");
    let channel = stage.enter("Local/wait@sdk", "ended").await;
    let wrong = if stage.is_new() {
        "Invalid reason for hangup reason provided"
    } else {
        "Invalid reason for hangup provided"
    };
    refuses!(channel.hangup().reason(HangupReason::Other("boredom".into())), 400, wrong);
    let mut events = stage.events();
    channel.hangup().reason_code(HangupCause::NoAnswer).await.unwrap();
    let request: ChannelHangupRequest = next(&mut events, |_| true).await;
    // Not why it ends, but who wants it: 32 is what Asterisk calls an explicit request.
    assert_eq!((request.soft, request.cause.map(HangupCause::code)), (true, Some(32)));
    let gone = |gone: &ChannelDestroyed| gone.channel.id == "ended";
    let gone: ChannelDestroyed = next(&mut events, gone).await;
    // 16 takes the code and does not use it.
    let cause = if stage.is_new() { HangupCause::NoAnswer } else { HangupCause::NormalClearing };
    assert_eq!(gone.cause, cause);
    stage.clear().await;
}

async fn snooped(stage: &Stage) {
    let channel = stage.enter("Local/music@sdk", "spied").await;
    let mut events = stage.events();
    let spy = channel.snoop(APP).spy(SnoopDirection::Both).whisper(SnoopDirection::Out);
    let spy = spy.app_args("x").id("spy").await.unwrap();
    let start: StasisStart = next(&mut events, |_| true).await;
    assert_eq!((start.channel.id.as_str(), start.args), ("spy", vec!["x".into()]));
    assert!(start.channel.name.starts_with("Snoop/spied-"), "{}", start.channel.name);
    // By its path, which the builder has no need of.
    let path = stage.ari.request(http::Method::POST, "/channels/spied/snoop/second");
    path.query("spy", "in").query("app", APP).await.unwrap();
    next(&mut events, |start: &StasisStart| start.channel.id == "second").await;
    refuses!(channel.snoop(APP), 400, "Direction must be specified for at least spy or whisper");
    let aside = channel.snoop(APP).spy(SnoopDirection::Other("aside".into()));
    refuses!(aside, 400, "Invalid direction specified for spy");
    let nobody = stage.ari.channel("nobody").snoop(APP).spy(SnoopDirection::In);
    refuses!(nobody, 404, "Provided channel was not found");
    spy.hangup().await.unwrap();
    stage.clear().await;
}

/// The RTP packets of a channel that music is played to arrive, and are what RTP is.
async fn external_media(stage: &Stage) {
    let channels = stage.ari.channels();
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let host = socket.local_addr().unwrap().to_string();
    let mut events = stage.events();
    let media = channels.external_media(APP, "ulaw").host(&host).id("media").await.unwrap();
    let start: StasisStart = next(&mut events, |_| true).await;
    assert!(start.channel.name.starts_with(&format!("UnicastRTP/{host}-")));
    let port = media.variable("UNICASTRTP_LOCAL_PORT").await.unwrap().value;
    media.start_moh().await.unwrap();
    let mut last = None::<(u16, u32)>;
    for _ in 0..10 {
        let mut packet = [0; 2048];
        let (length, from) = soon(socket.recv_from(&mut packet)).await.unwrap();
        assert_eq!(from.port().to_string(), *port);
        // Version 2, no padding, no extension; payload type 0 is G.711 µ-law: 20 ms are 160 bytes.
        assert_eq!((packet[0], packet[1] & 0x7f, length), (0x80, 0, 12 + 160));
        let sequence = u16::from_be_bytes([packet[2], packet[3]]);
        let time = u32::from_be_bytes(packet[4..8].try_into().unwrap());
        if let Some((before, then)) = last.replace((sequence, time)) {
            assert_eq!(sequence, before.wrapping_add(1));
            assert_eq!(time, then.wrapping_add(160));
        }
    }
    media.hangup().await.unwrap();

    let to = |host: &str| channels.external_media(APP, "ulaw").host(host);
    refuses!(channels.external_media("", "ulaw").host(&host), 400, "app cannot be empty");
    refuses!(channels.external_media(APP, "").host(&host), 400, "format cannot be empty");
    let wrong = to(&host).encapsulation(Encapsulation::Other("nosuch".into()));
    refuses!(wrong, 501, "The encapsulation and/or transport is not supported");
    let stream = to(&host).transport(MediaTransport::Tcp);
    let server = || {
        let server = to("INCOMING").encapsulation(Encapsulation::None);
        let server = server.transport(MediaTransport::WebSocket);
        server.connection_type(ConnectionType::Server)
    };
    if stage.is_new() {
        refuses!(
            to("nowhere"),
            400,
            "external_host must be <host>:<port> for all transports other than websocket"
        );
        refuses!(stream, 400, "transport must be 'udp' for rtp encapsulation");
        let waiting = server().await.unwrap();
        let read = waiting.get().await.unwrap();
        assert!(read.name.starts_with("WebSocket/INCOMING/"), "{}", read.name);
        waiting.hangup().await.unwrap();
    } else {
        refuses!(to("nowhere"), 400, "external_host must be <host>:<port>");
        refuses!(stream, 501, "The encapsulation and/or transport is not supported");
        refuses!(server(), 400, "external_host must be <host>:<port>");
    }
    stage.clear().await;
}

async fn statistics(stage: &Stage) {
    let channel = stage.enter("PJSIP/music@loop", "rtp").await;
    let mut events = stage.events();
    // Something has been received once somebody talks.
    channel.set_variable("TALK_DETECT(set)", "").await.unwrap();
    next(&mut events, |_: &ChannelTalkingStarted| true).await;
    let statistics = channel.rtp_statistics().await.unwrap();
    assert_eq!(statistics.channel_id, "rtp");
    assert!(statistics.rx_count > 0 && statistics.rx_octet_count >= 160, "{statistics:?}");
    assert_ne!(statistics.local_ssrc, statistics.remote_ssrc);
    let local = stage.enter("Local/wait@sdk", "local").await;
    refuses!(local.rtp_statistics(), 403, "Unsupported channel type");
    refuses!(stage.ari.channel("nobody").rtp_statistics(), 404, "Channel not found");
    stage.clear().await;
}

async fn detected(stage: &Stage) {
    let channel = stage.enter("Local/play@sdk/n", "talks").await;
    let mut events = stage.events();
    channel.set_variable("TALK_DETECT(set)", "100,100").await.unwrap();
    let talks: ChannelTalkingStarted = next(&mut events, |_| true).await;
    assert_eq!(talks.channel.id, "talks");
    let finished: ChannelTalkingFinished = next(&mut events, |_| true).await;
    assert_eq!(finished.channel.id, "talks");
    assert!((100..20_000).contains(&finished.duration), "{}", finished.duration);

    if stage.is_new() {
        let channel = stage.enter("Local/wait@sdk", "tone").await;
        channel.set_variable("TONE_DETECT(440,100,t)", "").await.unwrap();
        channel.play("tone:440").await.unwrap();
        let tone: ChannelToneDetected = next(&mut events, |_| true).await;
        assert_eq!(tone.channel.id, "tone");
    }
    stage.clear().await;
}
