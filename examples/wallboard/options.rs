//! What the command line says.

/// The flags and their defaults.
const FLAGS: [(&str, &str); 4] = [
    ("--asterisk", "127.0.0.1:5038"),
    ("--user", "admin"),
    ("--secret", "secret"),
    ("--listen", "127.0.0.1:8090"),
];

#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) asterisk: String,
    pub(crate) user: String,
    pub(crate) secret: String,
    pub(crate) listen: String,
    pub(crate) tui: bool,
    pub(crate) demo: bool,
}

impl Options {
    /// Reads the command line. What is not known ends the program with a list of what is.
    pub(crate) fn read() -> Self {
        let mut values = FLAGS.map(|(_, default)| default.to_owned());
        let (mut tui, mut demo) = (false, false);
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--tui" => tui = true,
                "--demo" => demo = true,
                _ => Self::value(&mut values, &argument, arguments.next()),
            }
        }
        let [asterisk, user, secret, listen] = values;
        Self { asterisk, user, secret, listen, tui, demo }
    }

    fn value(values: &mut [String; FLAGS.len()], argument: &str, value: Option<String>) {
        let known = FLAGS.iter().position(|(name, _)| *name == argument);
        let Some((index, value)) = known.zip(value) else {
            eprintln!(
                "what is {argument:?}? There are --demo, --tui and these, with their defaults:"
            );
            for (name, default) in FLAGS {
                eprintln!("  {name} {default}");
            }
            std::process::exit(2);
        };
        values[index] = value;
    }
}
