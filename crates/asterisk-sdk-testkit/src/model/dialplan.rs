//! The dialplan: the part of extensions.conf that this server knows.

use std::collections::BTreeMap;

/// The applications that a dialplan, `EXEC` and `Originate` may use.
pub(crate) const APPLICATIONS: [&str; 21] = [
    "AGI",
    "Answer",
    "Busy",
    "Congestion",
    "Dial",
    "Goto",
    "Hangup",
    "MusicOnHold",
    "NoOp",
    "Playback",
    "Progress",
    "Queue",
    "Read",
    "Ringing",
    "SendDTMF",
    "Set",
    "Stasis",
    "UserEvent",
    "Verbose",
    "Wait",
    "WaitExten",
];

/// How this server writes the name of an application; `None` for one that it has not.
pub(crate) fn application(name: &str) -> Option<&'static str> {
    APPLICATIONS.into_iter().find(|known| known.eq_ignore_ascii_case(name))
}

/// A dialplan that cannot be used, and which line of it is to blame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the dialplan: {problem}")]
#[non_exhaustive]
pub struct DialplanError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

/// One priority of an extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) application: &'static str,
    pub(crate) data: String,
}

#[derive(Debug, Clone, Default)]
struct Context {
    extensions: BTreeMap<String, BTreeMap<u32, Step>>,
    /// (extension, label) to priority.
    labels: BTreeMap<(String, String), u32>,
    includes: Vec<String>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Dialplan(BTreeMap<String, Context>);

impl Dialplan {
    /// Adds what a text in the form of extensions.conf says. Extensions that are there already are replaced; a text
    /// with a mistake changes nothing.
    pub(crate) fn add(&mut self, text: &str) -> Result<(), DialplanError> {
        let mut added = Reader::default();
        for (index, line) in text.lines().enumerate() {
            let problem = |problem| DialplanError { line: index + 1, problem };
            added.line(line).map_err(problem)?;
        }
        for (name, context) in added.contexts {
            let known = self.0.entry(name).or_default();
            known.labels.retain(|(exten, _), _| !context.extensions.contains_key(exten));
            known.extensions.extend(context.extensions);
            known.labels.extend(context.labels);
            known.includes.extend(context.includes);
        }
        Ok(())
    }

    /// The step at a place.
    pub(crate) fn step(&self, context: &str, exten: &str, priority: u32) -> Option<&Step> {
        self.extension(context, exten, 0)?.1.get(&priority)
    }

    pub(crate) fn has(&self, context: &str, exten: &str, priority: u32) -> bool {
        self.step(context, exten, priority).is_some()
    }

    /// Whether longer digits than these may still become an extension.
    pub(crate) fn may_become(&self, context: &str, digits: &str) -> bool {
        self.0.get(context).is_some_and(|context| {
            context.extensions.keys().any(|name| match name.strip_prefix('_') {
                Some(pattern) => could_match(pattern, digits),
                None => name.len() > digits.len() && name.starts_with(digits),
            })
        })
    }

    /// The priority that a number or label stands for.
    pub(crate) fn priority(&self, context: &str, exten: &str, priority: &str) -> Option<u32> {
        if let Ok(priority) = priority.trim().parse() {
            return Some(priority);
        }
        let (name, _) = self.extension(context, exten, 0)?;
        let label = (name.to_owned(), priority.trim().to_owned());
        self.0.values().find_map(|context| context.labels.get(&label)).copied()
    }

    fn extension(
        &self,
        context: &str,
        exten: &str,
        depth: u8,
    ) -> Option<(&str, &BTreeMap<u32, Step>)> {
        // Contexts may include each other.
        if depth > 10 {
            return None;
        }
        let context = self.0.get(context)?;
        let exact = context.extensions.get_key_value(exten);
        let found = exact.or_else(|| {
            context.extensions.iter().find(|(name, _)| {
                name.strip_prefix('_').is_some_and(|pattern| matches(pattern, exten))
            })
        });
        if let Some((name, steps)) = found {
            return Some((name, steps));
        }
        let mut includes = context.includes.iter();
        includes.find_map(|include| self.extension(include, exten, depth + 1))
    }
}

/// Reads the text line by line.
#[derive(Default)]
struct Reader {
    contexts: BTreeMap<String, Context>,
    context: Option<String>,
    exten: String,
    priority: u32,
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), String> {
        let line = strip_comment(line).trim().to_owned();
        if line.is_empty() {
            return Ok(());
        }
        if let Some(name) = line.strip_prefix('[') {
            let name = name.split(']').next().unwrap_or_default().trim().to_owned();
            self.contexts.entry(name.clone()).or_default();
            self.context = Some(name);
            self.exten.clear();
            return Ok(());
        }
        let Some((key, value)) = line.split_once('=') else {
            return Err(format!("{line:?} is no setting"));
        };
        let value = value.strip_prefix('>').unwrap_or(value).trim();
        let context = self.context.as_deref();
        match key.trim() {
            // Settings of the file itself change nothing here.
            _ if context == Some("general") => Ok(()),
            "include" => {
                self.current()?.includes.push(value.to_owned());
                Ok(())
            }
            "exten" => {
                let mut parts = value.splitn(3, ',');
                let (exten, priority, step) = (parts.next(), parts.next(), parts.next());
                exten.unwrap_or_default().trim().clone_into(&mut self.exten);
                self.step(priority.unwrap_or_default(), step.unwrap_or_default())
            }
            "same" => {
                let (priority, step) = value.split_once(',').unwrap_or((value, ""));
                self.step(priority, step)
            }
            other => Err(format!("{other:?} is not known")),
        }
    }

    fn current(&mut self) -> Result<&mut Context, String> {
        let name = self.context.clone().ok_or("no context before it")?;
        Ok(self.contexts.entry(name).or_default())
    }

    fn step(&mut self, priority: &str, step: &str) -> Result<(), String> {
        let (priority, label) = match priority.trim().split_once('(') {
            Some((priority, label)) => (priority.trim(), Some(label.trim_end_matches(')').trim())),
            None => (priority.trim(), None),
        };
        if priority == "hint" {
            return Err("hints are not supported".into());
        }
        self.priority = match priority {
            "n" => self.priority + 1,
            number => number.parse().map_err(|_| format!("{number:?} is no priority"))?,
        };
        if self.exten.is_empty() {
            return Err("no extension before it".into());
        }
        let step = parse_step(step)?;
        let (exten, priority) = (self.exten.clone(), self.priority);
        let context = self.current()?;
        if let Some(label) = label {
            context.labels.insert((exten.clone(), label.to_owned()), priority);
        }
        context.extensions.entry(exten).or_default().insert(priority, step);
        Ok(())
    }
}

/// `Application(data)`, where the brackets may be missing.
fn parse_step(text: &str) -> Result<Step, String> {
    let text = text.trim();
    let (name, data) = match text.split_once('(') {
        Some((name, rest)) => {
            (name.trim(), rest.strip_suffix(')').ok_or("its bracket is not closed")?)
        }
        None => (text, ""),
    };
    if data.contains("$[") {
        return Err("expressions ($[...]) are not supported".into());
    }
    let application = application(name).ok_or_else(|| {
        format!("application {name:?} is not supported; there are {}", APPLICATIONS.join(", "))
    })?;
    Ok(Step { application, data: data.to_owned() })
}

/// What stands before a semicolon, which `\;` is not.
fn strip_comment(line: &str) -> String {
    let mut kept = String::new();
    let mut escaped = false;
    for character in line.chars() {
        match character {
            ';' if escaped => {
                kept.pop();
                kept.push(';');
            }
            ';' => break,
            other => kept.push(other),
        }
        escaped = character == '\\';
    }
    kept
}

/// The set of characters at the front of a pattern, and the rest of it.
fn take_set(pattern: &str) -> Option<(Vec<char>, &str)> {
    let first = pattern.chars().next()?;
    let rest = &pattern[first.len_utf8()..];
    Some(match first.to_ascii_uppercase() {
        'X' => (('0'..='9').collect(), rest),
        'Z' => (('1'..='9').collect(), rest),
        'N' => (('2'..='9').collect(), rest),
        '[' => {
            let (set, rest) = rest.split_once(']')?;
            let characters: Vec<char> = set.chars().collect();
            let mut all = Vec::new();
            let mut at = 0;
            while let Some(&from) = characters.get(at) {
                if let (Some('-'), Some(&to)) = (characters.get(at + 1), characters.get(at + 2)) {
                    all.extend(from..=to);
                    at += 3;
                } else {
                    all.push(from);
                    at += 1;
                }
            }
            (all, rest)
        }
        _ => (vec![first], rest),
    })
}

/// Whether a pattern (without its `_`) is this extension's.
fn matches(pattern: &str, exten: &str) -> bool {
    match pattern.chars().next() {
        None => exten.is_empty(),
        Some('.') => !exten.is_empty(),
        Some('!') => true,
        Some(_) => {
            let (Some((set, rest)), Some(digit)) = (take_set(pattern), exten.chars().next()) else {
                return false;
            };
            set.contains(&digit) && matches(rest, &exten[digit.len_utf8()..])
        }
    }
}

/// Whether more digits behind these could make the pattern match.
fn could_match(pattern: &str, digits: &str) -> bool {
    match (pattern.chars().next(), digits.chars().next()) {
        (None, _) => false,
        (Some(_), None) | (Some('.' | '!'), _) => true,
        (Some(_), Some(digit)) => take_set(pattern).is_some_and(|(set, rest)| {
            set.contains(&digit) && could_match(rest, &digits[digit.len_utf8()..])
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(text: &str) -> Dialplan {
        let mut plan = Dialplan::default();
        plan.add(text).unwrap();
        plan
    }

    #[test]
    fn it_reads_what_extensions_conf_holds() {
        let plan = plan(
            "[general]\nstatic=yes\n[default]\n; a comment\nexten => 100,1,Answer()\n \
             same => n(here),Playback(a\\;b) ; and one more\nexten = _2X.,1,NoOp(${EXTEN})\ninclude = other\n\
             [other]\nexten = 7,1,Hangup\n",
        );
        let step = |application, data: &str| Step { application, data: data.into() };
        assert_eq!(plan.step("default", "100", 1), Some(&step("Answer", "")));
        assert_eq!(plan.step("default", "100", 2), Some(&step("Playback", "a;b")));
        assert_eq!(plan.priority("default", "100", "here"), Some(2));
        assert_eq!(plan.step("default", "2345", 1), Some(&step("NoOp", "${EXTEN}")));
        assert_eq!(plan.step("default", "24", 1), None);
        assert_eq!(plan.step("default", "7", 1), Some(&step("Hangup", "")));
        assert!(plan.may_become("default", "10"));
        assert!(plan.may_become("default", "24"));
        assert!(!plan.may_become("default", "100"));
    }

    #[test]
    fn what_it_cannot_do_is_refused_with_its_line() {
        for (text, line, problem) in [
            ("exten = 1,1,Answer()", 1, "no context before it"),
            ("[a]\nexten = 1,1,Conference()", 2, "application \"Conference\" is not supported"),
            ("[a]\n\nexten = 1,x,Answer()", 3, "\"x\" is no priority"),
            ("[a]\nexten = 1,1,Answer(", 2, "its bracket is not closed"),
            ("[a]\nexten = 1,1,Set(A=$[1+1])", 2, "expressions"),
            ("[a]\nswitch = other", 2, "\"switch\" is not known"),
        ] {
            let error = Dialplan::default().add(text).unwrap_err();
            assert_eq!(error.line, line, "{text}");
            assert!(error.problem.starts_with(problem), "{error}");
        }
    }
}
