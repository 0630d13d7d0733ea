//! Recordings, call scripts and faxes.

use asterisk_sdk::ami::action::{
    Agi, ChangeMonitor, FaxSession, FaxSessions, FaxStats, Hangup, MixMonitor, MixMonitorDirection,
    MixMonitorMute, Monitor, Originate, PauseMonitor, StopMixMonitor, StopMonitor, UnpauseMonitor,
};
use asterisk_sdk::ami::event::{
    self, AgiResult, AsyncAgiExec, FaxOperation, FaxSessionState, FaxSessionType,
};
use asterisk_sdk::ami::{AmiEvent, Event, EventStream, TypedEvent};
use asterisk_sdk::proto::agi::Reply;
use harness::soon;

use super::well_ended;
use crate::ami_surface::Stage;
use crate::calls::{has, wait_for};

pub(in super::super) const ACTIONS: &[&str] = &[
    "AGI",
    "ChangeMonitor",
    "FAXSession",
    "FAXSessions",
    "FAXStats",
    "MixMonitor",
    "MixMonitorMute",
    "Monitor",
    "PauseMonitor",
    "StopMixMonitor",
    "StopMonitor",
    "UnpauseMonitor",
];

#[tokio::test]
async fn everything_about_recordings_scripts_and_faxes_is_typed() {
    let Some(stage) = Stage::open("media").await else { return };
    let call =
        Originate::to("Local/wait@sdk").application_with("Wait", "60").channel_id("recorded");
    let channel = stage.manager.originate(call).await.unwrap().channel.unwrap().to_string();
    mix_monitor(&stage, &channel).await;
    monitor(&stage, &channel).await;
    hang_up(&stage, "recorded").await;
    async_agi(&stage).await;
    faxes(&stage).await;
    stage.finish(ACTIONS).await;
}

async fn hang_up(stage: &Stage, id: &str) {
    let mut events = stage.events();
    stage.send(Hangup::new(id)).await.unwrap();
    wait_for(&mut events, |event| event.name() == "Hangup" && has(event, "Uniqueid", id)).await;
}

/// The next event of this type.
async fn next<E: AmiEvent>(events: &mut EventStream<Event>) -> E {
    wait_for(events, Event::is::<E>).await.decode().unwrap()
}

async fn mix_monitor(stage: &Stage, channel: &str) {
    let mut events = stage.events();
    let first = stage.send(MixMonitor::new(channel).file("first.wav")).await.unwrap();
    assert_eq!(first, None, "the server tells only whom asks by i()");
    let start: event::MixMonitorStart = next(&mut events).await;
    assert_eq!(start.channel.unique_id.unwrap(), "recorded");
    let options = "i(ID)r(in.wav)t(out.wav)";
    let second = MixMonitor::new(channel).file("second.wav").options(options).command("true");
    let second = stage.send(second).await.unwrap().unwrap();
    assert!(second.starts_with("0x"), "{second}");
    next::<event::MixMonitorStart>(&mut events).await;
    let refused = stage.refused(MixMonitor::new(channel)).await;
    assert_eq!(refused, "Could not start monitoring channel");

    for (direction, muted) in [
        (MixMonitorDirection::Read, true),
        (MixMonitorDirection::Write, true),
        (MixMonitorDirection::Both, false),
    ] {
        stage.send(MixMonitorMute::new(channel, direction.clone(), muted)).await.unwrap();
        let mute: event::MixMonitorMute = next(&mut events).await;
        assert_eq!(mute.direction.unwrap().as_str(), direction.as_str());
        assert_eq!(mute.muted, Some(muted));
    }
    let other = MixMonitorMute::new(channel, MixMonitorDirection::Both, true).mix_monitor_id("0x1");
    match stage.server.major() {
        22 => assert_eq!(stage.refused(other).await, "Cannot set mute flag"),
        // It mutes all.
        _ => assert!(stage.send(other).await.is_ok()),
    }

    stage.send(StopMixMonitor::new(channel).mix_monitor_id(second)).await.unwrap();
    let stop: event::MixMonitorStop = next(&mut events).await;
    assert_eq!(stop.channel.channel.as_deref(), Some(channel));
    stage.send(StopMixMonitor::new(channel)).await.unwrap();
    next::<event::MixMonitorStop>(&mut events).await;
    let refused = stage.refused(StopMixMonitor::new(channel)).await;
    assert_eq!(refused, "Could not stop monitoring channel");
}

/// Asterisk 22 has no `res_monitor` any more.
async fn monitor(stage: &Stage, channel: &str) {
    let start = Monitor::new(channel).file("monitor").format("wav").mix(true);
    let change = ChangeMonitor::new(channel, "changed");
    if stage.server.major() == 22 {
        let unknown = |name| {
            format!(
                "Invalid/unknown command: {name}. Use Action: ListCommands to show available commands."
            )
        };
        assert_eq!(stage.refused(start).await, unknown("Monitor"));
        assert_eq!(stage.refused(change).await, unknown("ChangeMonitor"));
        assert_eq!(stage.refused(PauseMonitor::new(channel)).await, unknown("PauseMonitor"));
        assert_eq!(stage.refused(UnpauseMonitor::new(channel)).await, unknown("UnpauseMonitor"));
        assert_eq!(stage.refused(StopMonitor::new(channel)).await, unknown("StopMonitor"));
        return;
    }
    assert_eq!(stage.server.cli("module load res_monitor.so").trim(), "Loaded res_monitor.so");
    let mut events = stage.events();
    let text = |response: asterisk_sdk::ami::Response| response.text().unwrap().into_owned();
    assert_eq!(text(stage.send(start).await.unwrap()), "Started monitoring channel");
    let started: event::MonitorStart = next(&mut events).await;
    assert_eq!(started.channel.unique_id.unwrap(), "recorded");
    assert_eq!(text(stage.send(change).await.unwrap()), "Changed monitor filename");
    let paused = stage.send(PauseMonitor::new(channel)).await.unwrap();
    assert_eq!(text(paused), "Paused monitoring of the channel");
    let unpaused = stage.send(UnpauseMonitor::new(channel)).await.unwrap();
    assert_eq!(text(unpaused), "Unpaused monitoring of the channel");
    let stopped = stage.send(StopMonitor::new(channel)).await.unwrap();
    assert_eq!(text(stopped), "Stopped monitoring channel");
    next::<event::MonitorStop>(&mut events).await;
    assert_eq!(stage.refused(StopMonitor::new("nosuch")).await, "No such channel");
}

async fn async_agi(stage: &Stage) {
    let mut events = stage.events();
    let call = Originate::to("Local/wait@sdk")
        .exten("sdk", "agi", 1)
        .channel_id("script")
        .variable("__AGI_URL", "agi:async")
        .variable("__AGI_ARG1", "50% & more");
    let channel = stage.manager.originate(call).await.unwrap().channel.unwrap().to_string();
    let start: event::AsyncAgiStart = next(&mut events).await;
    assert_eq!(start.channel.unique_id.as_ref().unwrap(), &"script");
    let environment = start.environment().unwrap();
    assert_eq!(environment.request(), "async");
    assert_eq!(environment.channel(), channel);
    assert_eq!(environment.args(), ["50% & more", ""]);
    assert_eq!(environment.major_version(), Some(stage.server.major()));

    for (command, code, result) in [
        ("GET VARIABLE UNIQUEID", 200, AgiResult::Success),
        ("NOSUCH", 510, AgiResult::InvalidCommand),
        ("STREAM FILE", 520, AgiResult::Usage),
        ("EXEC NOSUCH x", 200, AgiResult::Unknown),
        ("ASYNCAGI BREAK", 200, AgiResult::Success),
    ] {
        let action = Agi::new(channel.as_str(), command).command_id(command);
        let queued = stage.send(action).await.unwrap();
        assert_eq!(queued.text().unwrap(), "Added AGI command to queue");
        let begun: event::AgiExecStart = next(&mut events).await;
        assert_eq!(begun.command.as_deref(), Some(command));
        let ended: event::AgiExecEnd = next(&mut events).await;
        assert_eq!(ended.command_id, begun.command_id);
        assert_eq!((ended.result_code, ended.result), (Some(code), Some(result)), "{command}");
        let exec: AsyncAgiExec = next(&mut events).await;
        assert_eq!(exec.command_id.as_deref(), Some(command));
        let result = exec.decoded_result().unwrap();
        assert!(result.starts_with(code.to_string().as_bytes()) && result.ends_with(b"\n"));
        if command.starts_with("GET") {
            let Reply::Success(response) = Reply::parse(result).unwrap() else { panic!() };
            assert_eq!(response.text.as_deref(), Some("script"));
        }
    }
    let end: event::AsyncAgiEnd = next(&mut events).await;
    assert_eq!(end.channel.unique_id.unwrap(), "script");
    wait_for(&mut events, |event| event.name() == "Hangup" && has(event, "Uniqueid", "script"))
        .await;
    let refused = stage.refused(Agi::new("nosuch", "NOOP")).await;
    assert_eq!(refused, "Channel nosuch does not exist.");
}

async fn faxes(stage: &Stage) {
    assert_eq!(stage.refused(FaxSession::new(0)).await, "Session not found");
    assert!(stage.send(FaxSessions::new()).await.unwrap().items.is_empty());

    let mut events = stage.events();
    for (application, data, id) in [
        ("ReceiveFAX", "/tmp/surface.tif,f", "fax-in"),
        // No picture, but a file that is there; the other side does not answer to a fax anyway.
        ("SendFAX", "/etc/hosts,f", "fax-out"),
    ] {
        let call = Originate::to("Local/wait@sdk").application_with(application, data);
        stage.manager.originate(call.channel_id(id)).await.unwrap();
        let status = wait_for(&mut events, |event| {
            event.is::<event::FaxStatus>() && has(event, "Uniqueid", id)
        });
        let status: event::FaxStatus = status.await.decode().unwrap();
        let operation = status.operation.unwrap();
        assert_eq!(operation == FaxOperation::Send, application == "SendFAX");
        assert!(
            status.status.is_some_and(|words| words.contains("FAX") || words.contains("Resources"))
        );
        assert_eq!(status.file_names.len(), 1);
    }
    // No event tells that a session has begun.
    let sessions = soon(async {
        loop {
            let sessions = stage.send(FaxSessions::new()).await.unwrap();
            let active =
                |item: &event::FaxSessionsEntry| item.state == Some(FaxSessionState::Active);
            if sessions.items.len() == 2 && sessions.items.iter().all(active) {
                return sessions;
            }
        }
    });
    let sessions = sessions.await;
    assert!(sessions.valid());
    well_ended(&sessions);
    let end = sessions.complete.as_ref().unwrap().typed();
    let TypedEvent::FaxSessionsComplete(end) = end else { panic!() };
    assert_eq!(end.total, Some(2));
    for item in &sessions.items {
        assert_eq!(item.technology.as_deref(), Some("Spandsp"));
        assert_eq!(item.session_type, Some(FaxSessionType::G711));
        let number = item.session_number.unwrap();
        let session = stage.send(FaxSession::new(number)).await.unwrap();
        assert_eq!(session.session_number, Some(number));
        assert_eq!(session.operation, item.operation);
        assert_eq!(session.file_name.as_ref(), item.files.first());
        assert_eq!(session.error_correction_mode, Some(false));
        assert_eq!(session.data_rate, Some(14400));
        assert_eq!(session.pages_received, Some(0));
    }
    let stats = stage.send(FaxStats::new()).await.unwrap();
    assert_eq!((stats.current_sessions, stats.reserved_sessions), (Some(2), Some(0)));
    assert_eq!((stats.transmit_attempts, stats.receive_attempts), (Some(1), Some(1)));

    stage.send(Hangup::new("fax-in")).await.unwrap();
    let received: event::ReceiveFax = next(&mut events).await;
    assert_eq!(received.pages_transferred, Some(0));
    assert_eq!(received.file_names, ["/tmp/surface.tif"]);
    stage.send(Hangup::new("fax-out")).await.unwrap();
    let sent: event::SendFax = next(&mut events).await;
    assert_eq!((sent.pages_transferred, sent.transfer_rate), (Some(0), Some(14400)));
    assert_eq!(sent.resolution.as_deref(), Some("0x0"));
    let id = "fax-out";
    wait_for(&mut events, |event| event.name() == "Hangup" && has(event, "Uniqueid", id)).await;
    let stats = stage.send(FaxStats::new()).await.unwrap();
    assert_eq!((stats.completed, stats.failed), (Some(2), Some(2)));
}
