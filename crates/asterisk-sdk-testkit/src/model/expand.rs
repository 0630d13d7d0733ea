//! Variables and the few functions that this server has.

use super::World;
use super::channel::Party;
use super::time::since_epoch;

impl World {
    /// A text with its `${...}` replaced.
    pub(crate) fn expand(&self, channel: Option<&str>, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${") {
            out.push_str(before);
            let Some(end) = closing(behind) else {
                out.push_str("${");
                rest = behind;
                continue;
            };
            let inner = self.expand(channel, &behind[..end]);
            out.push_str(&self.expression(channel, &inner));
            rest = &behind[end + 1..];
        }
        out.push_str(rest);
        out
    }

    /// What stands inside of `${}`: a name, perhaps with `:offset:length` behind it.
    fn expression(&self, channel: Option<&str>, text: &str) -> String {
        let cut = text.rfind(')').unwrap_or(0);
        let Some(colon) = text[cut..].find(':') else {
            return self.variable(channel, text).unwrap_or_default();
        };
        let (name, range) = (&text[..cut + colon], &text[cut + colon + 1..]);
        let value: Vec<char> = self.variable(channel, name).unwrap_or_default().chars().collect();
        let mut numbers = range.split(':').map(|number| number.trim().parse::<isize>().ok());
        let length = isize::try_from(value.len()).unwrap_or(isize::MAX);
        let offset = numbers.next().flatten().unwrap_or(0);
        let from = if offset < 0 { length + offset } else { offset }.clamp(0, length);
        let to = match numbers.next().flatten() {
            None => length,
            Some(count) if count < 0 => length + count,
            Some(count) => from.saturating_add(count),
        };
        let index = |at: isize| usize::try_from(at.clamp(0, length)).unwrap_or(0);
        value.get(index(from)..index(to.max(from))).unwrap_or_default().iter().collect()
    }

    /// A variable's or function's value; `None` if it is not set.
    pub(crate) fn variable(&self, channel: Option<&str>, name: &str) -> Option<String> {
        if let Some((function, argument)) = name.split_once('(') {
            return self.function(channel, function, argument.strip_suffix(')')?);
        }
        let found = channel.and_then(|id| self.channels.get(id)).and_then(|channel| {
            let view = &channel.view;
            Some(match name {
                "EXTEN" => view.exten.clone(),
                "CONTEXT" => view.context.clone(),
                "PRIORITY" => view.priority.to_string(),
                "UNIQUEID" => view.id.clone(),
                "CHANNEL" => view.name.clone(),
                "HANGUPCAUSE" => channel.ending.map_or(0, |ending| ending.cause).to_string(),
                _ => return channel.variables.get(name).cloned(),
            })
        });
        if found.is_some() {
            return found;
        }
        match name {
            "EPOCH" => Some(since_epoch(self.clock.now()).as_secs().to_string()),
            _ => self.globals.get(name).cloned(),
        }
    }

    fn function(&self, channel: Option<&str>, function: &str, argument: &str) -> Option<String> {
        match function {
            "DB" => self.database.get(&database_key(argument)).cloned(),
            "GLOBAL" => self.globals.get(argument).cloned(),
            "DEVICE_STATE" => Some(self.device_state(argument).to_owned()),
            _ => {
                let view = &self.channels.get(channel?)?.view;
                let Party { name, number } = &view.caller;
                Some(match (function, argument) {
                    ("CALLERID", "num" | "number") => number.clone(),
                    ("CALLERID", "name") => name.clone(),
                    ("CALLERID", "all") => format!("\"{name}\" <{number}>"),
                    ("CHANNEL", "state") => view.state.name().to_owned(),
                    ("CHANNEL", "language") => view.language.clone(),
                    ("CHANNEL", "name") => view.name.clone(),
                    ("CHANNEL", "uniqueid") => view.id.clone(),
                    ("CHANNEL", "linkedid") => view.linked_id.clone(),
                    ("CHANNEL", "accountcode") => view.account.clone(),
                    ("CHANNEL", "channeltype") => view.technology().to_owned(),
                    _ => return None,
                })
            }
        }
    }

    /// Whether a function can be read or written here; the real server refuses those that it has not.
    pub(crate) fn knows_function(name: &str) -> bool {
        let function = name.split('(').next().unwrap_or_default();
        !name.contains('(')
            || ["DB", "GLOBAL", "DEVICE_STATE", "CALLERID", "CHANNEL"].contains(&function)
    }
}

/// Where in the database `family/key` is.
pub(crate) fn database_key(argument: &str) -> String {
    format!("/{}", argument.trim_start_matches('/'))
}

/// Where the bracket closes that was opened before this text.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1;
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::model::channel::State;
    use crate::model::channels::Birth;
    use crate::model::time::Clock;

    fn world() -> (World, String) {
        let mut world = World::new(Clock::from(SystemTime::UNIX_EPOCH), Duration::ZERO);
        let id = world.create_channel(Birth {
            endpoint: "PJSIP/alice",
            id: None,
            state: State::Ring,
            caller: Party::parse("Ada <100>"),
            context: "default",
            exten: "12345",
            linked_id: None,
        });
        (world, id)
    }

    #[test]
    fn variables_and_functions_take_their_place() {
        let (mut world, id) = world();
        world.set_variable(Some(&id), "__A", "one");
        world.set_variable(None, "B", "A");
        world.set_variable(None, "DB(f/k)", "v");
        for (text, expected) in [
            ("${EXTEN}", "12345"),
            ("${EXTEN:1}", "2345"),
            ("${EXTEN:-2}", "45"),
            ("${EXTEN:1:2}", "23"),
            ("${EXTEN:1:-1}", "234"),
            ("${EXTEN:9}", ""),
            ("<${A}> ${NOPE}.", "<one> ."),
            ("${${B}}", "one"),
            ("${DB(f/k)}${DB(f/none)}", "v"),
            ("${CALLERID(name)}/${CALLERID(num)}", "Ada/100"),
            ("${CHANNEL(state)} ${UNIQUEID}", "Ring 0.0"),
            ("${open", "${open"),
        ] {
            assert_eq!(world.expand(Some(&id), text), expected, "{text}");
        }
        assert_eq!(world.expand(None, "${A}"), "");
    }

    #[test]
    fn who_is_dialled_inherits_what_is_marked() {
        let (mut world, id) = world();
        world.endpoint("PJSIP/bob");
        let bob = world.create_channel(Birth {
            endpoint: "PJSIP/bob",
            id: Some("bob".into()),
            state: State::Down,
            caller: Party::default(),
            context: "default",
            exten: "s",
            linked_id: None,
        });
        for name in ["own", "_once", "__ever"] {
            world.set_variable(Some(&id), name, "1");
        }
        world.inherit(&id, &bob);
        let bobs: Vec<_> = world.channels[&bob].variables.keys().cloned().collect();
        assert_eq!(bobs, ["ever", "once"]);
        assert_eq!(world.channels[&bob].inherited.keys().collect::<Vec<_>>(), ["ever"]);
    }
}
