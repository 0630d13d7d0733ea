//! What calls leave behind: reports on their media, records, advice of charge.

use std::time::Duration;

use asterisk_sdk::ami::Event;
use asterisk_sdk::ami::action::{
    AocChargeKind, AocCharging, AocFactor, AocItem, AocMessage, AocPayer, AocRateKind, AocScale,
    AocTotal, AocVolume, Custom, Hangup, Originate,
};
use asterisk_sdk::ami::event::{
    AmaFlags, Cdr, CdrDisposition, Cel, CelEventName, RtcpPacketType, RtcpReceived, RtcpSent,
};

use super::super::Stage;
use crate::calls::wait_for;

#[tokio::test]
async fn calls() {
    let Some(stage) = Stage::open("calls").await else { return };
    let enable = Custom::new("UpdateConfig")
        .header("SrcFilename", "cel.conf")
        .header("DstFilename", "cel.conf")
        .header("Action-000000", "Update")
        .header("Cat-000000", "general")
        .header("Var-000000", "enable")
        .header("Value-000000", "yes");
    stage.send(enable).await.unwrap();
    assert!(stage.server.cli("module reload cel").contains("successfully"));
    media(&stage).await;
    records(&stage).await;
    advice(&stage).await;
    stage.finish(&[]).await;
}

/// A call over RTP, which has a report every five seconds.
async fn media(stage: &Stage) {
    let mut events = stage.events();
    let call = Originate::to("PJSIP/echo@loop").application_with("Playback", "demo-echotest");
    let answered = stage.manager.originate(call).await.unwrap();
    let id = answered.unique_id.unwrap();
    let sent = wait_for(&mut events, Event::is::<RtcpSent>).await;
    let sent: RtcpSent = sent.decode().unwrap();
    assert_eq!(sent.packet_type, Some(RtcpPacketType::SenderReport));
    assert!(sent.to.unwrap().ip().is_loopback() && sent.from.unwrap().ip().is_loopback());
    assert!(sent.sent_time.is_some() && sent.ssrc.is_some());
    assert!(sent.sent_packets > Some(0) && sent.sent_octets > Some(0));
    assert_eq!(sent.report_count, Some(1));
    let [report] = &sent.reports[..] else { panic!("{sent:?}") };
    assert!(report.source.is_some() && report.highest_sequence.is_some());
    assert_eq!(report.cumulative_lost, Some(0));
    assert_eq!(sent.media_experience_score.is_some(), stage.server.major() == 22);

    let received = wait_for(&mut events, Event::is::<RtcpReceived>).await;
    let received: RtcpReceived = received.decode().unwrap();
    assert!(received.channel.unique_id.is_some());
    assert!(received.round_trip.is_some() && received.sent_time.is_some());
    assert_eq!(received.reports.len(), 1);

    stage.manager.send(Hangup::new(answered.channel.unwrap().to_string())).await.unwrap();
    let record = wait_for(&mut events, |event| {
        event.decode::<Cdr>().is_some_and(|record| record.unique_id.as_ref() == Some(&id))
    });
    let record: Cdr = record.await.decode().unwrap();
    assert_eq!(record.last_application.as_deref(), Some("Playback"));
    assert!(record.duration >= Some(Duration::from_secs(4)));
}

async fn records(stage: &Stage) {
    let mut events = stage.events();
    let call = Originate::to("Local/echo@sdk/n")
        .application_with("CELGenUserEvent", "sdk,more")
        .caller_id("Ada Test <100>")
        .account("bill")
        .variable("CDR(userfield)", "field");
    let answered = stage.manager.originate(call).await.unwrap();
    let id = answered.unique_id.unwrap();
    // Threads of their own write steps and records: which comes first is not fixed.
    let (mut own, mut record, mut names) = (None, None, Vec::new());
    wait_for(&mut events, |event| {
        if let Some(cel) = event.decode::<Cel>() {
            if cel.linked_id.as_ref().map(AsRef::<str>::as_ref) != Some(id.as_ref()) {
                return false;
            }
            names.extend(cel.event_name.clone());
            if cel.event_name == Some(CelEventName::UserDefined) {
                own = Some(cel);
            }
        } else if let Some(cdr) = event.decode::<Cdr>()
            && cdr.unique_id.as_ref() == Some(&id)
        {
            record = Some(cdr);
        }
        let ended = names.contains(&CelEventName::LinkedIdEnd);
        own.is_some() && record.is_some() && ended
    })
    .await;
    let started = names.iter().filter(|name| **name == CelEventName::ChannelStart).count();
    assert_eq!(started, 2, "{names:?}");
    let (own, record): (Cel, Cdr) = (own.unwrap(), record.unwrap());
    assert_eq!(own.user_defined_type.as_deref(), Some("sdk"));
    assert_eq!(own.extra.as_deref(), Some("{\"extra\":\"more\"}"));
    assert_eq!(own.unique_id.as_ref(), Some(&id));
    assert_eq!(own.caller_id_number.as_deref(), Some("100"));
    assert_eq!(own.account_code.as_deref(), Some("bill"));
    assert_eq!(own.ama_flags, Some(AmaFlags::Documentation));
    let at = own.event_time.unwrap();

    assert_eq!(record.source.as_deref(), Some("100"));
    assert_eq!(record.caller_id.as_deref(), Some("\"Ada Test\" <100>"));
    assert_eq!(record.account_code.as_deref(), Some("bill"));
    assert_eq!(record.disposition, Some(CdrDisposition::Answered));
    assert_eq!(record.ama_flags, Some(AmaFlags::Documentation));
    assert_eq!(record.user_field.as_deref(), Some("field"));
    assert!(record.start_time <= record.answer_time && record.answer_time <= record.end_time);
    assert!(record.start_time <= Some(at) && Some(at) <= record.end_time);
    assert!(record.billable_duration <= record.duration);
}

/// Advice of charge is taken for any channel, and says nothing of itself where the driver has no use
/// for it.
async fn advice(stage: &Stage) {
    let call = Originate::to("Local/wait@sdk/n").application_with("Wait", "60");
    let channel = stage.manager.originate(call).await.unwrap().channel.unwrap().to_string();
    let queued = "AOC Message successfully queued on channel";
    let currency = AocMessage::so_far(&channel, AocChargeKind::Currency)
        .currency("EUR", 15, AocFactor::Hundredth)
        .total(AocTotal::SubTotal)
        .billing(AocPayer::Normal);
    assert_eq!(stage.send(currency).await.unwrap().text().as_deref(), Some(queued));
    let units = AocMessage::in_the_end(&channel, AocChargeKind::Units)
        .units(3, Some(1))
        .units(4, None)
        .billing(AocPayer::CallTransfer)
        .association_number("100", 1);
    assert_eq!(stage.send(units).await.unwrap().text().as_deref(), Some(queued));
    let free = AocMessage::in_the_end("", AocChargeKind::Free)
        .association_id(7)
        .channel_prefix("Local/wait@sdk");
    assert_eq!(stage.send(free).await.unwrap().text().as_deref(), Some(queued));
    let nothing = AocMessage::so_far(&channel, AocChargeKind::Currency);
    let refusal = stage.refused(nothing).await;
    assert!(refusal.starts_with("Invalid CurrencyAmount"), "{refusal}");

    let talk = |rate| AocMessage::beforehand(&channel, AocItem::BasicCommunication, rate);
    let duration = talk(AocRateKind::Duration)
        .currency("EUR", 1, AocFactor::One)
        .time(60, AocScale::Second)
        .granularity(1, AocScale::Minute)
        .charging(AocCharging::Step);
    let volume = talk(AocRateKind::Volume).currency("EUR", 1, AocFactor::Ten);
    let volume = volume.volume_unit(AocVolume::Segment);
    let code = talk(AocRateKind::SpecialCode).currency("EUR", 1, AocFactor::Ten).code(3);
    if stage.server.major() == 16 {
        assert_eq!(stage.refused(duration).await, "Invalid MsgType");
    } else {
        assert_eq!(stage.send(duration).await.unwrap().text().as_deref(), Some(queued));
        assert_eq!(stage.refused(volume).await, "Invalid VolumeUnit");
        assert_eq!(stage.send(code).await.unwrap().text().as_deref(), Some(queued));
    }
    stage.manager.send(Hangup::new(channel)).await.unwrap();
}
