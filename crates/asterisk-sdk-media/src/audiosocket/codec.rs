//! Messages of AudioSocket: a type, a length in two bytes (big endian), and the rest. Pure.

use bytes::{Buf, Bytes, BytesMut};

use crate::format::Format;
use crate::g711;

const HANGUP: u8 = 0x00;
const UUID: u8 = 0x01;
const DTMF: u8 = 0x03;
const ERROR: u8 = 0xff;

/// The types of linear audio, from 0x10 on.
const RATES: [u32; 9] = [8_000, 12_000, 16_000, 24_000, 32_000, 44_100, 48_000, 96_000, 192_000];
const AUDIO: u8 = 0x10;

const HEAD: usize = 3;

pub(super) const HANGUP_MESSAGE: [u8; HEAD] = [HANGUP, 0, 0];

/// The largest message of audio.
pub(super) const MAX_AUDIO: usize = u16::MAX as usize;

/// Writes a message of audio.
pub(super) fn encode_audio(format: &Format, audio: &[u8], message: &mut Vec<u8>) -> Option<()> {
    let samples = |message: &mut Vec<u8>, linear: fn(u8) -> i16| {
        message.extend(audio.iter().flat_map(|byte| linear(*byte).to_le_bytes()));
    };
    message.clear();
    message.extend([audio_type(format)?, 0, 0]);
    match format {
        Format::Ulaw => samples(message, g711::linear_from_ulaw),
        Format::Alaw => samples(message, g711::linear_from_alaw),
        _ => message.extend_from_slice(audio),
    }
    let length = u16::try_from(message.len() - HEAD).ok()?;
    message[1..HEAD].copy_from_slice(&length.to_be_bytes());
    Some(())
}

/// A message from Asterisk.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// Audio, and the rate if it is linear.
    Audio(u32, Bytes),
    Dtmf(char),
    Error(Bytes),
    Hangup,
    Uuid([u8; 16]),
    /// One that makes no sense.
    Unknown(u8, Bytes),
}

/// Takes the next message out of what was read, if it is there whole.
pub(super) fn decode(buffer: &mut BytesMut) -> Option<Message> {
    let &[kind, high, low] = buffer.first_chunk::<HEAD>()?;
    let length = usize::from(u16::from_be_bytes([high, low]));
    if buffer.len() < HEAD + length {
        buffer.reserve(HEAD + length - buffer.len());
        return None;
    }
    buffer.advance(HEAD);
    let payload = buffer.split_to(length).freeze();
    let rate = kind.checked_sub(AUDIO).and_then(|at| RATES.get(usize::from(at)));
    Some(match (kind, rate) {
        (_, Some(rate)) => Message::Audio(*rate, payload),
        (HANGUP, _) => Message::Hangup,
        (DTMF, _) if length == 1 && payload[0].is_ascii_graphic() => {
            Message::Dtmf(char::from(payload[0]))
        }
        (ERROR, _) => Message::Error(payload),
        (UUID, _) => match <[u8; 16]>::try_from(&*payload) {
            Ok(uuid) => Message::Uuid(uuid),
            Err(_) => Message::Unknown(kind, payload),
        },
        _ => Message::Unknown(kind, payload),
    })
}

/// The type for audio of a format. Asterisk knows types for linear audio only. It sends G.711 under the first of
/// them as it is, but what it gets under it is linear to it; so that is what G.711 is turned into.
pub(super) fn audio_type(format: &Format) -> Option<u8> {
    match format {
        Format::Linear(rate) => {
            let at = RATES.iter().position(|known| known == rate)?;
            u8::try_from(at).ok().map(|at| AUDIO + at)
        }
        Format::Ulaw | Format::Alaw => Some(AUDIO),
        Format::Other(_) => None,
    }
}

/// The usual text of a UUID.
pub(super) fn uuid_text(uuid: [u8; 16]) -> String {
    let number = u128::from_be_bytes(uuid);
    let part = |from: u32, digits: u32| (number >> from) & ((1 << (digits * 4)) - 1);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        part(96, 8),
        part(80, 4),
        part(64, 4),
        part(48, 4),
        part(0, 12)
    )
}

/// Whether text is a UUID; then in small letters, as they are compared.
pub(super) fn uuid(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split('-').collect();
    let right = parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()));
    right.then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    // As Asterisk 22.10.1 sends it: the UUID, a frame of slin and a key.
    const BEGINNING: &[u8] =
        b"\x01\x00\x10\xd1\x87\x28\x78\xf9\x03\x44\x22\x86\x45\xbb\xf0\xb1\x11\x26\x80";

    fn stream() -> Vec<u8> {
        let mut bytes = BEGINNING.to_vec();
        bytes.extend([0x10, 0x01, 0x40]);
        bytes.extend([7; 320]);
        bytes.extend([0x03, 0x00, 0x01, 35]);
        bytes
    }

    #[test]
    fn messages_come_in_any_portions() {
        let bytes = stream();
        for portion in 1..=bytes.len() {
            let mut buffer = BytesMut::new();
            let mut messages = Vec::new();
            for part in bytes.chunks(portion) {
                buffer.extend_from_slice(part);
                messages.extend(std::iter::from_fn(|| decode(&mut buffer)));
            }
            let uuid = <[u8; 16]>::try_from(&BEGINNING[3..]).unwrap();
            let audio = Message::Audio(8_000, Bytes::from_static(&[7; 320]));
            assert_eq!(messages, [Message::Uuid(uuid), audio, Message::Dtmf('#')], "{portion}");
            assert!(buffer.is_empty());
        }
    }

    #[test]
    fn what_makes_no_sense_stays_readable() {
        let one = |bytes: &[u8]| decode(&mut BytesMut::from(bytes));
        assert_eq!(one(b"\x01\x00\x01x"), Some(Message::Unknown(1, Bytes::from_static(b"x"))));
        assert_eq!(one(b"\x03\x00\x02ab"), Some(Message::Unknown(3, Bytes::from_static(b"ab"))));
        assert_eq!(one(b"\x77\x00\x00"), Some(Message::Unknown(0x77, Bytes::new())));
        assert_eq!(one(b"\xff\x00\x01\x04"), Some(Message::Error(Bytes::from_static(b"\x04"))));
        assert_eq!(one(b"\x00\x00\x00"), Some(Message::Hangup));
        assert_eq!(
            one(b"\x18\x00\x02ab"),
            Some(Message::Audio(192_000, Bytes::from_static(b"ab")))
        );
        assert_eq!(one(b"\x10\xff\xffab"), None);
    }

    #[test]
    fn types_follow_formats() {
        assert_eq!(audio_type(&"slin".into()), Some(0x10));
        assert_eq!(audio_type(&"slin16".into()), Some(0x12));
        assert_eq!(audio_type(&"slin192".into()), Some(0x18));
        assert_eq!(audio_type(&"ulaw".into()), Some(0x10));
        assert_eq!(audio_type(&Format::Linear(11_025)), None);
        assert_eq!(audio_type(&"opus".into()), None);
    }

    #[test]
    fn g711_is_sent_as_linear_audio() {
        let mut message = Vec::new();
        encode_audio(&"slin16".into(), &[1, 2], &mut message).unwrap();
        assert_eq!(message, [0x12, 0, 2, 1, 2]);
        encode_audio(&Format::Ulaw, &[0xff, 0x80], &mut message).unwrap();
        assert_eq!(message, [0x10, 0, 4, 0, 0, 0x7c, 0x7d]);
        encode_audio(&Format::Alaw, &[0xd5], &mut message).unwrap();
        assert_eq!(message, [0x10, 0, 2, 8, 0]);
        assert_eq!(encode_audio(&Format::Ulaw, &vec![0; 40_000], &mut message), None);
    }

    #[test]
    fn uuids() {
        let text = "d1872878-f903-4422-8645-bbf0b1112680";
        assert_eq!(uuid_text(<[u8; 16]>::try_from(&BEGINNING[3..]).unwrap()), text);
        assert_eq!(uuid(&text.to_uppercase()).as_deref(), Some(text));
        for wrong in [
            "",
            "d1872878",
            "d1872878-f903-4422-8645-bbf0b111268x",
            "d1872878f90344228645bbf0b1112680",
        ] {
            assert_eq!(uuid(wrong), None, "{wrong}");
        }
    }
}
