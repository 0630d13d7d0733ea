//! Audio as plain RTP: external media with `encapsulation=rtp`, in all versions of Asterisk (module `chan_rtp`).
//!
//! Each call has a socket of its own, from and to which packets go. The audio is paced here, a packet every 20 ms.
//! What comes is put in order; a packet that is missing is waited for with the next four, or 60 ms, and
//! counted as lost then ([`Statistics::packets_lost`](crate::Statistics::packets_lost)).
//!
//! # Traps
//!
//! - Asterisk takes only formats of a fixed payload type: `ulaw`, `alaw`, `gsm`, `g722`, `g729`, and `slin` at 8 kHz.
//!   Others it sends and does not take: writing them is [`MediaError::Unsupported`](crate::MediaError).
//! - Asterisk 16 sends `ulaw` where `slin` was asked for: look at the format of the frames.
//! - External media has no keys: Asterisk 16 and 22 send none as telephone events, and understand none under any
//!   payload type. What is pressed is heard as a tone, and told by ARI (`ChannelDtmfReceived`) for the channel on
//!   which it was.
//!
//! # Keys
//!
//! With another peer than external media, such as an endpoint of `chan_pjsip` whose SIP side is yours, keys go both
//! ways as telephone events (RFC 4733), once their payload type is known: [`Socket::telephone_events`].
//!
//! - Each press is told once, at its end ([`MediaEvent::Dtmf`]). Asterisk repeats the end three times; if none
//!   arrives, the key counts as released 120 ms after its last packet. Other events (16, the flash) come as
//!   [`MediaEvent::Other`].
//! - [`MediaStream::send_dtmf`] presses one. Asterisk 16 and 22 take the length as it is said
//!   (`DurationMs` of AMI's `DTMFEnd`).
//!
//! # The end
//!
//! RTP knows none. That the channel was hung up is told by ARI; the stream itself notices only when it sends.

mod packet;
mod presses;
mod reorder;

use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use tokio::net::{ToSocketAddrs, UdpSocket};
use tokio::time::{timeout, timeout_at};

use crate::driver::Wire;
use crate::error::{ConnectError, End};
use crate::event::MediaEvent;
use crate::format::Format;
use crate::keying;
use crate::options::Options;
use crate::shared::{Nature, Saying, Shared};
use crate::stream::MediaStream;
use packet::{Content, Sender};
use presses::Presses;
use reorder::Reorder;

/// The size of the read buffer, which frames share.
const BUFFER: usize = 8 << 10;

/// The largest datagram: Asterisk divides frames that are larger.
const DATAGRAM: usize = 2 << 10;

const PTIME: Duration = Duration::from_millis(20);

/// How long a packet that is missing is waited for.
const MISSING: Duration = Duration::from_millis(60);

/// A socket for one call, before Asterisk knows of it.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use asterisk_sdk_media::{Format, rtp::Socket};
///
/// let socket = Socket::bind("192.0.2.10:0").await?;
/// let host = socket.local_addr()?.to_string();
/// // … create the channel by ARI: external_host=<host>, format=ulaw, and read its variables
/// // UNICASTRTP_LOCAL_ADDRESS and UNICASTRTP_LOCAL_PORT.
/// let stream = socket.stream(Format::Ulaw, "192.0.2.1:10342".parse()?).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Socket {
    udp: UdpSocket,
    options: Options,
    events: Option<u8>,
}

impl Socket {
    /// Takes a port; 0 is a free one. The address is one that Asterisk can send to.
    ///
    /// # Errors
    ///
    /// The address cannot be resolved or taken.
    pub async fn bind(address: impl ToSocketAddrs) -> io::Result<Self> {
        Self::bind_with(address, Options::default()).await
    }

    /// Takes a port, with limits of one's own.
    ///
    /// # Errors
    ///
    /// As [`bind`](Self::bind).
    pub async fn bind_with(address: impl ToSocketAddrs, options: Options) -> io::Result<Self> {
        Ok(Self { udp: UdpSocket::bind(address).await?, options, events: None })
    }

    /// The address that Asterisk is to send to.
    ///
    /// # Errors
    ///
    /// The system does not tell.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.udp.local_addr()
    }

    /// The peer sends and takes keys as telephone events (`telephone-event/8000` of its SDP) under this payload type,
    /// 96 to 127: Asterisk's SIP has 101. Not for external media, which has none.
    #[must_use]
    pub fn telephone_events(mut self, payload_type: u8) -> Self {
        self.events = Some(payload_type);
        self
    }

    /// The stream, from and to Asterisk's address. Packets from elsewhere are not taken.
    ///
    /// # Errors
    ///
    /// The address is of another family, or there is no way to it; or the payload type of telephone events is none
    /// that can be chosen.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the socket.
    pub async fn stream(
        self,
        format: Format,
        asterisk: SocketAddr,
    ) -> Result<MediaStream, ConnectError> {
        let Self { udp: socket, options, events } = self;
        if events.is_some_and(|kind| !packet::CHOSEN.contains(&kind)) {
            let why = "the payload type of telephone events is not 96 to 127";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why).into());
        }
        socket.connect(asterisk).await?;
        let kind = packet::payload_type(&format);
        let nature = Nature {
            frame: format.bytes_in(PTIME),
            format: format.clone(),
            ptime: PTIME,
            remote_queue: false,
            control: None,
            hangup: false,
            keys: events,
            writable: kind.is_some(),
            // What fits into a packet of Ethernet.
            max_message: 1_400,
        };
        let shared = Arc::new(Shared::new(nature, &options));
        let socket = Arc::new(socket);
        let random = RandomState::new().hash_one("asterisk-sdk-rtp");
        let writer = Writer {
            socket: Arc::clone(&socket),
            sender: Sender::new(&format, kind.unwrap_or_default(), random),
            format: format.clone(),
            events,
            begun: Instant::now(),
            packet: Vec::new(),
        };
        let reading = read(socket, Arc::clone(&shared), format, events);
        Ok(MediaStream::start(asterisk.to_string(), shared, reading, writer, &options, ()))
    }
}

async fn read(
    socket: Arc<UdpSocket>,
    shared: Arc<Shared>,
    format: Format,
    events: Option<u8>,
) -> End {
    let mut buffer = BytesMut::with_capacity(BUFFER);
    let mut reorder = Reorder::<Content>::new();
    let mut presses = Presses::default();
    let mut tell = |event| {
        shared.push(match keying::key(event) {
            Some(key) => MediaEvent::Dtmf(key),
            None => MediaEvent::Other(format!("telephone event {event}")),
        });
    };
    loop {
        if buffer.capacity() < DATAGRAM {
            buffer.reserve(BUFFER);
        }
        let reading = socket.recv_buf(&mut buffer);
        // Cancel safe: nothing was read.
        let result = if reorder.is_holding() {
            timeout(MISSING, reading).await.ok()
        } else if let Some(at) = presses.released_at() {
            timeout_at(at.into(), reading).await.ok()
        } else {
            Some(reading.await)
        };
        let now = Instant::now();
        let mut give = |content| match content {
            Content::Audio(frame) => shared.push(MediaEvent::Audio(frame)),
            Content::Press(press) => presses.push(press, now, &mut tell),
        };
        let Some(result) = result else {
            let losses = reorder.give_up(&mut give);
            shared.count(|statistics| statistics.packets_lost += losses.lost);
            presses.release(now, &mut tell);
            continue;
        };
        match result {
            Ok(_) => {}
            // Nobody is there any more.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                return End::Remote { code: None };
            }
            Err(error) => return End::failed(&error),
        }
        match packet::read(buffer.split(), &format, events) {
            Some(packet) => {
                let packet::Datagram { source, sequence, content } = packet;
                let losses = reorder.push(source, sequence, content, &mut give);
                presses.release(now, &mut tell);
                if losses.lost + losses.late > 0 {
                    shared.count(|statistics| {
                        statistics.packets_lost += losses.lost;
                        statistics.packets_late += losses.late;
                    });
                }
            }
            None => shared.count(|statistics| statistics.packets_ignored += 1),
        }
    }
}

struct Writer {
    socket: Arc<UdpSocket>,
    sender: Sender,
    format: Format,
    events: Option<u8>,
    begun: Instant,
    packet: Vec<u8>,
}

impl Wire for Writer {
    async fn audio(&mut self, audio: &mut [u8], _tail: bool) -> io::Result<()> {
        let length = self.format.length_of(audio.len()).unwrap_or(PTIME);
        self.sender.write(audio, self.begun.elapsed(), length, &mut self.packet);
        self.socket.send(&self.packet).await.map(drop)
    }

    fn rest(&mut self, _rest: &[u8]) -> impl Future<Output = io::Result<()>> + Send {
        // Datagrams are sent whole.
        std::future::ready(Ok(()))
    }

    async fn say(&mut self, saying: Saying) -> io::Result<()> {
        // The stream refuses all else.
        let (Saying::Key(tone), Some(kind)) = (saying, self.events) else { return Ok(()) };
        let times = if tone.last { packet::ENDS } else { 1 };
        for _ in 0..times {
            self.sender.write_key(kind, tone, self.begun.elapsed(), &mut self.packet);
            self.socket.send(&self.packet).await?;
        }
        Ok(())
    }

    async fn close(&mut self) -> io::Result<()> {
        Ok(())
    }
}
