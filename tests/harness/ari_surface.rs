//! Operations by what was asked, and whether the models of their replies say all that the server said.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::LazyLock;

use asterisk_sdk::ari::model::{self, FromJson, Model};
use bytes::Bytes;
use serde_json::Value;

use crate::surface::ari_model_complaints;

/// An operation as Asterisk documents it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// Method and path: `POST /channels/{channelId}/answer`.
    pub name: String,
    /// What the reply is: `List[Channel]`.
    pub response: String,
}

/// All operations that Asterisk documents.
pub static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    let rows = include_str!("../spec/interface/ari-operations.json");
    let rows: Vec<Value> = serde_json::from_str(rows).expect("an inventory is JSON");
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let operation = |row: &Value| Operation {
        name: format!("{} {}", text(row, "method"), text(row, "path")),
        response: text(row, "response"),
    };
    rows.iter().map(operation).collect()
});

/// The operation that was asked for: the one whose path has the most words in common.
#[must_use]
pub fn operation(method: &str, path: &str) -> Option<&'static Operation> {
    let asked: Vec<_> = path.split('/').collect();
    let words = |operation: &&Operation| {
        let (documented, template) = operation.name.split_once(' ')?;
        let parts: Vec<_> = template.split('/').collect();
        let fits = documented == method
            && parts.len() == asked.len()
            && parts.iter().zip(&asked).all(|(part, asked)| part.starts_with('{') || part == asked);
        fits.then(|| parts.iter().filter(|part| !part.starts_with('{')).count())
    };
    let fitting = OPERATIONS.iter().filter(|operation| words(operation).is_some());
    fitting.max_by_key(words)
}

/// What is wrong with the model of an operation's reply.
#[must_use]
pub fn reply_complaints(operation: &Operation, body: &[u8]) -> Vec<String> {
    let (name, body) = (operation.name.as_str(), Bytes::copy_from_slice(body));
    let item = operation.response.strip_prefix("List[").and_then(|item| item.strip_suffix(']'));
    let read = Reading { name, body: &body, list: item.is_some() };
    match item.unwrap_or(&operation.response) {
        // A recording, and the answer of a WebSocket.
        "binary" | "Message" => Vec::new(),
        "void" if body.is_empty() => Vec::new(),
        "Application" => read.model::<model::Application>(),
        "AsteriskInfo" => read.model::<model::AsteriskInfo>(),
        "AsteriskPing" => read.model::<model::AsteriskPing>(),
        "Bridge" => read.model::<model::Bridge>(),
        "Channel" => read.model::<model::Channel>(),
        "ConfigTuple" => read.model::<model::ConfigTuple>(),
        "DeviceState" => read.model::<model::Device>(),
        "Endpoint" => read.model::<model::Endpoint>(),
        "LiveRecording" => read.model::<model::LiveRecording>(),
        "LogChannel" => read.model::<model::LogChannel>(),
        "Mailbox" => read.model::<model::Mailbox>(),
        "Module" => read.model::<model::Module>(),
        "Playback" => read.model::<model::Playback>(),
        "RTPstat" => read.model::<model::RtpStat>(),
        "Sound" => read.model::<model::Sound>(),
        "StoredRecording" => read.model::<model::StoredRecording>(),
        "Variable" => read.model::<model::Variable>(),
        "Variables" => read.model::<model::Variables>(),
        other => vec![format!("{name}: answers with {other:?}, which nothing reads")],
    }
}

/// A reply to be read as one model or as a list of them.
struct Reading<'a> {
    name: &'a str,
    body: &'a Bytes,
    list: bool,
}

impl Reading<'_> {
    fn model<M: Model + Debug>(&self) -> Vec<String> {
        let one = |body| M::from_json(body).map(|model| vec![model]);
        let read = if self.list { Vec::from_json(self.body) } else { one(self.body) };
        match read {
            Ok(models) => models.iter().flat_map(ari_model_complaints).collect(),
            Err(error) => vec![format!("{}: {error}", self.name)],
        }
    }
}

/// The kind of JSON text that this is: the paths of its members, each with the type of its value.
#[must_use]
pub fn shape(json: &str) -> BTreeSet<String> {
    fn walk(path: &str, value: &Value, shape: &mut BTreeSet<String>) {
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(text) if text.is_empty() => "nothing",
            Value::String(_) => "text",
            Value::Array(_) => "list",
            Value::Object(_) => "object",
        };
        shape.insert(format!("{path}: {kind}"));
        match value {
            Value::Array(items) => {
                for item in items {
                    walk(&format!("{path}[]"), item, shape);
                }
            }
            Value::Object(members) => {
                for (name, value) in members {
                    walk(&format!("{path}.{name}"), value, shape);
                }
            }
            _ => {}
        }
    }
    let mut members = BTreeSet::new();
    if let Ok(value) = serde_json::from_str(json) {
        walk("", &value, &mut members);
    }
    members
}
