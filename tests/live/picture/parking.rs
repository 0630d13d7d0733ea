//! Calls that are parked by all ways, and what becomes of them.

use asterisk_sdk::ami::action::{Atxfer, BlindTransfer, Hangup, Originate, Park};
use asterisk_sdk::ami::event::{self, ParkedCallSwap};
use asterisk_sdk::ami::live::{Call, Channel, CompletedCall, ParkedCall, Snapshot, What};

use super::Scene;
use super::calls::{next, other, talks};
use super::records::Records;

/// A parking lot from which calls go back to who parked them, soon.
const HOME: &str = "
[home]
parkpos = 801-805
context = home
parkingtime = 1
comebacktoorigin = yes
comebackdialtime = 5
";

#[tokio::test]
async fn calls_handed_to_parking_equal_lists_and_records() {
    let Some(scene) = Scene::open().await else { return };
    scene.server.configure("res_parking.conf", HOME, "res_parking.so");
    handed_on_blindly(&scene).await;
    handed_on_with_a_word(&scene).await;
    another_takes_the_space(&scene).await;
    back_to_who_parked(&scene).await;
    gave_up(&scene).await;
    let statistics = scene.live.statistics();
    assert_eq!((statistics.gaps, statistics.corrections), (0, 0));
}

/// Waits until this space is taken, the only one.
async fn parked(scene: &Scene, lot: &str, space: u32) -> Snapshot {
    let is_there = |snapshot: &Snapshot| {
        snapshot.all::<ParkedCall>().any(|call| &*call.lot == lot && call.space == space)
    };
    let snapshot = scene.until(is_there).await;
    assert_eq!(snapshot.count::<ParkedCall>(), 1);
    snapshot
}

fn the_one(snapshot: &Snapshot) -> &ParkedCall {
    snapshot.all::<ParkedCall>().next().expect("it is parked")
}

fn steps(call: &CompletedCall) -> Vec<&What> {
    call.timeline.iter().map(|step| &step.what).collect()
}

/// Fetches a parked channel, after which there are so many calls.
async fn fetched(scene: &Scene, channel: &str, calls: usize) {
    scene.call("fetches", "701").await;
    // That it is parked no more may be told before or after.
    let is_fetched =
        |snapshot: &Snapshot| talks(snapshot, channel) && snapshot.count::<ParkedCall>() == 0;
    scene.until(is_fetched).await;
    let snapshot = scene.is_right("after it was fetched").await;
    assert_eq!(snapshot.count::<Call>(), calls);
}

async fn handed_on_blindly(scene: &Scene) {
    let records = Records::begin(scene);
    scene.call("parks", "pair").await;
    let snapshot = scene.until(|snapshot| talks(snapshot, "parks")).await;
    let other = other(&snapshot, "parks");
    scene.manager.send(BlindTransfer::new("parks", "700").context("sdk")).await.unwrap();
    let snapshot = parked(scene, "default", 701).await;
    let call = the_one(&snapshot);
    assert_eq!((call.channel.as_str(), &*call.lot, call.space), (&*other, "default", 701));
    assert_eq!(call.parker_dial_string.as_deref(), Some("Local/wait@sdk"));
    // Alone, as a phone may be until it hangs up.
    scene.is_right("after a blind transfer to parking").await;
    scene.manager.send(Hangup::new("parks")).await.unwrap();
    scene.until(|snapshot| snapshot.get::<Channel>("parks").is_none()).await;
    let snapshot = scene.is_right("with who parked gone").await;
    assert_eq!(snapshot.get::<Call>("parks").unwrap().transfers, 1);
    fetched(scene, &other, 1).await;
    let calls = records.end(scene, 1).await;
    let steps = steps(&calls[0]);
    let handed_on = What::BlindTransfer { to: "700@sdk".into() };
    assert!(steps.contains(&&handed_on));
    assert!(steps.contains(&&What::Parked { space: 701 }) && steps.contains(&&What::Unparked));
}

/// A transfer with the parking lot's announcement for a word: who waits is parked behind a Local
/// channel, which then is optimized away where there is a phone.
async fn handed_on_with_a_word(scene: &Scene) {
    let records = Records::begin(scene);
    scene.call("parks", "pair").await;
    scene.until(|snapshot| talks(snapshot, "parks")).await;
    scene.manager.send(Atxfer::new("parks", "700").context("sdk")).await.unwrap();
    let snapshot = parked(scene, "default", 701).await;
    let channel = the_one(&snapshot).channel.clone();
    assert_eq!(the_one(&snapshot).caller_id.number, None);
    scene.is_right("while the space is told").await;
    scene.manager.send(Hangup::new("parks")).await.unwrap();
    scene.until(|snapshot| snapshot.get::<Channel>("parks").is_none()).await;
    let snapshot = scene.is_right("after an attended transfer to parking").await;
    // Which no event tells.
    assert_eq!(the_one(&snapshot).caller_id.number.as_deref(), Some("pair"));
    assert_eq!(snapshot.get::<Call>("parks").unwrap().transfers, 1);
    fetched(scene, channel.as_str(), 1).await;
    records.end(scene, 1).await;
}

async fn another_takes_the_space(scene: &Scene) {
    let records = Records::begin(scene);
    let mut events = scene.events();
    let call = Originate::to("PJSIP/music@loop").application_with("Dial", "Local/park@sdk,20");
    scene.originate(call, "parks").await;
    let snapshot = parked(scene, "default", 701).await;
    let before = the_one(&snapshot).clone();
    assert_ne!(before.channel.as_str(), "parks");
    next::<ParkedCallSwap>(&mut events).await;
    scene.until(|snapshot| snapshot.get::<ParkedCall>("parks").is_some()).await;
    scene.until(|snapshot| snapshot.get::<Channel>(&before.channel).is_none()).await;
    let snapshot = scene.is_right("with another in the space").await;
    let after = the_one(&snapshot);
    assert_eq!((after.space, after.since, after.until), (701, before.since, before.until));
    assert!(after.name.starts_with("PJSIP/loop-"), "{after:?}");
    // Over SIP, the server's other end of it is a call of its own.
    fetched(scene, "parks", 2).await;
    records.end(scene, 2).await;
}

async fn back_to_who_parked(scene: &Scene) {
    let records = Records::begin(scene);
    scene.call("parks", "pair").await;
    scene.until(|snapshot| talks(snapshot, "parks")).await;
    let mut events = scene.events();
    let park = Park::new("parks").timeout_channel("Local/echo@sdk/n").parking_lot("home");
    scene.manager.send(park).await.unwrap();
    let snapshot = parked(scene, "home", 801).await;
    let call = the_one(&snapshot);
    assert_eq!(call.parker_dial_string.as_deref(), Some("Local/echo@sdk/n"));
    assert_eq!(call.until.unwrap().duration_since(call.since).unwrap().as_secs(), 1);
    next::<event::ParkedCallTimeOut>(&mut events).await;
    let is_back =
        |snapshot: &Snapshot| talks(snapshot, "parks") && snapshot.count::<ParkedCall>() == 0;
    scene.until(is_back).await;
    let snapshot = scene.is_right("back at who parked").await;
    let channel = snapshot.get::<Channel>("parks").expect("it goes on");
    assert_eq!(channel.context.as_deref(), Some("park-dial"));
    let calls = records.end(scene, 1).await;
    let steps = steps(&calls[0]);
    assert!(steps.contains(&&What::Parked { space: 801 }) && steps.contains(&&What::ParkTimeout));
}

async fn gave_up(scene: &Scene) {
    let records = Records::begin(scene);
    scene.call("parks", "700").await;
    parked(scene, "default", 701).await;
    scene.manager.send(Hangup::new("parks")).await.unwrap();
    scene.until(|snapshot| snapshot.get::<Channel>("parks").is_none()).await;
    let snapshot = scene.is_right("with a parked caller gone").await;
    assert_eq!(snapshot.count::<ParkedCall>(), 0);
    let calls = records.end(scene, 1).await;
    assert!(!steps(&calls[0]).contains(&&What::Unparked));
}
