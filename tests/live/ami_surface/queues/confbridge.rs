//! A conference of an admin, a user who waits for them, one who talks and one who is there.

use asterisk_sdk::ami::action::{
    ConfbridgeKick, ConfbridgeList, ConfbridgeListRooms, ConfbridgeLock, ConfbridgeMohOff,
    ConfbridgeMohOn, ConfbridgeMute, ConfbridgePlayFile, ConfbridgeSetSingleVideoSrc,
    ConfbridgeStartRecord, ConfbridgeStopRecord, ConfbridgeUnlock, ConfbridgeUnmute, Originate,
};
use asterisk_sdk::ami::event::{self, ConfbridgeEnd, ConfbridgeJoin, ConfbridgeStart};
use asterisk_sdk::ami::event::{
    ConfbridgeLeave, ConfbridgeListComplete, ConfbridgeListRoomsComplete, ConfbridgeTalking,
};

use super::super::Stage;
use super::{call, end, hang_up, is, next, originate, unknown};

const NO_CONFERENCE: &str = "No Conference by that name found.";
const NO_CHANNEL: &str = "No Channel by that name found in Conference.";

pub(super) async fn conferences(stage: &Stage) {
    refusals(stage).await;
    let mut events = stage.events();
    let waiting = join(stage, "waiting").await;
    let start = next::<ConfbridgeStart>(&mut events, |_| true).await;
    assert_eq!(start.conference.as_deref(), Some("room"));
    assert_eq!(start.bridge.creator.as_deref(), Some("ConfBridge"));
    let joined = next::<ConfbridgeJoin>(&mut events, |_| true).await;
    assert_eq!(joined.channel.channel.as_deref(), Some(&*waiting));
    assert_eq!(joined.bridge.unique_id, start.bridge.unique_id);
    assert_eq!((joined.admin, joined.muted), (Some(false), Some(false)));
    let user = user(stage, &waiting).await;
    assert_eq!((user.wait_marked, user.waiting), (Some(true), Some(true)));
    assert_eq!((user.admin, user.marked_user), (Some(false), Some(false)));
    assert_eq!(user.end_marked, Some(true));
    assert_eq!(user.end_marked_any, (stage.server.major() > 16).then_some(false));

    let admin = join(stage, "admin").await;
    let joined = next::<ConfbridgeJoin>(&mut events, |event| event.admin == Some(true)).await;
    assert_eq!(joined.channel.channel.as_deref(), Some(&*admin));
    assert_eq!(joined.channel.caller_id.name.as_deref(), Some(r#"Ada "the" Test"#));

    let talker = call(stage, "Local/conference@sdk", "Milliwatt", "").await;
    let user = talker.replace(";1", ";2");
    let talking = next::<ConfbridgeTalking>(&mut events, |_| true).await;
    assert_eq!(talking.conference.as_deref(), Some("sdk"));
    assert_eq!(talking.channel.channel.as_deref(), Some(&*user));
    assert_eq!((talking.talking, talking.admin), (Some(true), Some(false)));

    rooms(stage).await;
    control(stage, &admin).await;

    let response = stage.send(ConfbridgeMute::new("sdk", &*user)).await.unwrap();
    assert_eq!(response.text().unwrap(), "User muted");
    let silent = next::<ConfbridgeTalking>(&mut events, |event| event.talking == Some(false)).await;
    assert_eq!(silent.channel.channel.as_deref(), Some(&*user));
    hang_up(stage, &talker).await;

    // The whole name it must be.
    let beginning = admin.trim_end_matches(";1");
    assert_eq!(stage.refused(ConfbridgeKick::new("room", beginning)).await, NO_CHANNEL);
    let response = stage.send(ConfbridgeKick::new("room", "participants")).await.unwrap();
    assert_eq!(response.text().unwrap(), "User kicked");
    let left = next::<ConfbridgeLeave>(&mut events, |e| is(e.conference.as_ref(), "room")).await;
    assert_eq!(left.channel.channel.as_deref(), Some(&*waiting));
    let response = stage.send(ConfbridgeKick::new("room", "all")).await.unwrap();
    assert_eq!(response.text().unwrap(), "All participants kicked");
    let ended = next::<ConfbridgeEnd>(&mut events, |e| is(e.conference.as_ref(), "room")).await;
    assert_eq!(ended.bridge.unique_id, start.bridge.unique_id);
}

async fn refusals(stage: &Stage) {
    let none = "No active conferences.";
    assert_eq!(stage.refused(ConfbridgeList::new("room")).await, none);
    assert_eq!(stage.refused(ConfbridgeListRooms::new()).await, none);
    assert_eq!(stage.refused(ConfbridgeKick::new("nosuch", "x")).await, none);
    assert_eq!(stage.refused(ConfbridgeMute::new("nosuch", "x")).await, none);
    assert_eq!(stage.refused(ConfbridgeLock::new("nosuch")).await, none);
    assert_eq!(stage.refused(ConfbridgeStartRecord::new("nosuch")).await, none);
    let on = ConfbridgeMohOn::new().conference("room").channel("x");
    assert_eq!(stage.refused(on).await, unknown("ConfbridgeMoHOn"));
    let off = ConfbridgeMohOff::new().conference("room").channel("x");
    assert_eq!(stage.refused(off).await, unknown("ConfbridgeMoHOff"));
    let play = ConfbridgePlayFile::new().conference("room").channel("x").file("beep");
    assert_eq!(stage.refused(play).await, unknown("ConfbridgePlayFile"));
}

async fn rooms(stage: &Stage) {
    let rooms = stage.send(ConfbridgeListRooms::new()).await.unwrap();
    assert!(rooms.valid() && rooms.items.len() == 2, "{rooms:?}");
    let end = end::<ConfbridgeListRoomsComplete>(rooms.complete.as_ref());
    assert_eq!(end.list_items, Some(2));
    let room = rooms.into_iter().find(|room| is(room.conference.as_ref(), "room")).unwrap();
    assert_eq!((room.parties, room.marked), (Some(2), Some(1)));
    assert_eq!((room.locked, room.muted), (Some(false), Some(false)));
}

/// What can be done with a conference and one of its users.
async fn control(stage: &Stage, channel: &str) {
    let mut events = stage.events();
    assert_eq!(stage.refused(ConfbridgeKick::new("nosuch", "x")).await, NO_CONFERENCE);
    assert_eq!(stage.refused(ConfbridgeMute::new("nosuch", "x")).await, NO_CONFERENCE);
    assert_eq!(stage.refused(ConfbridgeLock::new("nosuch")).await, NO_CONFERENCE);
    assert_eq!(stage.refused(ConfbridgeStartRecord::new("nosuch")).await, NO_CONFERENCE);
    assert_eq!(stage.refused(ConfbridgeList::new("nosuch")).await, NO_CONFERENCE);
    assert_eq!(stage.refused(ConfbridgeUnmute::new("room", "nosuch")).await, NO_CHANNEL);
    // The beginning of the name will do here.
    let beginning = channel.trim_end_matches(";1");
    let response = stage.send(ConfbridgeMute::new("room", beginning)).await.unwrap();
    assert_eq!(response.text().unwrap(), "User muted");
    let muted = next::<event::ConfbridgeMute>(&mut events, |_| true).await;
    assert_eq!(muted.channel.channel.as_deref(), Some(channel));
    assert_eq!(muted.admin, Some(true));
    assert_eq!(user(stage, channel).await.muted, Some(true));
    let response = stage.send(ConfbridgeUnmute::new("room", channel)).await.unwrap();
    assert_eq!(response.text().unwrap(), "User unmuted");
    let unmuted = next::<event::ConfbridgeUnmute>(&mut events, |_| true).await;
    assert_eq!(unmuted.channel.channel, muted.channel.channel);

    let source = ConfbridgeSetSingleVideoSrc::new("room", channel);
    let response = stage.send(source).await.unwrap();
    assert_eq!(response.text().unwrap(), "Conference single video source set.");

    let response = stage.send(ConfbridgeLock::new("room")).await.unwrap();
    assert_eq!(response.text().unwrap(), "Conference locked");
    let response = stage.send(ConfbridgeUnlock::new("room")).await.unwrap();
    assert_eq!(response.text().unwrap(), "Conference unlocked");

    let record = ConfbridgeStartRecord::new("room").record_file("room.wav");
    let response = stage.send(record).await.unwrap();
    assert_eq!(response.text().unwrap(), "Conference Recording Started.");
    let recorded = next::<event::ConfbridgeRecord>(&mut events, |_| true).await;
    assert_eq!(recorded.conference.as_deref(), Some("room"));
    let refusal = stage.refused(ConfbridgeStartRecord::new("room")).await;
    assert_eq!(refusal, "Conference is already being recorded.");
    let response = stage.send(ConfbridgeStopRecord::new("room")).await.unwrap();
    assert_eq!(response.text().unwrap(), "Conference Recording Stopped.");
    let stopped = next::<event::ConfbridgeStopRecord>(&mut events, |_| true).await;
    assert_eq!(stopped.bridge.unique_id, recorded.bridge.unique_id);
    let refusal = stage.refused(ConfbridgeStopRecord::new("room")).await;
    assert_eq!(refusal, "Internal error while stopping recording.");
}

/// Somebody with this profile comes into the conference `room`.
async fn join(stage: &Stage, profile: &str) -> String {
    let data = format!("room,default_bridge,{profile}");
    let call = Originate::to("Local/wait@sdk").application_with("ConfBridge", data);
    originate(stage, call.caller_id(r#""Ada \"the\" Test" <555>"#)).await
}

/// A user as the list tells.
async fn user(stage: &Stage, channel: &str) -> event::ConfbridgeList {
    let users = stage.send(ConfbridgeList::new("room")).await.unwrap();
    assert!(users.valid(), "{users:?}");
    end::<ConfbridgeListComplete>(users.complete.as_ref());
    let mut users = users.into_iter();
    users.find(|user| is(user.channel.channel.as_ref(), channel)).expect("the user is listed")
}
