//! What the ARI client promises when its connections fail.

use std::future::IntoFuture;
use std::time::Duration;

use asterisk_sdk::ari::event::StasisStart;
use asterisk_sdk::ari::{Client, CloseReason, ConnectError, RestError};
use asterisk_sdk::proto::error::Delivery;
use asterisk_sdk_testkit::Protocol;
use asterisk_sdk_testkit::fault::{Fault, Faults, Proxy};
use asterisk_sdk_testkit::replay::Playing;
use harness::conversation::{self, client};
use harness::soon;

use crate::{LATE, LIMIT};

/// A client whose conversation has faults.
async fn connected(faults: &Faults) -> (Client, Playing, Proxy) {
    let (playing, proxy, address) = crate::through(Protocol::Ari, "ari", faults).await;
    let builder = client(&format!("http://{address}"), "x", "x");
    (soon(builder.connect()).await.unwrap(), playing, proxy)
}

/// A call to which no reply comes in time.
async fn originate_in_vain(faults: &Faults) {
    let (_playing, _proxy, address) = crate::through(Protocol::Ari, "ari", faults).await;
    let builder = client(&format!("http://{address}"), "x", "x").request_timeout(LATE / 2);
    let client = soon(builder.connect()).await.unwrap();
    let error = originate(&client).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(error.delivery(), Some(Delivery::Unknown));
}

/// Makes the recorded call.
async fn originate(client: &Client) -> Result<String, RestError> {
    let call = client.channels().originate("Local/wait@sdk").app("sdk-trace").caller_id("Zoë <7>");
    Ok(soon(call.into_future()).await?.id().to_string())
}

/// One that happens to the reply to the recorded call.
fn on_reply(fault: Fault) -> Faults {
    Faults::new([fault.on(|m| m.contains("HTTP/1.1 200") && m.contains("Local/wait@sdk")).times(1)])
}

/// One that happens to the event of the call's beginning.
fn on_start(fault: Fault) -> Faults {
    Faults::new([fault.on(|m| m.contains("StasisStart")).times(1)])
}

#[tokio::test]
async fn a_reply_that_is_lost() {
    originate_in_vain(&on_reply(Fault::drop())).await;
}

#[tokio::test]
async fn a_late_reply() {
    originate_in_vain(&on_reply(Fault::delay(LATE))).await;
}

#[tokio::test]
async fn a_reply_cut() {
    let (client, _playing, _proxy) = connected(&on_reply(Fault::cut())).await;
    match originate(&client).await.unwrap_err() {
        RestError::Transport { delivery, .. } => assert_eq!(delivery, Delivery::Unknown),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_event_cut() {
    let (client, _playing, _proxy) = connected(&on_start(Fault::cut())).await;
    let mut starts = client.events().of::<StasisStart>();
    originate(&client).await.unwrap();
    assert!(soon(starts.next()).await.is_none());
    assert_eq!(soon(client.closed()).await, CloseReason::Remote(None));
}

/// The names of the call's events, up to the playback that is not asked for.
async fn names(faults: &Faults) -> Vec<String> {
    let (client, playing, _proxy) = connected(faults).await;
    let mut events = client.events().all();
    originate(&client).await.unwrap();
    let mut names = Vec::new();
    while names.last().map(String::as_str) != Some("StasisStart") && names.len() < 100 {
        names.push(soon(events.next()).await.unwrap().unwrap().name().to_owned());
    }
    // What is still on its way ends with the connection.
    drop(playing);
    while let Some(event) = soon(events.next()).await {
        names.push(event.unwrap().name().to_owned());
    }
    names
}

#[tokio::test]
async fn an_event_that_comes_twice() {
    let faults = on_start(Fault::duplicate());
    let once = names(&Faults::new([])).await;
    assert_eq!(once.iter().filter(|name| *name == "StasisStart").count(), 1);
    assert_eq!(names(&faults).await, once);
    assert_eq!(faults.happened().len(), 1);
}

#[tokio::test]
async fn events_in_another_order() {
    let rule = Fault::reorder().on(|m| m.contains(r#""type":"Dial""#)).times(1);
    let mut ordered = names(&Faults::new([])).await;
    let dial = ordered.iter().position(|name| name == "Dial").unwrap();
    ordered.swap(dial, dial + 1);
    assert_eq!(names(&Faults::new([rule])).await, ordered);
}

#[tokio::test]
async fn half_open() {
    let faults = on_start(Fault::half_open());
    let (_playing, _proxy, address) = crate::through(Protocol::Ari, "ari", &faults).await;
    let builder = client(&format!("http://{address}"), "x", "x");
    let builder = builder.ping_interval(LIMIT).ping_timeout(LIMIT);
    let client = soon(builder.connect()).await.unwrap();
    originate(&client).await.unwrap();
    assert_eq!(soon(client.closed()).await, CloseReason::Unresponsive);
}

#[tokio::test]
async fn a_refused_login() {
    let faults = Faults::new([Fault::refuse_login()]);
    let (_playing, _proxy, address) = crate::through(Protocol::Ari, "ari", &faults).await;
    let error = soon(client(&format!("http://{address}"), "x", "x").connect()).await.unwrap_err();
    assert!(matches!(error, ConnectError::Unauthorized), "{error:?}");
}

/// The call is found again when the event connection was lost at its beginning.
async fn lost_and_found(faults: &Faults) {
    let (playing, _proxy, address) = crate::through(Protocol::Ari, "ari_again", faults).await;
    let client = client(&format!("http://{address}"), "x", "x");
    let (cause, there, end) = conversation::ari_again(client).await;
    assert_eq!((cause, there), (CloseReason::Remote(None), true));
    assert_eq!(end, r#""Normal Clearing""#);
    soon(playing.finished()).await.unwrap();
}

#[tokio::test]
async fn a_cut_that_is_made_good() {
    lost_and_found(&on_start(Fault::cut())).await;
}

#[tokio::test]
async fn a_restart() {
    lost_and_found(&on_start(Fault::restart(Duration::from_millis(50)))).await;
}
