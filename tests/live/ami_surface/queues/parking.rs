//! Calls are parked, fetched, given up, forgotten and replaced.

use std::time::Duration;

use asterisk_sdk::ami::action::{Park, ParkedCalls, Parkinglots};
use asterisk_sdk::ami::event::{
    ParkedCall, ParkedCallGiveUp, ParkedCallSwap, ParkedCallTimeOut, ParkedCallsComplete,
    ParkinglotsComplete, UnParkedCall,
};

use super::super::Stage;
use super::{call, end, hang_up, is, next};

pub(super) async fn parking(stage: &Stage) {
    let lots = stage.send(Parkinglots::new()).await.unwrap();
    assert!(lots.valid());
    assert_eq!(end::<ParkinglotsComplete>(lots.complete.as_ref()).list_items, Some(1));
    let [lot] = &lots.items[..] else { panic!("{lots:?}") };
    assert_eq!(lot.name.as_deref(), Some("default"));
    assert_eq!((lot.start_space, lot.stop_space), (Some(701), Some(720)));
    assert_eq!(lot.timeout, Some(Duration::from_secs(45)));

    let refusal = stage.refused(ParkedCalls::new().parking_lot("nosuch")).await;
    assert_eq!(refusal, "Requested parking lot could not be found.");
    let none = stage.send(ParkedCalls::new()).await.unwrap();
    assert!(none.valid() && none.items.is_empty());
    assert_eq!(stage.refused(Park::new("nosuch")).await, "Channel does not exist: nosuch");

    fetched(stage).await;
    given_up(stage).await;
    forgotten(stage).await;
    replaced(stage).await;
}

async fn fetched(stage: &Stage) {
    let mut events = stage.events();
    let channel = call(stage, "Local/wait@sdk", "Echo", "").await;
    let refusal = stage.refused(Park::new(&*channel).parking_lot("nosuch")).await;
    assert_eq!(refusal.trim_end(), "Park action failed");
    let park = Park::new(&*channel)
        .parking_lot("default")
        .parking_space(705_u32)
        .timeout(Duration::from_secs(30))
        .timeout_channel("Local/wait@sdk")
        .announce_channel(&*channel);
    let response = stage.send(park).await.unwrap();
    assert_eq!(response.text().unwrap(), "Park successful");

    let parked = next::<ParkedCall>(&mut events, |_| true).await;
    // Asterisk 16 chooses the space itself.
    let space = if stage.server.major() > 16 { 705 } else { 701 };
    assert_eq!(parked.parkee.channel.as_deref(), Some(&*channel));
    assert_eq!(parked.parker_dial_string.as_deref(), Some("Local/wait@sdk"));
    assert_eq!(parked.parking_lot.as_deref(), Some("default"));
    assert_eq!(parked.parking_space, Some(space));
    assert_eq!(parked.parking_timeout, Some(Duration::from_secs(30)));
    assert_eq!(parked.parking_duration, Some(Duration::ZERO));

    let calls = stage.send(ParkedCalls::new().parking_lot("default")).await.unwrap();
    assert!(calls.valid() && calls.items.len() == 1, "{calls:?}");
    let end = end::<ParkedCallsComplete>(calls.complete.as_ref());
    assert_eq!((end.list_items, end.total), (Some(1), Some(1)));
    assert_eq!(calls.items[0].parkee.unique_id, parked.parkee.unique_id);
    assert_eq!(calls.items[0].parking_space, Some(space));

    let place = format!("default,{space}");
    let retriever = call(stage, "Local/wait@sdk", "ParkedCall", &place).await;
    let fetched = next::<UnParkedCall>(&mut events, |_| true).await;
    assert_eq!(fetched.parkee.unique_id, parked.parkee.unique_id);
    assert_eq!(fetched.retriever.channel.as_deref(), Some(&*retriever));
    assert_eq!(fetched.parker.channel, None);
    assert_eq!(fetched.parking_space, Some(space));
    hang_up(stage, &retriever).await;
    hang_up(stage, &channel).await;
}

async fn given_up(stage: &Stage) {
    let mut events = stage.events();
    let parkee = call(stage, "Local/wait@sdk", "Park", "").await;
    next::<ParkedCall>(&mut events, |event| is(event.parkee.channel.as_ref(), &parkee)).await;
    hang_up(stage, &parkee).await;
    let given_up = next::<ParkedCallGiveUp>(&mut events, |_| true).await;
    assert_eq!(given_up.parkee.channel.as_deref(), Some(&*parkee));
    assert_eq!(given_up.parker.channel, None);
}

async fn forgotten(stage: &Stage) {
    let mut events = stage.events();
    let parkee = call(stage, "Local/wait@sdk", "Echo", "").await;
    // What is less than a second is a second.
    stage.send(Park::new(&*parkee).timeout(Duration::from_millis(1))).await.unwrap();
    let forgotten = next::<ParkedCallTimeOut>(&mut events, |_| true).await;
    assert_eq!(forgotten.parkee.channel.as_deref(), Some(&*parkee));
    // Nothing is left of the time, or less than nothing.
    assert!(matches!(forgotten.parking_timeout, None | Some(Duration::ZERO)));
    assert!(forgotten.parking_duration >= Some(Duration::from_secs(1)));
    hang_up(stage, &parkee).await;
}

/// The Local channel between a call and its parking space goes; the call itself takes its place.
async fn replaced(stage: &Stage) {
    let mut events = stage.events();
    let caller = call(stage, "Local/play@sdk/n", "Dial", "Local/park@sdk").await;
    let parked = next::<ParkedCall>(&mut events, |_| true).await;
    let replaced = next::<ParkedCallSwap>(&mut events, |_| true).await;
    assert_eq!(replaced.parkee.channel.as_deref(), Some(&*caller));
    assert_ne!(replaced.parkee.unique_id, parked.parkee.unique_id);
    assert_eq!(replaced.parking_space, parked.parking_space);
    hang_up(stage, &caller).await;
}
