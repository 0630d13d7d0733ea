//! Audio in and out of the calls that an ARI session has.
//!
//! [`CallMedia::media`] asks Asterisk for a channel that carries audio to this program and waits for its
//! stream; bridged to the caller, it is what he hears and says.
//!
//! ```no_run
//! use std::error::Error;
//!
//! use asterisk_sdk::ari::Client;
//! use asterisk_sdk::ari::call::Call;
//! use asterisk_sdk::call_media::{CallMedia, Transport};
//! use asterisk_sdk::media::MediaEvent;
//!
//! /// Lets the caller hear himself.
//! async fn echo(mut call: Call, transport: Transport) -> Result<(), Box<dyn Error + Send + Sync>> {
//!     call.channel().answer().await?;
//!     let media = call.media(&transport).bridged().await?;
//!     while let Some(event) = media.stream().next().await {
//!         if let MediaEvent::Audio(frame) = event {
//!             media.stream().write(frame.data).await?;
//!         }
//!     }
//!     Ok(())
//! }
//!
//! # async fn example() -> Result<(), Box<dyn Error>> {
//! let ari = Client::builder("http://pbx.example:8088").login("app", "secret").app("echo");
//! let transport = Transport::websocket_client("http://pbx.example:8088");
//! ari.connect().await?.serve(move |call| echo(call, transport.clone())).await;
//! # Ok(())
//! # }
//! ```
//!
//! # The end
//!
//! Audio, its channel and the bridge belong together. When the caller leaves, when the channel is hung up, when
//! the stream ends or when the [`Media`] is dropped, all three go: the stream ends, the channel is hung up, the
//! bridge destroyed. The caller is in the application still, if it was not he who left.
//!
//! All is made with the session's [client](Call::client), so it also goes with the session, however that ends.
//! To let the audio live on behind it, [hand the session over](Call::hand_over) and move the [`Media`] elsewhere.
//!
//! # Keys
//!
//! A key that the caller presses is told twice: by the stream
//! ([`MediaEvent::Dtmf`](asterisk_sdk_media::MediaEvent::Dtmf), not over RTP) and by the session
//! ([`Call::dtmf`]). Listen to one of them.

mod error;
mod life;
mod open;
mod transport;

use asterisk_sdk_ari::RestError;
use asterisk_sdk_ari::call::Call;
use asterisk_sdk_ari::handle::{Bridge, Channel};
use asterisk_sdk_media::MediaStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use error::OpenError;
pub use open::OpenMedia;
pub use transport::Transport;

/// Audio for the calls of ARI sessions.
pub trait CallMedia {
    /// Prepares to open audio to this program for the call.
    fn media<'a>(&'a mut self, transport: &'a Transport) -> OpenMedia<'a>;
}

impl CallMedia for Call {
    fn media<'a>(&'a mut self, transport: &'a Transport) -> OpenMedia<'a> {
        OpenMedia::new(self, transport)
    }
}

/// The audio of a call: its stream, the channel that carries it, and the bridge if there is one; made by
/// [`CallMedia::media`].
///
/// Dropping it ends all three, even if there are clones of the stream: see [the module](self). Audio that waits to
/// be played is dropped then: wait for [`drained`](MediaStream::drained) where that matters.
#[derive(Debug)]
#[must_use = "dropping it ends the audio"]
pub struct Media {
    stream: MediaStream,
    channel: Channel,
    bridge: Option<Bridge>,
    closing: oneshot::Sender<()>,
    life: JoinHandle<Result<(), RestError>>,
}

impl Media {
    /// The stream.
    #[must_use]
    pub fn stream(&self) -> &MediaStream {
        &self.stream
    }

    /// The channel that carries the audio. It is in the application of the call.
    #[must_use]
    pub fn channel(&self) -> &Channel {
        &self.channel
    }

    /// The bridge that it shares with the caller, with [`OpenMedia::bridged`].
    #[must_use]
    pub fn bridge(&self) -> Option<&Bridge> {
        self.bridge.as_ref()
    }

    /// Ends the audio, and waits until bridge and channel are gone; for the latter, whose hangup Asterisk has
    /// accepted then, five seconds at most.
    ///
    /// # Errors
    ///
    /// Asterisk could not be told, or refused. The session tries again at its end.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future lets it go on.
    pub async fn close(self) -> Result<(), RestError> {
        drop(self.closing);
        // It does not panic, and nobody aborts it but a runtime that ends.
        self.life.await.unwrap_or(Ok(()))
    }
}
