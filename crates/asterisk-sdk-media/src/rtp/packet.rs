//! RTP packets as Asterisk's external media knows them. Pure.

use std::ops::RangeInclusive;
use std::time::Duration;

use bytes::BytesMut;
use rtp_types::{RtpPacket, RtpPacketBuilder};

use crate::format::Format;
use crate::frame::{Frame, Packet};
use crate::keying::{self, Tone};

use super::presses::Press;

/// The types of formats that Asterisk takes. It knows more, and sends them, but takes none under a dynamic type.
const TYPES: [(&str, u8); 6] =
    [("ulaw", 0), ("gsm", 3), ("alaw", 8), ("g722", 9), ("slin", 10), ("g729", 18)];

/// The other type of linear audio with one channel.
const MONO: u8 = 11;

/// The first dynamic type, and all.
const DYNAMIC: u8 = 96;
pub(super) const CHOSEN: RangeInclusive<u8> = DYNAMIC..=127;

/// All formats that Asterisk takes have timestamps of this rate; so has G.722, by an old mistake.
const CLOCK: u128 = 8_000;

/// After a pause of this, a packet is the first of a stretch of speech.
const PAUSE: Duration = Duration::from_millis(60);

/// The type under which Asterisk takes a format.
pub(super) fn payload_type(format: &Format) -> Option<u8> {
    let name = format.to_string();
    TYPES.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
}

/// A datagram of the stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Datagram {
    pub(super) source: u32,
    pub(super) sequence: u16,
    pub(super) content: Content,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    Audio(Frame),
    Press(Press),
}

/// How loud keys are that are pressed here, in dB below full: as Asterisk's own.
const VOLUME: u8 = 10;

/// How often the last packet of a key is sent, as nothing else tells that it is released.
pub(super) const ENDS: usize = 3;

/// Reads a datagram: none for control packets, comfort noise, and what is no RTP. The format is the one of the
/// channel, which goes for dynamic types, `events` the type of telephone events.
pub(super) fn read(
    mut datagram: BytesMut,
    format: &Format,
    events: Option<u8>,
) -> Option<Datagram> {
    let header = RtpPacket::parse(&datagram).ok()?;
    // With the marker bit, these are the types of RTCP.
    if (64..DYNAMIC).contains(&header.payload_type()) {
        return None;
    }
    let kind = header.payload_type();
    let (source, sequence) = (header.ssrc(), header.sequence_number());
    if events == Some(kind) {
        let press = Press::read(header.payload(), header.timestamp(), header.marker_bit())?;
        return Some(Datagram { source, sequence, content: Content::Press(press) });
    }
    let format = if kind >= DYNAMIC {
        format.clone()
    } else if kind == MONO {
        Format::Linear(8_000)
    } else {
        match TYPES.iter().find(|(_, known)| *known == kind) {
            Some((name, _)) if format.to_string() == *name => format.clone(),
            Some((name, _)) => Format::from(*name),
            None => return None,
        }
    };
    let packet = Packet { sequence, timestamp: header.timestamp(), marker: header.marker_bit() };
    let (from, length) = (header.payload_offset(), header.payload_len());
    let mut data = datagram.split_off(from);
    data.truncate(length);
    if let Format::Linear(_) = format {
        swap(&mut data);
    }
    let frame = Frame { data: data.freeze(), format, packet: Some(packet) };
    Some(Datagram { source, sequence, content: Content::Audio(frame) })
}

/// RTP's linear audio is big endian.
fn swap(audio: &mut [u8]) {
    audio.chunks_exact_mut(2).for_each(|sample| sample.swap(0, 1));
}

/// A length in the time of packets, which wraps.
fn ticks(length: Duration) -> u32 {
    u32::try_from(length.as_nanos() * CLOCK / 1_000_000_000 % (1 << 32)).unwrap_or_default()
}

/// What the packets of a stream have in common, and how far it is.
#[derive(Debug)]
pub(super) struct Sender {
    kind: u8,
    linear: bool,
    source: u32,
    sequence: u16,
    timestamp: u32,
    /// When the last packet was sent, and how long it sounds.
    last: Option<(Duration, Duration)>,
}

impl Sender {
    /// The random number makes source, sequence and time hard to guess.
    pub(super) fn new(format: &Format, kind: u8, random: u64) -> Self {
        let random = random.to_be_bytes();
        Self {
            kind,
            linear: matches!(format, Format::Linear(_)),
            source: u32::from_be_bytes([random[0], random[1], random[2], random[3]]),
            sequence: u16::from_be_bytes([random[4], random[5]]),
            timestamp: u32::from_be_bytes([random[6], random[7], random[0], random[2]]),
            last: None,
        }
    }

    /// Writes a packet with this audio, which it may change. `now` is the time since some beginning, `length` how
    /// long the audio sounds.
    pub(super) fn write(
        &mut self,
        audio: &mut [u8],
        now: Duration,
        length: Duration,
        packet: &mut Vec<u8>,
    ) {
        let marker = self.advance(now);
        self.last = Some((now, length));
        if self.linear {
            swap(audio);
        }
        self.packet(self.kind, marker, audio, packet);
    }

    /// Writes a packet of a key, of this type. The last one is written [`ENDS`] times.
    pub(super) fn write_key(&mut self, kind: u8, tone: Tone, now: Duration, packet: &mut Vec<u8>) {
        if tone.first {
            self.advance(now);
            self.last = Some((now, Duration::ZERO));
        }
        // The time stands still while a key sounds, and what follows comes behind it.
        if let Some((_, length)) = &mut self.last {
            *length = tone.sounded + if tone.last { keying::PAUSE } else { Duration::ZERO };
        }
        let duration = u16::try_from(ticks(tone.sounded)).unwrap_or(u16::MAX).to_be_bytes();
        let end = if tone.last { 0x80 } else { 0 };
        let payload = [tone.event, end | VOLUME, duration[0], duration[1]];
        self.packet(kind, tone.first, &payload, packet);
    }

    /// Moves the time on; tells whether there was a pause.
    fn advance(&mut self, now: Duration) -> bool {
        let Some((last, sounded)) = self.last else { return true };
        let passed = now.saturating_sub(last);
        // A pause is in the time, a late or early packet is not.
        let pause = passed > sounded + PAUSE;
        let ticks = ticks(if pause { passed } else { sounded });
        self.timestamp = self.timestamp.wrapping_add(ticks);
        pause
    }

    fn packet(&mut self, kind: u8, marker: bool, payload: &[u8], packet: &mut Vec<u8>) {
        packet.clear();
        RtpPacketBuilder::<&[u8], &[u8]>::new()
            .marker_bit(marker)
            .payload_type(kind)
            .sequence_number(self.sequence)
            .timestamp(self.timestamp)
            .ssrc(self.source)
            .payload(payload)
            // The type is one of ours, and nothing else can be wrong.
            .write_into_vec_unchecked(packet);
        self.sequence = self.sequence.wrapping_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The beginning of the first packets that Asterisk 22.10.1 sends.
    const ULAW: &[u8] = b"\x80\x00\x6e\xaa\x00\x00\x00\xa0\x7b\x72\xfd\x14\xff\x7f\xff\x7f";
    const SLIN16: &[u8] = b"\x80\x76\xfa\xdb\x00\x00\x01\x40\x1c\x49\x72\x58\x00\x01\xff\xfb";

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn audio(datagram: &[u8], format: &Format) -> (u32, u16, Frame) {
        let datagram = read(datagram.into(), format, Some(101)).expect("RTP");
        let Content::Audio(frame) = datagram.content else { panic!("audio") };
        (datagram.source, datagram.sequence, frame)
    }

    #[test]
    fn packets_of_asterisk() {
        let (source, sequence, frame) = audio(ULAW, &Format::Ulaw);
        assert_eq!((source, sequence, frame.format), (0x7b72_fd14, 28_330, Format::Ulaw));
        assert_eq!(&frame.data[..], b"\xff\x7f\xff\x7f");
        let packet = frame.packet.unwrap();
        assert_eq!((packet.sequence, packet.timestamp, packet.marker), (28_330, 160, false));

        let format = Format::from("slin16");
        let (_, _, frame) = audio(SLIN16, &format);
        assert_eq!(frame.samples().unwrap().collect::<Vec<_>>(), [1, -5]);
        assert_eq!(frame.format, format);
        // Asterisk 16 sends µ-law where linear audio was asked for.
        let (_, _, frame) = audio(ULAW, &"slin".into());
        assert_eq!(frame.format, Format::Ulaw);
    }

    #[test]
    fn what_is_no_audio_is_left_alone() {
        let with = |at: usize, byte: u8| {
            let mut datagram = BytesMut::from(ULAW);
            datagram[at] = byte;
            read(datagram, &Format::Ulaw, None)
        };
        // A version, reports of senders and receivers, comfort noise, video.
        for (at, byte) in [(0, 0x40), (1, 200), (1, 201), (1, 13), (1, 34), (0, 0x8f), (0, 0xb0)] {
            assert_eq!(with(at, byte), None, "{at}: {byte}");
        }
        for length in 0..12 {
            assert_eq!(read(ULAW[..length].into(), &Format::Ulaw, None), None);
        }
    }

    #[test]
    fn packets_of_ours() {
        let mut sender = Sender::new(&Format::Ulaw, 0, 0x0102_0304_ffff_0506);
        let mut packet = Vec::new();
        let mut write = |now, audio: &mut [u8]| {
            sender.write(audio, ms(now), ms(20), &mut packet);
            packet.clone()
        };
        assert_eq!(write(5, &mut [9]), b"\x80\x80\xff\xff\x05\x06\x01\x03\x01\x02\x03\x04\x09");
        // Late, and early: the time goes on by what was sent.
        assert_eq!(write(55, &mut [9]), b"\x80\x00\x00\x00\x05\x06\x01\xa3\x01\x02\x03\x04\x09");
        assert_eq!(write(56, &mut [9]), b"\x80\x00\x00\x01\x05\x06\x02\x43\x01\x02\x03\x04\x09");
        // A pause of a second.
        assert_eq!(write(1_056, &mut [9]), b"\x80\x80\x00\x02\x05\x06\x21\x83\x01\x02\x03\x04\x09");
        let mut sender = Sender::new(&"slin".into(), 10, 0);
        sender.write(&mut [1, 2], ms(0), ms(20), &mut packet);
        assert_eq!(packet[12..], [2, 1]);
    }

    #[test]
    fn keys_of_asterisk() {
        // The first and the last packet of `5` from Asterisk 22.10.1, over SIP.
        const FIRST: &[u8] = b"\x80\xe5\x82\x78\0\0\0\xc0\x59\x9b\x2c\x0c\x05\x0a\0\xa0";
        const LAST: &[u8] = b"\x80\x65\x82\x81\0\0\0\xc0\x59\x9b\x2c\x0c\x05\x8a\x05\0";
        let press = |bytes: &[u8]| match read(bytes.into(), &Format::Ulaw, Some(101)) {
            Some(Datagram { source: 0x599b_2c0c, sequence, content: Content::Press(press) }) => {
                (sequence, press.timestamp, press.marker, press.event, press.end, press.duration)
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(press(FIRST), (0x8278, 192, true, 5, false, 160));
        assert_eq!(press(LAST), (0x8281, 192, false, 5, true, 1_280));
        assert_eq!(read(FIRST[..15].into(), &Format::Ulaw, Some(101)), None);
    }

    #[test]
    fn keys_of_ours_stand_between_audio() {
        let mut sender = Sender::new(&Format::Ulaw, 0, 0x0102_0304_0005_0000);
        let mut packet = Vec::new();
        let mut packets = Vec::new();
        sender.write(&mut [9], ms(0), ms(20), &mut packet);
        packets.push(packet.clone());
        for (now, sounded, first, last) in
            [(20, 20, true, false), (42, 40, false, false), (60, 60, false, true)]
        {
            let tone = Tone { event: 11, sounded: ms(sounded), first, last };
            sender.write_key(101, tone, ms(now), &mut packet);
            packets.push(packet.clone());
        }
        // After the pause of 40 ms.
        sender.write(&mut [9], ms(120), ms(20), &mut packet);
        packets.push(packet.clone());
        assert_eq!(
            packets,
            [
                b"\x80\x80\0\x05\0\0\x01\x03\x01\x02\x03\x04\x09".as_slice(),
                b"\x80\xe5\0\x06\0\0\x01\xa3\x01\x02\x03\x04\x0b\x0a\0\xa0",
                b"\x80\x65\0\x07\0\0\x01\xa3\x01\x02\x03\x04\x0b\x0a\x01\x40",
                b"\x80\x65\0\x08\0\0\x01\xa3\x01\x02\x03\x04\x0b\x8a\x01\xe0",
                // 100 ms, which are 800.
                b"\x80\0\0\x09\0\0\x04\xc3\x01\x02\x03\x04\x09",
            ]
        );
    }

    #[test]
    fn types() {
        for (name, kind) in
            [("ulaw", Some(0)), ("slin", Some(10)), ("slin16", None), ("opus", None)]
        {
            assert_eq!(payload_type(&name.into()), kind, "{name}");
        }
    }
}
