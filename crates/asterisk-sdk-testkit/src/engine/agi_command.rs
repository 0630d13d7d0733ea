//! The commands of AGI against a call.

use std::sync::Arc;
use std::time::Duration;

use super::Core;
use super::application::{self, Flow};
use super::digits::{self, End, Pause, Played, Sound};
use crate::model::World;
use crate::model::channel::{Channel, Ending, Location, Party, State};
use crate::model::expand::database_key;
use crate::model::happening::What;

/// A reply, and what AMI says of it.
pub(super) struct Reply {
    pub(super) text: String,
    pub(super) code: i32,
    pub(super) result: &'static str,
}

impl Reply {
    fn ok(result: impl std::fmt::Display) -> Self {
        Self { text: format!("200 result={result}\n"), code: 200, result: "Success" }
    }

    /// A command that an end of the call broke off, or that could not do its work.
    fn failed(result: impl std::fmt::Display) -> Self {
        Self { text: format!("200 result={result}\n"), code: -1, result: "Failure" }
    }

    fn unknown() -> Self {
        let text = "510 Invalid or unknown command\n".to_owned();
        Self { text, code: 510, result: "Invalid or unknown command" }
    }

    fn dead() -> Self {
        let text = "511 Command Not Permitted on a dead channel or intercept routine\n".to_owned();
        let result = "Command Not Permitted on a dead channel or intercept routine";
        Self { text, code: 511, result }
    }

    fn usage() -> Self {
        let text = "520 Invalid command syntax.  Proper usage not available.\n".to_owned();
        let result = "Invalid command syntax.  Proper usage not available";
        Self { text, code: 520, result }
    }
}

/// The commands, those of two words first, and whether they work on a dead channel.
const COMMANDS: [(&str, bool); 38] = [
    ("CHANNEL STATUS", false),
    ("CONTROL STREAM FILE", false),
    ("DATABASE DEL", true),
    ("DATABASE DELTREE", true),
    ("DATABASE GET", true),
    ("DATABASE PUT", true),
    ("GET DATA", false),
    ("GET FULL VARIABLE", true),
    ("GET OPTION", false),
    ("GET VARIABLE", true),
    ("RECEIVE CHAR", false),
    ("RECEIVE TEXT", false),
    ("RECORD FILE", false),
    ("SAY ALPHA", false),
    ("SAY DATE", false),
    ("SAY DATETIME", false),
    ("SAY DIGITS", false),
    ("SAY NUMBER", false),
    ("SAY PHONETIC", false),
    ("SAY TIME", false),
    ("SEND IMAGE", false),
    ("SEND TEXT", false),
    ("SET AUTOHANGUP", false),
    ("SET CALLERID", false),
    ("SET CONTEXT", false),
    ("SET EXTENSION", false),
    ("SET MUSIC", false),
    ("SET PRIORITY", false),
    ("SET VARIABLE", true),
    ("STREAM FILE", false),
    ("TDD MODE", false),
    ("WAIT FOR DIGIT", false),
    ("ANSWER", false),
    ("EXEC", true),
    ("HANGUP", false),
    ("NOOP", true),
    ("VERBOSE", true),
    ("ASYNCAGI BREAK", true),
];

/// Splits a line into words, as Asterisk does.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let (mut quoted, mut escaped) = (false, false);
    for character in line.chars() {
        match character {
            _ if escaped => {
                word.get_or_insert_default().push(character);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' | '\t' if !quoted => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

/// Runs one line.
pub(super) async fn run(core: &Arc<Core>, id: &str, line: &str, dead: bool) -> Reply {
    let words = words(line);
    let found = COMMANDS.iter().find(|(name, _)| {
        let names = name.split(' ');
        names.clone().count() <= words.len()
            && names.zip(&words).all(|(name, word)| name.eq_ignore_ascii_case(word))
    });
    let Some((name, also_dead)) = found else { return Reply::unknown() };
    if dead && !also_dead {
        return Reply::dead();
    }
    let args: Vec<&str> = words.iter().skip(name.split(' ').count()).map(String::as_str).collect();
    if let Some(reply) = at_once(core, id, name, &args) {
        return reply;
    }
    takes_time(core, id, name, &args).await
}

/// The commands that take no time.
fn at_once(core: &Core, id: &str, name: &str, args: &[&str]) -> Option<Reply> {
    let reply = match (name, args) {
        ("ANSWER", []) => {
            core.with(|world| world.set_state(id, State::Up));
            Reply::ok(0)
        }
        ("CHANNEL STATUS", [] | [_]) => core.with(|world| {
            let found = world.find_channel(args.first().unwrap_or(&id));
            match found.and_then(|id| world.view(&id)) {
                Some(view) => Reply::ok(view.state.code()),
                None => Reply::ok(-1),
            }
        }),
        ("DATABASE DEL", [family, key]) => core.with(|world| {
            world.database.remove(&database_key(&format!("{family}/{key}")));
            Reply::ok(1)
        }),
        ("DATABASE DELTREE", [family] | [family, _]) => core.with(|world| {
            let tree = args.get(1).map_or((*family).to_owned(), |tree| format!("{family}/{tree}"));
            // It is so: 0 says that something was deleted.
            Reply::ok(i32::from(world.delete_tree(&tree) == 0))
        }),
        ("DATABASE GET", [family, key]) => {
            core.with(|world| match world.database.get(&database_key(&format!("{family}/{key}"))) {
                Some(value) => Reply::ok(format!("1 ({value})")),
                None => Reply::ok(0),
            })
        }
        ("DATABASE PUT", [family, key, value]) => core.with(|world| {
            world.database.insert(database_key(&format!("{family}/{key}")), (*value).to_owned());
            Reply::ok(1)
        }),
        ("GET VARIABLE", [name]) => core.with(|world| match world.variable(Some(id), name) {
            Some(value) => Reply::ok(format!("1 ({value})")),
            None => Reply::ok(0),
        }),
        ("GET FULL VARIABLE", [text] | [text, _]) => {
            core.with(|world| match world.find_channel(args.get(1).unwrap_or(&id)) {
                Some(channel) => Reply::ok(format!("1 ({})", world.expand(Some(&channel), text))),
                None => Reply::ok(0),
            })
        }
        ("SET VARIABLE", [name, value]) => core.with(|world| {
            world.set_variable(Some(id), name, value);
            Reply::ok(1)
        }),
        ("SET CALLERID", [text]) => core.with(|world| {
            world.set_caller(id, Party::parse(text));
            Reply::ok(1)
        }),
        ("SET CONTEXT" | "SET EXTENSION" | "SET PRIORITY", [value]) => {
            core.with(|world| set_place(world, id, name, value))
        }
        ("SET MUSIC", [switch] | [switch, _]) => core.with(|world| {
            let class = args.get(1).copied().unwrap_or("default").to_owned();
            let class = switch.eq_ignore_ascii_case("on").then_some(class);
            if let Some(channel) = world.view(id) {
                world.emit(What::Music { channel, class });
            }
            Reply::ok(0)
        }),
        ("SET AUTOHANGUP" | "SEND TEXT" | "SEND IMAGE" | "TDD MODE", [_])
        | ("NOOP", _)
        | ("ASYNCAGI BREAK", []) => Reply::ok(0),
        ("VERBOSE", [_] | [_, _]) => Reply::ok(1),
        ("RECEIVE CHAR" | "RECEIVE TEXT", [_]) => Reply::ok("-1 (hangup)"),
        ("HANGUP", [] | [_]) => core.with(|world| {
            let Some(found) = world.find_channel(args.first().unwrap_or(&id)) else {
                return Reply::ok(-1);
            };
            world.end(&found, Ending { cause: super::call::NORMAL, tech_cause: None });
            Reply::ok(1)
        }),
        _ => return None,
    };
    Some(reply)
}

fn set_place(world: &mut World, id: &str, name: &str, value: &str) -> Reply {
    let Some(here) = world.channels.get(id).map(Channel::location) else {
        return Reply::ok(0);
    };
    // It goes on behind this step, which is one less than where it is told to go.
    let place = match name {
        "SET CONTEXT" => Location { context: value.to_owned(), ..here },
        "SET EXTENSION" => Location { exten: value.to_owned(), ..here },
        _ => match world.dialplan.priority(&here.context, &here.exten, value) {
            Some(priority) => Location { priority: priority.saturating_sub(1), ..here },
            None => return Reply::usage(),
        },
    };
    world.set_location(id, place);
    Reply::ok(0)
}

/// How long something may take.
#[derive(Debug, Clone, Copy)]
enum Limit {
    After(Duration),
    Never,
}

impl Limit {
    fn duration(self) -> Option<Duration> {
        match self {
            Self::After(limit) => Some(limit),
            Self::Never => None,
        }
    }
}

/// Milliseconds; a negative number is no limit.
fn limit(text: &str) -> Option<Limit> {
    let millis: i64 = text.trim().parse().ok()?;
    let limit = u64::try_from(millis).map(Duration::from_millis);
    Some(limit.map_or(Limit::Never, Limit::After))
}

/// The commands during which something else can happen.
async fn takes_time(core: &Arc<Core>, id: &str, name: &str, args: &[&str]) -> Reply {
    match (name, args) {
        ("EXEC", [app, data @ ..]) => match application::named(app) {
            None => Reply { result: "Unknown Result", ..Reply::ok(-2) },
            Some(app) => {
                let data = data.join(",");
                core.with(|world| world.set_application(id, app, &data));
                let flow = application::run(core, id, app, &data).await;
                core.with(|world| world.set_application(id, "AGI", ""));
                if flow == Flow::End { Reply::failed(-1) } else { Reply::ok(0) }
            }
        },
        ("STREAM FILE", [file, keys] | [file, keys, _]) => {
            streamed(core, id, digits::play(core, id, file, keys).await, true)
        }
        ("CONTROL STREAM FILE", [file, keys, ..]) => {
            control(core, id, digits::play(core, id, file, keys).await)
        }
        ("GET OPTION", [file, keys] | [file, keys, _]) => {
            let sound = digits::play(core, id, file, keys).await;
            if sound.end != Played::ToTheEnd {
                return streamed(core, id, sound, false);
            }
            let wait = args.get(2).and_then(|text| limit(text));
            let wait = wait.map_or(Some(Duration::from_secs(5)), Limit::duration);
            match digits::key(core, id, wait).await {
                Pause::Key(digit) if keys.contains(digit) => {
                    Reply::ok(format!("{} endpos={}", u32::from(digit), sound.samples()))
                }
                Pause::Interrupted => Reply::failed(format!("-1 endpos={}", sound.samples())),
                _ => Reply::ok(format!("0 endpos={}", sound.samples())),
            }
        }
        ("GET DATA", [file, more @ ..]) if more.len() <= 2 => get_data(core, id, file, more).await,
        ("WAIT FOR DIGIT", [millis]) => match limit(millis) {
            None => Reply::usage(),
            Some(wait) => match digits::key(core, id, wait.duration()).await {
                Pause::Over => Reply::ok(0),
                Pause::Key(digit) => Reply::ok(u32::from(digit)),
                Pause::Interrupted => Reply::failed(-1),
            },
        },
        (
            "SAY ALPHA" | "SAY DATE" | "SAY DATETIME" | "SAY DIGITS" | "SAY NUMBER"
            | "SAY PHONETIC" | "SAY TIME",
            [_, keys, ..],
        ) => match digits::play(core, id, "", keys).await.end {
            Played::Key(digit) => Reply::ok(u32::from(digit)),
            Played::Interrupted => Reply::failed(-1),
            Played::ToTheEnd | Played::Missing => Reply::ok(0),
        },
        ("RECORD FILE", [file, format, keys, millis, ..]) => {
            record(core, id, file, format, keys, millis).await
        }
        _ => Reply::usage(),
    }
}

/// What a sound came to.
fn streamed(core: &Core, id: &str, sound: Sound, status: bool) -> Reply {
    let word = if sound.end == Played::Interrupted { "FAILED" } else { "SUCCESS" };
    if status && sound.end != Played::Missing {
        core.with(|world| world.set_variable(Some(id), "PLAYBACKSTATUS", word));
    }
    let endpos = format!("endpos={}", sound.samples());
    match sound.end {
        Played::ToTheEnd => Reply::ok(format!("0 {endpos}")),
        Played::Key(digit) => Reply::ok(format!("{} {endpos}", u32::from(digit))),
        Played::Missing | Played::Interrupted => Reply::failed(format!("-1 {endpos}")),
    }
}

/// The same where the place is told in milliseconds, and not at all at the end.
fn control(core: &Core, id: &str, sound: Sound) -> Reply {
    let (status, result, place) = match sound.end {
        Played::ToTheEnd => ("SUCCESS", 0, -1),
        Played::Missing => ("ERROR", 0, -1),
        Played::Key(digit) => {
            let heard = i64::try_from(sound.heard.as_millis()).unwrap_or(i64::MAX);
            ("USERSTOPPED", i64::from(u32::from(digit)), heard)
        }
        Played::Interrupted => ("ERROR", -1, -1),
    };
    core.with(|world| world.set_variable(Some(id), "CPLAYBACKSTATUS", status));
    let text = format!("{result} endpos={place}");
    if result < 0 { Reply::failed(text) } else { Reply::ok(text) }
}

async fn get_data(core: &Core, id: &str, file: &str, more: &[&str]) -> Reply {
    // Without a timeout it is six seconds; zero means the same.
    let wait = more.first().and_then(|text| limit(text)).and_then(Limit::duration);
    let wait = wait.filter(|wait| !wait.is_zero()).unwrap_or(Duration::from_secs(6));
    let max = more.get(1).and_then(|max| max.parse().ok()).filter(|max| *max > 0).unwrap_or(1024);
    match digits::prompt(core, id, file).await {
        Played::Interrupted | Played::Missing => return Reply::failed(-1),
        Played::ToTheEnd | Played::Key(_) => {}
    }
    let (digits, end) = digits::collect(core, id, max, Some(wait)).await;
    match end {
        End::Full | End::Terminator => Reply::ok(digits),
        End::Timeout => Reply::ok(format!("{digits} (timeout)")),
        End::Interrupted => Reply::failed(-1),
    }
}

async fn record(
    core: &Core,
    id: &str,
    file: &str,
    format: &str,
    keys: &str,
    millis: &str,
) -> Reply {
    let Some(wait) = limit(millis).map(Limit::duration) else { return Reply::usage() };
    let began = tokio::time::Instant::now();
    let end = loop {
        match digits::key(core, id, wait.map(|wait| wait.saturating_sub(began.elapsed()))).await {
            Pause::Key(digit) if !keys.contains(digit) => {}
            end => break end,
        }
    };
    let samples = began.elapsed().as_millis() * 8;
    core.with(|world| world.stored.insert(file.to_owned(), format.to_owned()));
    match end {
        Pause::Over => Reply::ok(format!("0 (timeout) endpos={samples}")),
        Pause::Key(digit) => Reply::ok(format!("{} (dtmf) endpos={samples}", u32::from(digit))),
        Pause::Interrupted => Reply::failed(format!("-1 (hangup) endpos={samples}")),
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_are_quoted_as_asterisk_reads_them() {
        let expected = ["GET", "ab cd", "", "a\"b", "x\\y"];
        assert_eq!(words(r#"GET a"b c"d "" "a\"b" x\\y"#), expected);
        assert_eq!(words(r#""open end"#), ["open end"]);
        assert_eq!(words(""), Vec::<String>::new());
    }
}
