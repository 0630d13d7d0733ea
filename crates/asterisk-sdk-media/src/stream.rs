//! The stream: audio of one call, in and out.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::driver::{self, Wire};
use crate::error::{End, MediaError};
use crate::event::{Direction, MediaEvent, Reached, Statistics, Status};
use crate::format::Format;
use crate::keying;
use crate::options::Options;
use crate::shared::{Saying, Shared};

/// How long Asterisk may take to tell its status.
const STATUS: Duration = Duration::from_secs(5);

/// How many samples are converted at once.
const SAMPLES: usize = 512;

/// The audio of one call, in and out, whichever transport carries it.
///
/// A handle: clones are the same stream, so that one task may listen and another speak. When the last is
/// dropped the stream is closed, and with it the channel that carries it; audio that still waits is dropped.
///
/// A task of its own owns the socket. It sends what is [written](Self::write) by a clock, a frame every 20 ms,
/// and keeps what comes until [`next`](Self::next) takes it, within the limits of [`Options`].
///
/// # What transports can do
///
/// | | WebSocket | WebSocket, passthrough | AudioSocket | RTP |
/// |---|---|---|---|---|
/// | audio is played from a queue | in Asterisk, and here | here | here | here |
/// | `mark`, `drained`, `flush`, `pause`, `resume` | yes | of what is here | of what is here | of what is here |
/// | `answer`, `status`, `control` | yes | yes | no | no |
/// | `set_direction` | with JSON | no | no | no |
/// | `hangup` | yes | yes | yes | no |
/// | [`MediaEvent::Dtmf`] | yes | yes | yes | with telephone events |
/// | `send_dtmf` | no | no | no | with telephone events |
///
/// What a transport cannot do is [`MediaError::Unsupported`]. Where `send_dtmf` is none, keys are
/// sent by ARI (`POST /channels/{id}/dtmf`). Telephone events are those of a SIP call: see [`rtp`](crate::rtp#keys).
#[derive(Clone)]
pub struct MediaStream {
    handle: Arc<Handle>,
}

struct Handle {
    shared: Arc<Shared>,
    name: String,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared.close();
    }
}

impl MediaStream {
    /// Starts the task of a stream; it keeps `held` until its end.
    pub(crate) fn start(
        name: String,
        shared: Arc<Shared>,
        reading: impl Future<Output = End> + Send + 'static,
        wire: impl Wire + 'static,
        options: &Options,
        held: impl Send + 'static,
    ) -> Self {
        let task = driver::run(Arc::clone(&shared), reading, wire, options.write_timeout);
        tokio::spawn(async move {
            task.await;
            drop(held);
        });
        Self { handle: Arc::new(Handle { shared, name }) }
    }

    fn shared(&self) -> &Shared {
        &self.handle.shared
    }

    /// What the stream is called: over WebSocket the channel's id, with AudioSocket the UUID, with RTP the
    /// address of Asterisk.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.handle.name
    }

    /// The format of what is written, and of what comes unless the frame says otherwise.
    #[must_use]
    pub fn format(&self) -> &Format {
        &self.shared().nature.format
    }

    /// How long a frame is: 20 ms, unless Asterisk has said otherwise.
    #[must_use]
    pub fn frame_length(&self) -> Duration {
        self.shared().nature.ptime
    }

    /// The next item, in the order in which it came; `None` once the stream has ended and all was taken. Each
    /// item goes to one of those who wait.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&self) -> Option<MediaEvent> {
        self.shared().next().await
    }

    /// Writes audio in the stream's format, of any length: it is cut into frames and sent in time. A rest that
    /// is no whole frame waits for more for the length of a frame, and is sent as it is then.
    ///
    /// Compressed audio is not cut: each write is one frame.
    ///
    /// Completes when all is queued here, and waits for room while the queue is full
    /// ([`Options::outgoing_bytes`]); see [`mark`](Self::mark) for when it was played.
    ///
    /// # Errors
    ///
    /// [`MediaError::Closed`], after which the rest was not sent; [`MediaError::Unsupported`] for a format that
    /// Asterisk does not take over this transport; [`MediaError::TooLong`] for a compressed frame that fits
    /// into no message.
    ///
    /// # Cancel safety
    ///
    /// What was queued before the future was dropped is sent; how much that was is not told.
    pub async fn write(&self, audio: impl AsRef<[u8]>) -> Result<(), MediaError> {
        self.shared().write(audio.as_ref()).await
    }

    /// Writes samples of 16 bits, at the rate of the stream's format, as [`write`](Self::write) does.
    ///
    /// # Errors
    ///
    /// [`MediaError::Closed`], and [`MediaError::Unsupported`] with a compressed format.
    ///
    /// # Cancel safety
    ///
    /// As with [`write`](Self::write).
    pub async fn write_samples(&self, samples: &[i16]) -> Result<(), MediaError> {
        let mut bytes = Vec::with_capacity(SAMPLES * 2);
        for part in samples.chunks(SAMPLES) {
            bytes.clear();
            if !self.format().encode(part, &mut bytes) {
                return Err(MediaError::Unsupported("writing samples in a compressed format"));
            }
            self.shared().write(&bytes).await?;
        }
        Ok(())
    }

    /// Drops all audio that was written and not played yet, here and at Asterisk: what to do when the caller
    /// begins to speak. All marks that wait end as [`Reached::Flushed`].
    ///
    /// Returns at once. Over WebSocket, Asterisk drops its queue as soon as it reads the message.
    ///
    /// # Errors
    ///
    /// [`MediaError::Closed`] or [`MediaError::Busy`].
    pub fn flush(&self) -> Result<(), MediaError> {
        self.shared().flush()
    }

    /// Sets a mark behind all that was written so far, which tells when that was played.
    ///
    /// Over WebSocket Asterisk tells, when the audio leaves its queue for the channel. Otherwise the mark is
    /// reached when the last frame before it is sent.
    ///
    /// # Errors
    ///
    /// [`MediaError::Closed`], or [`MediaError::Busy`] when 64 marks wait to be reached.
    pub fn mark(&self) -> Result<Mark, MediaError> {
        Ok(Mark { told: self.shared().mark()?, stream: Arc::clone(&self.handle.shared) })
    }

    /// Waits until nothing is left to be played: neither of what was written before this call, nor, over
    /// WebSocket, of what is written while it waits.
    ///
    /// # Errors
    ///
    /// As [`mark`](Self::mark).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future does nothing.
    pub async fn drained(&self) -> Result<Reached, MediaError> {
        let told = self.shared().drained()?;
        told.await.map_err(|_| self.closed_error())
    }

    /// Pauses playing. What is written is kept; over WebSocket Asterisk takes it until its queue is full.
    ///
    /// # Errors
    ///
    /// [`MediaError::Closed`] or [`MediaError::Busy`].
    pub fn pause(&self) -> Result<(), MediaError> {
        self.shared().pause(true)
    }

    /// Goes on playing after [`pause`](Self::pause).
    ///
    /// # Errors
    ///
    /// [`MediaError::Closed`] or [`MediaError::Busy`].
    pub fn resume(&self) -> Result<(), MediaError> {
        self.shared().pause(false)
    }

    /// Answers the channel, for those that do not so by themselves (option `n`). WebSocket only.
    ///
    /// # Errors
    ///
    /// [`MediaError::Unsupported`], [`MediaError::Closed`] or [`MediaError::Busy`].
    pub fn answer(&self) -> Result<(), MediaError> {
        self.websocket("answering")?;
        self.shared().say(Saying::Answer)
    }

    /// Asks for the state of the channel's queue in Asterisk. WebSocket only.
    ///
    /// # Errors
    ///
    /// [`MediaError::Unsupported`], [`MediaError::Closed`], [`MediaError::Busy`], or [`MediaError::Timeout`]
    /// after five seconds.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the answer alone.
    pub async fn status(&self) -> Result<Status, MediaError> {
        self.websocket("asking for the status")?;
        let told = self.shared().status()?;
        let answer = timeout(STATUS, told).await.map_err(|_| MediaError::Timeout(STATUS))?;
        answer.map_err(|_| self.closed_error())
    }

    /// Says which ways audio goes. WebSocket with JSON control messages only (option `f(json)`).
    ///
    /// # Errors
    ///
    /// [`MediaError::Unsupported`], [`MediaError::Closed`] or [`MediaError::Busy`].
    pub fn set_direction(&self, direction: Direction) -> Result<(), MediaError> {
        let nature = &self.shared().nature;
        if nature.control != Some(crate::shared::Style::Json) || !nature.remote_queue {
            return Err(MediaError::Unsupported("setting the direction"));
        }
        self.shared().say(Saying::Direction(direction))
    }

    /// Sends any other control message as it is, in the form that the channel was created with (plain text or
    /// JSON). WebSocket only. Asterisk answers none with success, and ignores those that it does not know.
    ///
    /// # Errors
    ///
    /// [`MediaError::TooLong`] above 128 bytes, [`MediaError::Unsupported`], [`MediaError::Closed`] or
    /// [`MediaError::Busy`].
    pub fn control(&self, message: impl Into<String>) -> Result<(), MediaError> {
        const LIMIT: usize = 128;

        self.websocket("a control message")?;
        let message = message.into();
        if message.len() > LIMIT {
            return Err(MediaError::TooLong { length: message.len(), limit: LIMIT });
        }
        self.shared().say(Saying::Text(message))
    }

    /// Presses a key (`0` to `9`, `*`, `#`, `A` to `D`) for so long: in steps of 20 ms, at least 40 ms and 8 s at most.
    /// Returns at once. Keys go one after the other, with pauses of 40 ms. They go before audio that waits, which is
    /// held back meanwhile; [`flush`](Self::flush) and [`pause`](Self::pause) leave them alone. RTP with telephone
    /// events only ([`Socket::telephone_events`](crate::rtp::Socket::telephone_events)).
    ///
    /// # Errors
    ///
    /// [`MediaError::Unsupported`], also for what is no key; [`MediaError::Closed`], or [`MediaError::Busy`] when 128
    /// keys wait.
    pub fn send_dtmf(&self, key: char, length: Duration) -> Result<(), MediaError> {
        if self.shared().nature.keys.is_none() {
            return Err(MediaError::Unsupported("sending keys"));
        }
        let event = keying::event(key).ok_or(MediaError::Unsupported("a key of this name"))?;
        self.shared().press(event, length)
    }

    /// Hangs up the channel that carries this stream. Audio that waits is dropped: wait for
    /// [`drained`](Self::drained) before, where that matters. Not with RTP; there it is done by ARI.
    ///
    /// With AudioSocket, the dialplan's `AudioSocket()` ends and the dialplan goes on.
    ///
    /// # Errors
    ///
    /// [`MediaError::Unsupported`], [`MediaError::Closed`] or [`MediaError::Busy`].
    pub fn hangup(&self) -> Result<(), MediaError> {
        if !self.shared().nature.hangup {
            return Err(MediaError::Unsupported("hanging up"));
        }
        self.shared().say(Saying::Hangup)
    }

    /// Ends the stream at once, for all its handles; audio that waits is dropped. Over WebSocket and AudioSocket
    /// the channel is hung up by it; with RTP it does not notice.
    pub fn close(&self) {
        self.shared().close();
    }

    /// Waits for the end of the stream, and tells how it came. There may be items left to take.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future does nothing.
    pub async fn ended(&self) -> End {
        self.shared().ended().await
    }

    /// What the stream has done so far.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.shared().statistics()
    }

    fn websocket(&self, what: &'static str) -> Result<(), MediaError> {
        match self.shared().nature.control {
            Some(_) => Ok(()),
            None => Err(MediaError::Unsupported(what)),
        }
    }

    fn closed_error(&self) -> MediaError {
        closed(self.shared())
    }
}

fn closed(shared: &Shared) -> MediaError {
    MediaError::Closed(shared.end().unwrap_or(End::Local))
}

impl fmt::Debug for MediaStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MediaStream")
            .field("name", &self.handle.name)
            .field("format", self.format())
            .finish_non_exhaustive()
    }
}

/// A mark in what is played: see [`MediaStream::mark`]. Dropping it does no harm.
#[derive(Debug)]
#[must_use = "it tells when the audio before it was played"]
pub struct Mark {
    told: oneshot::Receiver<Reached>,
    stream: Arc<Shared>,
}

impl Mark {
    /// Waits until what was written before the mark was played, or flushed.
    ///
    /// # Errors
    ///
    /// [`MediaError::Closed`] when the stream ends before.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the mark.
    pub async fn reached(self) -> Result<Reached, MediaError> {
        self.told.await.map_err(|_| closed(&self.stream))
    }
}
