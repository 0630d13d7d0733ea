//! Audio over AudioSocket: Asterisk connects by TCP and says a UUID, by which its call is known (modules
//! `chan_audiosocket` and `app_audiosocket`, from Asterisk 18 on; not in all packages).
//!
//! The audio is paced here, a frame every 20 ms: Asterisk plays what it gets at once.
//!
//! # Traps
//!
//! - The dialplan's `AudioSocket(uuid,host:port)` always speaks `slin`. A channel (`AudioSocket/host:port/uuid`,
//!   external media) sends the format that it was created with; G.711 comes under the type of `slin`, so nothing
//!   on the wire tells it apart: say to [`Server::expect`] what the channel was created with. What goes to Asterisk
//!   is linear in any case; G.711 is converted on the way.
//! - At the end of a stream the application `AudioSocket()` returns and the dialplan goes on; a channel is hung
//!   up.
//! - Nobody checks who connects: the UUID is the secret.

mod codec;
mod wire;

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpStream, ToSocketAddrs};

use crate::board::Waiting;
use crate::error::ConnectError;
use crate::format::Format;
use crate::listen::Listening;
use crate::options::Options;
use crate::stream::MediaStream;
use wire::Opened;

/// A new UUID for a call, random (version 4).
#[must_use]
pub fn new_uuid() -> String {
    // The standard library seeds each `RandomState` from the system's randomness.
    let half = |name| u128::from(RandomState::new().hash_one(name));
    let random = half("asterisk-sdk") << 64 | half("audiosocket");
    let version = random & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
    codec::uuid_text(version.to_be_bytes())
}

/// Where Asterisk connects to.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use asterisk_sdk_media::{Format, audiosocket};
///
/// let server = audiosocket::Server::bind("0.0.0.0:9092").await?;
/// let uuid = audiosocket::new_uuid();
/// let call = server.expect(&uuid, Format::from("slin16"))?;
/// // … create the channel by ARI: encapsulation=audiosocket, transport=tcp, format=slin16, data=<uuid>.
/// let stream = call.stream(Duration::from_secs(10)).await?;
/// # Ok(())
/// # }
/// ```
///
/// Connections for which nobody waits are held for a while ([`Options::claim_timeout`]), for those who call
/// [`expect`](Self::expect) late and for [`accept`](Self::accept). A second connection with the UUID of one
/// that runs is turned away. Dropping the server ends the listening; streams go on.
#[derive(Debug)]
pub struct Server {
    listening: Listening<Opened>,
}

impl Server {
    /// Listens with the default limits; port 0 takes a free one.
    ///
    /// # Errors
    ///
    /// The address cannot be resolved or listened at.
    pub async fn bind(address: impl ToSocketAddrs) -> io::Result<Self> {
        Self::bind_with(address, Options::default()).await
    }

    /// Listens with limits of one's own.
    ///
    /// # Errors
    ///
    /// As [`bind`](Self::bind).
    pub async fn bind_with(address: impl ToSocketAddrs, options: Options) -> io::Result<Self> {
        let greet = |stream: TcpStream| async move {
            let opened = wire::open(stream).await?;
            Ok((opened.uuid.clone(), opened))
        };
        Ok(Self { listening: Listening::bind(address, options, greet).await? })
    }

    /// The address at which the server listens.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.listening.local_addr
    }

    /// Waits for a call from now on, so before it is made. The format is the one that the channel is created
    /// with; `slin` for the application `AudioSocket()`.
    ///
    /// # Errors
    ///
    /// [`ConnectError::Taken`] if somebody waits for it already, or it runs; [`ConnectError::Address`] if
    /// this is no UUID; [`ConnectError::Protocol`] for a compressed format, which Asterisk would take for linear
    /// audio, and for a linear one of a rate that it has not.
    pub fn expect(&self, uuid: impl AsRef<str>, format: Format) -> Result<Expected, ConnectError> {
        let uuid = uuid.as_ref();
        let name = codec::uuid(uuid)
            .ok_or_else(|| ConnectError::Address(format!("{uuid:?} is no UUID")))?;
        if codec::audio_type(&format).is_none() {
            return Err(ConnectError::Protocol(format!("AudioSocket does not carry {format}")));
        }
        let waiting = self.listening.board.expect(name)?;
        Ok(Expected { waiting, format, options: self.listening.options.clone() })
    }

    /// The next call that nobody expects, in `slin`: for UUIDs that the dialplan chooses. Its
    /// [name](MediaStream::name) is the UUID.
    ///
    /// # Errors
    ///
    /// None at present: the server lives as long as it is borrowed.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no call.
    pub async fn accept(&self) -> Result<MediaStream, ConnectError> {
        let arrived = self.listening.board.accept().await?;
        Ok(arrived.value.stream(Format::Linear(8_000), &self.listening.options, arrived.place))
    }
}

/// A call that is waited for: see [`Server::expect`]. Dropping it ends the waiting.
#[derive(Debug)]
#[must_use = "the stream comes from it"]
pub struct Expected {
    waiting: Waiting<Opened>,
    format: Format,
    options: Options,
}

impl Expected {
    /// Waits until Asterisk has connected.
    ///
    /// # Errors
    ///
    /// [`ConnectError::Timeout`], or [`ConnectError::Gone`] when the server was dropped.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the waiting, and closes a connection that has just come.
    pub async fn stream(self, limit: Duration) -> Result<MediaStream, ConnectError> {
        let arrived = self.waiting.arrived(limit).await?;
        Ok(arrived.value.stream(self.format, &self.options, arrived.place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_uuids_are_random_ones() {
        let (one, other) = (new_uuid(), new_uuid());
        assert_ne!(one, other);
        assert_eq!(codec::uuid(&one).as_deref(), Some(one.as_str()));
        assert_eq!(&one[14..15], "4");
        assert!(matches!(&one[19..20], "8" | "9" | "a" | "b"));
    }
}
