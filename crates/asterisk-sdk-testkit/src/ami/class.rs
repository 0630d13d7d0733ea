//! Classes of events, by the bits that `Events` and user rights are made of.

pub(crate) const SYSTEM: u32 = 1;
pub(crate) const CALL: u32 = 1 << 1;
pub(crate) const AGENT: u32 = 1 << 5;
pub(crate) const USER: u32 = 1 << 6;
pub(crate) const DTMF: u32 = 1 << 8;
pub(crate) const DIALPLAN: u32 = 1 << 11;
pub(crate) const AGI: u32 = 1 << 13;
pub(crate) const ALL: u32 = u32::MAX;

const NAMES: [(&str, u32); 18] = [
    ("system", SYSTEM),
    ("call", CALL),
    ("log", 1 << 2),
    ("verbose", 1 << 3),
    ("command", 1 << 4),
    ("agent", AGENT),
    ("user", USER),
    ("config", 1 << 7),
    ("dtmf", DTMF),
    ("reporting", 1 << 9),
    ("cdr", 1 << 10),
    ("dialplan", DIALPLAN),
    ("originate", 1 << 12),
    ("agi", AGI),
    ("cc", 1 << 14),
    ("aoc", 1 << 15),
    ("test", 1 << 16),
    ("security", 1 << 17),
];

pub(crate) fn name(class: u32) -> &'static str {
    NAMES.into_iter().find(|(_, bit)| *bit == class).map_or("none", |(name, _)| name)
}

/// What an event mask selects; `None` for one that is empty. A name that does not exist counts as nothing.
pub(crate) fn mask(text: &str) -> Option<u32> {
    let text = text.trim();
    match text.to_ascii_lowercase().as_str() {
        "" => None,
        "on" | "all" | "yes" | "true" => Some(ALL),
        "off" | "none" | "no" | "false" => Some(0),
        text => Some(match text.parse::<i64>() {
            Ok(number) => u32::try_from(number.max(0)).unwrap_or(ALL),
            Err(_) => text
                .split(',')
                .filter_map(|word| NAMES.into_iter().find(|(name, _)| *name == word.trim()))
                .fold(0, |mask, (_, bit)| mask | bit),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_words_names_or_numbers() {
        for (text, expected) in [
            ("on", Some(ALL)),
            ("off", Some(0)),
            ("call,user", Some(CALL | USER)),
            ("call, nonsense", Some(CALL)),
            ("nonsense", Some(0)),
            ("-1", Some(0)),
            ("2", Some(CALL)),
            ("", None),
        ] {
            assert_eq!(mask(text), expected, "{text}");
        }
    }
}
