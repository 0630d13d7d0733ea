//! Command-line flags of the examples: `--name value`, each with a default.

/// Reads the flags, in the order in which they are named.
///
/// A flag that is not known or has no value ends the program with a list of those that are.
pub(crate) fn read<const N: usize>(flags: [(&str, &str); N]) -> [String; N] {
    let mut values = flags.map(|(_, default)| default.to_owned());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let known = flags.iter().position(|(name, _)| *name == argument);
        let Some((index, value)) = known.zip(arguments.next()) else {
            eprintln!("what is {argument:?}? The flags, with their defaults:");
            for (name, default) in flags {
                eprintln!("  {name} {default}");
            }
            std::process::exit(2);
        };
        values[index] = value;
    }
    values
}
