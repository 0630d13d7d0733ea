//! What comes out of a stream.

use crate::frame::Frame;

/// Something that Asterisk has sent.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum MediaEvent {
    /// Audio. Asterisk sends it only while something is sent to the channel: silence may be a pause
    /// without frames.
    Audio(Frame),
    /// A key was pressed and released. Over RTP only from peers with telephone events, of which external media is
    /// none.
    Dtmf(char),
    /// These were dropped because nobody took them in time; they would have come here.
    Missed(Missed),
    /// Asterisk could not do what it was told, in its words.
    Refused(String),
    /// A control message that has no meaning here yet, as it came.
    Other(String),
}

/// How much was dropped before the next item: see [`MediaEvent::Missed`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Missed {
    /// Frames of audio, the oldest ones.
    pub frames: u64,
    /// Other items, the newest ones.
    pub others: u64,
}

/// The state of a channel's queue in Asterisk: what [`MediaStream::status`](crate::MediaStream::status)
/// returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// How many frames wait to be played.
    pub queue_length: u32,
    /// Below as many, Asterisk takes audio again.
    pub xon_level: u32,
    /// From as many on, it wants no more.
    pub xoff_level: u32,
    /// Whether it has asked for no more audio. At 1,000 frames it would discard what comes.
    pub queue_full: bool,
    /// Whether it collects audio into whole frames.
    pub buffering: bool,
    /// Whether playing is paused.
    pub paused: bool,
}

/// Which ways audio goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Direction {
    /// From Asterisk to here and back.
    Both,
    /// Only to Asterisk.
    In,
    /// Only from Asterisk.
    Out,
}

impl Direction {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// What became of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reached {
    /// All that was written before it was played, or at least left for the channel.
    Played,
    /// It was dropped with the audio before it by [`flush`](crate::MediaStream::flush).
    Flushed,
}

/// What a stream has done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Frames that came.
    pub frames_received: u64,
    /// Their bytes.
    pub bytes_received: u64,
    /// Frames that were sent.
    pub frames_sent: u64,
    /// Their bytes.
    pub bytes_sent: u64,
    /// Frames that came and were dropped because nobody took them.
    pub frames_dropped: u64,
    /// Other items that were dropped so.
    pub others_dropped: u64,
    /// Bytes that were written and dropped by `flush`.
    pub bytes_flushed: u64,
    /// How often the clock had to be moved because this machine or the connection held back audio for longer
    /// than is made up for.
    pub clock_moved: u64,
    /// How often Asterisk wanted no more audio for a while.
    pub xoffs: u64,
    /// RTP packets that never came.
    pub packets_lost: u64,
    /// RTP packets that came too late, or twice.
    pub packets_late: u64,
    /// Packets that were not of this stream: from elsewhere, of another kind, or unreadable.
    pub packets_ignored: u64,
}
