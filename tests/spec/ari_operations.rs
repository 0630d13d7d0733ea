//! ARI's operations and their parameters.

use asterisk_sdk::ari::rest::{OPERATIONS, OperationType};

use crate::unexplained;

/// Rows of the inventory that are another operation with an id, and that operation: where it is set,
/// `id(…)` goes into the path or the query, which is the same to the server.
const FOLDED: &[(&str, &str)] = &[
    ("POST /bridges/{bridgeId}", "POST /bridges"),
    ("POST /bridges/{bridgeId}/play/{playbackId}", "POST /bridges/{bridgeId}/play"),
    ("POST /channels/{channelId}", "POST /channels"),
    ("POST /channels/{channelId}/play/{playbackId}", "POST /channels/{channelId}/play"),
    ("POST /channels/{channelId}/snoop/{snoopId}", "POST /channels/{channelId}/snoop"),
];

/// Rows of the inventory that are no request, and what does them.
const OTHERWISE: &[(&str, &str)] = &[(
    "GET /events",
    "the event connection: Builder::app, Builder::subscribe_all, Builder::connect",
)];

/// A row of the inventory.
struct Row {
    name: String,
    parameters: Vec<String>,
}

fn inventory() -> Vec<Row> {
    let rows = include_str!("interface/ari-operations.json");
    let rows: Vec<serde_json::Value> = serde_json::from_str(rows).expect("an inventory is JSON");
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let row = |value: &serde_json::Value| {
        let parameters = value["parameters"].as_array().expect("a list of parameters");
        Row {
            name: format!("{} {}", text(&value["method"]), text(&value["path"])),
            parameters: parameters.iter().map(|parameter| text(&parameter["name"])).collect(),
        }
    };
    rows.iter().map(row).collect()
}

/// The operation that a row is.
fn operation(row: &str) -> Option<&'static OperationType> {
    let folded = FOLDED.iter().find(|(name, _)| *name == row).map(|(_, operation)| *operation);
    let name = folded.unwrap_or(row);
    OPERATIONS.iter().find(|operation| operation.name == name)
}

#[test]
fn every_operation_has_a_builder() {
    let rows = inventory();
    let missing = rows.iter().filter(|row| operation(&row.name).is_none());
    let missing: Vec<_> = missing.map(|row| row.name.clone()).collect();
    println!("{} of {} operations", rows.len() - missing.len() + OTHERWISE.len(), rows.len());
    assert_eq!(rows.len(), 109);
    let missing = unexplained(missing, OTHERWISE);
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_parameter_can_be_set() {
    let (mut missing, mut count) = (Vec::new(), 0);
    for row in inventory() {
        let Some(operation) = operation(&row.name) else { continue };
        for parameter in &row.parameters {
            count += 1;
            if !operation.parameters.contains(&parameter.as_str()) {
                missing.push(format!("{}: {parameter}", row.name));
            }
        }
    }
    println!("{} of {count} parameters", count - missing.len());
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_builder_and_parameter_is_in_the_inventory() {
    let rows = inventory();
    let mut extra = Vec::new();
    for operation in OPERATIONS {
        let Some(row) = rows.iter().find(|row| row.name == operation.name) else {
            extra.push(operation.name.to_owned());
            continue;
        };
        let known = |name: &&&str| row.parameters.iter().any(|parameter| parameter == **name);
        let unknown = operation.parameters.iter().filter(|name| !known(name));
        extra.extend(unknown.map(|name| format!("{}: {name}", operation.name)));
    }
    assert!(extra.is_empty(), "{extra:#?}");
}

#[test]
fn what_is_folded_is_in_the_inventory() {
    let rows = inventory();
    for (row, operation) in FOLDED {
        assert!(rows.iter().any(|known| known.name == *row), "{row}");
        assert!(OPERATIONS.iter().any(|known| known.name == *operation), "{operation}");
    }
}
