//! Captured events, read.

use asterisk_sdk::ari::event::{
    ApplicationReplaced, ChannelDestroyed, ChannelDtmfReceived, PlaybackFinished, StasisStart,
};
use asterisk_sdk::ari::model::PlaybackState;
use asterisk_sdk::ari::{Event, Resource, TypedEvent};
use asterisk_sdk::proto::{ChannelState, HangupCause};

use super::*;

fn parse(json: &str) -> Event {
    Event::new(json.into()).expect("it is an event")
}

#[test]
fn every_captured_event_is_read_and_nothing_of_it_is_left_over() {
    for line in EVENTS_22.lines().chain(EVENTS_16.lines()) {
        let event = parse(line);
        assert_eq!(event.application(), "capture", "{line}");
        assert!(event.timestamp().unix_millis().is_some(), "{line}");
        assert_eq!(&**event.json(), line);
        let typed = event.typed();
        assert_eq!(
            matches!(typed, TypedEvent::Other(_)),
            !TypedEvent::NAMES.contains(&event.name())
        );
        let (channel, playback) = match typed {
            TypedEvent::ChannelDestroyed(event) => (Some(event.channel), None),
            TypedEvent::ChannelDtmfReceived(event) => (Some(event.channel), None),
            TypedEvent::PlaybackFinished(event) => (None, Some(event.playback)),
            TypedEvent::PlaybackStarted(event) => (None, Some(event.playback)),
            TypedEvent::StasisEnd(event) => (Some(event.channel), None),
            TypedEvent::StasisStart(event) => (Some(event.channel), None),
            TypedEvent::Other(event) => {
                assert_eq!(&**event.json(), line);
                (None, None)
            }
            _ => (None, None),
        };
        assert!(channel.is_none_or(|channel| channel.extra.is_empty()), "{line}");
        assert!(playback.is_none_or(|playback| playback.extra.is_empty()), "{line}");
    }
}

#[test]
fn typed_events_have_their_properties() {
    let start: StasisStart = parse(event("StasisStart")).decode().unwrap();
    assert_eq!(start.args, ["one", "two words"]);
    assert_eq!(start.channel.id, "capture-1");
    assert_eq!(start.channel.state, ChannelState::Up);
    assert_eq!(start.channel.creation_time.unix_millis().unwrap() / 10_000, 179_525_036);
    assert_eq!(start.channel.dialplan.priority, 1);
    assert_eq!(start.replace_channel, None);
    assert_eq!(start.asterisk_id, "02:fc:00:00:00:01");
    assert_eq!(start.event.application(), "capture");

    let digit: ChannelDtmfReceived = parse(event("ChannelDtmfReceived")).decode().unwrap();
    assert_eq!((&*digit.digit, digit.duration_ms), ("5", 100));
    let finished: PlaybackFinished = parse(event("PlaybackFinished")).decode().unwrap();
    assert_eq!(finished.playback.state, PlaybackState::Done);
    assert_eq!(finished.playback.media_uri, "sound:hello-world");
    assert_eq!(finished.playback.target_uri, "channel:capture-1");
    let destroyed: ChannelDestroyed = parse(event("ChannelDestroyed")).decode().unwrap();
    assert_eq!(destroyed.cause, HangupCause::UserBusy);
    assert_eq!((&*destroyed.cause_txt, destroyed.tech_cause), ("User busy", None));
    assert!(parse(event("ApplicationReplaced")).is::<ApplicationReplaced>());
    assert_eq!(parse(event("StasisEnd")).decode::<StasisStart>(), None);
}

#[test]
fn events_say_what_they_are_about() {
    let about = |name: &str, expected: &[(Resource, &str)]| {
        let event = parse(event(name));
        let subjects: Vec<_> =
            event.subjects().iter().map(|subject| (subject.resource, &*subject.id)).collect();
        assert_eq!(subjects, expected, "{name}");
    };
    let channel = (Resource::Channel, "capture-1");
    about("StasisStart", &[channel]);
    // The called channel.
    about("Dial", &[channel]);
    about("ChannelEnteredBridge", &[(Resource::Bridge, "capture-bridge"), channel]);
    about("PlaybackFinished", &[(Resource::Playback, "capture-play"), channel]);
    about("ApplicationReplaced", &[]);
}
