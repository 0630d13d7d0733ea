//! Whether typed events say all that the server said, and nothing else.

use std::fmt::Debug;

use asterisk_sdk::ami::{Event, EventType, TypedEvent};
use asterisk_sdk::ari::{self, model::Model};
use serde_json::Value;

/// Events whose further headers are whatever somebody chose, so that no field can be asked of them.
const FREE: [&str; 3] = ["UserEvent", "TestEvent", "Cdr"];

/// Items that servers write without an empty line between them, all in one with the end of the list.
const GLUED: [&str; 2] = ["DeviceEntry", "LineEntry"];

/// What servers write for what they do not know or have; a field of any type is `None` then.
const NOTHING: [&str; 4] = ["", "<unknown>", "(null)", "N/A"];

/// What is wrong with the type of an event, in words; nothing when it is right.
///
/// It has a type, each of its headers has a field, and each field says what the header says.
#[must_use]
pub fn complaints(event: &Event) -> Vec<String> {
    let name = event.name();
    let typed = event.typed();
    if matches!(typed, TypedEvent::Other(_)) {
        return vec![format!("{name}: has no type")];
    }
    let mut wrong = Vec::new();
    if !FREE.contains(&&*name) && !GLUED.contains(&&*name) {
        let others = typed.other_headers();
        wrong.extend(others.map(|h| format!("{name}: no field for {:?}", h.name_lossy())));
    }
    let fields = EventType::of(&name).map_or(&[][..], |event_type| event_type.fields);
    let mut fields = fields.iter();
    typed.visit(&mut |header, value| {
        let rust_type = fields.next().map_or("", |field| field.rust_type);
        let Some(raw) = event.get(header) else { return };
        let value = format!("{value:?}");
        let told = match value.as_str() {
            "None" => {
                NOTHING.contains(&&*raw)
                    || (raw.trim() == "0" && rust_type.contains("Time"))
                    || (below_zero(&raw) && rust_type.contains("Duration"))
            }
            // A word that servers write and the type does not know.
            _ if value.contains("Other(") => false,
            _ => match rust_type {
                "Option<Text>" => raw.contains('\\') || value == format!("Some({raw:?})"),
                "Option<u32>" | "Option<u64>" | "Option<i32>" | "Option<i64>" => {
                    raw.trim().parse().is_ok_and(|raw: i64| value == format!("Some({raw})"))
                }
                "Option<ChannelId>" | "Option<LinkedId>" | "Option<BridgeId>" => {
                    value.contains(&format!("{raw:?}"))
                }
                _ => true,
            },
        };
        if !told {
            wrong.push(format!("{name}: {header} is {raw:?}, the field {value} ({rust_type})"));
        }
    });
    wrong
}

/// Whether a server counted a time down too far, which some print without the sign.
fn below_zero(raw: &str) -> bool {
    raw.trim().parse().is_ok_and(|number: f64| number < 0.0 || number >= 2_f64.powi(31))
}

/// What is wrong with the type of an ARI event, in words; nothing when it is right.
///
/// It has a type, each of its properties has a field at any depth, with a value that the field takes, and
/// each word of a known set is known.
#[must_use]
pub fn ari_complaints(event: &ari::Event) -> Vec<String> {
    let typed = event.typed();
    if matches!(typed, ari::TypedEvent::Other(_)) {
        return vec![format!("{}: has no type", event.name())];
    }
    json_complaints(event.name(), &typed.extras(), &typed)
}

/// What is wrong with the type of a model that was read from a reply; see [`ari_complaints`].
#[must_use]
pub fn ari_model_complaints<M: Model + Debug>(model: &M) -> Vec<String> {
    json_complaints(M::SCHEMA.name, &model.extras(), model)
}

fn json_complaints(name: &str, extras: &[(String, &Value)], typed: &impl Debug) -> Vec<String> {
    let extras = extras.iter().map(|(path, value)| format!("{name}: no field for {path}: {value}"));
    // Quotes in text are escaped by `Debug`, so this finds variants only; an empty one stands for a
    // word that the server left out.
    let typed = format!("{typed:?}");
    let others = typed.split("Other(\"").skip(1).filter_map(|rest| rest.split('"').next());
    let words = others.filter(|word| !word.is_empty());
    extras.chain(words.map(|word| format!("{name}: unknown word {word:?}"))).collect()
}
