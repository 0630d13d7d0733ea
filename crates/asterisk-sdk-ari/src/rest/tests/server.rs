//! `/asterisk`, `/applications` and `/events`.

use asterisk_proto::ari::event::{PlaybackFinished, StasisStart};
use serde_json::json;

use super::{Full, client, full, sent};
use crate::client::Client;
use crate::rest::EventSource;
use crate::rest::asterisk::InfoPart;

pub(super) fn full_requests(client: &Client) -> Vec<Full> {
    let asterisk = client.asterisk();
    let (modules, logging) = (asterisk.modules(), asterisk.logging());
    let (config, variables) = (asterisk.config(), asterisk.variables());
    let demo = client.application("de/mo");
    let sources = [EventSource::channel("1"), EventSource::endpoint("PJSIP", "100")];
    vec![
        full(&client.applications().list(), "GET /applications"),
        full(&demo.get(), "GET /applications/de%2Fmo"),
        full(
            &demo.filter().allow::<StasisStart>().disallow::<PlaybackFinished>(),
            "PUT /applications/de%2Fmo/eventFilter \
             {\"allowed\":[{\"type\":\"StasisStart\"}],\"disallowed\":[{\"type\":\"PlaybackFinished\"}]}",
        ),
        full(
            &demo.unsubscribe(sources.clone()),
            "DELETE /applications/de%2Fmo/subscription?eventSource=channel:1,endpoint:PJSIP/100",
        ),
        full(
            &demo.subscribe(sources).sources(["bridge:2"]),
            "POST /applications/de%2Fmo/subscription\
             ?eventSource=channel:1,endpoint:PJSIP/100,bridge:2",
        ),
        full(
            &config.delete("res_pjsip", "auth", "a/1"),
            "DELETE /asterisk/config/dynamic/res_pjsip/auth/a%2F1",
        ),
        full(
            &config.get("res_pjsip", "auth", "a"),
            "GET /asterisk/config/dynamic/res_pjsip/auth/a",
        ),
        full(
            &config
                .update("res_pjsip", "auth", "a")
                .field("username", "x")
                .field("auth_type", "userpass"),
            "PUT /asterisk/config/dynamic/res_pjsip/auth/a \
             {\"fields\":[{\"attribute\":\"username\",\"value\":\"x\"},\
             {\"attribute\":\"auth_type\",\"value\":\"userpass\"}]}",
        ),
        full(
            &asterisk.info().only([InfoPart::System, InfoPart::Status]).only(["build"]),
            "GET /asterisk/info?only=system,status,build",
        ),
        full(&logging.list(), "GET /asterisk/logging"),
        full(&logging.delete("/var/log/x"), "DELETE /asterisk/logging/%2Fvar%2Flog%2Fx"),
        full(
            &logging.add("x", "notice,warning"),
            "POST /asterisk/logging/x?configuration=notice,warning",
        ),
        full(&logging.rotate("x"), "PUT /asterisk/logging/x/rotate"),
        full(&modules.list(), "GET /asterisk/modules"),
        full(&modules.unload("a.so"), "DELETE /asterisk/modules/a.so"),
        full(&modules.get("a.so"), "GET /asterisk/modules/a.so"),
        full(&modules.load("a.so"), "POST /asterisk/modules/a.so"),
        full(&modules.reload("a.so"), "PUT /asterisk/modules/a.so"),
        full(&asterisk.ping(), "GET /asterisk/ping"),
        full(&variables.get("A B"), "GET /asterisk/variable?variable=A%20B"),
        full(&variables.set("A", "1+1"), "POST /asterisk/variable?variable=A&value=1%2B1"),
        full(&client.channel("c").claim("demo"), "POST /events/claim?channelId=c&application=demo"),
        full(
            &demo
                .user_event("a/b")
                .sources([EventSource::bridge("b")])
                .variable("n", 1)
                .variable("l", json!(["x"])),
            "POST /events/user/a%2Fb?application=de/mo&source=bridge:b \
             {\"variables\":{\"l\":[\"x\"],\"n\":1}}",
        ),
    ]
}

#[test]
fn a_filter_says_both_lists_for_one_that_is_left_out_would_stay() {
    let demo = client().application("demo");
    let path = "PUT /applications/demo/eventFilter";
    assert_eq!(sent(&demo.filter()), format!(r#"{path} {{"allowed":[],"disallowed":[]}}"#));
    let filter = demo.filter().disallow_named("Newer");
    let body = r#"{"allowed":[],"disallowed":[{"type":"Newer"}]}"#;
    assert_eq!(sent(&filter), format!("{path} {body}"));
}

#[test]
fn sources_of_events() {
    assert_eq!(EventSource::device_state("Custom:1").as_str(), "deviceState:Custom:1");
    assert_eq!(EventSource::technology("PJSIP").as_str(), "endpoint:PJSIP");
    assert_eq!(EventSource::from(EventSource::ALL_CHANNELS).to_string(), "channel:");
    let comma = client().application("a").subscribe(["deviceState:a,b"]);
    assert_eq!(
        sent(&comma),
        r#"POST /applications/a/subscription {"eventSource":["deviceState:a,b"]}"#
    );
}
