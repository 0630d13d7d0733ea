//! The typed surface against the inventories of what servers document.
//!
//! `interface/` holds the names that Asterisk 16.28 and 22.10 document, one JSON object a line: every
//! row must have a type, and every type a row. Where a server was seen to do otherwise than documented, a
//! list says so with the reason. And the pages for readers against the files that they name.

mod agi;
mod ami_actions;
mod ami_events;
mod ari_models;
mod ari_operations;
mod guide;

use serde_json::Value;

/// A name and the names that belong to it.
struct Row {
    name: String,
    members: Vec<String>,
}

/// The rows of an inventory; `members` names the list that belongs to each.
fn rows(inventory: &str, members: &str) -> Vec<Row> {
    let rows: Vec<Value> = serde_json::from_str(inventory).expect("an inventory is JSON");
    let name = |value: &Value| value["name"].as_str().expect("a name").to_owned();
    let row = |value: &Value| {
        let list = value[members].as_array().expect("a list of members");
        // A row may spell the name as servers do.
        let wire = value["wire"].as_str().map_or_else(|| name(value), str::to_owned);
        Row { name: wire, members: list.iter().map(name).collect() }
    };
    rows.iter().map(row).collect()
}

/// Whether two names are the same to Asterisk.
fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// What of `found` no exception explains, and the exceptions that explain nothing. An exception is a row
/// with its reason, or a name for all that belongs to it.
fn unexplained(found: Vec<String>, exceptions: &[(&str, &str)]) -> Vec<String> {
    let explains = |row: &str, name: &str| {
        name.strip_prefix(row).is_some_and(|rest| rest.is_empty() || rest.starts_with(": "))
    };
    let needless =
        exceptions.iter().filter(|(row, _)| !found.iter().any(|name| explains(row, name)));
    let needless: Vec<_> = needless.map(|(row, _)| format!("{row}: needs no exception")).collect();
    let explained = |name: &String| exceptions.iter().any(|(row, _)| explains(row, name));
    found.into_iter().filter(|name| !explained(name)).chain(needless).collect()
}
