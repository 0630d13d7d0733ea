//! The table of AGI commands against the inventory of two servers.

use std::collections::BTreeMap;
use std::path::Path;

use asterisk_sdk::agi::command::SIGNATURES;
use serde_json::Value;

/// Where the running servers differ from their own manual, which the inventory was read from: the
/// command, the parameter, and whether it is required.
const KNOWN_BETTER: &[(&str, &str, bool)] = &[
    ("EXEC", "options", false),
    ("SAY ALPHA", "case", false),
    ("SET MUSIC", "class", false),
    ("SPEECH CREATE", "engine", false),
    ("VERBOSE", "level", false),
];

/// Each command with its parameters in order, and whether each is required.
type Commands = BTreeMap<String, Vec<(String, bool)>>;

fn inventory() -> Commands {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("spec/interface/agi-commands.json");
    let text = std::fs::read_to_string(path).expect("the inventory is there");
    let rows: Vec<Value> = serde_json::from_str(&text).expect("the inventory is JSON");
    let name = |value: &Value| value["name"].as_str().expect("it has a name").to_owned();
    let parameter = |value: &Value| (name(value), value["required"].as_bool().unwrap_or_default());
    rows.iter()
        .map(|row| {
            let parameters = row["parameters"].as_array().expect("a list of parameters");
            (name(row), parameters.iter().map(parameter).collect())
        })
        .collect()
}

fn table() -> Commands {
    let parameters = |signature: &asterisk_sdk::agi::command::Signature| {
        signature.parameters.iter().map(|one| (one.name.to_owned(), one.required)).collect()
    };
    SIGNATURES.iter().map(|one| (one.words.to_owned(), parameters(one))).collect()
}

/// What is in the first and not, or otherwise, in the second.
fn missing(first: &Commands, second: &Commands) -> Vec<String> {
    first
        .iter()
        .filter(|(words, parameters)| second.get(*words) != Some(*parameters))
        .map(|(words, parameters)| format!("{words} {parameters:?}"))
        .collect()
}

#[test]
fn every_command_of_the_inventory_is_there_and_no_other() {
    let mut inventory = inventory();
    for (words, name, required) in KNOWN_BETTER {
        let parameters = inventory.get_mut(*words).expect("the command is in the inventory");
        match parameters.iter_mut().find(|(found, _)| found == name) {
            Some(parameter) => {
                assert_ne!(parameter.1, *required, "{words} {name} is right in the inventory");
                parameter.1 = *required;
            }
            None => parameters.push(((*name).to_owned(), *required)),
        }
    }
    let table = table();
    assert_eq!(missing(&inventory, &table), [""; 0], "of the inventory");
    assert_eq!(missing(&table, &inventory), [""; 0], "of the crate");
    assert_eq!((table.len(), SIGNATURES.len()), (47, 47));
}

#[test]
fn the_table_is_in_alphabetical_order() {
    assert!(SIGNATURES.is_sorted_by_key(|signature| signature.words));
}
