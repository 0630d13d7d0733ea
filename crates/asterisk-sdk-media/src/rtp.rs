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
//! - Keys come as sounds, not as events: they are told by ARI (`ChannelDtmfReceived`) for the channel on which they
//!   were pressed.
//! - RTP knows no end. That the channel was hung up is told by ARI; the stream itself notices only when it sends.

mod packet;
mod reorder;

use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use tokio::net::{ToSocketAddrs, UdpSocket};
use tokio::time::timeout;

use crate::driver::Wire;
use crate::error::{ConnectError, End};
use crate::event::MediaEvent;
use crate::format::Format;
use crate::frame::Frame;
use crate::options::Options;
use crate::shared::{Nature, Saying, Shared};
use crate::stream::MediaStream;
use packet::{Datagram, Sender};
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
    socket: UdpSocket,
    options: Options,
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
        Ok(Self { socket: UdpSocket::bind(address).await?, options })
    }

    /// The address that Asterisk is to send to.
    ///
    /// # Errors
    ///
    /// The system does not tell.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// The stream, from and to Asterisk's address. Packets from elsewhere are not taken.
    ///
    /// # Errors
    ///
    /// The address is of another family, or there is no way to it.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the socket.
    pub async fn stream(
        self,
        format: Format,
        asterisk: SocketAddr,
    ) -> Result<MediaStream, ConnectError> {
        let Self { socket, options } = self;
        socket.connect(asterisk).await?;
        let kind = packet::payload_type(&format);
        let nature = Nature {
            frame: format.bytes_in(PTIME),
            format: format.clone(),
            ptime: PTIME,
            remote_queue: false,
            control: None,
            hangup: false,
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
            begun: Instant::now(),
            packet: Vec::new(),
        };
        let reading = read(socket, Arc::clone(&shared), format);
        Ok(MediaStream::start(asterisk.to_string(), shared, reading, writer, &options, ()))
    }
}

async fn read(socket: Arc<UdpSocket>, shared: Arc<Shared>, format: Format) -> End {
    let mut buffer = BytesMut::with_capacity(BUFFER);
    let mut reorder = Reorder::<Frame>::new();
    let mut give = |frame| shared.push(MediaEvent::Audio(frame));
    loop {
        if buffer.capacity() < DATAGRAM {
            buffer.reserve(BUFFER);
        }
        let reading = socket.recv_buf(&mut buffer);
        let result = if reorder.is_holding() {
            // Cancel safe: nothing was read.
            if let Ok(result) = timeout(MISSING, reading).await {
                result
            } else {
                let losses = reorder.give_up(&mut give);
                shared.count(|statistics| statistics.packets_lost += losses.lost);
                continue;
            }
        } else {
            reading.await
        };
        match result {
            Ok(_) => {}
            // Nobody is there any more.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                return End::Remote { code: None };
            }
            Err(error) => return End::failed(&error),
        }
        match packet::read(buffer.split(), &format) {
            Datagram::Audio { source, sequence, frame } => {
                let losses = reorder.push(source, sequence, frame, &mut give);
                if losses.lost + losses.late > 0 {
                    shared.count(|statistics| {
                        statistics.packets_lost += losses.lost;
                        statistics.packets_late += losses.late;
                    });
                }
            }
            Datagram::Other => shared.count(|statistics| statistics.packets_ignored += 1),
        }
    }
}

struct Writer {
    socket: Arc<UdpSocket>,
    sender: Sender,
    format: Format,
    begun: Instant,
    packet: Vec<u8>,
}

impl Wire for Writer {
    async fn audio(&mut self, audio: &mut [u8], _tail: bool) -> io::Result<()> {
        let length = self.format.length_of(audio.len()).unwrap_or(PTIME);
        self.sender.write(audio, self.begun.elapsed(), length, &mut self.packet);
        self.socket.send(&self.packet).await.map(drop)
    }

    fn say(&mut self, _saying: Saying) -> impl Future<Output = io::Result<()>> + Send {
        // There is nothing to say: the stream refuses it.
        std::future::ready(Ok(()))
    }

    async fn close(&mut self) -> io::Result<()> {
        Ok(())
    }
}
