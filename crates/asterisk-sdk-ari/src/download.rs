//! A reply that is a file.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;

use crate::error::RestError;

/// The pieces of a file, from whatever carries them.
type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, RestError>> + Send>>;

/// A file as it comes from the server, such as a recording.
///
/// It is read from the connection only as fast as its pieces are taken, so a file of any length
/// takes little memory. A file that the server cuts short is an error, and so is one of which
/// nothing more comes within the [body timeout](crate::Builder::body_timeout); the stream ends after
/// an error. Until its end it holds one of the
/// [connections](crate::Builder::max_connections); dropping it before closes that.
#[must_use = "nothing is read until it is asked for"]
pub struct Download {
    content_type: Option<String>,
    content_length: Option<u64>,
    pieces: Pieces,
}

impl Download {
    pub(crate) fn new(
        content_type: Option<String>,
        content_length: Option<u64>,
        pieces: Pieces,
    ) -> Self {
        Self { content_type, content_length, pieces }
    }

    /// What kind of file it is, as the server says: `audio/wav`.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// How many bytes it has, as the server says; Asterisk always does.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.content_length
    }

    /// The next piece; `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// When the connection breaks, or nothing comes in time.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<Bytes, RestError>> {
        std::future::poll_fn(|context| self.pieces.as_mut().poll_next(context)).await
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("content_type", &self.content_type)
            .field("content_length", &self.content_length)
            .finish_non_exhaustive()
    }
}

impl Stream for Download {
    type Item = Result<Bytes, RestError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.pieces.as_mut().poll_next(context)
    }
}
