//! Layers: what stands around handlers.
//!
//! A layer takes a call before its handler does, may pass it on to what is behind it
//! ([`Next::run`]), and sees how that ended. It is an async function of the call and [`Next`]:
//!
//! ```
//! use asterisk_sdk_agi::layer::{AllowPeers, Next, Timeout};
//! use asterisk_sdk_agi::{self as agi, Call, Service};
//! use std::time::{Duration, Instant};
//!
//! async fn measure(call: Call, next: Next) -> agi::Result {
//!     let (path, began) = (call.path().to_owned(), Instant::now());
//!     let result = next.run(call).await;
//!     println!("{path} took {:?}", began.elapsed());
//!     result
//! }
//!
//! let service = Service::builder()
//!     .layer(AllowPeers::parse(["10.0.0.0/8", "127.0.0.1", "::1"])?)
//!     .layer(measure)
//!     .layer(Timeout::new(Duration::from_secs(3600)))
//!     .fallback(|call: Call| async move { println!("{}", call.path()) })
//!     .build()?;
//! # Ok::<(), agi::Error>(())
//! ```
//!
//! Layers of the [service](crate::ServiceBuilder::layer) stand around every route and the fallback,
//! the first one added outermost. [`Layer::around`] puts one around one handler.
//!
//! Every call runs in a `tracing` span of its own (`agi_call` with peer, channel, path and route)
//! already; a layer is inside it.

mod hangup;
mod peers;
mod timeout;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

pub use hangup::EndAtHangup;
pub use peers::{AllowPeers, PeerError, PeerRefused};
pub use timeout::{CallTimeout, Timeout};

use crate::call::Call;
use crate::handler::{BoxFuture, BoxedHandler, Handler, IntoResult};

/// What stands around a handler. Implemented for async functions of a [`Call`] and [`Next`].
pub trait Layer: Send + Sync + 'static {
    /// Takes a call. Dropping `next` keeps it from what is behind.
    fn handle(&self, call: Call, next: Next) -> BoxFuture<crate::Result>;

    /// Puts this layer around one handler alone; of several the last one is the outermost.
    ///
    /// # Examples
    ///
    /// ```
    /// use asterisk_sdk_agi::layer::{EndAtHangup, Layer};
    /// use asterisk_sdk_agi::{self as agi, Call, Service};
    ///
    /// async fn menu(mut call: Call) -> agi::Result {
    ///     call.stream_file("demo-congrats").await?;
    ///     Ok(())
    /// }
    ///
    /// let service = Service::builder().route("^menu$", EndAtHangup::new().around(menu)).build()?;
    /// # Ok::<(), agi::RouteError>(())
    /// ```
    fn around<Args>(self, handler: impl Handler<Args>) -> BoxedHandler
    where
        Self: Sized,
    {
        let handler = BoxedHandler::new(handler);
        let layers: Arc<[Arc<dyn Layer>]> = Arc::new([Arc::new(self) as Arc<dyn Layer>]);
        BoxedHandler::of(move |call| Next::new(Arc::clone(&layers), handler.clone()).run(call))
    }
}

impl<F, Fut> Layer for F
where
    F: Fn(Call, Next) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: IntoResult> + Send + 'static,
{
    fn handle(&self, call: Call, next: Next) -> BoxFuture<crate::Result> {
        let handling = self(call, next);
        Box::pin(async move { handling.await.into_result() })
    }
}

/// What is behind a layer: further layers, and at last the handler.
#[must_use = "the handler runs only if this is run"]
pub struct Next {
    layers: Arc<[Arc<dyn Layer>]>,
    /// How many of them the call has passed.
    passed: usize,
    handler: BoxedHandler,
}

impl Next {
    pub(crate) fn new(layers: Arc<[Arc<dyn Layer>]>, handler: BoxedHandler) -> Self {
        Self { layers, passed: 0, handler }
    }

    /// Passes the call on, and gives what became of it.
    ///
    /// # Errors
    ///
    /// The handler's own error, or that of a layer in between.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the handler at an await point, and the call with it.
    #[must_use = "the handler runs only while it is awaited"]
    pub fn run(mut self, call: Call) -> BoxFuture<crate::Result> {
        match self.layers.get(self.passed).cloned() {
            Some(layer) => {
                self.passed += 1;
                layer.handle(call, self)
            }
            None => self.handler.run(call),
        }
    }
}

impl fmt::Debug for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").field("passed", &self.passed).finish_non_exhaustive()
    }
}
