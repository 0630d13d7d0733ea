//! Captured replies of each operation, read by the same rules as on a real server.

use std::collections::BTreeSet;

use harness::ari_surface::{OPERATIONS, reply_complaints};
use serde_json::Value;

/// Operations whose replies hold nothing or are no JSON, and those that no packaged server has.
fn answers_with_a_model(name: &str, response: &str) -> bool {
    !matches!(response, "void" | "binary" | "Message") && !name.contains("/mailboxes")
}

#[test]
fn every_captured_reply_is_read_and_nothing_of_it_is_left_over() {
    let mut wrong = Vec::new();
    for version in ["16", "22"] {
        let folder = format!("{}/ari/captures/{version}", env!("CARGO_MANIFEST_DIR"));
        let mut read = BTreeSet::new();
        for file in std::fs::read_dir(folder).expect("a folder of captures") {
            let file = file.expect("a file").path();
            if file.extension().is_none_or(|extension| extension != "ndjson") {
                continue;
            }
            for line in std::fs::read_to_string(&file).expect("a capture").lines() {
                let reply: Value = serde_json::from_str(line).expect("a line is JSON");
                let name = reply["operation"].as_str().expect("an operation");
                let (_, body) = line.split_once(r#""body":"#).expect("a body");
                let body = body.strip_suffix('}').expect("an object");
                if reply["status"].as_u64().is_some_and(|status| status < 300) {
                    let operation = OPERATIONS.iter().find(|operation| operation.name == name);
                    let operation = operation.expect("it is documented");
                    wrong.extend(reply_complaints(operation, body.as_bytes()));
                    read.insert(name.to_owned());
                }
            }
        }
        let models = OPERATIONS.iter().filter(|operation| {
            answers_with_a_model(&operation.name, &operation.response)
                && !read.contains(&operation.name)
        });
        let missing: Vec<_> = models.map(|operation| operation.name.as_str()).collect();
        // Lists that are too long to keep; on 16, what it does not have.
        let long = ["GET /asterisk/modules", "GET /sounds"];
        let new = [
            "GET /bridges/{bridgeId}/variable",
            "GET /bridges/{bridgeId}/variables",
            "GET /channels/{channelId}/variables",
        ];
        let expected: BTreeSet<_> =
            long.iter().chain(if version == "16" { &new[..] } else { &[] }).copied().collect();
        assert_eq!(missing.into_iter().collect::<BTreeSet<_>>(), expected, "{version}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
