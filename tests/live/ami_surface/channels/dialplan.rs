//! The dialplan, and messages outside calls.

use asterisk_sdk::ami::action::{
    DialplanExtensionAdd, DialplanExtensionRemove, JabberSend, MessageSend, ShowDialPlan,
};
use asterisk_sdk::ami::event::{ListDialplan, ShowDialPlanComplete};

use super::{Stage, unknown};

pub(super) async fn listed_and_changed(stage: &Stage) {
    let echo = stage.send(ShowDialPlan::new().context("sdk").extension("echo")).await.unwrap();
    assert!(echo.valid());
    let steps: Vec<_> = echo.items.iter().map(|item| item.application.as_deref()).collect();
    assert_eq!(steps, [Some("Answer"), Some("Echo"), Some("Hangup")]);
    assert_eq!(echo.items[1].priority.as_deref(), Some("2"));
    assert_eq!(echo.items[1].registrar.as_deref(), Some("pbx_config"));
    let end: ShowDialPlanComplete = echo.complete.unwrap().decode().unwrap();
    assert_eq!((end.list_extensions, end.list_priorities), (Some(1), Some(3)));
    assert_eq!((end.list_items, end.list_contexts), (Some(3), Some(2)));

    let whole = stage.send(ShowDialPlan::new().context("sdk")).await.unwrap();
    let includes = |item: &&ListDialplan| item.include_context.is_some();
    let include = whole.items.iter().find(includes).unwrap();
    assert_eq!(include.include_context.as_deref(), Some("parkedcalls"));
    assert_eq!(include.extension, None);
    let told = stage.server.cli("dialplan add ignorepat 9 into sdk");
    assert!(told.contains("Ignore pattern"), "{told}");
    let whole = stage.send(ShowDialPlan::new().context("sdk")).await.unwrap();
    let ignored = whole.items.iter().find_map(|item| item.ignore_pattern.as_deref());
    assert_eq!(ignored, Some("9"));
    let missing = stage.refused(ShowDialPlan::new().context("nosuch")).await;
    assert_eq!(missing, "Did not find context nosuch");
    let missing = stage.refused(ShowDialPlan::new().context("sdk").extension("nosuch")).await;
    assert_eq!(missing, "Did not find extension nosuch@sdk");
    assert!(!stage.send(ShowDialPlan::new()).await.unwrap().items.is_empty());

    let add =
        |data: &str| DialplanExtensionAdd::new("sdk", "added", "1", "NoOp").application_data(data);
    let added = stage.send(add("a,b")).await.unwrap();
    assert_eq!(added.text().unwrap(), "Added requested extension");
    let there = "That extension and priority already exist at that context";
    assert_eq!(stage.refused(add("c").replace(false)).await, there);
    stage.send(add("c").replace(true)).await.unwrap();
    let hint = DialplanExtensionAdd::new("sdk", "added", "hint", "Custom:added");
    stage.send(hint).await.unwrap();
    let list = stage.send(ShowDialPlan::new().context("sdk").extension("added")).await.unwrap();
    let data: Vec<_> = list.items.iter().map(|item| item.app_data.as_deref()).collect();
    let priorities: Vec<_> = list.items.iter().map(|item| item.priority.as_deref()).collect();
    assert_eq!(priorities, [Some("hint"), Some("1")]);
    assert_eq!(data, [None, Some("c")]);
    let bad = DialplanExtensionAdd::new("sdk", "added", "n", "NoOp");
    assert_eq!(stage.refused(bad).await, "The priority specified was invalid.");

    let step = DialplanExtensionRemove::new("sdk", "added").priority("hint");
    let removed = stage.send(step).await.unwrap();
    assert_eq!(removed.text().unwrap(), "Removed the requested priority from the extension");
    let removed = stage.send(DialplanExtensionRemove::new("sdk", "added")).await.unwrap();
    assert_eq!(removed.text().unwrap(), "Removed the requested extension");
    let missing = stage.refused(DialplanExtensionRemove::new("sdk", "added")).await;
    assert_eq!(missing, "Failed to remove requested extension");
}

pub(super) async fn messages(stage: &Stage) {
    let jabber = JabberSend::new("sdk", "ada@example.org", "hello");
    assert_eq!(stage.refused(jabber).await, unknown("JabberSend"));

    let port = stage.server.cli("pjsip show transport udp");
    let address = port.lines().find_map(|line| line.trim().strip_prefix("bind"));
    let address = address.unwrap().trim_start_matches([' ', ':']).trim();
    let to_itself = MessageSend::new(format!("sip:echo@{address}"))
        .destination("pjsip:loop")
        .from("sip:me@localhost")
        .body("hello")
        .variable("X-Test=1");
    let sent = stage.send(to_itself).await.unwrap();
    assert_eq!(sent.text().unwrap(), "Message successfully sent");
    let nobody = MessageSend::new("pjsip:100").base64_body("aGVsbG8=");
    assert_eq!(stage.refused(nobody).await, "Message failed to send.");
    let nothing = MessageSend::new("nosuch:100").body("hello");
    assert_eq!(stage.refused(nothing).await, "Message technology not found.");
    assert_eq!(stage.refused(MessageSend::new("")).await, "No 'To' address specified.");
}
