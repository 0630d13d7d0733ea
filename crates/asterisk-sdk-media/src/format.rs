//! What the bytes of a frame are.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::g711;

/// The format of audio, by the names that Asterisk gives to its codecs.
///
/// ```
/// use asterisk_sdk_media::Format;
///
/// assert_eq!(Format::from("slin16"), Format::Linear(16_000));
/// assert_eq!(Format::Linear(8_000).to_string(), "slin");
/// assert_eq!(Format::from("opus").samples_per_second(), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// `slin`, `slin12`, `slin16`…: samples of 16 bits, signed, mono, little endian, so many a
    /// second. RTP carries them big endian; they are turned round on the way.
    Linear(u32),
    /// `ulaw`: G.711 µ-law, 8,000 samples of one byte a second.
    Ulaw,
    /// `alaw`: G.711 A-law, 8,000 samples of one byte a second.
    Alaw,
    /// Any other, by its name (`opus`, `g722`, `gsm`…): frames are passed as they are, one write
    /// for each.
    Other(Arc<str>),
}

/// The rates of Asterisk's linear formats, with the numbers in their names.
const LINEAR: [(&str, u32); 9] = [
    ("slin", 8_000),
    ("slin12", 12_000),
    ("slin16", 16_000),
    ("slin24", 24_000),
    ("slin32", 32_000),
    ("slin44", 44_100),
    ("slin48", 48_000),
    ("slin96", 96_000),
    ("slin192", 192_000),
];

impl Format {
    /// How many samples a second has; `None` where the bytes do not tell, as with compressed audio.
    #[must_use]
    pub fn samples_per_second(&self) -> Option<u32> {
        match self {
            Self::Linear(rate) => Some(*rate),
            Self::Ulaw | Self::Alaw => Some(8_000),
            Self::Other(_) => None,
        }
    }

    /// The bytes of one sample; `None` for compressed audio.
    pub(crate) fn sample_bytes(&self) -> Option<usize> {
        match self {
            Self::Linear(_) => Some(2),
            Self::Ulaw | Self::Alaw => Some(1),
            Self::Other(_) => None,
        }
    }

    /// How many bytes audio of this length has; `None` for compressed audio.
    #[must_use]
    pub fn bytes_in(&self, length: Duration) -> Option<usize> {
        let samples = length.as_nanos() * u128::from(self.samples_per_second()?) / 1_000_000_000;
        usize::try_from(samples).ok()?.checked_mul(self.sample_bytes()?)
    }

    /// How long this many bytes sound; `None` for compressed audio.
    #[must_use]
    pub fn length_of(&self, bytes: usize) -> Option<Duration> {
        let samples = (bytes / self.sample_bytes()?) as u64;
        let rate = u64::from(self.samples_per_second()?);
        // A rate of zero cannot be named, but it can be constructed.
        let whole = samples.checked_div(rate)?;
        Some(
            Duration::from_secs(whole)
                + Duration::from_nanos(samples % rate * 1_000_000_000 / rate),
        )
    }

    /// Writes samples of 16 bits in this format; tells whether it can.
    pub(crate) fn encode(&self, samples: &[i16], out: &mut Vec<u8>) -> bool {
        match self {
            Self::Linear(_) => out.extend(samples.iter().flat_map(|sample| sample.to_le_bytes())),
            Self::Ulaw => out.extend(samples.iter().map(|sample| g711::ulaw_from_linear(*sample))),
            Self::Alaw => out.extend(samples.iter().map(|sample| g711::alaw_from_linear(*sample))),
            Self::Other(_) => return false,
        }
        true
    }
}

impl From<&str> for Format {
    fn from(name: &str) -> Self {
        match name {
            "ulaw" => Self::Ulaw,
            "alaw" => Self::Alaw,
            // Asterisk takes both, and says the former.
            "slin8" => Self::Linear(8_000),
            _ => match LINEAR.iter().find(|(linear, _)| *linear == name) {
                Some((_, rate)) => Self::Linear(*rate),
                None => Self::Other(name.into()),
            },
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Linear(rate) => match LINEAR.iter().find(|(_, linear)| linear == rate) {
                Some((name, _)) => f.write_str(name),
                None => write!(f, "slin{}", rate / 1_000),
            },
            Self::Ulaw => f.write_str("ulaw"),
            Self::Alaw => f.write_str("alaw"),
            Self::Other(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_asterisk() {
        for (name, rate) in LINEAR {
            assert_eq!(Format::from(name), Format::Linear(rate));
            assert_eq!(Format::Linear(rate).to_string(), name);
        }
        for name in ["ulaw", "alaw", "opus", "g722"] {
            assert_eq!(Format::from(name).to_string(), name);
        }
    }

    #[test]
    fn bytes_and_lengths() {
        let frame = Duration::from_millis(20);
        for (name, bytes) in [("ulaw", 160), ("slin", 320), ("slin16", 640), ("slin44", 1_764)] {
            assert_eq!(Format::from(name).bytes_in(frame), Some(bytes), "{name}");
            assert_eq!(Format::from(name).length_of(bytes), Some(frame), "{name}");
        }
        assert_eq!(Format::from("opus").bytes_in(frame), None);
        assert_eq!(Format::Linear(0).length_of(2), None);
    }
}
