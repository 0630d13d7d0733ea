//! Captured events, read.

use std::fmt::Debug;

use asterisk_sdk::ari::event::{
    ApplicationReplaced, ChannelDestroyed, ChannelDtmfReceived, PlaybackFinished, StasisStart,
};
use asterisk_sdk::ari::model::{
    self, EndpointState, FileFormat, FromJson, LogStatus, LogType, Model, ModuleState,
    PlaybackState, RecordingState, SupportLevel, Technology,
};
use asterisk_sdk::ari::{Event, Resource};
use asterisk_sdk::proto::{ChannelState, DeviceState, HangupCause};
use bytes::Bytes;

use harness::ari_peer::{captured_events, captured_models};
use harness::surface::{ari_complaints, ari_model_complaints};

use super::*;

fn parse(json: &str) -> Event {
    Event::new(json.into()).expect("it is an event")
}

#[test]
fn every_captured_event_is_read_and_nothing_of_it_is_left_over() {
    let events = captured_events();
    assert!(events.len() >= 58, "{}", events.len());
    let mut wrong = Vec::new();
    for (file, line) in &events {
        let event = parse(line);
        assert_eq!(&**event.json(), line);
        assert!(event.timestamp().unix_millis().is_some(), "{line}");
        assert_ne!((event.application(), event.asterisk_id()), ("", ""), "{line}");
        assert_eq!(event.typed().event(), &event);
        wrong.extend(ari_complaints(&event).into_iter().map(|wrong| format!("{file}: {wrong}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Reads all captures of a model, and says how many there were.
fn check_models<M: Model + Debug + PartialEq>(wrong: &mut Vec<String>) -> usize {
    let captures = captured_models(M::SCHEMA.name);
    for (file, line) in &captures {
        let body = Bytes::from(line.clone());
        let models = if line.starts_with('[') {
            Vec::<M>::from_json(&body).expect("a list of models")
        } else {
            vec![M::from_json(&body).expect("a model")]
        };
        for model in models {
            assert_ne!(model, M::default(), "{file}");
            let found = ari_model_complaints(&model).into_iter();
            wrong.extend(found.map(|wrong| format!("{file}: {wrong}")));
        }
    }
    captures.len()
}

#[test]
fn every_captured_model_is_read_and_nothing_of_it_is_left_over() {
    let mut wrong = Vec::new();
    macro_rules! check {
        ($($model:ident),+ $(,)?) => {
            [$((<model::$model as Model>::SCHEMA.name, check_models::<model::$model>(&mut wrong))),+]
        };
    }
    let counts = check!(
        Application,
        AsteriskInfo,
        AsteriskPing,
        Bridge,
        Channel,
        ConfigTuple,
        Device,
        Endpoint,
        LiveRecording,
        LogChannel,
        Module,
        Playback,
        RtpStat,
        Sound,
        StoredRecording,
        Variable,
        Variables,
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
    for (name, count) in counts {
        assert!(count > 0, "{name} was never captured");
    }
}

#[test]
fn models_have_their_properties() {
    fn first<M: Model + Clone>() -> M {
        let (_, line) = captured_models(M::SCHEMA.name).pop().expect("it was captured");
        let body = Bytes::from(line.clone());
        if line.starts_with('[') {
            Vec::from_json(&body).expect("a list").remove(0)
        } else {
            M::from_json(&body).expect("a model")
        }
    }
    let application: model::Application = first();
    assert_eq!(application.endpoint_ids, ["PJSIP/100"]);
    let allowed: Vec<_> = application.events_allowed.iter().map(|f| &*f.event_type).collect();
    assert_eq!(allowed, ["StasisStart", "StasisEnd"]);
    let endpoint: model::Endpoint = first();
    assert_eq!(endpoint.technology, Technology::Pjsip);
    assert_eq!((&*endpoint.resource, endpoint.state), ("trunk", Some(EndpointState::Online)));
    let device: model::Device = first();
    assert_eq!((&*device.name, device.state), ("Stasis:x", DeviceState::InUse));
    let module: model::Module = first();
    assert_eq!((module.status, module.support_level), (ModuleState::Running, SupportLevel::Core));
    let log: model::LogChannel = first();
    assert_eq!((log.log_type, log.status), (LogType::File, LogStatus::Enabled));
    let rtp: model::RtpStat = first();
    assert_eq!((rtp.tx_count, rtp.rx_octet_count, rtp.rtt), (99, 15_840, Some(0.0)));
    let variables: model::Variables = first();
    assert_eq!(variables.variables["CHANNEL(state)"], "Up");
    let recording: model::LiveRecording = first();
    assert_eq!((recording.format, recording.state), (FileFormat::Wav49, RecordingState::Paused));
    let stored = captured_models("StoredRecording").pop().expect("it was captured").1;
    let stored = Vec::<model::StoredRecording>::from_json(&stored.into()).expect("a list");
    let formats: Vec<_> = stored.into_iter().map(|recording| recording.format).collect();
    assert_eq!(formats, [FileFormat::Wav, FileFormat::Wav49]);
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
    assert_eq!(start.event.asterisk_id(), "02:fc:00:00:00:01");
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
