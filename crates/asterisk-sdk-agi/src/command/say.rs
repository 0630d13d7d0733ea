//! What the server says with its own voice: characters, numbers, dates.
//!
//! Needs the sounds of the channel's language. The output of each is the escape key that interrupted
//! it, or `None` if it was said to the end. Where it stopped is not told.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use asterisk_proto::agi::Response;

use super::macros::options;
use super::reply::key;
use super::{Command, CommandLine};
use crate::call::{Call, Request};
use crate::error::CommandError;

/// How the server says a date and time by itself, in most languages.
const DEFAULT_FORMAT: &str = "ABdY 'digits/at' IMp";

/// Seconds since 1970, rounded down, as the server counts time.
fn epoch_seconds(time: SystemTime) -> String {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_secs().to_string(),
        Err(before) => {
            let before = before.duration();
            let seconds =
                before.as_secs() + u64::from(before > Duration::from_secs(before.as_secs()));
            format!("-{seconds}")
        }
    }
}

/// `SAY DIGITS`: says digits one by one.
///
/// The text has to begin as a number does, with a digit or `-`, and may go on with `*` and `#`: `*1`
/// is a [`CommandError::Usage`]. [`SayAlpha`] takes all.
#[derive(Debug, Clone)]
#[must_use]
pub struct SayDigits {
    digits: String,
    escape: String,
}

impl SayDigits {
    /// Says these digits, as in `"0123"`. No key interrupts it.
    pub fn new(digits: impl Into<String>) -> Self {
        Self { digits: digits.into(), escape: String::new() }
    }
}

options! { SayDigits {
    /// The keys that interrupt it, as in `"0123456789*#"`; none by default.
    escape(keys: impl Into<String>): |this| this.escape = keys.into();
} }

impl Command for SayDigits {
    type Output = Option<char>;

    fn line(&self) -> CommandLine {
        CommandLine::new("SAY DIGITS").arg(&self.digits).arg(&self.escape)
    }

    fn parse(&self, response: Response) -> Result<Option<char>, CommandError> {
        key("SAY DIGITS", response)
    }

    fn is_long(&self) -> bool {
        true
    }
}

/// `SAY PHONETIC`: spells a text with the words of the phonetic alphabet.
///
/// What has no sound is left out.
#[derive(Debug, Clone)]
#[must_use]
pub struct SayPhonetic {
    text: String,
    escape: String,
}

impl SayPhonetic {
    /// Spells this text. No key interrupts it.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), escape: String::new() }
    }
}

options! { SayPhonetic {
    /// The keys that interrupt it, as in `"0123456789*#"`; none by default.
    escape(keys: impl Into<String>): |this| this.escape = keys.into();
} }

impl Command for SayPhonetic {
    type Output = Option<char>;

    fn line(&self) -> CommandLine {
        CommandLine::new("SAY PHONETIC").arg(&self.text).arg(&self.escape)
    }

    fn parse(&self, response: Response) -> Result<Option<char>, CommandError> {
        key("SAY PHONETIC", response)
    }

    fn is_long(&self) -> bool {
        true
    }
}

/// `SAY DATE`: says a date, in the server's time zone and the language's own form.
#[derive(Debug, Clone)]
#[must_use]
pub struct SayDate {
    date: SystemTime,
    escape: String,
}

impl SayDate {
    /// Says the date of this time. No key interrupts it.
    pub fn new(date: SystemTime) -> Self {
        Self { date, escape: String::new() }
    }
}

options! { SayDate {
    /// The keys that interrupt it, as in `"0123456789*#"`; none by default.
    escape(keys: impl Into<String>): |this| this.escape = keys.into();
} }

impl Command for SayDate {
    type Output = Option<char>;

    fn line(&self) -> CommandLine {
        CommandLine::new("SAY DATE").arg(epoch_seconds(self.date)).arg(&self.escape)
    }

    fn parse(&self, response: Response) -> Result<Option<char>, CommandError> {
        key("SAY DATE", response)
    }

    fn is_long(&self) -> bool {
        true
    }
}

/// `SAY TIME`: says the time of day, in the server's time zone and the language's own form.
#[derive(Debug, Clone)]
#[must_use]
pub struct SayTime {
    time: SystemTime,
    escape: String,
}

impl SayTime {
    /// Says the time of day of this time. No key interrupts it.
    pub fn new(time: SystemTime) -> Self {
        Self { time, escape: String::new() }
    }
}

options! { SayTime {
    /// The keys that interrupt it, as in `"0123456789*#"`; none by default.
    escape(keys: impl Into<String>): |this| this.escape = keys.into();
} }

impl Command for SayTime {
    type Output = Option<char>;

    fn line(&self) -> CommandLine {
        CommandLine::new("SAY TIME").arg(epoch_seconds(self.time)).arg(&self.escape)
    }

    fn parse(&self, response: Response) -> Result<Option<char>, CommandError> {
        key("SAY TIME", response)
    }

    fn is_long(&self) -> bool {
        true
    }
}

/// `SAY NUMBER`: says a number.
#[derive(Debug, Clone)]
#[must_use]
pub struct SayNumber {
    number: i32,
    escape: String,
    gender: Option<Gender>,
}

impl SayNumber {
    /// Says this number. No key interrupts it.
    pub fn new(number: i32) -> Self {
        Self { number, escape: String::new(), gender: None }
    }
}

options! { SayNumber {
    /// The keys that interrupt it, as in `"0123456789*#"`; none by default.
    escape(keys: impl Into<String>): |this| this.escape = keys.into();
    /// The grammatical gender, for languages whose numbers have one.
    gender(gender: Gender): |this| this.gender = Some(gender);
} }

impl Command for SayNumber {
    type Output = Option<char>;

    fn line(&self) -> CommandLine {
        CommandLine::new("SAY NUMBER")
            .arg(self.number.to_string())
            .arg(&self.escape)
            .args(self.gender.map(Gender::letter))
    }

    fn parse(&self, response: Response) -> Result<Option<char>, CommandError> {
        key("SAY NUMBER", response)
    }

    fn is_long(&self) -> bool {
        true
    }
}

/// The grammatical gender of a number that is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Gender {
    /// Feminine.
    Feminine,
    /// Masculine.
    Masculine,
    /// Common: feminine or masculine.
    Common,
    /// Neuter.
    Neuter,
}

impl Gender {
    fn letter(self) -> &'static str {
        match self {
            Self::Feminine => "f",
            Self::Masculine => "m",
            Self::Common => "c",
            Self::Neuter => "n",
        }
    }
}

/// `SAY ALPHA`: spells a text letter by letter.
///
/// What has no sound is left out.
#[derive(Debug, Clone)]
#[must_use]
pub struct SayAlpha {
    text: String,
    escape: String,
    case: Option<LetterCase>,
}

impl SayAlpha {
    /// Spells this text. No key interrupts it.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), escape: String::new(), case: None }
    }
}

options! { SayAlpha {
    /// The keys that interrupt it, as in `"0123456789*#"`; none by default.
    escape(keys: impl Into<String>): |this| this.escape = keys.into();
    /// Of which letters to say that they are upper or lower case. Needs the sounds `uppercase` and
    /// `lowercase`; without them Asterisk 16 fails ([`CommandError::AppFailure`]), while 22 only
    /// spells.
    case(case: LetterCase): |this| this.case = Some(case);
} }

impl Command for SayAlpha {
    type Output = Option<char>;

    fn line(&self) -> CommandLine {
        CommandLine::new("SAY ALPHA")
            .arg(&self.text)
            .arg(&self.escape)
            .args(self.case.map(LetterCase::letter))
    }

    fn parse(&self, response: Response) -> Result<Option<char>, CommandError> {
        key("SAY ALPHA", response)
    }

    fn is_long(&self) -> bool {
        true
    }
}

/// Of which letters it is said that they are upper or lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LetterCase {
    /// Of all.
    All,
    /// Of lower case ones.
    Lower,
    /// Of upper case ones.
    Upper,
    /// Of none.
    None,
}

impl LetterCase {
    fn letter(self) -> &'static str {
        match self {
            Self::All => "a",
            Self::Lower => "l",
            Self::Upper => "u",
            Self::None => "n",
        }
    }
}

/// `SAY DATETIME`: says a date and time in a form of one's own.
#[derive(Debug, Clone)]
#[must_use]
pub struct SayDateTime {
    time: SystemTime,
    escape: String,
    format: Option<String>,
    time_zone: Option<String>,
}

impl SayDateTime {
    /// Says this time. No key interrupts it.
    pub fn new(time: SystemTime) -> Self {
        Self { time, escape: String::new(), format: None, time_zone: None }
    }
}

options! { SayDateTime {
    /// The keys that interrupt it, as in `"0123456789*#"`; none by default.
    escape(keys: impl Into<String>): |this| this.escape = keys.into();
    /// What to say in which order, in the letters that `voicemail.conf` explains: `ABdY` is weekday,
    /// month, day and year, `IMp` is hour, minute and am or pm; sound files stand in `'quotes'`. By
    /// default the language's own form. A sound file that is not there is a
    /// [`CommandError::AppFailure`].
    format(format: impl Into<String>): |this| this.format = Some(format.into());
    /// The time zone, as in `Europe/Berlin`; the server's own by default. Without a
    /// [`format`](Self::format) it also chooses the form that most languages have.
    time_zone(zone: impl Into<String>): |this| this.time_zone = Some(zone.into());
} }

impl Command for SayDateTime {
    type Output = Option<char>;

    fn line(&self) -> CommandLine {
        // The zone stands behind the format, and an empty format says nothing.
        let format = self.format.as_deref().or(self.time_zone.as_ref().map(|_| DEFAULT_FORMAT));
        CommandLine::new("SAY DATETIME")
            .arg(epoch_seconds(self.time))
            .arg(&self.escape)
            .args(format)
            .args(&self.time_zone)
    }

    fn parse(&self, response: Response) -> Result<Option<char>, CommandError> {
        key("SAY DATETIME", response)
    }

    fn is_long(&self) -> bool {
        true
    }
}

impl Call {
    /// Says digits one by one, as in `"0123"`. Gives the escape key that interrupted it.
    pub fn say_digits(&mut self, digits: impl Into<String>) -> Request<'_, SayDigits> {
        self.send(SayDigits::new(digits))
    }

    /// Spells a text with the words of the phonetic alphabet. Gives the escape key that interrupted it.
    pub fn say_phonetic(&mut self, text: impl Into<String>) -> Request<'_, SayPhonetic> {
        self.send(SayPhonetic::new(text))
    }

    /// Says a date, in the server's time zone. Gives the escape key that interrupted it.
    pub fn say_date(&mut self, date: SystemTime) -> Request<'_, SayDate> {
        self.send(SayDate::new(date))
    }

    /// Says the time of day, in the server's time zone. Gives the escape key that interrupted it.
    pub fn say_time(&mut self, time: SystemTime) -> Request<'_, SayTime> {
        self.send(SayTime::new(time))
    }

    /// Says a number. Gives the escape key that interrupted it.
    pub fn say_number(&mut self, number: i32) -> Request<'_, SayNumber> {
        self.send(SayNumber::new(number))
    }

    /// Spells a text letter by letter. Gives the escape key that interrupted it.
    pub fn say_alpha(&mut self, text: impl Into<String>) -> Request<'_, SayAlpha> {
        self.send(SayAlpha::new(text))
    }

    /// Says a date and time in a form of one's own. Gives the escape key that interrupted it.
    pub fn say_datetime(&mut self, time: SystemTime) -> Request<'_, SayDateTime> {
        self.send(SayDateTime::new(time))
    }
}
