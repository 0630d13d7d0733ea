//! RTCP reports: how well the media of a call gets through (class `reporting`).
//!
//! Asterisk's RTP engine sends a report every five seconds and raises an event for each that it sends
//! or receives.

use std::fmt;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use super::super::field::{in_group, word_fields};
use super::super::{ChannelSnapshot, Field, Message};
use super::macros::ami_event;
use crate::open_enum::open_enum;

ami_event!(
    /// An RTCP report came from the other side (class `reporting`).
    #[doc(alias = "RTCPReceived")]
    #[event("RTCPReceived")]
    pub struct RtcpReceived {
        /// The channel whose media it is about.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// Our address.
        #[header("To")]
        pub to: Option<SocketAddr>,
        /// The address that it came from.
        #[header("From")]
        pub from: Option<SocketAddr>,
        /// The time to the other side and back, worked out from the report; zero until there is one.
        #[header("RTT", seconds)]
        pub round_trip: Option<Duration>,
        /// The media experience score, from 0 to 100 (Asterisk 22).
        #[header("MES")]
        pub media_experience_score: Option<f64>,
        /// The source that the report is from. In a sender's report, Asterisk 16 and 22 write the
        /// seconds of its NTP time here.
        #[header("SSRC")]
        pub ssrc: Option<Ssrc>,
        /// Whether the other side sends media too.
        #[header("PT")]
        pub packet_type: Option<RtcpPacketType>,
        /// How many report blocks it has.
        #[header("ReportCount")]
        pub report_count: Option<u32>,
        /// When it was sent, by the other side's clock; only in a sender's report, as all `sent_`
        /// fields.
        #[header("SentNTP", unix_time)]
        pub sent_time: Option<SystemTime>,
        /// The same moment in units of the RTP timestamps.
        #[header("SentRTP")]
        pub sent_rtp_timestamp: Option<u32>,
        /// How many RTP packets the other side has sent.
        #[header("SentPackets")]
        pub sent_packets: Option<u32>,
        /// How many bytes of media these held.
        #[header("SentOctets")]
        pub sent_octets: Option<u32>,
        /// How the media that we send arrives there.
        #[group("Report")]
        pub reports: Vec<RtcpReport>,
    }
);

ami_event!(
    /// An RTCP report was sent to the other side (class `reporting`).
    #[doc(alias = "RTCPSent")]
    #[event("RTCPSent")]
    pub struct RtcpSent {
        /// The channel whose media it is about.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The address that it was sent to.
        #[header("To")]
        pub to: Option<SocketAddr>,
        /// Our address.
        #[header("From")]
        pub from: Option<SocketAddr>,
        /// The media experience score, from 0 to 100 (Asterisk 22).
        #[header("MES")]
        pub media_experience_score: Option<f64>,
        /// The source of the media that we send.
        #[header("SSRC")]
        pub ssrc: Option<Ssrc>,
        /// Whether we send media too.
        #[header("PT")]
        pub packet_type: Option<RtcpPacketType>,
        /// How many report blocks it has.
        #[header("ReportCount")]
        pub report_count: Option<u32>,
        /// When it was sent, by the server's clock; only in a sender's report, as all `sent_` fields.
        #[header("SentNTP", unix_time)]
        pub sent_time: Option<SystemTime>,
        /// The same moment in units of the RTP timestamps.
        #[header("SentRTP")]
        pub sent_rtp_timestamp: Option<u32>,
        /// How many RTP packets we have sent.
        #[header("SentPackets")]
        pub sent_packets: Option<u32>,
        /// How many bytes of media these held.
        #[header("SentOctets")]
        pub sent_octets: Option<u32>,
        /// How the other side's media arrives here.
        #[group("Report")]
        pub reports: Vec<RtcpReport>,
    }
);

open_enum! {
    /// The kind of an RTCP report (`PT`).
    pub enum RtcpPacketType {
        /// From somebody who sends media.
        #[wire("200(SR)")]
        SenderReport,
        /// From somebody who only receives.
        #[wire("201(RR)")]
        ReceiverReport,
    }
}

word_fields!(RtcpPacketType);

/// What tells the sources of an RTP session from each other, shown as Asterisk does: `0x3ffbc781`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ssrc(u32);

impl Ssrc {
    /// Reads a number in hexadecimal with `0x` in front.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().strip_prefix("0x")?;
        u32::from_str_radix(digits, 16).ok().map(Self)
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Ssrc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#010x}", self.0)
    }
}

impl Field for Option<Ssrc> {
    fn read(message: &Message, name: &str) -> Self {
        Ssrc::parse(&message.get(name)?)
    }
}

/// A block of an RTCP report: how the media of one source arrives.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct RtcpReport {
    /// `SourceSSRC`: the source.
    pub source: Option<Ssrc>,
    /// `FractionLost`: the share of packets lost since the last report, in 256ths.
    pub fraction_lost: Option<u32>,
    /// `CumulativeLost`: how many packets were lost in all; duplicates can make it negative.
    pub cumulative_lost: Option<i64>,
    /// `HighestSequence`: the highest sequence number that has arrived.
    pub highest_sequence: Option<u32>,
    /// `SequenceNumberCycles`: how often the sequence numbers have begun again.
    pub sequence_number_cycles: Option<u32>,
    /// `IAJitter`: how the time between packets varies, in units of the RTP timestamps.
    pub jitter: Option<u32>,
    /// `LSR`: the middle of the NTP time of the last sender's report from the source; 0 if none came.
    pub last_sender_report: Option<u32>,
    /// `DLSR`: how long before this one that report came.
    pub delay_since_last_sender_report: Option<Duration>,
}

impl Field for Vec<RtcpReport> {
    fn read(message: &Message, group: &str) -> Self {
        let mut reports: Self = Vec::new();
        for header in message.headers() {
            let Some(rest) = in_group(header.name, group) else { continue };
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let Ok(index) = String::from_utf8_lossy(&rest[..digits]).parse::<usize>() else {
                continue;
            };
            // RTCP has room for 31.
            if index > 31 {
                continue;
            }
            if index >= reports.len() {
                reports.resize_with(index + 1, RtcpReport::default);
            }
            let (report, value) = (&mut reports[index], header.value_lossy());
            let value = value.trim();
            match &rest[digits..] {
                b"SourceSSRC" => report.source = Ssrc::parse(value),
                b"FractionLost" => report.fraction_lost = value.parse().ok(),
                b"CumulativeLost" => report.cumulative_lost = value.parse().ok(),
                b"HighestSequence" => report.highest_sequence = value.parse().ok(),
                b"SequenceNumberCycles" => report.sequence_number_cycles = value.parse().ok(),
                b"IAJitter" => report.jitter = value.parse().ok(),
                b"LSR" => report.last_sender_report = value.parse().ok(),
                b"DLSR" => {
                    let seconds = value.parse().ok();
                    report.delay_since_last_sender_report =
                        seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                }
                _ => {}
            }
        }
        reports
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_told_apart_by_their_number() {
        let text = "Event: RTCPSent\r\nReportCount: 2\r\nReport0SourceSSRC: 0x79b1aec3\r\n\
                    Report0DLSR: 1.5000\r\nReport1CumulativeLost: -1\r\nReport99LSR: 1\r\n";
        let message = Message::parse(text.into()).unwrap();
        let reports = Vec::<RtcpReport>::read(&message, "Report");
        assert_eq!(reports.len(), 2);
        assert_eq!(reports[0].source.unwrap().to_string(), "0x79b1aec3");
        let delay = reports[0].delay_since_last_sender_report;
        assert_eq!(delay, Some(Duration::from_millis(1500)));
        assert_eq!(reports[1].cumulative_lost, Some(-1));
    }
}
