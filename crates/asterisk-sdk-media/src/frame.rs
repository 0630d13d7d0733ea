//! Audio as it comes in.

use bytes::Bytes;

use crate::format::Format;
use crate::g711;

/// A piece of audio that Asterisk has sent, usually 20 ms.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Frame {
    /// The bytes, in [`format`](Self::format). They share memory with neighbouring frames: whoever keeps
    /// a few for long copies them.
    pub data: Bytes,
    /// What they are. The same for all frames of a stream, but for AudioSocket and RTP, where the peer
    /// says so with every frame.
    pub format: Format,
    /// The number and the time of its packet, over RTP.
    pub packet: Option<Packet>,
}

/// Where an RTP packet stands in its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Packet {
    /// The sequence number, which grows by one with each packet and wraps.
    pub sequence: u16,
    /// The time of the first sample in samples, from an arbitrary beginning; it wraps.
    pub timestamp: u32,
    /// Whether it is the first of a stretch of speech.
    pub marker: bool,
}

impl Frame {
    pub(crate) fn new(data: Bytes, format: Format) -> Self {
        Self { data, format, packet: None }
    }

    /// The samples of 16 bits, decoded as they are taken; `None` for compressed audio. A last byte that
    /// is half a sample is left out.
    ///
    /// ```
    /// # use asterisk_sdk_media::Frame;
    /// /// How loud a frame is: the mean of the squares of its samples.
    /// fn energy(frame: &Frame) -> Option<u64> {
    ///     let samples = frame.samples()?;
    ///     let count = samples.len().max(1) as u64;
    ///     Some(samples.map(|sample| u64::from(sample.unsigned_abs()).pow(2)).sum::<u64>() / count)
    /// }
    /// ```
    #[must_use]
    pub fn samples(&self) -> Option<Samples<'_>> {
        let coding = match self.format {
            Format::Linear(_) => Coding::Linear,
            Format::Ulaw => Coding::Ulaw,
            Format::Alaw => Coding::Alaw,
            Format::Other(_) => return None,
        };
        Some(Samples { data: &self.data, coding })
    }
}

/// The samples of a frame: see [`Frame::samples`].
#[derive(Debug, Clone)]
pub struct Samples<'a> {
    data: &'a [u8],
    coding: Coding,
}

#[derive(Debug, Clone, Copy)]
enum Coding {
    Linear,
    Ulaw,
    Alaw,
}

impl Iterator for Samples<'_> {
    type Item = i16;

    fn next(&mut self) -> Option<i16> {
        if let Coding::Linear = self.coding {
            let (sample, rest) = self.data.split_first_chunk()?;
            self.data = rest;
            return Some(i16::from_le_bytes(*sample));
        }
        let (byte, rest) = self.data.split_first()?;
        self.data = rest;
        Some(match self.coding {
            Coding::Alaw => g711::linear_from_alaw(*byte),
            _ => g711::linear_from_ulaw(*byte),
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let samples = match self.coding {
            Coding::Linear => self.data.len() / 2,
            Coding::Ulaw | Coding::Alaw => self.data.len(),
        };
        (samples, Some(samples))
    }
}

impl ExactSizeIterator for Samples<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(data: &'static [u8], format: &str) -> Option<Vec<i16>> {
        let frame = Frame::new(Bytes::from_static(data), format.into());
        frame.samples().map(Iterator::collect)
    }

    #[test]
    fn samples_are_decoded() {
        assert_eq!(samples(&[1, 0, 0xff, 0xff, 7], "slin16"), Some(vec![1, -1]));
        assert_eq!(samples(&[0xff, 0x80], "ulaw"), Some(vec![0, 32_124]));
        assert_eq!(samples(&[0xd5, 0xaa], "alaw"), Some(vec![8, 32_256]));
        assert_eq!(samples(&[1, 2], "opus"), None);
        let frame = Frame::new(Bytes::from_static(&[0; 5]), Format::Linear(8_000));
        assert_eq!(frame.samples().map(|samples| samples.len()), Some(2));
    }
}
