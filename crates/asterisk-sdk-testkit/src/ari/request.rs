//! What a request says: path, query and body.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// The parameters of a request, wherever they stand.
#[derive(Debug, Default)]
pub(super) struct Params {
    query: Vec<(String, String)>,
    body: Map<String, Value>,
}

/// Decodes `a=1&b=2`, where `+` is a blank.
pub(super) fn pairs(query: &str) -> Vec<(String, String)> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    let parts = parts.map(|part| part.split_once('=').unwrap_or((part, "")));
    parts.map(|(name, value)| (decode(name), decode(value))).collect()
}

pub(super) fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

impl Params {
    /// Reads query and body; the error is what makes no sense.
    pub(super) fn read(query: &str, kind: &str, body: &[u8]) -> Result<Self, &'static str> {
        let mut params = Self { query: pairs(query), body: Map::new() };
        if body.is_empty() {
            return Ok(params);
        }
        match kind.split(';').next().unwrap_or_default().trim() {
            "application/json" => match serde_json::from_slice(body) {
                Ok(Value::Object(body)) => params.body = body,
                _ => return Err("Error parsing request body"),
            },
            "application/x-www-form-urlencoded" => {
                params.query.extend(pairs(&String::from_utf8_lossy(body)));
            }
            // The server does not look at others.
            _ => {}
        }
        Ok(params)
    }

    /// A parameter; that of the body comes first, and of several in the query the last.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        if let Some(value) = self.body.get(name) {
            // Numbers in the place of text are not looked at.
            return value.as_str();
        }
        let found = self.query.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, value)| &**value)
    }

    pub(super) fn given(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        match self.body.get(name).and_then(Value::as_u64) {
            Some(number) => Some(number),
            None => self.get(name)?.trim().parse().ok(),
        }
    }

    pub(super) fn json(&self, name: &str) -> Option<&Value> {
        self.body.get(name)
    }

    /// A list, which the query joins by commas.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        if let Some(Value::Array(items)) = self.body.get(name) {
            return items.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        }
        let list = self.given(name).map(|list| list.split(',').map(str::to_owned).collect());
        list.unwrap_or_default()
    }

    /// `variables`: names and values; the error is what is wrong with them.
    pub(super) fn variables(&self) -> Result<Vec<(String, String)>, &'static str> {
        let Some(variables) = self.body.get("variables") else { return Ok(Vec::new()) };
        let Value::Object(variables) = variables else { return Err("Invalid variables") };
        let pairs = variables.iter().map(|(name, value)| {
            let value = match value {
                Value::Object(detailed) => detailed.get("value").and_then(Value::as_str),
                value => value.as_str(),
            };
            Ok((
                name.clone(),
                value.ok_or("Each value in 'variables' must be a string or an object with 'value' and optional 'report_events'")?.to_owned(),
            ))
        });
        pairs.collect()
    }
}
