//! Applications: what they are subscribed to, and what of it they get.

use asterisk_sdk::ari::event::{ApplicationReplaced, ChannelUserevent, Dial, StasisStart};
use asterisk_sdk::ari::rest::EventSource;
use asterisk_sdk::ari::{Client, Event, TypedEvent};
use serde_json::json;

use super::{APP, Stage, events, next, next_event, refuses};

/// The operations of this family.
pub(super) const OPERATIONS: &[&str] = &[
    "DELETE /applications/{applicationName}/subscription",
    "GET /applications",
    "GET /applications/{applicationName}",
    "POST /applications/{applicationName}/subscription",
    "POST /events/user/{eventName}",
    "PUT /applications/{applicationName}/eventFilter",
];

/// The events of this family.
pub(super) const EVENTS: &[&str] = &["ApplicationReplaced", "ChannelUserevent"];

#[tokio::test]
async fn everything_is_typed() {
    let Some(stage) = Stage::open("applications").await else { return };
    subscribed(&stage).await;
    filtered(&stage).await;
    told(&stage).await;
    read_only(&stage).await;
    events::offered(&stage).await;
    replaced(&stage).await;
    let new: &[&str] = if stage.is_new() { events::OFFERED } else { &[] };
    stage.finish(&[OPERATIONS, events::OPERATIONS], &[EVENTS, new]).await;
}

async fn subscribed(stage: &Stage) {
    let ari = stage.other("listener").await;
    let listener = stage.ari.application("listener");
    let before = listener.get().await.unwrap();
    assert_eq!((&*before.name, before.endpoint_ids.len()), ("listener", 0));
    let listed = stage.ari.applications().list().await.unwrap();
    let mut names: Vec<_> = listed.iter().map(|application| &*application.name).collect();
    names.sort_unstable();
    assert_eq!(names, ["listener", APP]);
    let sources = [EventSource::endpoint("PJSIP", "100"), EventSource::device_state("Stasis:a, b")];
    let after = listener.subscribe(sources.clone()).await.unwrap();
    assert_eq!(
        (&after.endpoint_ids[..], &after.device_names[..]),
        (&["PJSIP/100".into()][..], &["Stasis:a, b".into()][..])
    );
    let all = listener.subscribe([EventSource::ALL_CHANNELS]).await.unwrap();
    assert_eq!(all.channel_ids, ["__AST_CHANNEL_ALL_TOPIC"]);
    let less = listener.unsubscribe(sources).await.unwrap();
    assert_eq!((less.endpoint_ids.len(), less.device_names.len()), (0, 0));

    let nobody = stage.ari.application("nobody");
    refuses!(nobody.get(), 404, "Application not found");
    refuses!(nobody.subscribe(["channel:x"]), 404, "Application not found");
    refuses!(nobody.unsubscribe(["channel:x"]), 404, "Application not found");
    refuses!(listener.subscribe(["channel:x"]), 422, "Event source does not exist");
    refuses!(listener.subscribe(["nosuch:x"]), 400, "Invalid event source URI scheme");
    refuses!(listener.unsubscribe(["channel:x"]), 422, "Event source was not subscribed to");
    refuses!(listener.unsubscribe(["nosuch:x"]), 400, "Invalid event source URI scheme");
    ari.close().await;
}

async fn filtered(stage: &Stage) {
    let ari = stage.other("chooser").await;
    let mut events = ari.events().all();
    let chooser = stage.ari.application("chooser");
    let chosen = chooser.filter().allow::<StasisStart>().allow_named("NoSuch").disallow::<Dial>();
    let chosen = chosen.await.unwrap();
    let allowed: Vec<_> = chosen.events_allowed.iter().map(|f| &*f.event_type).collect();
    assert_eq!(allowed, ["StasisStart", "NoSuch"]);
    assert_eq!(chosen.events_disallowed[0].event_type, "Dial");
    chooser.subscribe([EventSource::ALL_CHANNELS]).await.unwrap();
    let call = ari.channels().originate("Local/wait@sdk").app("chooser");
    let channel = call.await.unwrap();
    // It is the first event, because all before it is held back.
    let first = events.next().await.unwrap().unwrap();
    assert!(matches!(first.typed(), TypedEvent::StasisStart(_)), "{first:?}");
    let all = chooser.filter().await.unwrap();
    assert_eq!((all.events_allowed.len(), all.events_disallowed.len()), (0, 0));
    channel.hangup().await.unwrap();
    refuses!(stage.ari.application("nobody").filter(), 404, "Application not found");
    stage.clear().await;
}

async fn told(stage: &Stage) {
    let application = stage.ari.application(APP);
    stage.enter("Local/wait@sdk", "source").await;
    let bridge = stage.ari.bridges().create().id("source").await.unwrap();
    let mut events = stage.events();
    let told = application.user_event("Sold it").variable("item", "pen");
    let told = told.variable("count", json!({"of": [1, 2.5, null, true]}));
    for source in [
        None,
        Some(EventSource::channel("source")),
        Some(EventSource::bridge("source")),
        Some(EventSource::endpoint("PJSIP", "100")),
    ] {
        told.clone().sources(source.clone()).await.unwrap();
        let event: ChannelUserevent = next(&mut events, |_| true).await;
        assert_eq!(event.event_name, "Sold it");
        assert_eq!(event.user_event["count"], json!({"of": [1, 2.5, null, true]}));
        assert_eq!(event.user_event["eventname"], "Sold it");
        let about = [event.channel.is_some(), event.bridge.is_some(), event.endpoint.is_some()];
        let source = source.as_ref().map_or("", EventSource::as_str);
        let expected = ["channel:", "bridge:", "endpoint:"].map(|kind| source.starts_with(kind));
        assert_eq!(about, expected);
        // The other subscriptions of the application tell it again.
        events = stage.events();
    }
    let nobody = stage.ari.application("nobody").user_event("x");
    refuses!(nobody, 404, "Application not found");
    let from = |source: &str| application.user_event("x").sources([source]);
    refuses!(from("channel:nobody"), 422, "Event source was not found");
    refuses!(from("nosuch:x"), 400, "Invalid event source URI scheme");
    bridge.destroy().await.unwrap();
    stage.clear().await;
}

/// Who may read only is told so, whatever is asked.
async fn read_only(stage: &Stage) {
    let server = &stage.server;
    let (user, password) = (&server.ari_readonly_user, server.ari_readonly_password.as_str());
    let reader = Client::builder(&server.http).login(user, password).connect().await.unwrap();
    reader.asterisk().ping().await.unwrap();
    reader.applications().list().await.unwrap();
    let denied = "Write access denied";
    refuses!(reader.asterisk().variables().set("A", "1"), 403, denied);
    refuses!(reader.channels().create("Local/wait@sdk", APP), 403, denied);
    refuses!(reader.channel("nobody").hangup(), 403, denied);
    refuses!(reader.bridges().create(), 403, denied);
    refuses!(reader.application(APP).filter(), 403, denied);
    refuses!(reader.stored_recording("nosuch").delete(), 403, denied);
    assert_eq!(reader.bridges().list().await.unwrap(), []);
}

async fn replaced(stage: &Stage) {
    let ari = stage.other("second").await;
    let mut events = ari.events().all();
    let again = stage.other("second").await;
    let replaced = next_event(&mut events, Event::is::<ApplicationReplaced>).await;
    assert_eq!(replaced.application(), "second");
    stage.keep(replaced);
    again.close().await;
}
