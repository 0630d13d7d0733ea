//! `/bridges`.

use super::{Full, client, full, sent};
use crate::client::Client;
use crate::rest::VariableValue;
use crate::rest::recordings::{IfExists, TerminateOn};

pub(super) fn full_requests(client: &Client) -> Vec<Full> {
    let bridge = client.bridge("b/1");
    let create = client
        .bridges()
        .create()
        .bridge_type("mixing,dtmf_events")
        .id("b/1")
        .name("n 1")
        .variable("A", "1")
        .variable("B", VariableValue::reported("2"));
    let add = bridge
        .add_channel("1;1")
        .channels(["2"])
        .role("announcer")
        .absorb_dtmf(true)
        .mute(false)
        .inhibit_connected_line_updates(true);
    let play = bridge
        .play("sound:a")
        .media(["sound:b"])
        .lang("en")
        .offset_ms(10)
        .skip_ms(500)
        .id("p")
        .announcer_format("slin16");
    let record = bridge
        .record("a b", "wav")
        .max_duration_seconds(60)
        .max_silence_seconds(3)
        .if_exists(IfExists::Overwrite)
        .beep(false)
        .terminate_on(TerminateOn::Any)
        .recorder_format("slin16");
    vec![
        full(&client.bridges().list(), "GET /bridges"),
        full(
            &create,
            "POST /bridges/b%2F1?type=mixing,dtmf_events&name=n%201 \
             {\"variables\":{\"A\":\"1\",\"B\":{\"report_events\":true,\"value\":\"2\"}}}",
        ),
        full(&bridge.destroy(), "DELETE /bridges/b%2F1"),
        full(&bridge.get(), "GET /bridges/b%2F1"),
        full(
            &add,
            "POST /bridges/b%2F1/addChannel?channel=1;1,2&role=announcer&absorbDTMF=true\
             &mute=false&inhibitConnectedLineUpdates=true",
        ),
        full(&bridge.stop_moh(), "DELETE /bridges/b%2F1/moh"),
        full(&bridge.start_moh().class("jazz"), "POST /bridges/b%2F1/moh?mohClass=jazz"),
        full(
            &play,
            "POST /bridges/b%2F1/play?media=sound:a,sound:b&lang=en&offsetms=10&skipms=500\
             &playbackId=p&announcer_format=slin16",
        ),
        full(
            &record,
            "POST /bridges/b%2F1/record?name=a%20b&format=wav&maxDurationSeconds=60\
             &maxSilenceSeconds=3&ifExists=overwrite&beep=false&terminateOn=any\
             &recorder_format=slin16",
        ),
        full(
            &bridge.remove_channel("1").channels(["2"]),
            "POST /bridges/b%2F1/removeChannel?channel=1,2",
        ),
        full(&bridge.variable("A"), "GET /bridges/b%2F1/variable?variable=A"),
        full(
            &bridge.set_variable("A", "1").report_events(false),
            "POST /bridges/b%2F1/variable?variable=A&value=1&report_events=false",
        ),
        full(&bridge.variables(["A", "B"]), "GET /bridges/b%2F1/variables?variables=A,B"),
        full(
            &bridge.set_variables().variable("A", "1"),
            "POST /bridges/b%2F1/variables {\"variables\":{\"A\":\"1\"}}",
        ),
        full(&bridge.clear_video_source(), "DELETE /bridges/b%2F1/videoSource"),
        full(&bridge.set_video_source("c 1"), "POST /bridges/b%2F1/videoSource/c%201"),
    ]
}

#[test]
fn a_bridge_without_an_id_is_sent_without_one() {
    assert_eq!(sent(&client().bridges().create()), "POST /bridges");
}

#[test]
fn channels_with_a_comma_go_into_the_body() {
    let remove = client().bridge("b").remove_channel("1").channels(["a,b"]);
    assert_eq!(sent(&remove), r#"POST /bridges/b/removeChannel {"channel":["1","a,b"]}"#);
}
