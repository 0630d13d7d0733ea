//! The commands that have a type here, as a table.

/// A command that this crate has a type for: its words, and its parameters in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signature {
    /// The words of the command, as in `STREAM FILE`.
    pub words: &'static str,
    /// Its parameters, by the names that the server has for them.
    pub parameters: &'static [Parameter],
}

/// A parameter of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parameter {
    /// The server's name for it.
    pub name: &'static str,
    /// Whether it has to be given.
    pub required: bool,
}

const fn command(words: &'static str, parameters: &'static [Parameter]) -> Signature {
    Signature { words, parameters }
}

const fn required(name: &'static str) -> Parameter {
    Parameter { name, required: true }
}

const fn optional(name: &'static str) -> Parameter {
    Parameter { name, required: false }
}

/// Every command that has a type here, in alphabetical order.
pub const SIGNATURES: &[Signature] = &[
    command("ANSWER", &[]),
    command("ASYNCAGI BREAK", &[]),
    command("CHANNEL STATUS", &[optional("channelname")]),
    command(
        "CONTROL STREAM FILE",
        &[
            required("filename"),
            required("escape_digits"),
            optional("skipms"),
            optional("ffchar"),
            optional("rewchr"),
            optional("pausechr"),
            optional("offsetms"),
        ],
    ),
    command("DATABASE DEL", &[required("family"), required("key")]),
    command("DATABASE DELTREE", &[required("family"), optional("keytree")]),
    command("DATABASE GET", &[required("family"), required("key")]),
    command("DATABASE PUT", &[required("family"), required("key"), required("value")]),
    command("EXEC", &[required("application"), optional("options")]),
    command("GET DATA", &[required("file"), optional("timeout"), optional("maxdigits")]),
    command("GET FULL VARIABLE", &[required("expression"), optional("channelname")]),
    command("GET OPTION", &[required("filename"), required("escape_digits"), optional("timeout")]),
    command("GET VARIABLE", &[required("variablename")]),
    command(
        "GOSUB",
        &[
            required("context"),
            required("extension"),
            required("priority"),
            optional("optional-argument"),
        ],
    ),
    command("HANGUP", &[optional("channelname")]),
    command("NOOP", &[]),
    command("RECEIVE CHAR", &[required("timeout")]),
    command("RECEIVE TEXT", &[required("timeout")]),
    command(
        "RECORD FILE",
        &[
            required("filename"),
            required("format"),
            required("escape_digits"),
            required("timeout"),
            optional("offset_samples"),
            optional("beep"),
            optional("s=silence"),
        ],
    ),
    command("SAY ALPHA", &[required("number"), required("escape_digits"), optional("case")]),
    command("SAY DATE", &[required("date"), required("escape_digits")]),
    command(
        "SAY DATETIME",
        &[required("time"), required("escape_digits"), optional("format"), optional("timezone")],
    ),
    command("SAY DIGITS", &[required("number"), required("escape_digits")]),
    command("SAY NUMBER", &[required("number"), required("escape_digits"), optional("gender")]),
    command("SAY PHONETIC", &[required("string"), required("escape_digits")]),
    command("SAY TIME", &[required("time"), required("escape_digits")]),
    command("SEND IMAGE", &[required("image")]),
    command("SEND TEXT", &[required("text to send")]),
    command("SET AUTOHANGUP", &[required("time")]),
    command("SET CALLERID", &[required("number")]),
    command("SET CONTEXT", &[required("desired context")]),
    command("SET EXTENSION", &[required("new extension")]),
    command("SET MUSIC", &[required("boolean"), optional("class")]),
    command("SET PRIORITY", &[required("priority")]),
    command("SET VARIABLE", &[required("variablename"), required("value")]),
    command("SPEECH ACTIVATE GRAMMAR", &[required("grammar name")]),
    command("SPEECH CREATE", &[optional("engine")]),
    command("SPEECH DEACTIVATE GRAMMAR", &[required("grammar name")]),
    command("SPEECH DESTROY", &[]),
    command("SPEECH LOAD GRAMMAR", &[required("grammar name"), required("path to grammar")]),
    command("SPEECH RECOGNIZE", &[required("prompt"), required("timeout"), optional("offset")]),
    command("SPEECH SET", &[required("name"), required("value")]),
    command("SPEECH UNLOAD GRAMMAR", &[required("grammar name")]),
    command(
        "STREAM FILE",
        &[required("filename"), required("escape_digits"), optional("sample offset")],
    ),
    command("TDD MODE", &[required("boolean")]),
    command("VERBOSE", &[required("message"), optional("level")]),
    command("WAIT FOR DIGIT", &[required("timeout")]),
];
