//! Models and events of ARI, and their properties.

use asterisk_sdk::ari::model::MODELS;
use asterisk_sdk::ari::{Schema, TypedEvent};
use harness::ari_peer::{captured_events, captured_models};
use serde_json::Value;

use crate::unexplained;

/// What every event has; [`asterisk_sdk::ari::Event`] tells it.
const COMMON: [(&str, &str); 2] = [
    (
        "Message",
        "the base of what the event WebSocket carries: `Event::name`, `Event::asterisk_id`",
    ),
    ("Event", "the base of all events: `Event::application`, `Event::timestamp`"),
];

/// Models that the inventory lacks.
const BEYOND: &[(&str, &str)] = &[(
    "EventFilter",
    "captured: what stands in the lists of objects events_allowed and events_disallowed",
)];

/// A row of the inventory.
struct Row {
    name: String,
    /// Names and types.
    properties: Vec<(String, String)>,
}

fn inventory() -> Vec<Row> {
    let rows: Vec<Value> =
        serde_json::from_str(include_str!("interface/ari-models.json")).expect("it is JSON");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let properties = |row: &Value| {
        let list = row["properties"].as_array().expect("a list");
        list.iter().map(|property| (text(&property["name"]), text(&property["type"]))).collect()
    };
    rows.iter().map(|row| Row { name: text(&row["name"]), properties: properties(row) }).collect()
}

/// All models and typed events.
fn types() -> impl Iterator<Item = &'static Schema> {
    MODELS.iter().chain(TypedEvent::TYPES)
}

fn type_of(name: &str) -> Option<&'static Schema> {
    types().find(|schema| schema.name == name)
}

/// Whether a field of this Rust type holds what the inventory says.
fn holds(rust: &str, documented: &str) -> bool {
    let inner = rust.strip_prefix("Option<").and_then(|rest| rest.strip_suffix('>'));
    let rust = inner.unwrap_or(rust);
    if let Some(item) = documented.strip_prefix("List[").and_then(|rest| rest.strip_suffix(']')) {
        let inner = rust.strip_prefix("Vec<").and_then(|rest| rest.strip_suffix('>'));
        return inner.is_some_and(|rust| holds(rust, item));
    }
    let number = ["u16", "u32", "u64", "i64", "HangupCause"].contains(&rust);
    match documented {
        "boolean" => rust == "bool",
        "Date" => rust == "Timestamp",
        "double" => rust == "f64",
        "int" | "long" => number,
        // Some are numbers, times or words of a known set, written as text.
        "string" => rust != "bool" && rust != "f64" && !rust.contains("Vec<") && !is_model(rust),
        "object" => rust.contains("Map<") || rust == "EventFilter",
        "CallerID" => rust == "CallerId",
        "DialplanCEP" => rust == "DialplanCep",
        "DeviceState" => rust == "Device",
        "RESTQueryStringParameter" => rust == "RestQueryStringParameter",
        model => rust == model,
    }
}

fn is_model(rust: &str) -> bool {
    type_of(rust).is_some() && rust != "DeviceState"
}

#[test]
fn every_model_and_event_has_a_type() {
    let rows = inventory();
    assert_eq!(rows.len(), 85);
    let missing: Vec<_> = rows
        .iter()
        .filter(|row| type_of(&row.name).is_none())
        .map(|row| row.name.clone())
        .collect();
    println!("{} of {} models", rows.len() - missing.len() + COMMON.len(), rows.len());
    let missing = unexplained(missing, &COMMON);
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_subtype_of_event_is_a_typed_event() {
    let rows: Vec<Value> =
        serde_json::from_str(include_str!("interface/ari-models.json")).expect("it is JSON");
    let base = rows.iter().find(|row| row["name"] == "Event").expect("the base of events");
    let events = base["subTypes"].as_array().expect("a list");
    let is_event = |name: &str| TypedEvent::TYPES.iter().any(|event| event.name == name);
    let missing: Vec<_> =
        events.iter().filter_map(Value::as_str).filter(|name| !is_event(name)).collect();
    println!("{} of {} events", events.len() - missing.len(), events.len());
    assert_eq!(events.len(), 45);
    assert!(missing.is_empty(), "{missing:?}");
    let named = |schema: &&Schema| events.iter().any(|event| event == schema.name);
    let others: Vec<_> = TypedEvent::TYPES.iter().filter(|event| !named(event)).collect();
    // A message that is no event, and comes the same way.
    assert_eq!(others.iter().map(|event| event.name).collect::<Vec<_>>(), ["MissingParams"]);
}

#[test]
fn every_property_has_a_field_of_its_type() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for row in inventory() {
        let Some(schema) = type_of(&row.name) else { continue };
        for (property, documented) in row.properties {
            count += 1;
            let field = schema.properties.iter().find(|(name, _)| *name == property);
            match field {
                None => wrong.push(format!("{}: {property}", row.name)),
                Some((_, rust)) if !holds(rust, &documented) => {
                    wrong.push(format!("{}: {property} is {documented}, not {rust}", row.name));
                }
                Some(_) => {}
            }
        }
    }
    println!("{} of {count} properties", count - wrong.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_field_is_documented_or_captured() {
    let rows = inventory();
    let mut extra = Vec::new();
    for schema in types() {
        let Some(row) = rows.iter().find(|row| row.name == schema.name) else {
            if schema.name != "MissingParams" {
                extra.push(schema.name.to_owned());
            }
            continue;
        };
        let captured = captured(schema.name);
        for (name, _) in schema.properties {
            let documented = row.properties.iter().any(|(property, _)| property == name);
            if !documented && !captured.iter().any(|model| model.get(name).is_some()) {
                extra.push(format!("{}: {name}", schema.name));
            }
        }
    }
    let extra = unexplained(extra, BEYOND);
    assert!(extra.is_empty(), "{extra:#?}");
}

/// What servers sent of this type.
fn captured(name: &str) -> Vec<Value> {
    let values = |(_, line): (String, String)| match serde_json::from_str(&line).expect("JSON") {
        Value::Array(items) => items,
        value => vec![value],
    };
    let models = captured_models(name).into_iter().flat_map(values);
    let events = captured_events().into_iter().flat_map(values);
    models.chain(events.filter(|event| event["type"] == name)).collect()
}
