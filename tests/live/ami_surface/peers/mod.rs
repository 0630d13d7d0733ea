//! Peers and registrations of the old channel drivers, caches, hardware that is not there.

mod calls;
mod security;

use std::time::Duration;

use asterisk_sdk::ami::action::{
    Action, Aggregate, AocChargeKind, AocMessage, DahdiDialOffhook, DahdiDndOff, DahdiDndOn,
    DahdiHangup, DahdiRestart, DahdiShowChannels, DahdiShowStatus, DahdiTransfer, IaxNetStats,
    IaxPeerList, IaxPeers, IaxRegistry, NamedAction, PriDebugFileSet, PriDebugFileUnset,
    PriDebugLevel, PriDebugSet, PriShowSpans, SetCdrUserField, SipNotify, SipPeerStatus, SipPeers,
    SipQualify, SipQualifyPeer, SipShowPeer, SipShowRegistry, SkinnyDevices, SkinnyLines,
    SkinnyShowDevice, SkinnyShowLine, SorceryMemoryCacheExpire, SorceryMemoryCacheExpireObject,
    SorceryMemoryCachePopulate, SorceryMemoryCacheStale, SorceryMemoryCacheStaleObject,
};
use asterisk_sdk::ami::event::{
    DeviceRegistration, PeerState, PeerStatus, QualifyStatus, RegistrationState, Registry,
    RegistryEntry,
};
use asterisk_sdk::ami::{Event, EventStream};

use super::Stage;
use crate::calls::{has, manager, wait_for};

/// The actions of these families.
pub(super) const ACTIONS: &[&str] = &[
    "AOCMessage",
    "DAHDIDialOffhook",
    "DAHDIDNDoff",
    "DAHDIDNDon",
    "DAHDIHangup",
    "DAHDIRestart",
    "DAHDIShowChannels",
    "DAHDIShowStatus",
    "DAHDITransfer",
    "IAXnetstats",
    "IAXpeerlist",
    "IAXpeers",
    "IAXregistry",
    "PRIDebugFileSet",
    "PRIDebugFileUnset",
    "PRIDebugSet",
    "PRIShowSpans",
    "SetCDRUserField",
    "SIPnotify",
    "SIPpeers",
    "SIPpeerstatus",
    "SIPqualify",
    "SIPqualifypeer",
    "SIPshowpeer",
    "SIPshowregistry",
    "SKINNYdevices",
    "SKINNYlines",
    "SKINNYshowdevice",
    "SKINNYshowline",
    "SorceryMemoryCacheExpire",
    "SorceryMemoryCacheExpireObject",
    "SorceryMemoryCachePopulate",
    "SorceryMemoryCacheStale",
    "SorceryMemoryCacheStaleObject",
];

#[tokio::test]
async fn peers() {
    let Some(stage) = Stage::open("peers").await else { return };
    iax(&stage).await;
    sip(&stage).await;
    skinny(&stage).await;
    caches(&stage).await;
    not_there(&stage).await;
    stage.finish(ACTIONS).await;
}

/// What a server says of an action that it does not have.
fn unknown(action: &str) -> String {
    format!(
        "Invalid/unknown command: {action}. Use Action: ListCommands to show available commands."
    )
}

/// Sends an action that the server does not have.
async fn missing<A: NamedAction + Send + Sync>(stage: &Stage, action: A) {
    assert_eq!(stage.refused(action).await, unknown(A::NAME));
}

/// Sends an action that Asterisk does not answer in a form that can be told from others. A session
/// of its own bears what is written instead.
async fn unanswered<A: NamedAction + Send + Sync>(stage: &Stage, action: A) {
    stage.sent.lock().unwrap().insert(A::NAME.to_owned());
    let manager = manager(&stage.server).await;
    let error = manager.send(action).timeout(Duration::from_millis(300)).await.err();
    assert!(error.is_some_and(|error| error.is_timeout()), "{}", A::NAME);
    manager.close().await;
}

fn port(address: &str) -> u16 {
    address.rsplit(':').next().unwrap().parse().unwrap()
}

/// Waits until a driver's own registration has come back to it; of SIP also until its peer answers,
/// which IAX2 does not tell the first time.
async fn registered(events: &mut EventStream<Event>, driver: &str) {
    let (mut ours, mut theirs, mut answers) = (false, false, driver == "IAX2");
    let name = format!("{driver}/tester");
    wait_for(events, |event| {
        if let Some(registry) = event.decode::<Registry>()
            && registry.channel_type.as_deref() == Some(driver)
            && registry.status == Some(RegistrationState::Registered)
        {
            assert_eq!(registry.username.as_deref(), Some("tester"));
            ours = true;
        }
        if let Some(peer) = event.decode::<PeerStatus>()
            && peer.peer.as_deref() == Some(&*name)
        {
            assert_eq!(peer.channel_type.as_deref(), Some(driver));
            match peer.status {
                Some(PeerState::Registered) => {
                    assert!(peer.address.is_some_and(|at| at.starts_with("127.0.0.1")));
                    theirs = true;
                }
                Some(PeerState::Reachable) => answers = true,
                other => panic!("{other:?}"),
            }
        }
        ours && theirs && answers
    })
    .await;
}

/// The only registration that a list has.
async fn registration<A>(stage: &Stage, list: A) -> RegistryEntry
where
    A: Action<Output = Aggregate<RegistryEntry>> + Send + Sync,
{
    let registrations = stage.send(list).await.unwrap();
    assert!(registrations.valid());
    let [ours] = &registrations.items[..] else { panic!("{registrations:?}") };
    // The answer of a server that is itself can overtake the note that the question was sent.
    let sent = [RegistrationState::RequestSent, RegistrationState::AuthenticationSent];
    let stands = ours.state.as_ref().unwrap();
    assert!(*stands == RegistrationState::Registered || sent.contains(stands), "{ours:?}");
    ours.clone()
}

async fn iax(stage: &Stage) {
    let mut events = stage.events();
    assert!(stage.server.cli("module load chan_iax2.so").contains("Loaded"));
    registered(&mut events, "IAX2").await;
    let here = port(&stage.server.ami);

    let peers = stage.send(IaxPeers::new()).await.unwrap();
    assert!(peers.valid());
    let [fixed, tester] = &peers.items[..] else { panic!("{peers:?}") };
    assert_eq!(fixed.name.as_deref(), Some("fixed"));
    assert_eq!(fixed.address.as_deref(), Some("127.0.0.1"));
    assert_eq!((fixed.port, fixed.list_port), (Some(here), None));
    assert_eq!((fixed.dynamic, fixed.trunk), (Some(false), Some(false)));
    assert_eq!(fixed.encryption.as_deref(), Some("(aes128,keyrotate)"));
    assert_eq!(fixed.status, Some(QualifyStatus::Unmonitored));
    assert_eq!(fixed.description.as_deref(), Some("A neighbour"));
    assert_eq!(tester.dynamic, Some(true));
    let asked = matches!(tester.status, Some(QualifyStatus::Reachable(_) | QualifyStatus::Unknown));
    assert!(asked, "{tester:?}");

    let peers = stage.send(IaxPeerList::new()).await.unwrap();
    assert!(peers.valid());
    let [fixed, tester] = &peers.items[..] else { panic!("{peers:?}") };
    assert_eq!((fixed.port, fixed.list_port), (None, Some(here)));
    assert_eq!(fixed.mask.as_deref(), Some("255.255.255.255"));
    assert_eq!(tester.mask, None);

    let ours = registration(stage, IaxRegistry::new()).await;
    assert_eq!(ours.host.as_deref(), Some(&*stage.server.ami));
    assert_eq!(ours.perceived_address.as_deref(), Some(&*stage.server.ami));
    assert_eq!((ours.dns_manager, ours.refresh), (Some(false), Some(Duration::from_secs(60))));

    unanswered(stage, IaxNetStats::new()).await;
}

async fn sip(stage: &Stage) {
    missing(stage, SipQualify::new().peer("fixed")).await;
    if stage.server.major() != 16 {
        missing(stage, SipPeers::new()).await;
        missing(stage, SipPeerStatus::new()).await;
        missing(stage, SipShowPeer::new("fixed")).await;
        missing(stage, SipShowRegistry::new()).await;
        missing(stage, SipQualifyPeer::new("fixed")).await;
        missing(stage, SipNotify::new("fixed").variable("Event=check-sync")).await;
        return;
    }
    let mut events = stage.events();
    assert!(stage.server.cli("module load chan_sip.so").contains("Loaded"));
    registered(&mut events, "SIP").await;
    let here = port(&stage.server.ami_tls);

    let peers = stage.send(SipPeers::new()).await.unwrap();
    assert!(peers.valid());
    let [fixed, stream, tester] = &peers.items[..] else { panic!("{peers:?}") };
    assert_eq!((fixed.port, fixed.dynamic, fixed.acl), (Some(here), Some(false), Some(false)));
    assert_eq!(fixed.account_code.as_deref(), Some("bill"));
    assert_eq!((fixed.auto_force_rport, fixed.realtime), (Some(true), Some(false)));
    assert_eq!((stream.address.as_deref(), stream.port), (Some("-none-"), Some(0)));
    assert!(matches!(tester.status, Some(QualifyStatus::Reachable(_))));

    let statuses = stage.send(SipPeerStatus::new()).await.unwrap();
    assert!(statuses.valid());
    let states: Vec<_> = statuses.items.iter().map(|status| status.status.clone()).collect();
    let unmonitored = Some(PeerState::Unmonitored);
    assert_eq!(states, [unmonitored.clone(), unmonitored, Some(PeerState::Reachable)]);
    let one = stage.send(SipPeerStatus::new().peer("tester")).await.unwrap();
    assert_eq!(one.items[0].peer.as_deref(), Some("SIP/tester"));
    assert!(one.items[0].round_trip.is_some());
    assert_eq!(stage.refused(SipPeerStatus::new().peer("nobody")).await, "No such peer");

    let peer = stage.send(SipShowPeer::new("fixed")).await.unwrap();
    assert_eq!(peer.name, "fixed");
    assert_eq!(peer.context.as_deref(), Some("sdk"));
    assert_eq!(peer.caller_id.as_deref(), Some("\"Ada Test\" <100>"));
    assert_eq!((peer.dynamic, peer.secret, peer.call_limit), (Some(false), Some(false), Some(0)));
    assert_eq!((peer.port, peer.registration_expires), (Some(here), None));
    assert_eq!(peer.variables, ["SDK=1"]);
    let peer = stage.send(SipShowPeer::new("tester")).await.unwrap();
    assert!(peer.registration_expires.is_some());
    assert_eq!(peer.qualify_interval, Some(Duration::from_secs(60)));
    assert_eq!(peer.contact.as_deref(), Some(&*format!("sip:tester@127.0.0.1:{here}")));
    assert_eq!(peer.secret, Some(true));
    assert_eq!(stage.refused(SipShowPeer::new("nobody")).await.trim(), "Peer nobody not found.");

    let ours = registration(stage, SipShowRegistry::new()).await;
    assert_eq!((ours.host.as_deref(), ours.port), (Some("127.0.0.1"), Some(here)));
    assert!(ours.registration_time.is_some());

    stage.send(SipQualifyPeer::new("tester")).await.unwrap();
    wait_for(&mut events, |event| {
        event.name() == "SIPQualifyPeerDone" && has(event, "Peer", "tester")
    })
    .await;
    assert_eq!(stage.refused(SipQualifyPeer::new("nobody")).await, "Peer not found");
    let notify = SipNotify::new("SIP/fixed").variable("Event=check-sync");
    let sent = stage.send(notify).await.unwrap();
    assert_eq!(sent.text().as_deref(), Some("Notify Sent"));
    assert_eq!(stage.refused(SipNotify::new("")).await, "SIPNotify requires a channel name");
}

async fn skinny(stage: &Stage) {
    if stage.server.major() != 16 {
        missing(stage, SkinnyDevices::new()).await;
        missing(stage, SkinnyLines::new()).await;
        missing(stage, SkinnyShowDevice::new("desk")).await;
        missing(stage, SkinnyShowLine::new("110")).await;
        return;
    }
    assert!(stage.server.cli("module load chan_skinny.so").contains("Loaded"));

    let devices = stage.send(SkinnyDevices::new()).await.unwrap();
    assert!(devices.valid(), "{devices:?}");
    let [desk, hall] = &devices.items[..] else { panic!("{devices:?}") };
    assert_eq!(desk.name.as_deref(), Some("desk"));
    assert_eq!(desk.device_id.as_deref(), Some("SEP000000000110"));
    assert_eq!((desk.lines, hall.lines), (Some(2), Some(1)));
    assert_eq!(desk.status, Some(DeviceRegistration::Unregistered));
    assert_eq!(devices.complete.unwrap().name(), "DevicelistComplete");

    let lines = stage.send(SkinnyLines::new()).await.unwrap();
    assert!(lines.valid(), "{lines:?}");
    let devices: Vec<_> = lines.items.iter().map(|line| line.device.as_deref()).collect();
    assert_eq!(devices, [Some("desk"), Some("desk"), Some("hall")]);
    assert_eq!(lines.items[0].instance, Some(0));

    unanswered(stage, SkinnyShowDevice::new("desk")).await;
    unanswered(stage, SkinnyShowLine::new("110")).await;
    assert_eq!(stage.refused(SkinnyShowDevice::new("")).await, "Device: <name> missing.");
    assert_eq!(stage.refused(SkinnyShowLine::new("")).await, "Line: <name> missing.");
}

async fn caches(stage: &Stage) {
    let said = |response: asterisk_sdk::ami::Response| response.text().unwrap().trim().to_owned();
    let expired = stage.send(SorceryMemoryCacheExpire::new("sdk")).await.unwrap();
    assert_eq!(said(expired), "All objects were expired from the cache");
    let filled = stage.send(SorceryMemoryCachePopulate::new("sdk")).await.unwrap();
    assert_eq!(said(filled), "Cache has been expired and populated");
    let marked = stage.send(SorceryMemoryCacheStale::new("sdk")).await.unwrap();
    assert_eq!(said(marked), "All objects were marked as stale in the cache");
    let refusal = stage.refused(SorceryMemoryCacheExpireObject::new("sdk", "x")).await;
    assert!(refusal.starts_with("Due to full backend caching per-object expiration"), "{refusal}");
    let action = SorceryMemoryCacheStaleObject::new("sdk", "x").reload(true);
    let refusal = stage.refused(action).await;
    assert_eq!(refusal.trim(), "The provided object could not be marked as stale in the cache");
    let refusal = stage.refused(SorceryMemoryCacheExpire::new("nosuch")).await;
    assert_eq!(refusal.trim(), "The provided cache does not exist");
}

async fn not_there(stage: &Stage) {
    missing(stage, DahdiDialOffhook::new(1u32, "100")).await;
    missing(stage, DahdiDndOff::new(1u32)).await;
    missing(stage, DahdiDndOn::new(1u32)).await;
    missing(stage, DahdiHangup::new(1u32)).await;
    missing(stage, DahdiRestart::new()).await;
    missing(stage, DahdiShowChannels::new().dahdi_channel(1u32)).await;
    missing(stage, DahdiShowStatus::new()).await;
    missing(stage, DahdiTransfer::new(1u32)).await;
    missing(stage, PriDebugFileSet::new("pri.log")).await;
    missing(stage, PriDebugFileUnset::new()).await;
    missing(stage, PriDebugSet::new(1u32, PriDebugLevel::Off)).await;
    missing(stage, PriShowSpans::new().span(1u32)).await;
    missing(stage, SetCdrUserField::new().channel("x").user_field("y").append(true)).await;
    let message = AocMessage::so_far("Local/nobody", AocChargeKind::Free);
    assert_eq!(stage.refused(message).await, "No such channel");
}
