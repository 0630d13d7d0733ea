//! Command lines: the one place where arguments are quoted and limits are checked.
//!
//! Asterisk splits a line at blanks and tabs; a double quote toggles quoting, and a backslash takes
//! the next character as it is, inside quotes and outside. There is no escape for a line break.

use asterisk_proto::agi::Environment;

use crate::error::LineError;

/// How many words Asterisk takes from a line.
const MAX_WORDS: usize = 127;

/// The longest line that Async AGI takes, and with it every call: it goes through the manager interface,
/// whose lines are of at most 1,022 bytes, where it has no line break yet.
const SHORTEST_LIMIT: usize = 1022 - "Command: ".len() + 1;

/// A command line: the command's words, then its arguments.
///
/// Arguments may hold anything but line feed, carriage return and NUL: they are quoted here. What is
/// wrong with a line is told when the command is sent.
#[derive(Debug, Clone)]
pub struct CommandLine {
    line: String,
    words: usize,
    bad: Option<char>,
}

impl CommandLine {
    /// A line with these words, written as they are.
    #[must_use]
    pub fn new(words: &str) -> Self {
        // Room for the line break and short arguments.
        let mut line = String::with_capacity(words.len() + 32);
        line.push_str(words);
        // Where a word begins.
        let begins =
            |before: u8, byte: u8| before.is_ascii_whitespace() && !byte.is_ascii_whitespace();
        let (mut count, mut before) = (0, b' ');
        for byte in words.bytes() {
            count += usize::from(begins(before, byte));
            before = byte;
        }
        Self { line, words: count, bad: first_bad(words) }
    }

    /// Adds an argument, quoted.
    #[must_use]
    pub fn arg(mut self, value: impl AsRef<str>) -> Self {
        self.words += 1;
        let value = value.as_ref();
        self.bad = self.bad.or_else(|| first_bad(value));
        self.line.push_str(" \"");
        let mut rest = value;
        // As a rule there is none.
        while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\')) {
            self.line.push_str(&rest[..at]);
            self.line.push('\\');
            self.line.push_str(&rest[at..=at]);
            rest = &rest[at + 1..];
        }
        self.line.push_str(rest);
        self.line.push('"');
        self
    }

    /// Adds these arguments, quoted: none of an `Option` that is empty.
    #[must_use]
    pub fn args(self, values: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        values.into_iter().fold(self, Self::arg)
    }

    /// The line with its line break, for the call of this environment.
    pub(crate) fn finish(mut self, environment: &Environment) -> Result<String, LineError> {
        if let Some(bad) = self.bad {
            return Err(LineError::Character(bad));
        }
        if self.words > MAX_WORDS {
            return Err(LineError::TooManyWords(self.words));
        }
        self.line.push('\n');
        let length = self.line.len();
        // Short lines fit, whatever the call is.
        if length > SHORTEST_LIMIT {
            let limit = line_limit(environment);
            if length > limit {
                return Err(LineError::TooLong { length, limit });
            }
        }
        Ok(self.line)
    }
}

/// The longest line, with its line break, that this call takes: a release cuts longer ones, and runs
/// the rest as a command of its own.
fn line_limit(environment: &Environment) -> usize {
    // What the dialplan called is a URL or a file otherwise.
    if environment.request() == "async" {
        return SHORTEST_LIMIT;
    }
    match environment.major_version() {
        Some(22..) => 8191,
        _ => 2047,
    }
}

fn first_bad(text: &str) -> Option<char> {
    text.bytes().find(|byte| matches!(byte, b'\n' | b'\r' | 0)).map(char::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(words: &str, args: &[&str]) -> Result<String, LineError> {
        args.iter()
            .fold(CommandLine::new(words), CommandLine::arg)
            .finish(&Environment::parse("agi_version: 22").unwrap())
    }

    #[test]
    fn arguments_are_always_quoted() {
        // Asterisk gave these values back as they went in.
        for (value, quoted) in [
            ("#", "X \"#\"\n"),
            ("", "X \"\"\n"),
            ("a b", "X \"a b\"\n"),
            ("a\tb", "X \"a\tb\"\n"),
            ("say \"hi\" c:\\tmp", "X \"say \\\"hi\\\" c:\\\\tmp\"\n"),
            ("${CHANNEL}", "X \"${CHANNEL}\"\n"),
            ("\\", "X \"\\\\\"\n"),
            ("Zoë", "X \"Zoë\"\n"),
        ] {
            assert_eq!(line("X", &[value]).unwrap(), quoted);
        }
        assert_eq!(line("SET VARIABLE", &["a", "1"]).unwrap(), "SET VARIABLE \"a\" \"1\"\n");
    }

    #[test]
    fn what_would_end_the_line_is_refused() {
        for bad in ['\n', '\r', '\0'] {
            let refused = Err(LineError::Character(bad));
            assert_eq!(line("X", &[&format!("a{bad}b")]), refused);
            assert_eq!(line(&format!("X{bad}HANGUP"), &[]), refused);
        }
    }

    #[test]
    fn limits_are_those_of_the_server() {
        let environment = |block: &str| Environment::parse(block).unwrap();
        for (block, limit) in [
            ("agi_version: 22.10.1", 8191),
            ("agi_version: 16.28.0", 2047),
            ("agi_version: ", 2047),
            ("agi_request: async\nagi_version: 22.10.1", 1014),
        ] {
            let environment = environment(block);
            let of = |length: usize| CommandLine::new("X").arg("y".repeat(length - 5));
            assert_eq!(of(limit).finish(&environment).unwrap().len(), limit);
            let length = limit + 1;
            let error = of(length).finish(&environment).unwrap_err();
            assert_eq!(error, LineError::TooLong { length, limit });
        }
        assert!(line("X", &["y"; 126]).is_ok());
        assert_eq!(line("X", &["y"; 127]), Err(LineError::TooManyWords(128)));
    }
}
