//! ARI: calls in the hands of an application.

use asterisk_sdk::ari::Client;
use asterisk_sdk::ari::call::{BridgeEnd, Call, CallError, DialError};
use asterisk_sdk::ari::event::{ChannelDestroyed, StasisEnd};
use asterisk_sdk_testkit::FakeAsterisk;
use harness::soon;
use tokio::sync::mpsc;

const DIALPLAN: &str = "[default]\nexten = 1000,1,Stasis(demo,inbound)\n same = n,Hangup()\n";

async fn start() -> (FakeAsterisk, Client) {
    let asterisk = FakeAsterisk::builder().dialplan(DIALPLAN).start().await.expect("it works");
    let client = client(&asterisk).await;
    (asterisk, client)
}

async fn client(asterisk: &FakeAsterisk) -> Client {
    let builder = Client::builder(asterisk.ari_url()).login(asterisk.user(), asterisk.password());
    soon(builder.app("demo").connect()).await.expect("it works")
}

/// A session that says what it is given and what it has done.
async fn session(mut call: Call, said: mpsc::Sender<String>) -> Result<(), CallError> {
    call.channel().answer().await?;
    let input = call.dtmf().prompt("sound:menu").max_digits(2).await?;
    said.send(format!("digits {}", input.digits)).await.expect("it works");
    call.play("sound:thanks").await?.finished().await.expect("it works");
    let recording = call.channel().record("message", "wav").await?;
    recording.stop().await?;
    let finished = recording.finished().await.expect("it works");
    said.send(format!("recorded {}", finished.name)).await.expect("it works");
    let busy = call.dial("PJSIP/busy").await.expect_err("it is busy");
    assert!(matches!(busy, CallError::Dial(DialError::Busy)), "{busy:?}");
    let leg = call.dial("PJSIP/bob").await.expect("it works");
    said.send(format!("talks to {}", leg.channel().id())).await.expect("it works");
    let end = call.bridge_with(&leg).await?;
    said.send(format!("{end:?}")).await.expect("it works");
    Ok(())
}

#[tokio::test]
async fn a_session_plays_records_and_bridges() {
    let (asterisk, client) = start().await;
    asterisk.endpoint("PJSIP/busy").busy();
    let bob = asterisk.endpoint("PJSIP/bob");
    let (said, mut says) = mpsc::channel(10);
    let serving = client.serve(move |call| session(call, said.clone()));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(serving.until(async { drop(stopped.await) }));

    let call = asterisk.place_call("1000@default").unwrap();
    assert!(soon(call.reaches("Stasis")).await);
    call.press("12");
    assert_eq!(soon(says.recv()).await.unwrap(), "digits 12");
    assert_eq!(soon(says.recv()).await.unwrap(), "recorded message");
    let talks = soon(says.recv()).await.unwrap();
    let leg = bob.calls().remove(0);
    assert_eq!(talks, format!("talks to {}", leg.id()));
    let mut events = client.events().all();
    while call.peers() != [leg.id()] {
        soon(events.next()).await.unwrap().unwrap();
    }
    leg.hang_up();
    assert_eq!(soon(says.recv()).await.unwrap(), format!("{:?}", BridgeEnd::Leg));
    assert_eq!(soon(call.ended()).await.code(), 16);
    assert!(asterisk.calls().is_empty());
    stop.send(()).unwrap();
    let served = soon(serving).await.unwrap();
    assert_eq!((served.sessions, served.failed), (1, 0));
}

#[tokio::test]
async fn channels_that_an_application_makes() {
    let (asterisk, client) = start().await;
    asterisk.endpoint("PJSIP/bob").answers();
    let channel = client.channels().originate("PJSIP/bob").app("demo").await.unwrap();
    let mut events = channel.events();
    let mut types = Vec::new();
    while types.last().is_none_or(|last| last != "StasisStart") {
        types.push(soon(events.next()).await.unwrap().unwrap().name().to_owned());
    }
    let expected = ["Dial", "ChannelStateChange", "Dial", "ChannelVarset", "StasisStart"];
    assert_eq!(types, expected);
    channel.set_variable("A", "1").await.unwrap();
    assert_eq!(channel.variable("A").await.unwrap().value, "1");
    assert!(channel.variable("B").await.unwrap_err().is_not_found());
    channel.hangup().await.unwrap();
    let mut ended = Vec::new();
    loop {
        let event = soon(events.next()).await.unwrap().unwrap();
        if event.is::<StasisEnd>() || event.is::<ChannelDestroyed>() {
            ended.push(event.name().to_owned());
        }
        if event.is::<ChannelDestroyed>() {
            break;
        }
    }
    assert_eq!(ended, ["StasisEnd", "ChannelDestroyed"]);
    assert!(channel.get().await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn what_is_refused() {
    let (asterisk, client) = start().await;
    let nobody = client.channels().originate("PJSIP/nobody").app("demo").await.unwrap_err();
    assert_eq!(nobody.status().unwrap().as_u16(), 500);
    assert!(client.channel("none").hangup().await.unwrap_err().is_not_found());
    let builder = Client::builder(asterisk.ari_url()).login("asterisk", "wrong").app("demo");
    assert!(soon(builder.connect()).await.unwrap_err().is_unauthorized());
}

/// On two threads, where the reply could overtake what the server still has to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_may_come_as_soon_as_the_socket_is_open() {
    let asterisk = FakeAsterisk::builder().dialplan("[default]\nexten = 600,1,Stasis(demo)");
    let asterisk = asterisk.start().await.unwrap();
    for _ in 0..200 {
        let ari = Client::builder(asterisk.ari_url()).app("demo");
        let ari = ari.login(FakeAsterisk::USER, FakeAsterisk::PASSWORD).connect().await.unwrap();
        let call = asterisk.place_call("600").unwrap();
        assert!(soon(call.reaches("Stasis")).await);
        ari.close().await;
    }
}

#[tokio::test]
async fn requests_over_the_socket() {
    let (asterisk, _) = start().await;
    let builder = Client::builder(asterisk.ari_url()).login(asterisk.user(), asterisk.password());
    let builder = builder.app("other").rest_over_websocket();
    let client = soon(builder.connect()).await.unwrap();
    client.asterisk().variables().set("A", "b c").await.unwrap();
    assert_eq!(asterisk.variable("A").as_deref(), Some("b c"));
}
