//! The limits of streams.

use std::time::Duration;

/// Limits of streams and of the servers that make them. The defaults suit a conversation.
///
/// ```
/// use std::time::Duration;
/// use asterisk_sdk_media::Options;
///
/// let options = Options::default().lead(Duration::from_millis(200));
/// ```
#[derive(Debug, Clone)]
pub struct Options {
    pub(crate) incoming_frames: usize,
    pub(crate) outgoing_bytes: usize,
    pub(crate) lead: Duration,
    pub(crate) catch_up: Duration,
    pub(crate) write_timeout: Duration,
    pub(crate) handshake_timeout: Duration,
    pub(crate) claim_timeout: Duration,
    pub(crate) unclaimed: usize,
    pub(crate) connections: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            incoming_frames: 250,
            outgoing_bytes: 1 << 20,
            lead: Duration::from_secs(1),
            catch_up: Duration::from_millis(200),
            write_timeout: Duration::from_secs(5),
            handshake_timeout: Duration::from_secs(5),
            claim_timeout: Duration::from_secs(10),
            unclaimed: 128,
            connections: 4_096,
        }
    }
}

impl Options {
    /// How many frames that came may wait to be taken; then the oldest is dropped for each new one, and
    /// the stream tells ([`MediaEvent::Missed`](crate::MediaEvent::Missed)). 250 by default, which are
    /// five seconds; at least one.
    #[must_use]
    pub fn incoming_frames(mut self, frames: usize) -> Self {
        self.incoming_frames = frames.max(1);
        self
    }

    /// How many bytes of written audio may wait to be sent; then writing waits. 1 MiB by default, over two
    /// minutes of `ulaw`; at least 64 KiB.
    #[must_use]
    pub fn outgoing_bytes(mut self, bytes: usize) -> Self {
        self.outgoing_bytes = bytes.max(1 << 16);
        self
    }

    /// How far ahead of its time audio is sent where Asterisk has a queue for it, which is the case over
    /// WebSocket. A second by default, 500 frames (ten seconds) at most. It bridges a late machine; what is ahead is dropped by
    /// `flush` like the rest. Elsewhere it is 10 ms at most.
    #[must_use]
    pub fn lead(mut self, lead: Duration) -> Self {
        self.lead = lead;
        self
    }

    /// How much delay is made up for by sending frames faster; after a longer one the clock is moved, and the
    /// rest of the audio comes later. 200 ms by default. A delay of this machine or the connection is made up for at
    /// once; one of whoever writes, such as a call that is passed on, a sixteenth of a frame at a time. Nothing is
    /// dropped in either case.
    #[must_use]
    pub fn catch_up(mut self, delay: Duration) -> Self {
        self.catch_up = delay;
        self
    }

    /// How long Asterisk may take no data before the stream ends as stalled. 5 s by default.
    #[must_use]
    pub fn write_timeout(mut self, timeout: Duration) -> Self {
        self.write_timeout = timeout;
        self
    }

    /// How long the beginning of a stream may take, and a message that has begun. 5 s by default.
    #[must_use]
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.handshake_timeout = timeout;
        self
    }

    /// How long a call whose stream nobody waits for is held before it is turned away. 10 s by default.
    #[must_use]
    pub fn claim_timeout(mut self, timeout: Duration) -> Self {
        self.claim_timeout = timeout;
        self
    }

    /// How many such calls are held at once; further ones are turned away. 128 by default.
    #[must_use]
    pub fn unclaimed(mut self, calls: usize) -> Self {
        self.unclaimed = calls;
        self
    }

    /// How many connections a server has at once, running streams included; further ones wait to be
    /// accepted. 4,096 by default; at least one.
    #[must_use]
    pub fn connections(mut self, connections: usize) -> Self {
        self.connections = connections.max(1);
        self
    }
}
