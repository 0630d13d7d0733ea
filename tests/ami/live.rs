//! The live picture against a scripted peer, with what real servers sent.

use asterisk_sdk::ami::live::{Bridge, Call, Change, Channel, Freshness, Kind, Live};
use asterisk_sdk::ami::{ActionError, Missed, Overflow};
use asterisk_sdk::proto::error::Delivery;
use harness::ami_peer::{AmiPeer, Link, capture};
use harness::soon;

/// The recording in parts: events, a list of channels, one of bridges, and so on. The ActionIDs of
/// the lists come along.
fn parts(version: u32) -> Vec<(String, Vec<u8>)> {
    let text = String::from_utf8(capture("live_calls", version)).expect("it is text");
    let mut parts = vec![(String::new(), Vec::new())];
    for message in text.split_inclusive("\r\n\r\n") {
        let line = message.lines().find_map(|line| line.strip_prefix("ActionID: "));
        let id = line.unwrap_or_default();
        if parts.last().is_some_and(|(last, _)| last != id) {
            parts.push((id.to_owned(), Vec::new()));
        }
        parts.last_mut().expect("there is one").1.extend_from_slice(message.as_bytes());
    }
    // What hung the calls up was an action with a list, too.
    parts.retain(|(_, bytes)| !bytes.windows(13).any(|part| part == b"ChannelHungup"));
    parts
}

async fn list(link: &mut Link, action: &str, (id, bytes): &(String, Vec<u8>)) {
    let asked = link.expect(action).await;
    link.write_as(bytes, &[(id, asked.id())]).await;
}

#[tokio::test]
async fn a_list_stands_between_the_events_before_and_behind_it() {
    for version in [16, 22] {
        let parts = parts(version);
        let (manager, mut link) = AmiPeer::logged_in(version).await;
        let play = async {
            // The subscription is there before the list is asked for. All of this is read at once.
            let asked = link.expect("CoreShowChannels").await;
            let mut bytes = parts[0].1.clone();
            let (id, items) = &parts[1];
            let items = String::from_utf8(items.clone()).unwrap();
            let (captured, ours) =
                (format!("ActionID: {id}\r\n"), format!("ActionID: {}\r\n", asked.id()));
            bytes.extend_from_slice(items.replace(&captured, &ours).as_bytes());
            link.write(bytes).await;
            list(&mut link, "BridgeList", &parts[2]).await;
            link
        };
        let attach = Live::attach(&manager).track([Kind::Calls]).no_reconcile();
        let (live, mut link) = tokio::join!(attach, play);
        let live = live.expect("all lists");
        let snapshot = live.snapshot();
        assert_eq!(snapshot.freshness(), Freshness::Current);
        assert_eq!(snapshot.count::<Channel>(), 2);
        // It was seen from its beginning, by the events in front of the list.
        let call = snapshot.get::<Call>("plain").expect("it is under way");
        assert!(!call.gaps && call.answered.is_some());

        let mut changes = live.changes().of::<Call>();
        let mut completed = live.changes().completed_calls();
        link.write(&parts[3].1).await;
        let Change::Changed { before, after } = soon(changes.next()).await.unwrap().unwrap() else {
            panic!("one half goes first");
        };
        assert_eq!((before.channels.len(), after.channels.len()), (2, 1));
        let removed = soon(changes.next()).await.unwrap().unwrap();
        assert!(matches!(removed, Change::Removed(call) if call.id.as_str() == "plain"));
        let call = soon(completed.next()).await.unwrap().unwrap();
        assert_eq!((call.id.as_str(), call.legs.len(), call.gaps), ("plain", 2, false));
        assert_eq!(live.statistics().snapshots, 1);

        // The snapshot of before is as it was.
        assert_eq!(snapshot.count::<Channel>(), 2);
        assert_eq!(live.snapshot().count::<Channel>(), 0);
        let bridges = live.snapshot().count::<Bridge>();
        link.close().await;
        assert!(soon(changes.next()).await.is_none());
        assert!(soon(live.wait_until(|_| false)).await.is_none());
        assert_eq!(live.freshness(), Freshness::Ended);
        assert_eq!(live.snapshot().count::<Bridge>(), bridges);
    }
}

#[tokio::test]
async fn a_connection_that_ends_within_a_list_fails_the_attachment() {
    let parts = parts(22);
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let play = async {
        let asked = link.expect("CoreShowChannels").await;
        let (id, bytes) = &parts[1];
        link.write_as(&bytes[..bytes.len() / 2], &[(id, asked.id())]).await;
        link.close().await;
        drop(link);
    };
    let attach = Live::attach(&manager).track([Kind::Calls]);
    let (live, ()) = tokio::join!(attach, play);
    let error = live.expect_err("the list is not whole");
    assert!(
        matches!(error, ActionError::Disconnected { delivery: Delivery::Unknown }),
        "{error:?}"
    );
}

#[tokio::test]
async fn dropping_it_ends_its_feeds() {
    let parts = parts(22);
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let play = async {
        list(&mut link, "CoreShowChannels", &parts[1]).await;
        list(&mut link, "BridgeList", &parts[2]).await;
    };
    let attach = Live::attach(&manager).track([Kind::Calls]);
    let (live, ()) = tokio::join!(attach, play);
    let live = live.expect("all lists");
    let mut changes = live.changes().of::<Channel>();
    let again = live.clone();
    drop(live);
    assert_eq!(again.snapshot().count::<Channel>(), 2);
    drop(again);
    assert!(soon(changes.next()).await.is_none());
}

#[tokio::test]
async fn one_who_does_not_take_changes_is_told_so() {
    let parts = parts(22);
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let play = async {
        list(&mut link, "CoreShowChannels", &parts[1]).await;
        list(&mut link, "BridgeList", &parts[2]).await;
    };
    let attach = Live::attach(&manager).track([Kind::Calls]);
    let (live, ()) = tokio::join!(attach, play);
    let live = live.expect("all lists");
    let mut reads = live.changes().of::<Channel>();
    let mut one = live.changes().object::<Channel>("plain");
    let mut idle = live.changes().capacity(1).of::<Channel>();
    let deadline = std::time::Duration::from_millis(20);
    let wait = live.changes().capacity(1).overflow(Overflow::Wait { deadline });
    let mut stuck = wait.of::<Channel>();
    let mut completed = live.changes().completed_calls();
    link.write(&parts[3].1).await;
    soon(completed.next()).await.unwrap().unwrap();
    drop(live);

    let mut changes = Vec::new();
    while let Some(change) = soon(reads.next()).await {
        changes.push(change.expect("it was read in time"));
    }
    let of_one = changes.iter().filter(|change| change.object().id.as_str() == "plain");
    for change in of_one {
        assert_eq!(soon(one.next()).await, Some(Ok(change.clone())));
    }
    assert_eq!(soon(one.next()).await, None);
    // The newest is kept, and the others are counted.
    let lost = changes.len() as u64 - 1;
    assert!(lost > 1);
    assert_eq!(soon(idle.next()).await, Some(Err(Missed::Lagged(lost))));
    assert_eq!(soon(idle.next()).await, Some(Ok(changes[changes.len() - 1].clone())));
    assert_eq!(soon(idle.next()).await, None);
    // The oldest is kept, and the feed is over.
    assert_eq!(soon(stuck.next()).await, Some(Ok(changes[0].clone())));
    assert_eq!(soon(stuck.next()).await, Some(Err(Missed::TooSlow)));
    assert_eq!(soon(stuck.next()).await, None);
}
