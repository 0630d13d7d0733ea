//! Channels that one application makes or takes and gives to another.

use asterisk_sdk::ami::action::Setvar;
use asterisk_sdk::ari::event::StasisStart;
use asterisk_sdk_testkit::Endpoint;

use super::ari::until;
use super::rest::ask;
use super::scene::{Side, same};

#[tokio::test]
async fn a_channel_that_is_made_moved_and_dialled() {
    let Some(sides) = Side::both().await else { return };
    let mut transcripts: Vec<[Vec<String>; 3]> = Vec::new();
    for side in &sides {
        side.phone(Endpoint::answers);
        let ids = [("made", "ID")];
        let (one, two) = (side.client("one").await, side.client("two").await);
        let (mut of_one, mut of_two) = (one.events().all(), two.events().all());
        let [mut replies, mut first, mut second] = [Vec::new(), Vec::new(), Vec::new()];
        let ask = async |method, path| ask(side, (method, path, "")).await;
        let make = "channels/create?endpoint=PJSIP/wait@loop&app=one&appArgs=a,b&channelId=made";
        replies.push(ask("POST", make).await);
        until(&mut of_one, &mut first, &ids, |event| event.name() == "StasisStart").await;
        replies.push(ask("POST", "channels/made/move?app=two&appArgs=x,y%20z").await);
        until(&mut of_two, &mut second, &ids, |event| event.name() == "StasisStart").await;
        replies.push(ask("POST", "channels/made/dial?timeout=5").await);
        let answered = |event: &asterisk_sdk::ari::Event| event.json().contains("\"ANSWER\"");
        until(&mut of_two, &mut second, &ids, answered).await;
        replies.push(ask("POST", "channels/made/dial").await);
        replies.push(ask("POST", "channels/made/move?app=nosuch&appArgs=x").await);
        let failed = |event: &asterisk_sdk::ari::Event| event.name() == "ApplicationMoveFailed";
        until(&mut of_two, &mut second, &ids, failed).await;
        for path in ["channels/made", "applications/one", "applications/two"] {
            replies.push(ask("GET", path).await);
        }
        replies.push(ask("POST", "channels/made/move?app=one").await);
        let back = |event: &asterisk_sdk::ari::Event| event.name() == "StasisEnd";
        until(&mut of_two, &mut second, &ids, back).await;
        // All that came meanwhile, for it has made the channel.
        let mut starts = 0;
        until(&mut of_one, &mut first, &ids, |event| {
            starts += usize::from(event.decode::<StasisStart>().is_some());
            starts == 1
        })
        .await;
        for path in ["applications/one", "applications/two", "channels/nosuch/move?app=one"] {
            replies.push(ask(if path.contains("move") { "POST" } else { "GET" }, path).await);
        }
        replies.push(ask("DELETE", "channels/made").await);
        until(&mut of_one, &mut first, &ids, |event| event.name() == "ChannelDestroyed").await;
        one.close().await;
        two.close().await;
        println!("{}: {replies:#?} {first:#?} {second:#?}", side.name());
        transcripts.push([replies, first, second]);
    }
    for (at, part) in ["replies", "first", "second"].iter().enumerate() {
        same(part, &transcripts[0][at], &transcripts[1][at]);
    }
}

#[tokio::test]
async fn a_caller_who_is_given_away() {
    let Some(sides) = Side::both().await else { return };
    let mut transcripts: Vec<[Vec<String>; 3]> = Vec::new();
    for side in &sides {
        side.phone(Endpoint::answers);
        let manager = side.manager().await;
        let (one, two) = (side.client("one").await, side.client("two").await);
        let (mut of_one, mut of_two) = (one.events().all(), two.events().all());
        let mut starts = one.events().of::<StasisStart>();
        let [mut replies, mut first, mut second] = [Vec::new(), Vec::new(), Vec::new()];
        manager.send(Setvar::new("STASIS_APP", "one")).await.expect("it is set");
        // On the real server the order waits for an answer, and so for the application.
        let calling = side.call_in(&manager, "stasis");
        let given_away = async {
            let start =
                harness::soon(starts.next()).await.expect("it holds").expect("none is missed");
            let id = start.channel.id.as_str().to_owned();
            let ids = [(&*id, "ID")];
            let normal = |reply: String| reply.replace(&id, "ID");
            let path = |rest: &str| format!("channels/{id}{rest}");
            replies.push(normal(ask(side, ("POST", &path("/answer"), "")).await));
            let moved = path("/move?app=two");
            replies.push(normal(ask(side, ("POST", &moved, "")).await));
            until(&mut of_one, &mut first, &ids, |event| event.name() == "StasisEnd").await;
            until(&mut of_two, &mut second, &ids, |event| event.name() == "StasisStart").await;
            let set = path("/variable?variable=TRUTH&value=1");
            replies.push(normal(ask(side, ("POST", &set, "")).await));
            until(&mut of_two, &mut second, &ids, |event| event.name() == "ChannelVarset").await;
            for path in ["applications/one", "applications/two"] {
                replies.push(normal(ask(side, ("GET", path, "")).await));
            }
            replies.push(normal(ask(side, ("DELETE", &path(""), "")).await));
            until(&mut of_two, &mut second, &ids, |event| event.name() == "StasisEnd").await;
            // Nothing more came to the one who gave it away.
            one.close().await;
            while let Some(event) = harness::soon(of_one.next()).await {
                first.push(event.expect("none is missed").json().to_string());
            }
            two.close().await;
        };
        tokio::join!(calling, given_away);
        println!("{}: {replies:#?} {first:#?} {second:#?}", side.name());
        transcripts.push([replies, first, second]);
    }
    for (at, part) in ["replies", "first", "second"].iter().enumerate() {
        same(part, &transcripts[0][at], &transcripts[1][at]);
    }
}
