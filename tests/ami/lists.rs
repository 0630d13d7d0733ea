//! Lists.

use asterisk_sdk::ami::ActionError;
use asterisk_sdk::ami::action::{CoreShowChannels, Custom};
use asterisk_sdk::ami::event::CoreShowChannel;
use asterisk_sdk::proto::ChannelState;
use harness::ami_peer::{AmiPeer, Link, capture, captured_response};
use harness::soon;

/// The list of two channels in the capture of a call.
fn two_channels(version: u32) -> Vec<u8> {
    let call = capture("originate_answered", version);
    let from = find(&call, b"Response: Success\r\nActionID: o2\r\n");
    let to = find(&call, b"Response: Success\r\nActionID: o3\r\n");
    call[from..to].to_vec()
}

fn find(bytes: &[u8], what: &[u8]) -> usize {
    bytes.windows(what.len()).position(|window| window == what).expect("it was captured")
}

async fn play(link: &mut Link, captured: &str, list: &[u8]) {
    let action = link.expect("CoreShowChannels").await;
    link.write_as(list, &[(captured, action.id())]).await;
}

#[tokio::test]
async fn a_list_is_one_answer() {
    for version in [22, 16] {
        let (manager, mut link) = AmiPeer::logged_in(version).await;
        let mut items = manager.events().of::<CoreShowChannel>();
        let list = two_channels(version);
        let (channels, ()) = tokio::join!(
            async { manager.send(CoreShowChannels::new()).await.unwrap() },
            play(&mut link, "o2", &list)
        );
        assert!(channels.valid());
        assert_eq!(channels.response.text().unwrap(), "Channels will follow");
        let ids: Vec<_> =
            channels.items.iter().map(|item| item.channel.unique_id.clone().unwrap()).collect();
        assert_eq!(ids, ["capture-1;2", "capture-1"], "in the server's order");
        let wait = &channels.items[0];
        assert_eq!(wait.application.as_deref(), Some("Wait"));
        assert_eq!(wait.application_data.as_deref(), Some("60"));
        assert_eq!(wait.channel.state, Some(ChannelState::Up));
        assert_eq!(wait.channel.context.as_deref(), Some("sdk"));
        assert_eq!(wait.channel.priority, Some(2));
        assert_eq!(wait.channel.connected_line.name.as_deref(), Some(r"Ada \ Test"));
        assert!(wait.event.message().action_id().is_some_and(|id| id != b"o2"));
        assert_eq!(channels.complete.unwrap().get("ListItems").unwrap(), "2");
        drop(link);
        assert!(soon(items.next()).await.is_none(), "items are not live events");
    }
}

#[tokio::test]
async fn a_list_that_arrives_in_pieces() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let list = String::from_utf8(two_channels(22)).unwrap();
    let (channels, ()) =
        tokio::join!(async { manager.send(CoreShowChannels::new()).await.unwrap() }, async {
            let action = link.expect("CoreShowChannels").await;
            let list = list.replace("ActionID: o2", &format!("ActionID: {}", action.id()));
            for line in list.split_inclusive('\n') {
                link.write(line).await;
                tokio::task::yield_now().await;
            }
        });
    let ids: Vec<_> =
        channels.items.iter().map(|item| item.channel.unique_id.clone().unwrap()).collect();
    assert_eq!(ids, ["capture-1;2", "capture-1"], "in the server's order");
    assert!(channels.valid() && channels.others.is_empty());
    assert!(channels.complete.is_some());
}

#[tokio::test]
async fn an_empty_list() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let list = capture("channels_empty", 22);
    let (channels, ()) = tokio::join!(
        async { manager.send(CoreShowChannels::new()).await.unwrap() },
        play(&mut link, "l0", &list)
    );
    assert!(channels.valid());
    assert!(channels.items.is_empty());
}

#[tokio::test]
async fn a_list_action_that_answers_without_a_list_returns_at_once() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let answer = b"Response: Success\r\nActionID: v1\r\nMessage: There is no voicemail user of the given info.\r\n\r\n";
    let (reply, ()) = tokio::join!(
        async { manager.send(Custom::new("VoicemailUserStatus")).await.unwrap() },
        async {
            let action = link.action().await;
            link.write_as(answer, &[("v1", action.id())]).await;
        }
    );
    assert!(reply.items.is_empty());
    assert_eq!(reply.complete, None);
}

#[tokio::test]
async fn a_list_with_a_wrong_count_is_kept_and_not_valid() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let list = String::from_utf8(two_channels(22)).unwrap().replace("ListItems: 2", "ListItems: 3");
    let (channels, ()) = tokio::join!(
        async { manager.send(CoreShowChannels::new()).await.unwrap() },
        play(&mut link, "o2", list.as_bytes())
    );
    assert_eq!(channels.items.len(), 2);
    assert!(!channels.valid());
}

#[tokio::test]
async fn a_list_over_the_cap_fails_and_the_link_lives() {
    let (manager, mut link) =
        AmiPeer::logged_in_with(22, |builder| builder.max_list_items(1)).await;
    let mut items = manager.events().of::<CoreShowChannel>();
    let list = two_channels(22);
    let (result, ()) = tokio::join!(
        async { manager.send(CoreShowChannels::new()).await },
        play(&mut link, "o2", &list)
    );
    assert!(matches!(result.unwrap_err(), ActionError::TooLarge { limit: 1, unit: "items" }));
    let empty = capture("channels_empty", 22);
    let (channels, ()) = tokio::join!(
        async { manager.send(CoreShowChannels::new()).await.unwrap() },
        play(&mut link, "l0", &empty)
    );
    assert!(channels.valid());
    drop(link);
    assert!(soon(items.next()).await.is_none(), "what is left of the list is nobody's event");
}

#[tokio::test]
async fn a_list_cut_by_the_end_of_the_connection() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let list = two_channels(22);
    let (result, ()) = tokio::join!(async { manager.send(CoreShowChannels::new()).await }, async {
        play(&mut link, "o2", &list[..list.len() - 20]).await;
        drop(link);
    });
    assert!(result.unwrap_err().is_closed());
}

#[tokio::test]
async fn items_one_by_one() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let list = two_channels(22);
    let (mut channels, ()) =
        tokio::join!(async { manager.stream(CoreShowChannels::new()).await.unwrap() }, async {
            let action = link.expect("CoreShowChannels").await;
            // Without its end, so that the items are known to come before it.
            let end = find(&list, b"Event: CoreShowChannelsComplete");
            link.write_as(&list[..end], &[("o2", action.id())]).await;
        });
    let mut ids = Vec::new();
    for _ in 0..2 {
        let item = soon(channels.next()).await.unwrap().unwrap();
        ids.push(item.channel.unique_id.unwrap().as_str().to_owned());
    }
    assert_eq!(ids, ["capture-1;2", "capture-1"]);
    assert_eq!(channels.response(), None);
    drop(link);
    // The server died before the end of the list.
    assert!(soon(channels.next()).await.unwrap().unwrap_err().is_closed());
    assert!(soon(channels.next()).await.is_none());
}

#[tokio::test]
async fn a_list_far_longer_than_the_queue_waits_for_its_reader() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let list = two_channels(22);
    let first = find(&list, b"Event: CoreShowChannel\r\n");
    let second = find(&list[first + 1..], b"Event: CoreShowChannel\r\n") + first + 1;
    let end = find(&list, b"Event: CoreShowChannelsComplete");
    let play = async {
        let action = link.expect("CoreShowChannels").await;
        let ids = [("o2", action.id())];
        link.write_as(&list[..first], &ids).await;
        for _ in 0..5_000 {
            link.write_as(&list[first..second], &ids).await;
        }
        link.write_as(&list[end..], &ids).await;
    };
    let take = async {
        let mut channels = manager.stream(CoreShowChannels::new()).await.unwrap();
        let mut count = 0;
        while let Some(item) = soon(channels.next()).await {
            assert_eq!(item.unwrap().channel.unique_id.unwrap(), "capture-1;2");
            count += 1;
            if count % 100 == 0 {
                tokio::task::yield_now().await;
            }
        }
        assert_eq!(channels.response().unwrap().text().unwrap(), "Channels will follow");
        assert_eq!(channels.complete().unwrap().get("ListItems").unwrap(), "2");
        count
    };
    let (count, ()) = tokio::join!(take, play);
    assert_eq!(count, 5_000);
}

#[tokio::test]
async fn a_dropped_list_holds_nobody() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let list = two_channels(22);
    let (channels, action) = tokio::join!(
        async { manager.stream(CoreShowChannels::new()).await.unwrap() },
        link.expect("CoreShowChannels")
    );
    drop(channels);
    let first = find(&list, b"Event: CoreShowChannel\r\n");
    let end = find(&list, b"Event: CoreShowChannelsComplete");
    let ids = [("o2", action.id())];
    link.write_as(&list[..first], &ids).await;
    for _ in 0..500 {
        link.write_as(&list[first..end], &ids).await;
    }
    link.write_as(&list[end..], &ids).await;
    let empty = capture("channels_empty", 22);
    let (channels, ()) = tokio::join!(
        async { manager.send(CoreShowChannels::new()).await.unwrap() },
        play(&mut link, "l0", &empty)
    );
    assert!(channels.valid());
}

#[tokio::test]
async fn a_refused_list_is_an_error_either_way() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let denied = captured_response("permission_denied_logoff", 22, "c2");
    let (mut channels, ()) =
        tokio::join!(async { manager.stream(CoreShowChannels::new()).await.unwrap() }, async {
            let action = link.expect("CoreShowChannels").await;
            link.write_as(&denied, &[("c2", action.id())]).await;
        });
    let error = soon(channels.next()).await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "the server refused the action: Permission denied");
    assert!(soon(channels.next()).await.is_none());
}

#[tokio::test]
async fn items_go_to_subscribers_when_asked() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let mut items = manager.events().of::<CoreShowChannel>();
    let list = two_channels(22);
    let (channels, ()) = tokio::join!(
        async { manager.send(CoreShowChannels::new()).publish_items().await.unwrap() },
        play(&mut link, "o2", &list)
    );
    assert_eq!(channels.items.len(), 2);
    for item in channels {
        assert_eq!(soon(items.next()).await.unwrap().unwrap(), item);
    }
}

#[tokio::test]
async fn items_without_an_action_id_belong_to_the_list_that_arrives() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    // As IAXpeers writes its items: without the line.
    let list = String::from_utf8(two_channels(22)).unwrap();
    let list = list.replace("Event: CoreShowChannel\r\nActionID: o2", "Event: CoreShowChannel");
    let (channels, ()) = tokio::join!(
        async { manager.send(CoreShowChannels::new()).await.unwrap() },
        play(&mut link, "o2", list.as_bytes())
    );
    assert_eq!(channels.items.len(), 2);
    assert!(channels.valid());
}

#[tokio::test]
async fn a_list_that_the_server_broke_off() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    // Documented and never seen, so there is nothing to capture.
    let list = String::from_utf8(two_channels(22)).unwrap();
    let list = list.replace("EventList: Complete", "EventList: Cancelled");
    let (channels, ()) = tokio::join!(
        async { manager.send(CoreShowChannels::new()).await.unwrap() },
        play(&mut link, "o2", list.as_bytes())
    );
    assert_eq!(channels.items.len(), 2);
    assert!(channels.cancelled() && !channels.valid());
}

#[tokio::test]
async fn a_list_that_never_ends_runs_out_of_time() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let list = two_channels(22);
    let end = find(&list, b"Event: CoreShowChannelsComplete");
    let after = std::time::Duration::from_millis(100);
    let (result, ()) = tokio::join!(
        async { manager.send(CoreShowChannels::new()).timeout(after).await },
        play(&mut link, "o2", &list[..end])
    );
    assert!(result.unwrap_err().is_timeout());
}

#[tokio::test]
async fn one_event_may_be_the_whole_answer() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let answered = capture("originate_answered", 22);
    let action = Custom::new("Originate").until_event("OriginateResponse");
    let (reply, ()) = tokio::join!(async { manager.send(action).await.unwrap() }, async {
        let action = link.expect("Originate").await;
        link.write_as(&answered, &[("o1", action.id())]).await;
    });
    assert!(reply.items.is_empty());
    assert_eq!(reply.complete.unwrap().get("Reason").unwrap(), "4");
}
