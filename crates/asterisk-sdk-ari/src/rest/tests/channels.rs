//! `/channels`.

use asterisk_proto::HangupCause;

use super::{Full, client, full, sent};
use crate::client::Client;
use crate::rest::VariableValue;
use crate::rest::channels::{
    ConnectionType, Encapsulation, HangupReason, MediaDirection, MediaTransport, MuteDirection,
    SnoopDirection, TransferState,
};
use crate::rest::recordings::{IfExists, TerminateOn};

pub(super) fn full_requests(client: &Client) -> Vec<Full> {
    let mut full = new_channels(client);
    full.extend(control(client));
    full.extend(media(client));
    full
}

fn new_channels(client: &Client) -> Vec<Full> {
    let channels = client.channels();
    let originate = channels
        .originate("PJSIP/100")
        .extension("600")
        .context("default")
        .priority(1)
        .label("begin")
        .app("demo")
        .app_args("a,b")
        .caller_id("Ana & Co <100>")
        .timeout(-1)
        .variable("B", "2")
        .variable("A(x)", "1,\"2\"")
        .id("1;1")
        .other_id("1;2")
        .originator("0")
        .formats("ulaw,slin16");
    let create = channels
        .create("Local/1@x", "demo")
        .app_args("a b")
        .id("1")
        .other_id("2")
        .originator("0")
        .formats("ulaw")
        .variable("A", VariableValue::reported("1"));
    let external = channels
        .external_media("demo", "slin16")
        .id("e")
        .variable("A", "1")
        .host("127.0.0.1:9000")
        .encapsulation(Encapsulation::AudioSocket)
        .transport(MediaTransport::Tcp)
        .connection_type(ConnectionType::Server)
        .direction(MediaDirection::Both)
        .data("uuid")
        .transport_data("f(json)");
    vec![
        full(&channels.list(), "GET /channels"),
        full(
            &originate,
            "POST /channels?endpoint=PJSIP/100&extension=600&context=default&priority=1\
             &label=begin&app=demo&appArgs=a,b&callerId=Ana%20%26%20Co%20%3C100%3E&timeout=-1\
             &channelId=1;1&otherChannelId=1;2&originator=0&formats=ulaw,slin16 \
             {\"variables\":{\"A(x)\":\"1,\\\"2\\\"\",\"B\":\"2\"}}",
        ),
        full(
            &create,
            "POST /channels/create?endpoint=Local/1@x&app=demo&appArgs=a%20b&channelId=1\
             &otherChannelId=2&originator=0&formats=ulaw \
             {\"variables\":{\"A\":{\"report_events\":true,\"value\":\"1\"}}}",
        ),
        full(
            &external,
            "POST /channels/externalMedia?app=demo&format=slin16&channelId=e\
             &external_host=127.0.0.1:9000&encapsulation=audiosocket&transport=tcp\
             &connection_type=server&direction=both&data=uuid&transport_data=f%28json%29 \
             {\"variables\":{\"A\":\"1\"}}",
        ),
    ]
}

fn control(client: &Client) -> Vec<Full> {
    let channel = client.channel("c/1");
    let go_on = channel.continue_in_dialplan().context("c").extension("e").priority(2).label("l");
    vec![
        full(
            &channel.hangup().reason(HangupReason::NoAnswer).reason_code(HangupCause::UserBusy),
            "DELETE /channels/c%2F1?reason=no_answer&reason_code=17",
        ),
        full(&channel.get(), "GET /channels/c%2F1"),
        full(&channel.answer(), "POST /channels/c%2F1/answer"),
        full(&go_on, "POST /channels/c%2F1/continue?context=c&extension=e&priority=2&label=l"),
        full(
            &channel.dial().caller("0").timeout(30),
            "POST /channels/c%2F1/dial?caller=0&timeout=30",
        ),
        full(
            &channel.move_to("next").app_args("a,b"),
            "POST /channels/c%2F1/move?app=next&appArgs=a,b",
        ),
        full(&channel.progress(), "POST /channels/c%2F1/progress"),
        full(&channel.redirect("PJSIP/200"), "POST /channels/c%2F1/redirect?endpoint=PJSIP/200"),
        full(&channel.stop_ring(), "DELETE /channels/c%2F1/ring"),
        full(&channel.ring(), "POST /channels/c%2F1/ring"),
        full(&channel.rtp_statistics(), "GET /channels/c%2F1/rtp_statistics"),
        full(
            &channel.transfer_progress(TransferState::Answered),
            "POST /channels/c%2F1/transfer_progress?states=channel_answered",
        ),
        full(
            &channel.variable("CHANNEL(name)"),
            "GET /channels/c%2F1/variable?variable=CHANNEL%28name%29",
        ),
        full(
            &channel.set_variable("A", "ä\r\n&=").report_events(true),
            "POST /channels/c%2F1/variable?variable=A&value=%C3%A4%0D%0A%26%3D&report_events=true",
        ),
        full(&channel.variables(["A", "B"]), "GET /channels/c%2F1/variables?variables=A,B"),
        full(
            &channel.set_variables().variable("A", "1").variable("B", VariableValue::reported("2")),
            "POST /channels/c%2F1/variables \
             {\"variables\":{\"A\":\"1\",\"B\":{\"report_events\":true,\"value\":\"2\"}}}",
        ),
    ]
}

fn media(client: &Client) -> Vec<Full> {
    let channel = client.channel("c/1");
    let dtmf = channel.send_dtmf("1*#A").before_ms(1).between_ms(2).duration_ms(3).after_ms(4);
    let record = channel
        .record("a/b", "wav")
        .max_duration_seconds(60)
        .max_silence_seconds(3)
        .if_exists(IfExists::Append)
        .beep(true)
        .terminate_on(TerminateOn::Pound);
    let snoop = channel
        .snoop("demo")
        .spy(SnoopDirection::In)
        .whisper(SnoopDirection::None)
        .app_args("x")
        .id("s");
    vec![
        full(
            &dtmf,
            "POST /channels/c%2F1/dtmf?dtmf=1%2A%23A&before=1&between=2&duration=3&after=4",
        ),
        full(&channel.unhold(), "DELETE /channels/c%2F1/hold"),
        full(&channel.hold(), "POST /channels/c%2F1/hold"),
        full(&channel.stop_moh(), "DELETE /channels/c%2F1/moh"),
        full(&channel.start_moh().class("jazz"), "POST /channels/c%2F1/moh?mohClass=jazz"),
        full(&channel.unmute(MuteDirection::Both), "DELETE /channels/c%2F1/mute?direction=both"),
        full(&channel.mute(MuteDirection::In), "POST /channels/c%2F1/mute?direction=in"),
        full(
            &channel
                .play("sound:a")
                .media(["tone:ring"])
                .lang("en")
                .offset_ms(10)
                .skip_ms(500)
                .id("p"),
            "POST /channels/c%2F1/play?media=sound:a,tone:ring&lang=en&offsetms=10&skipms=500\
             &playbackId=p",
        ),
        full(
            &record,
            "POST /channels/c%2F1/record?name=a/b&format=wav&maxDurationSeconds=60\
             &maxSilenceSeconds=3&ifExists=append&beep=true&terminateOn=%23",
        ),
        full(&channel.stop_silence(), "DELETE /channels/c%2F1/silence"),
        full(&channel.start_silence(), "POST /channels/c%2F1/silence"),
        full(&snoop, "POST /channels/c%2F1/snoop?app=demo&spy=in&whisper=none&appArgs=x&snoopId=s"),
    ]
}

#[test]
fn ids_are_encoded_in_the_path() {
    let channel = client().channel("a/b 1;2+%ä");
    let path = "/channels/a%2Fb%201;2%2B%25%C3%A4";
    assert_eq!(sent(&channel.get()), format!("GET {path}"));
    assert_eq!(sent(&channel.answer()), format!("POST {path}/answer"));
    assert_eq!(sent(&channel.snoop("x")), format!("POST {path}/snoop?app=x"));
}

#[test]
fn what_is_not_set_is_not_sent() {
    let client = client();
    let channel = client.channel("1");
    assert_eq!(
        sent(&client.channels().originate("PJSIP/100")),
        "POST /channels?endpoint=PJSIP/100"
    );
    assert_eq!(sent(&channel.hangup()), "DELETE /channels/1");
    assert_eq!(sent(&channel.continue_in_dialplan()), "POST /channels/1/continue");
    assert_eq!(sent(&channel.dial()), "POST /channels/1/dial");
    assert_eq!(sent(&channel.start_moh()), "POST /channels/1/moh");
    assert_eq!(sent(&channel.set_variables()), "POST /channels/1/variables");
    let set = channel.set_variable("A", "");
    assert_eq!(sent(&set), "POST /channels/1/variable?variable=A&value=");
}

#[test]
fn a_word_that_is_newer_than_this_crate_is_sent_as_it_is() {
    let hangup = client().channel("1").hangup().reason("tired & old".into());
    assert_eq!(sent(&hangup), "DELETE /channels/1?reason=tired%20%26%20old");
    assert_eq!(HangupReason::from("busy"), HangupReason::Busy);
    assert_eq!(HangupReason::Busy.to_string(), "busy");
}

#[test]
fn media_with_a_comma_goes_into_the_body() {
    let play = client().channel("1").play("tone:100/200,0/300").skip_ms(5);
    let body = r#"{"media":["tone:100/200,0/300"]}"#;
    assert_eq!(sent(&play), format!("POST /channels/1/play?skipms=5 {body}"));
}

#[test]
fn a_long_originate_goes_into_the_body() {
    let long = "x".repeat(4000);
    let originate = client().channels().originate(&long).app("a,b").timeout(5).variable("A", "1");
    assert_eq!(
        sent(&originate),
        format!(
            r#"POST /channels {{"app":"a,b","endpoint":"{long}","timeout":5,"variables":{{"A":"1"}}}}"#
        )
    );
}

#[test]
fn a_handle_and_an_id_name_a_channel() {
    let client = client();
    let (bridge, channel) = (client.bridge("b"), client.channel("1"));
    assert_eq!(sent(&bridge.add_channel(&channel)), sent(&bridge.add_channel(channel.id())));
    assert_eq!(sent(&client.channel(&channel).get()), "GET /channels/1");
    assert_eq!(sent(&client.bridge(&bridge).get()), "GET /bridges/b");
    let model = asterisk_proto::ari::model::Channel::default();
    assert_eq!(client.channel(&model).id(), &model.id);
}
