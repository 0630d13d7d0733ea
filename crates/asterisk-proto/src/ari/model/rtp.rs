//! What RTP counts.

use super::macros::model;
use crate::ChannelId;

model!(
    /// How the RTP of a channel's audio fares. Only channels that have RTP have it.
    ///
    /// What the other end reports is there once it has sent reports of RTCP.
    #[model("RTPstat")]
    pub struct RtpStat {
        /// Packets sent.
        #[json("txcount")]
        pub tx_count: u64,
        /// Packets received.
        #[json("rxcount")]
        pub rx_count: u64,
        /// Packets sent and lost, as the other end reports it.
        #[json("txploss")]
        pub tx_packet_loss: u64,
        /// Packets that were to be received, and were lost.
        #[json("rxploss")]
        pub rx_packet_loss: u64,
        /// The synchronisation source of this end.
        #[json("local_ssrc")]
        pub local_ssrc: u32,
        /// The synchronisation source of the other end; 0 before it sent anything.
        #[json("remote_ssrc")]
        pub remote_ssrc: u32,
        /// Bytes sent.
        #[json("txoctetcount")]
        pub tx_octet_count: u64,
        /// Bytes received.
        #[json("rxoctetcount")]
        pub rx_octet_count: u64,
        /// The channel.
        #[json("channel_uniqueid")]
        pub channel_id: ChannelId,
        /// Jitter of what was sent, as the other end reports it, in seconds.
        #[json("txjitter")]
        pub tx_jitter: Option<f64>,
        /// Jitter of what was received, in seconds.
        #[json("rxjitter")]
        pub rx_jitter: Option<f64>,
        /// The largest jitter that the other end reports, in seconds.
        #[json("remote_maxjitter")]
        pub remote_max_jitter: Option<f64>,
        /// The smallest jitter that the other end reports, in seconds.
        #[json("remote_minjitter")]
        pub remote_min_jitter: Option<f64>,
        /// The mean jitter that the other end reports, in seconds.
        #[json("remote_normdevjitter")]
        pub remote_mean_jitter: Option<f64>,
        /// The standard deviation of the jitter that the other end reports, in seconds.
        #[json("remote_stdevjitter")]
        pub remote_stdev_jitter: Option<f64>,
        /// The largest jitter seen here, in seconds.
        #[json("local_maxjitter")]
        pub local_max_jitter: Option<f64>,
        /// The smallest jitter seen here, in seconds.
        #[json("local_minjitter")]
        pub local_min_jitter: Option<f64>,
        /// The mean jitter seen here, in seconds.
        #[json("local_normdevjitter")]
        pub local_mean_jitter: Option<f64>,
        /// The standard deviation of the jitter seen here, in seconds.
        #[json("local_stdevjitter")]
        pub local_stdev_jitter: Option<f64>,
        /// The largest packet loss that the other end reports, in packets between two reports.
        #[json("remote_maxrxploss")]
        pub remote_max_packet_loss: Option<f64>,
        /// The smallest packet loss that the other end reports, in packets between two reports.
        #[json("remote_minrxploss")]
        pub remote_min_packet_loss: Option<f64>,
        /// The mean packet loss that the other end reports, in packets between two reports.
        #[json("remote_normdevrxploss")]
        pub remote_mean_packet_loss: Option<f64>,
        /// The standard deviation of the packet loss that the other end reports, in packets between two reports.
        #[json("remote_stdevrxploss")]
        pub remote_stdev_packet_loss: Option<f64>,
        /// The largest packet loss seen here, in packets between two reports.
        #[json("local_maxrxploss")]
        pub local_max_packet_loss: Option<f64>,
        /// The smallest packet loss seen here, in packets between two reports.
        #[json("local_minrxploss")]
        pub local_min_packet_loss: Option<f64>,
        /// The mean packet loss seen here, in packets between two reports.
        #[json("local_normdevrxploss")]
        pub local_mean_packet_loss: Option<f64>,
        /// The standard deviation of the packet loss seen here, in packets between two reports.
        #[json("local_stdevrxploss")]
        pub local_stdev_packet_loss: Option<f64>,
        /// The last round trip, in seconds.
        #[json("rtt")]
        pub rtt: Option<f64>,
        /// The longest round trip, in seconds.
        #[json("maxrtt")]
        pub max_rtt: Option<f64>,
        /// The shortest round trip, in seconds.
        #[json("minrtt")]
        pub min_rtt: Option<f64>,
        /// The mean round trip, in seconds.
        #[json("normdevrtt")]
        pub mean_rtt: Option<f64>,
        /// The standard deviation of round trips, in seconds.
        #[json("stdevrtt")]
        pub stdev_rtt: Option<f64>,
        /// The media experience score of what was sent, 0 to 100. Asterisk 22.
        #[json("txmes")]
        pub tx_mes: Option<f64>,
        /// The media experience score of what was received, 0 to 100. Asterisk 22.
        #[json("rxmes")]
        pub rx_mes: Option<f64>,
        /// The largest media experience score that the other end has, 0 to 100. Asterisk 22.
        #[json("remote_maxmes")]
        pub remote_max_mes: Option<f64>,
        /// The smallest media experience score that the other end has, 0 to 100. Asterisk 22.
        #[json("remote_minmes")]
        pub remote_min_mes: Option<f64>,
        /// The mean media experience score that the other end has, 0 to 100. Asterisk 22.
        #[json("remote_normdevmes")]
        pub remote_mean_mes: Option<f64>,
        /// The standard deviation of the media experience score that the other end has, 0 to 100. Asterisk 22.
        #[json("remote_stdevmes")]
        pub remote_stdev_mes: Option<f64>,
        /// The largest media experience score seen here, 0 to 100. Asterisk 22.
        #[json("local_maxmes")]
        pub local_max_mes: Option<f64>,
        /// The smallest media experience score seen here, 0 to 100. Asterisk 22.
        #[json("local_minmes")]
        pub local_min_mes: Option<f64>,
        /// The mean media experience score seen here, 0 to 100. Asterisk 22.
        #[json("local_normdevmes")]
        pub local_mean_mes: Option<f64>,
        /// The standard deviation of the media experience score seen here, 0 to 100. Asterisk 22.
        #[json("local_stdevmes")]
        pub local_stdev_mes: Option<f64>,
    }
);
