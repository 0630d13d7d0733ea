//! The `SPEECH` family, on servers that have no engine: their exact refusals.

use asterisk_sdk::agi::command::Custom;

use super::{SECOND, call, failure, is_usage};

#[tokio::test]
async fn every_command_says_that_there_is_no_engine() {
    let Some((live, mut call)) = call("speech", "wait", &[]).await else { return };
    assert_eq!(failure(call.speech_create("").await), "0");
    assert_eq!(failure(call.speech_create("no-such-engine").await), "0");
    assert_eq!(failure(call.speech_set("name", "value").await), "0");
    assert_eq!(failure(call.speech_load_grammar("g", "/path").await), "0");
    assert_eq!(failure(call.speech_unload_grammar("g").await), "0");
    assert_eq!(failure(call.speech_activate_grammar("g").await), "0");
    assert_eq!(failure(call.speech_deactivate_grammar("g").await), "0");
    assert_eq!(failure(call.speech_recognize("beep", SECOND).await), "0");
    assert_eq!(failure(call.speech_recognize("beep", SECOND).offset(800).await), "0");
    assert_eq!(failure(call.speech_destroy().await), "0");
    for words in ["SPEECH SET", "SPEECH LOAD GRAMMAR", "SPEECH RECOGNIZE"] {
        assert!(is_usage(&call.send(Custom::new(words).arg("x")).await));
    }
    live.finish(call, "SUCCESS").await;
}
