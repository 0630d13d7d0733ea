//! What takes several commands.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::ops::RangeInclusive;
use std::pin::Pin;
use std::time::Duration;

use asterisk_proto::Text;
use tracing::debug;

use crate::call::Call;
use crate::command::GetData;
use crate::error::CommandError;

impl Call {
    /// Asks for digits until the caller keys in as many as are wanted, or has had enough attempts.
    ///
    /// The output is `None` after the last attempt. Digits end with `#`, at the largest wanted
    /// number, or when the caller pauses.
    ///
    /// # Examples
    ///
    /// ```
    /// # use std::time::Duration;
    /// # async fn demo(mut call: asterisk_sdk_agi::Call) -> asterisk_sdk_agi::Result {
    /// let pin = call
    ///     .play_and_collect("vm-password")
    ///     .digits(4..=6)
    ///     .timeout(Duration::from_secs(5))
    ///     .attempts(3)
    ///     .on_invalid("vm-incorrect")
    ///     .await?;
    /// let Some(pin) = pin else {
    ///     call.stream_file("vm-goodbye").await?;
    ///     return Ok(());
    /// };
    /// # call.set_variable("RESULT", pin).await?;
    /// # Ok(())
    /// # }
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), asterisk_sdk_agi::fastagi::BindError> {
    /// # let server = asterisk_sdk_agi::fastagi::Server::builder().fallback(demo).bind("127.0.0.1:0").await?;
    /// # let url = format!("agi://{}/demo", server.local_addr());
    /// # let dialplan = format!("[default]\nexten = 600,1,AGI({url})\n same = n,Set(DB(demo/result)=${{RESULT}})");
    /// # let asterisk = asterisk_sdk_testkit::FakeAsterisk::builder().dialplan(dialplan).start().await.unwrap();
    /// # let call = asterisk.place_call("600").unwrap();
    /// # call.press("1#1234#");
    /// # tokio::select! { _ = call.ended() => {}, () = server.serve() => {} }
    /// # assert_eq!(asterisk.database().get("demo", "result").as_deref(), Some("1234"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `GET DATA` and `STREAM FILE`, with which it works.
    pub fn play_and_collect(&mut self, prompt: impl Into<String>) -> Collect<'_> {
        Collect {
            call: self,
            prompt: prompt.into(),
            digits: 1..=u32::MAX,
            timeout: None,
            attempts: 1,
            on_invalid: None,
        }
    }

    /// Plays music on hold while a future runs, and gives its output.
    ///
    /// # Examples
    ///
    /// ```
    /// # async fn find_account() -> u32 { 1 }
    /// # async fn demo(mut call: asterisk_sdk_agi::Call) -> asterisk_sdk_agi::Result {
    /// let account = call.with_music(find_account()).await?;
    /// # call.set_variable("RESULT", account.to_string()).await?;
    /// # Ok(())
    /// # }
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), asterisk_sdk_agi::fastagi::BindError> {
    /// # let server = asterisk_sdk_agi::fastagi::Server::builder().fallback(demo).bind("127.0.0.1:0").await?;
    /// # let url = format!("agi://{}/demo", server.local_addr());
    /// # let dialplan = format!("[default]\nexten = 600,1,AGI({url})\n same = n,Set(DB(demo/result)=${{RESULT}})");
    /// # let asterisk = asterisk_sdk_testkit::FakeAsterisk::builder().dialplan(dialplan).start().await.unwrap();
    /// # let call = asterisk.place_call("600").unwrap();
    /// # tokio::select! { _ = call.ended() => {}, () = server.serve() => {} }
    /// # assert_eq!(asterisk.database().get("demo", "result").as_deref(), Some("1"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`CommandError::Hangup`] if the call ends meanwhile: the future is dropped then. What shall go
    /// on after a hangup, `tokio::spawn` has to run. Other errors if the music cannot begin; that it
    /// cannot be ended is no error, so that the output is not lost.
    ///
    /// # Cancel safety
    ///
    /// If it is dropped, so is the future, and the music goes on until
    /// [`set_music_off`](Self::set_music_off).
    pub async fn with_music<F: Future>(&mut self, future: F) -> Result<F::Output, CommandError> {
        self.set_music_on().await?;
        let output = tokio::select! {
            output = future => output,
            kind = self.hung_up() => {
                return Err(CommandError::Hangup { kind, delivery: None });
            }
        };
        if let Err(error) = self.set_music_off().await {
            debug!(%error, "the music could not be ended");
        }
        Ok(output)
    }
}

/// Digits about to be asked for: await it to ask. See [`Call::play_and_collect`].
///
/// # Cancel safety
///
/// As told for [`Call`](Call#cancel-safety); digits keyed in so far are lost.
#[must_use = "nothing is asked until it is awaited"]
pub struct Collect<'a> {
    call: &'a mut Call,
    prompt: String,
    digits: RangeInclusive<u32>,
    timeout: Option<Duration>,
    attempts: u32,
    on_invalid: Option<String>,
}

impl Collect<'_> {
    /// How many digits are wanted; at least one by default.
    pub fn digits(mut self, digits: RangeInclusive<u32>) -> Self {
        self.digits = digits;
        self
    }

    /// How long to wait for each digit once the prompt is over, to the millisecond. Without it the
    /// channel's own timeouts apply.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How often to ask; once by default.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// The sound file to play after each attempt with too few digits.
    pub fn on_invalid(mut self, file: impl Into<String>) -> Self {
        self.on_invalid = Some(file.into());
        self
    }

    async fn run(self) -> Result<Option<Text>, CommandError> {
        let Self { call, prompt, digits, timeout, attempts, on_invalid } = self;
        let mut get = GetData::new(prompt);
        if let Some(timeout) = timeout {
            get = get.timeout(timeout);
        }
        if *digits.end() < u32::MAX {
            get = get.max_digits(*digits.end());
        }
        for _ in 0..attempts {
            let input = call.send(get.clone()).await?;
            let count = input.digits.chars().count();
            if u32::try_from(count).is_ok_and(|count| digits.contains(&count)) {
                return Ok(Some(input.digits));
            }
            if let Some(file) = &on_invalid {
                call.stream_file(file).await?;
            }
        }
        Ok(None)
    }
}

impl<'a> IntoFuture for Collect<'a> {
    type Output = Result<Option<Text>, CommandError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl fmt::Debug for Collect<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collect")
            .field("prompt", &self.prompt)
            .field("digits", &self.digits)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}
