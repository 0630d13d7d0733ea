//! The wallboard example in a browser, against what happens on a server.

use std::time::{Duration, Instant};

use asterisk_sdk::ami::Manager;
use asterisk_sdk::ami::action::{
    Hangup, Originate, QueueAdd, QueuePause, QueueStatus, QueueStatusItem,
};
use asterisk_sdk::ami::live::{Live, QueueCaller};
use fantoccini::{Client, Locator};
use harness::live::{OwnServer, Server, server};
use harness::soon;
use serde_json::json;

use crate::browser::{browser, picture, wallboard};

async fn attach(server: &Server) -> (Manager, Live) {
    let (user, secret) = &server.ami_admin;
    let manager = Manager::builder(&server.ami).login(user, secret).connect().await.unwrap();
    let live = Live::attach(&manager).await.unwrap();
    (manager, live)
}

/// Somebody calls and waits in a queue.
async fn waits(manager: &Manager, id: &str, caller: &str) {
    let call = Originate::to("Local/wait@sdk/n").application_with("Queue", "calls");
    let call = call.caller_id(caller).channel_id(id).other_channel_id(format!("{id}-2"));
    manager.originate(call).await.expect("a call");
}

#[tokio::test]
async fn the_page_shows_what_happens() {
    let Some(server) = server() else { return };
    let Some((_driver, page)) = browser().await else { return };
    let server = OwnServer::start(&server);
    let (manager, live) = attach(&server).await;
    let member = QueueAdd::new("calls", "PJSIP/tea").member_name("Ada Byrne");
    manager.send(member).await.unwrap();
    manager.send(QueuePause::new("PJSIP/tea", true).queue("calls").reason("tea")).await.unwrap();

    let (user, secret) = &server.ami_admin;
    let (_wallboard, url) = wallboard(&server.ami, user, secret).await;
    page.goto(&url).await.unwrap();
    shows(&page, "#state", &["live"]).await;
    let callers = ["Grace <4420755>", "<script>alert(1)</script> <4420756>", "Lin <4420757>"];
    for (id, caller) in ["first", "second", "third"].iter().zip(callers) {
        waits(&manager, id, caller).await;
        soon(live.wait_until(|now| now.get::<QueueCaller>(id).is_some())).await.unwrap();
    }
    shows(&page, "#waiting", &["3"]).await;
    // What a caller is called is text and no program.
    let from = ["Grace", "<script>alert(1)</script>", "Lin"];
    shows(&page, "#calls tbody td:first-child", &from).await;
    shows(&page, "#live", &["3"]).await;
    // Nobody has a phone of that name, so the pause is not what counts.
    shows(&page, "#agents li b", &["Ada Byrne", "Wait"]).await;
    shows(&page, "#agents li:first-child span", &["offline "]).await;

    let status = manager.send(QueueStatus::new().queue("calls")).await.unwrap();
    let waiting =
        status.items.iter().filter(|item| matches!(item, QueueStatusItem::Caller(_))).count();
    assert_eq!(waiting, 3);
    let row = texts(&page, "#queues tbody tr:first-child > *").await;
    let [name, waiting, longest, ready, answered, abandoned, level] = &row[..] else {
        panic!("{row:?}");
    };
    let figures = [name, waiting, ready, answered, abandoned, level];
    assert_eq!(figures, ["calls", "3", "0 / 1", "0", "0", "–"]);
    assert!(longest.starts_with("0:"), "{longest}");
    picture(&page, "wallboard.png").await;
    page.find(Locator::Id("theme")).await.unwrap().click().await.unwrap();
    picture(&page, "wallboard-other.png").await;
    page.set_window_size(390, 844).await.unwrap();
    picture(&page, "wallboard-phone.png").await;

    manager.send(Hangup::new("first")).await.unwrap();
    shows(&page, "#waiting", &["2"]).await;
    shows(&page, "#queues tbody tr:first-child td:nth-child(6)", &["1"]).await;
    let summary = "1 calls answered and 0 not answered in the last hour";
    shows(&page, "#history-text", &[summary]).await;
    page.close().await.unwrap();
}

/// The text of each element.
async fn texts(page: &Client, selector: &str) -> Vec<String> {
    let script = "return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)";
    let texts = page.execute(script, vec![json!(selector)]).await.expect("a list");
    serde_json::from_value(texts).expect("texts")
}

/// Waits until the elements say this.
async fn shows(page: &Client, selector: &str, wanted: &[&str]) {
    let began = Instant::now();
    loop {
        let seen = texts(page, selector).await;
        if seen == wanted {
            return;
        }
        let patience = began.elapsed() < Duration::from_secs(20);
        assert!(patience, "{selector} is {seen:?}, not {wanted:?}");
    }
}
