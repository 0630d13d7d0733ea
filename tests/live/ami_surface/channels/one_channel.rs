//! What can be asked of one channel and done to it.

use std::time::{Duration, SystemTime};

use asterisk_sdk::ami::action::{
    AbsoluteTimeout, ControlPlayback, CoreShowChannels, Getvar, Hangup, HangupMatching, MuteAudio,
    MuteDirection, Originate, PlayDtmf, PlayMf, PlaybackControl, SendFlash, SendText, Setvar,
    Status,
};
use asterisk_sdk::ami::event::{
    self, ChannelsHungupListComplete, DtmfBegin, DtmfDirection, DtmfEnd, Flash, HangupHandlerPop,
    HangupHandlerPush, HangupHandlerRun, HangupRequest, LocalBridge, NewAccountCode, NewCallerid,
    NewConnectedLine, Newchannel, Newstate, OriginateResponse, SoftHangupRequest, StatusComplete,
    VarSet,
};
use asterisk_sdk::proto::{ChannelState, HangupCause};

use super::{Stage, call, clear, is, next, unknown};

pub(super) async fn variables(stage: &Stage) {
    let mut events = stage.events();
    call(stage, "Local/wait@sdk/n", "vars", "Wait", "60").await;
    let odd = "say \"hi\", c:\\tmp, 1;2\ttab";
    let set = stage.send(Setvar::new("ODD", odd).channel("vars")).await.unwrap();
    assert_eq!(set.text().unwrap(), "Variable Set");
    let said: VarSet = next(&mut events, |e: &VarSet| e.variable.as_deref() == Some("ODD")).await;
    assert_eq!(said.value.as_deref(), Some(odd));
    assert!(is(said.channel.unique_id.as_ref(), "vars"));
    assert_eq!(stage.send(Getvar::new("ODD").channel("vars")).await.unwrap(), odd);

    stage.send(Setvar::new("SDK_GLOBAL", "1")).await.unwrap();
    let global = |e: &VarSet| e.variable.as_deref() == Some("SDK_GLOBAL");
    let said: VarSet = next(&mut events, global).await;
    assert_eq!(said.channel.channel.as_deref(), Some("none"));
    assert_eq!(stage.send(Getvar::new("SDK_GLOBAL")).await.unwrap(), "1");
    assert_eq!(stage.send(Getvar::new("NOSUCH")).await.unwrap(), "");
    assert_eq!(stage.send(Getvar::new("NOFUNC(x)").channel("vars")).await.unwrap(), "");
    assert_eq!(stage.refused(Getvar::new("X").channel("nosuch")).await, "No such channel");
    assert_eq!(stage.refused(Getvar::new("")).await, "No variable specified");
    assert_eq!(stage.refused(Setvar::new("X", "").channel("nosuch")).await, "No such channel");
    let function = Setvar::new("NOFUNC(x)", "1").channel("vars");
    assert_eq!(stage.refused(function).await, "Variable not set");

    // manager.conf names two that come with every event of a channel.
    stage.send(Setvar::new("SDK_NOTE", odd).channel("vars")).await.unwrap();
    stage.send(Hangup::new("vars")).await.unwrap();
    let gone = |e: &event::Hangup| is(e.channel.unique_id.as_ref(), "vars");
    let variables = next(&mut events, gone).await.channel.variables;
    let expected = [("SDK_NOTE", odd), ("CHANNEL(language)", "en")];
    assert!(variables.iter().eq(expected.map(|(n, v)| (n.into(), v.into()))), "{variables:?}");
    clear(stage).await;
}

pub(super) async fn states(stage: &Stage) {
    // What the two halves do has no fixed order.
    let (mut events, mut other, mut outcomes) = (stage.events(), stage.events(), stage.events());
    let originate = Originate::to("Local/wait@sdk/n")
        .exten("sdk", "wait", 1)
        .caller_id("\"Ada \\\"the\\\" Test\" <1815>")
        .account("acme")
        .codecs("slin")
        .early_media(false)
        .timeout(Duration::from_secs(10))
        .pre_dial_gosub("sdk,sub,1")
        .channel_id("states")
        .other_channel_id("states-2")
        .variable("ONE", "1");
    let queued = stage.send(originate).await.unwrap();
    assert_eq!(queued.text().unwrap(), "Originate successfully queued");
    let ours = |id: Option<&asterisk_sdk::proto::ChannelId>| is(id, "states");
    let new: Newchannel =
        next(&mut events, |e: &Newchannel| ours(e.channel.unique_id.as_ref())).await;
    assert_eq!(new.channel.state, Some(ChannelState::Down));
    assert_eq!(new.channel.context.as_deref(), Some("sdk"));
    let caller: NewCallerid =
        next(&mut events, |e: &NewCallerid| ours(e.channel.unique_id.as_ref())).await;
    assert_eq!(caller.channel.caller_id.number.as_deref(), Some("1815"));
    let presentation = caller.presentation.unwrap();
    assert_eq!(presentation.code, 0);
    assert_eq!(presentation.description, "Presentation Allowed, Not Screened");
    let line = |e: &NewConnectedLine| ours(e.channel.unique_id.as_ref());
    let line: NewConnectedLine = next(&mut events, line).await;
    assert_eq!(line.channel.connected_line.number.as_deref(), Some("1815"));
    let halves: LocalBridge = next(&mut events, |_| true).await;
    assert!(ours(halves.local_one.unique_id.as_ref()));
    assert!(is(halves.local_two.unique_id.as_ref(), "states-2"));
    assert_eq!(halves.context.as_deref(), Some("sdk"));
    assert_eq!(halves.exten.as_deref(), Some("wait"));
    assert_eq!(halves.local_optimization, Some(false));
    let up = |e: &Newstate| is(e.channel.unique_id.as_ref(), "states-2");
    let up: Newstate = next(&mut other, up).await;
    assert_eq!(up.channel.state, Some(ChannelState::Up));
    let outcome: OriginateResponse = next(&mut outcomes, |_| true).await;
    assert_eq!(outcome.context.as_deref(), Some("sdk"));
    assert_eq!(outcome.exten.as_deref(), Some("wait"));

    let limit = stage.send(AbsoluteTimeout::new("states", Duration::from_millis(99_500))).await;
    assert_eq!(limit.unwrap().text().unwrap(), "Timeout Set");
    let zero = AbsoluteTimeout::new("states", Duration::ZERO);
    assert_eq!(stage.refused(zero).await, "No timeout specified");
    let gone = AbsoluteTimeout::new("nosuch", Duration::from_secs(1));
    assert_eq!(stage.refused(gone).await, "No such channel");

    let status = Status::new().channel("states").variables("ONE,NOPE,CHANNEL(language)");
    let status = stage.send(status).await.unwrap();
    assert!(status.valid());
    let end: StatusComplete = status.complete.unwrap().decode().unwrap();
    assert_eq!((end.items, end.list_items), (Some(1), Some(1)));
    let item = &status.items[0];
    assert_eq!(item.technology.as_deref(), Some("Local"));
    assert_eq!(item.channel.state, Some(ChannelState::Up));
    assert_eq!(item.channel.account_code.as_deref(), Some("acme"));
    assert_eq!(item.effective_connected_line_number.as_deref(), Some("1815"));
    assert_eq!(item.native_formats.as_deref(), Some("(slin)"));
    assert_eq!((item.call_group, item.pickup_group), (Some(0), Some(0)));
    assert_eq!(item.bridge_id, None);
    let left = item.time_to_hangup.unwrap().duration_since(SystemTime::now()).unwrap();
    assert!((90..=100).contains(&left.as_secs()), "{left:?}");
    assert_eq!(item.variables, ["ONE=1", "NOPE=(null)", "CHANNEL(language)=en"]);
    let all = stage.send(Status::new().all_variables(true)).await.unwrap();
    assert_eq!(all.items.len(), 2);
    assert!(all.items.iter().all(|item| item.variables.iter().any(|v| *v == "ONE=1")));
    assert_eq!(stage.refused(Status::new().channel("nosuch")).await, "No such channel");

    let list = stage.send(CoreShowChannels::new()).await.unwrap();
    let one = list.items.iter().find(|item| ours(item.channel.unique_id.as_ref())).unwrap();
    assert_eq!(one.application.as_deref(), Some("Wait"));
    assert_eq!(one.application_data.as_deref(), Some("60"));
    assert!(one.duration.unwrap() < Duration::from_secs(60));

    let hung = stage.send(Hangup::new("states").cause(HangupCause::UserBusy)).await.unwrap();
    assert_eq!(hung.text().unwrap(), "Channel Hungup");
    let asked = |e: &HangupRequest| is(e.channel.unique_id.as_ref(), "states-2");
    let asked: HangupRequest = next(&mut other, asked).await;
    assert_eq!(asked.cause, Some(HangupCause::UserBusy));
    let soft: SoftHangupRequest = next(&mut events, |_| true).await;
    assert!(soft.reason.is_some());
    assert_eq!(stage.refused(Hangup::new("nosuch")).await, "No such channel");
    let none = stage.send(HangupMatching::new("^nosuch$").cause(HangupCause::UserBusy)).await;
    let none = none.unwrap();
    assert!(none.items.is_empty() && none.valid());
    let end: ChannelsHungupListComplete = none.complete.unwrap().decode().unwrap();
    assert_eq!(end.list_items, Some(0));
    let bad = stage.refused(HangupMatching::new("(")).await;
    assert_eq!(bad, "Regex compile failed on: /(/");
    clear(stage).await;
}

pub(super) async fn media(stage: &Stage) {
    let mut events = stage.events();
    call(stage, "Local/wait@sdk/n", "keys", "ControlPlayback", "demo-echotest").await;
    let other = ControlPlayback::new("keys", PlaybackControl::Other("x".into()));
    assert_eq!(stage.refused(other).await, "Unknown control type");
    for control in [
        PlaybackControl::Forward,
        PlaybackControl::Reverse,
        PlaybackControl::Pause,
        PlaybackControl::Restart,
        PlaybackControl::Stop,
    ] {
        stage.send(ControlPlayback::new("keys", control)).await.unwrap();
    }
    clear(stage).await;

    call(stage, "Local/wait@sdk/n", "keys", "Wait", "60").await;
    for state in [true, false] {
        stage.send(MuteAudio::new("keys", MuteDirection::All, state)).await.unwrap();
    }
    let nowhere = MuteAudio::new("keys", MuteDirection::Other("x".into()), true);
    assert_eq!(stage.refused(nowhere).await, "Failed to mute/unmute stream");

    // Played to the far end, where the other half hears it.
    let key = PlayDtmf::new("keys", "5").duration(Duration::from_millis(200));
    let queued = stage.send(key).await.unwrap();
    assert_eq!(queued.text().unwrap(), "DTMF successfully queued");
    let heard = |e: &DtmfBegin| is(e.channel.unique_id.as_ref(), "keys-2");
    let begin: DtmfBegin = next(&mut events, heard).await;
    assert_eq!(begin.digit.as_deref(), Some("5"));
    assert_eq!(begin.direction, Some(DtmfDirection::Received));
    // A line without media notices that a key was let go when the next one is pressed.
    stage.send(PlayDtmf::new("keys", "6")).await.unwrap();
    let heard = |e: &DtmfEnd| is(e.channel.unique_id.as_ref(), "keys-2");
    let end: DtmfEnd = next(&mut events, heard).await;
    assert_eq!(end.digit.as_deref(), Some("5"));
    assert!(end.duration.unwrap() >= Duration::from_millis(200));
    // As if pressed at the far end.
    stage.send(PlayDtmf::new("keys", "#").receive(true)).await.unwrap();
    let own = |e: &DtmfEnd| is(e.channel.unique_id.as_ref(), "keys");
    let end: DtmfEnd = next(&mut events, own).await;
    assert_eq!(end.digit.as_deref(), Some("#"));
    assert_eq!(end.direction, Some(DtmfDirection::Received));
    assert_eq!(stage.refused(PlayDtmf::new("nosuch", "5")).await, "Channel not found");

    let tone = PlayMf::new("keys", "5").duration(Duration::from_millis(60));
    assert_eq!(stage.send(tone).await.unwrap().text().unwrap(), "MF successfully queued");
    assert_eq!(stage.refused(PlayMf::new("nosuch", "5")).await, "Channel not found");

    let flash = SendFlash::new("keys").receive(true);
    if stage.server.major() == 16 {
        assert_eq!(stage.refused(flash).await, unknown("SendFlash"));
    } else {
        assert_eq!(stage.send(flash).await.unwrap().text().unwrap(), "Flash successfully queued");
        next(&mut events, |e: &Flash| is(e.channel.unique_id.as_ref(), "keys")).await;
    }

    let text = SendText::new("keys", "hello").content_type("text/plain");
    assert_eq!(stage.send(text).await.unwrap().text().unwrap(), "Success");
    assert_eq!(stage.refused(SendText::new("nosuch", "hello")).await, "No such channel");
    assert_eq!(stage.refused(SendText::new("keys", "")).await, "No Message specified");
    clear(stage).await;
}

pub(super) async fn handlers_and_names(stage: &Stage) {
    let mut events = stage.events();
    call(stage, "Local/wait@sdk/n", "ends", "Wait", "60").await;
    let set = async |function: &str, value: &str| {
        stage.send(Setvar::new(function, value).channel("ends")).await.unwrap();
    };
    for handler in ["sdk,sub,1", "sdk,sub,1(x)"] {
        set("CHANNEL(hangup_handler_push)", handler).await;
        let push: HangupHandlerPush = next(&mut events, |_| true).await;
        assert_eq!(push.handler.as_deref(), Some(handler));
    }
    set("CHANNEL(hangup_handler_pop)", "").await;
    let pop: HangupHandlerPop = next(&mut events, |_| true).await;
    assert_eq!(pop.handler.as_deref(), Some("sdk,sub,1(x)"));
    set("CHANNEL(accountcode)", "umbrella").await;
    let account: NewAccountCode = next(&mut events, |_| true).await;
    assert_eq!(account.channel.account_code.as_deref(), Some("umbrella"));
    assert_eq!(account.old_account_code.as_deref(), Some(""));
    // The event tells of a new number, not of whether it may be shown.
    set("CALLERID(num-pres)", "prohib_not_screened").await;
    set("CALLERID(num)", "77").await;
    let hidden: NewCallerid = next(&mut events, |e: &NewCallerid| {
        e.presentation.as_ref().is_some_and(|presentation| presentation.code != 0)
    })
    .await;
    assert_eq!(hidden.presentation.unwrap().code, 32);
    stage.send(Hangup::new("ends")).await.unwrap();
    let run: HangupHandlerRun = next(&mut events, |_| true).await;
    assert_eq!(run.handler.as_deref(), Some("sdk,sub,1"));
    clear(stage).await;
}
