//! The fake itself with faults on its connections.

use asterisk_sdk::ami::action::Ping;
use asterisk_sdk::ami::{Manager, Missed};
use asterisk_sdk::ari::event::StasisStart;
use asterisk_sdk::ari::{self, Client};
use asterisk_sdk_testkit::FakeAsterisk;
use asterisk_sdk_testkit::fault::{Fault, Faults};
use harness::soon;

#[tokio::test]
async fn a_connection_that_breaks_in_the_middle_of_an_event_is_made_again() {
    let cut = Fault::cut().from_asterisk().connection(0);
    let faults = Faults::new([cut.on(|message| message.contains("Event: UserEvent"))]);
    let dialplan = "[default]\nexten = 1,1,UserEvent(Break)\n same = n,Wait(60)\n";
    let asterisk =
        FakeAsterisk::builder().dialplan(dialplan).faults(&faults).start().await.unwrap();
    let builder = Manager::builder(asterisk.ami_address().to_string());
    let builder = builder.login(asterisk.user(), asterisk.password());
    let manager = soon(builder.connect()).await.unwrap();
    let mut events = manager.events().named("UserEvent");
    let call = asterisk.place_call("1").unwrap();
    let missed = soon(events.next()).await.unwrap().unwrap_err();
    assert!(matches!(missed, Missed::Gap(_)), "{missed:?}");
    manager.send(Ping::new()).await.unwrap();
    // The call has not noticed.
    assert!(soon(call.reaches("Wait")).await);
}

#[tokio::test]
async fn a_call_that_comes_while_the_event_socket_is_away() {
    let cut = Fault::cut().from_asterisk().times(1);
    let faults = Faults::new([cut.on(|message| message.contains("ChannelVarset"))]);
    let dialplan = "[default]\nexten = 1,1,Stasis(demo)\nexten = 2,1,Wait(60)\n";
    let asterisk =
        FakeAsterisk::builder().dialplan(dialplan).faults(&faults).start().await.unwrap();
    let builder = Client::builder(asterisk.ari_url()).app("demo").subscribe_all();
    let builder = builder.login(asterisk.user(), asterisk.password());
    let client = soon(builder.connect()).await.unwrap();
    let mut starts = client.events().of::<StasisStart>();
    asterisk.place_call("2").unwrap().set_variable("BREAK", "1");
    let missed = soon(starts.next()).await.unwrap().unwrap_err();
    assert!(matches!(missed, ari::Missed::Gap(_)), "{missed:?}");
    // The application is there again, and takes calls.
    let call = asterisk.place_call("1").unwrap();
    let start = soon(starts.next()).await.unwrap().unwrap();
    assert_eq!(start.channel.id, call.id());
}
