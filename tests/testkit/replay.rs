//! Recorded conversations come out as they did.

use asterisk_sdk_testkit::record::Recorder;
use asterisk_sdk_testkit::replay::Replay;
use asterisk_sdk_testkit::{Message, Protocol};
use harness::conversation::{self, trace};
use harness::soon;

#[tokio::test]
async fn ami() {
    let playing = Replay::new(trace("ami")).start().await.unwrap();
    let seen = conversation::ami(conversation::manager(&playing.ami().to_string(), "x")).await;
    soon(playing.finished()).await.unwrap();
    let expected = [
        "Asterisk Call Manager/11.0.0",
        "pong at Some(1795282294.81563)",
        "pong at Some(1795282294.815816)",
        "told a: \"b\" \\ Zoë",
        "Some(Answered) Some(\"Local/wait@sdk-00000004;1\") ours: Some(true)",
        "hangup -a Some(NotDefined)",
        "hangup -b Some(NotDefined)",
        "the server refused the action: No such channel",
    ];
    assert_eq!(seen, expected);
}

/// What came of the recorded calls over ARI, of which each had another channel.
fn called(channel: &str) -> [String; 4] {
    [
        format!(r#"start "{channel}" "Zoë" ours: true"#),
        r#"played "sound:beep" Done"#.to_owned(),
        r#"destroyed NormalClearing "Normal Clearing""#.to_owned(),
        "the server answered 404: Channel not found".to_owned(),
    ]
}

#[tokio::test]
async fn ari() {
    let playing = Replay::new(trace("ari")).start().await.unwrap();
    let url = format!("http://{}", playing.ari());
    let seen = conversation::ari(conversation::client(&url, "anybody", "x")).await;
    soon(playing.finished()).await.unwrap();
    assert_eq!(seen, called("Local/wait@sdk-00000005;1"));
}

#[tokio::test]
async fn ari_with_requests_over_the_event_socket() {
    let playing = Replay::new(trace("ari_socket")).start().await.unwrap();
    let client = conversation::client(&format!("http://{}", playing.ari()), "anybody", "x");
    let seen = conversation::ari(client.rest_over_websocket()).await;
    soon(playing.finished()).await.unwrap();
    assert_eq!(seen, called("Local/wait@sdk-00000000;1"));
}

#[tokio::test]
async fn agi() {
    let (service, mut seen) = conversation::agi();
    let server = service.bind("127.0.0.1:0").await.unwrap();
    let replay = Replay::new(trace("agi")).calls(server.local_addr().to_string());
    let serving = tokio::spawn(server.serve());
    let playing = replay.start().await.unwrap();
    let expected = [
        "Some(\"trace/1?a=b\")",
        "Some(\"an argument\")",
        "Ok(())",
        "Ok(Some(\"Up\"))",
        "Ok(Finished { samples: 3520 })",
        "Err(\"EXEC NoSuchApplication failed with result -2\")",
        "Ok(())",
    ];
    assert_eq!(soon(seen.recv()).await.unwrap(), expected);
    soon(playing.finished()).await.unwrap();
    serving.abort();
}

#[tokio::test]
async fn what_is_replayed_is_recorded_as_it_was() {
    let (service, _seen) = conversation::agi();
    let server = service.bind("127.0.0.1:0").await.unwrap();
    let mut recorder = Recorder::new();
    let between = recorder.listen(Protocol::Agi, server.local_addr().to_string()).await.unwrap();
    let serving = tokio::spawn(server.serve());
    let replay = Replay::new(trace("agi")).calls(between.to_string());
    let playing = replay.start().await.unwrap();
    soon(playing.finished()).await.unwrap();
    soon(recorder.all_closed()).await;
    let (again, once) = (recorder.trace(), trace("agi"));
    let bytes = |message: Message<'_>| (message.side(), message.bytes().to_vec());
    let said: Vec<_> = again.messages().map(bytes).collect();
    let expected: Vec<_> = once.messages().map(bytes).collect();
    // The script has left before Asterisk says that the call is over.
    let (last, expected) = expected.split_last().unwrap();
    assert_eq!(last.1, b"HANGUP\n");
    assert_eq!(said[..expected.len()], *expected);
    serving.abort();
}

#[tokio::test]
async fn another_conversation_is_told() {
    let playing = Replay::new(trace("ami")).start().await.unwrap();
    let builder = conversation::manager(&playing.ami().to_string(), "x");
    let manager = soon(builder.connect()).await.unwrap();
    manager.close().await;
    let error = soon(playing.finished()).await.unwrap_err();
    assert_eq!(error.expected, "Action: Ping");
    assert_eq!(error.got, "Action: Logoff");
}
