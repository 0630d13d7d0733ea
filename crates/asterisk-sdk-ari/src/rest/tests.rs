//! Each operation as it is sent, without a server.

use std::sync::Arc;

use asterisk_proto::HangupCause;
use http::StatusCode;

use super::channels::HangupReason;
use super::playbacks::PlaybackOperation;
use crate::client::Client;
use crate::error::RestError;
use crate::request::{Operation, Request, Response};
use crate::transport::{BoxFuture, Transport};

/// A server that does everything and says nothing.
#[derive(Debug)]
struct Nobody;

impl Transport for Nobody {
    fn send(&self, _: Request) -> BoxFuture<'_, Result<Response, RestError>> {
        Box::pin(async { Ok(Response::new(StatusCode::NO_CONTENT, "".into())) })
    }
}

fn client() -> Client {
    Client::over(Arc::new(Nobody))
}

/// What an operation sends, in one line, after checking it against its own tables.
fn sent<O: Operation>(operation: &O) -> String {
    let request = operation.request();
    let (method, path) = O::NAME.split_once(' ').unwrap();
    assert_eq!(request.method.as_str(), method);
    assert!(!request.path.contains('{'), "{}", request.path);
    assert_eq!(request.path.matches('/').count(), path.matches('/').count());
    let body = request.body.as_deref().map(|body| str::from_utf8(body).unwrap().to_owned());
    for name in request.query.split('&').filter(|pair| !pair.is_empty()) {
        let name = name.split('=').next().unwrap();
        assert!(O::PARAMETERS.contains(&name), "{name}");
    }
    let line = format!("{method} {}", request.target());
    body.map_or(line.clone(), |body| format!("{line} {body}"))
}

#[test]
fn asterisk() {
    let info = client().asterisk().info();
    assert_eq!(sent(&info), "GET /asterisk/info");
    assert_eq!(sent(&info.only(["system", "status"])), "GET /asterisk/info?only=system,status");
}

#[test]
fn channels() {
    let client = client();
    assert_eq!(sent(&client.channels().list()), "GET /channels");
    let originate = client.channels().originate("PJSIP/100");
    assert_eq!(sent(&originate), "POST /channels?endpoint=PJSIP/100");
    let all = originate
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
    assert_eq!(
        sent(&all),
        "POST /channels?endpoint=PJSIP/100&extension=600&context=default&priority=1&label=begin\
         &app=demo&appArgs=a,b&callerId=Ana%20%26%20Co%20%3C100%3E&timeout=-1&channelId=1;1\
         &otherChannelId=1;2&originator=0&formats=ulaw,slin16 \
         {\"variables\":{\"A(x)\":\"1,\\\"2\\\"\",\"B\":\"2\"}}"
    );
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
fn a_channel() {
    let channel = client().channel("a/b 1;2+%ä");
    let path = "/channels/a%2Fb%201;2%2B%25%C3%A4";
    assert_eq!(sent(&channel.get()), format!("GET {path}"));
    assert_eq!(sent(&channel.answer()), format!("POST {path}/answer"));
    assert_eq!(sent(&channel.hangup()), format!("DELETE {path}"));
    let hangup = channel.hangup().reason(HangupReason::NoAnswer);
    assert_eq!(sent(&hangup), format!("DELETE {path}?reason=no_answer"));
    let hangup = channel.hangup().reason_code(HangupCause::UserBusy);
    assert_eq!(sent(&hangup), format!("DELETE {path}?reason_code=17"));
    let play = channel.play("sound:a").media(["sound:b", "tone:ring"]);
    let line = format!("POST {path}/play?media=sound:a,sound:b,tone:ring");
    assert_eq!(sent(&play), line);
    let play = play.lang("en").offset_ms(10).skip_ms(500).id("p");
    assert_eq!(sent(&play), format!("{line}&lang=en&offsetms=10&skipms=500&playbackId=p"));
    let play = channel.play("tone:100/200,0/300").skip_ms(5);
    let body = r#"{"media":["tone:100/200,0/300"]}"#;
    assert_eq!(sent(&play), format!("POST {path}/play?skipms=5 {body}"));
}

#[test]
fn bridges() {
    let client = client();
    assert_eq!(sent(&client.bridges().list()), "GET /bridges");
    assert_eq!(sent(&client.bridges().create()), "POST /bridges");
    let create = client.bridges().create().bridge_type("mixing,dtmf_events").id("b").name("n 1");
    assert_eq!(sent(&create), "POST /bridges?type=mixing,dtmf_events&bridgeId=b&name=n%201");
    let create = client.bridges().create().variable("A", "1");
    assert_eq!(sent(&create), r#"POST /bridges {"variables":{"A":"1"}}"#);

    let bridge = client.bridge("b/1");
    assert_eq!(sent(&bridge.get()), "GET /bridges/b%2F1");
    assert_eq!(sent(&bridge.destroy()), "DELETE /bridges/b%2F1");
    let add = bridge.add_channel("1;1");
    assert_eq!(sent(&add), "POST /bridges/b%2F1/addChannel?channel=1;1");
    let add = add
        .channels(["2"])
        .role("announcer")
        .absorb_dtmf(true)
        .mute(false)
        .inhibit_connected_line_updates(true);
    assert_eq!(
        sent(&add),
        "POST /bridges/b%2F1/addChannel?channel=1;1,2&role=announcer&absorbDTMF=true&mute=false\
         &inhibitConnectedLineUpdates=true"
    );
    let remove = bridge.remove_channel("1").channels(["a,b"]);
    let body = r#"{"channel":["1","a,b"]}"#;
    assert_eq!(sent(&remove), format!("POST /bridges/b%2F1/removeChannel {body}"));
}

#[test]
fn playbacks() {
    let playback = client().playback("p 1");
    assert_eq!(sent(&playback.get()), "GET /playbacks/p%201");
    assert_eq!(sent(&playback.stop()), "DELETE /playbacks/p%201");
    let control = playback.control(PlaybackOperation::Unpause);
    assert_eq!(sent(&control), "POST /playbacks/p%201/control?operation=unpause");
}

#[tokio::test]
async fn an_empty_reply_is_enough_where_nothing_is_returned_and_an_error_elsewhere() {
    let client = client();
    client.channel("1").answer().await.unwrap();
    let error = client.channels().list().await.unwrap_err();
    assert!(matches!(error, RestError::Decode { .. }), "{error:?}");
}
