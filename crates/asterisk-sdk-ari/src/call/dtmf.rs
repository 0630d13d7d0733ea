//! Digits from the caller.

use std::future::IntoFuture;
use std::time::Duration;

use asterisk_proto::ari::Event;
use asterisk_proto::ari::event::{ChannelDtmfReceived, PlaybackFinished};
use tokio::time::{Instant, timeout_at};

use super::{Call, CallError};
use crate::events::Missed;
use crate::handle::Playback;
use crate::transport::BoxFuture;

/// What a caller pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Digits {
    /// The digits as text, without the one that ended them.
    pub digits: String,
    /// Why there are no more.
    pub end: DigitsEnd,
}

/// Why no more digits were waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DigitsEnd {
    /// As many as were asked for.
    Complete,
    /// This key ended them.
    Terminator(char),
    /// The next one did not come in time.
    Timeout,
}

/// Collects digits; made by [`Call::dtmf`].
///
/// Digits that were pressed before, and not collected yet, count.
///
/// # Errors
///
/// [`CallError::HungUp`] when the channel leaves first (what it pressed is lost then), and failures of
/// the prompt.
///
/// # Cancel safety
///
/// Dropping the future loses the digits that it has taken, and lets the prompt play on.
#[derive(Debug)]
#[must_use = "nothing is collected until it is awaited"]
pub struct Dtmf<'a> {
    call: &'a mut Call,
    prompt: Vec<String>,
    prompt_limit: Duration,
    max_digits: usize,
    terminators: String,
    first_digit: Duration,
    next_digit: Duration,
    type_ahead: bool,
}

impl<'a> Dtmf<'a> {
    /// How long the first digit may take when nothing else is said.
    pub const DEFAULT_FIRST_DIGIT: Duration = Duration::from_secs(10);
    /// How long each further digit may take when nothing else is said.
    pub const DEFAULT_NEXT_DIGIT: Duration = Duration::from_secs(5);
    /// How long a prompt may take when nothing else is said.
    pub const DEFAULT_PROMPT_LIMIT: Duration = Duration::from_secs(300);

    pub(super) fn new(call: &'a mut Call) -> Self {
        Self {
            call,
            prompt: Vec::new(),
            prompt_limit: Self::DEFAULT_PROMPT_LIMIT,
            max_digits: usize::MAX,
            terminators: "#".to_owned(),
            first_digit: Self::DEFAULT_FIRST_DIGIT,
            next_digit: Self::DEFAULT_NEXT_DIGIT,
            type_ahead: true,
        }
    }

    /// Plays this first, until a digit is pressed; several prompts are played one after the other.
    pub fn prompt(mut self, media: impl Into<String>) -> Self {
        self.prompt.push(media.into());
        self
    }

    /// How long the prompt may take. Asterisk never tells the end of media that does not exist; after
    /// this time, digits are waited for as if it had ended.
    pub fn prompt_limit(mut self, limit: Duration) -> Self {
        self.prompt_limit = limit;
        self
    }

    /// How many digits to collect; without it, until a terminator or a timeout. At least 1.
    pub fn max_digits(mut self, digits: usize) -> Self {
        self.max_digits = digits.max(1);
        self
    }

    /// The keys that end the input, `#` without it; empty for none.
    pub fn terminators(mut self, keys: impl Into<String>) -> Self {
        self.terminators = keys.into();
        self
    }

    /// How long the first digit may take, from the end of the prompt; see
    /// [`Dtmf::DEFAULT_FIRST_DIGIT`].
    pub fn first_digit(mut self, timeout: Duration) -> Self {
        self.first_digit = timeout;
        self
    }

    /// How long each further digit may take; see [`Dtmf::DEFAULT_NEXT_DIGIT`].
    pub fn next_digit(mut self, timeout: Duration) -> Self {
        self.next_digit = timeout;
        self
    }

    /// Forgets what was pressed before.
    pub fn discard_typed(mut self) -> Self {
        self.type_ahead = false;
        self
    }

    async fn run(self) -> Result<Digits, CallError> {
        let mut digits = String::new();
        while let Some(digit) = self.call.typed().await {
            if self.type_ahead
                && let Some(end) = self.add(&mut digits, digit)
            {
                return Ok(Digits { digits, end });
            }
        }
        let mut prompt = None;
        let mut deadline = Instant::now();
        if !digits.is_empty() {
            deadline += self.next_digit;
        } else if let Some((first, others)) = self.prompt.split_first() {
            let play = self.call.channel.play(first).media(others.iter().cloned());
            prompt = Some(play.await?);
            deadline = Instant::now() + self.prompt_limit;
        } else {
            deadline += self.first_digit;
        }
        loop {
            let Ok(item) = timeout_at(deadline, self.call.expect()).await else {
                if prompt.take().is_none() {
                    return Ok(Digits { digits, end: DigitsEnd::Timeout });
                }
                deadline = Instant::now() + self.first_digit;
                continue;
            };
            let item = item?;
            if let Some(digit) = pressed(&item) {
                if let Some(playing) = prompt.take() {
                    stop(&playing).await?;
                }
                if let Some(end) = self.add(&mut digits, digit) {
                    return Ok(Digits { digits, end });
                }
                deadline = Instant::now() + self.next_digit;
                continue;
            }
            if let (Some(playing), Ok(event)) = (&prompt, &item)
                && event
                    .decode::<PlaybackFinished>()
                    .is_some_and(|end| end.playback.id == *playing.id())
            {
                prompt = None;
                deadline = Instant::now() + self.first_digit;
            }
            self.call.put_aside(item);
        }
    }

    /// Takes a digit; tells when it was the last one.
    fn add(&self, digits: &mut String, digit: char) -> Option<DigitsEnd> {
        if self.terminators.contains(digit) {
            return Some(DigitsEnd::Terminator(digit));
        }
        digits.push(digit);
        (digits.len() >= self.max_digits).then_some(DigitsEnd::Complete)
    }
}

impl Call {
    /// Takes the oldest digit that nobody has collected yet.
    async fn typed(&mut self) -> Option<char> {
        while let Some(item) = self.receive_now().await {
            self.put_aside(item);
        }
        let (at, digit) = self
            .aside
            .iter()
            .enumerate()
            .find_map(|(at, item)| pressed(item).map(|digit| (at, digit)))?;
        self.aside.remove(at);
        Some(digit)
    }
}

/// The digit that an event tells of.
fn pressed(item: &Result<Event, Missed>) -> Option<char> {
    item.as_ref().ok()?.decode::<ChannelDtmfReceived>()?.digit.chars().next()
}

/// Stops a prompt that may have ended by itself.
async fn stop(playback: &Playback) -> Result<(), CallError> {
    match playback.stop().await {
        Err(error) if !error.is_not_found() => Err(error.into()),
        _ => Ok(()),
    }
}

impl<'a> IntoFuture for Dtmf<'a> {
    type Output = Result<Digits, CallError>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
