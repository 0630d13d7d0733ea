//! Handlers: plain async functions.

use std::future::Future;
use std::pin::Pin;

use crate::call::Call;
use crate::error::Error;

/// What runs a call: an `async fn(Call)` that returns `()` or a `Result<(), E>` with any error.
///
/// Implemented for functions and closures; there is no need to implement it. `Args` tells the forms
/// of functions apart.
pub trait Handler<Args>: Send + Sync + 'static {
    /// Runs one call.
    fn handle(&self, call: Call) -> Pin<Box<dyn Future<Output = crate::Result> + Send>>;
}

impl<F, Fut> Handler<(Call,)> for F
where
    F: Fn(Call) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: IntoResult> + Send + 'static,
{
    fn handle(&self, call: Call) -> Pin<Box<dyn Future<Output = crate::Result> + Send>> {
        let handling = self(call);
        Box::pin(async move { handling.await.into_result() })
    }
}

/// What a handler may return.
pub trait IntoResult {
    /// The same as a [`Result`](crate::Result).
    ///
    /// # Errors
    ///
    /// The handler's own error.
    fn into_result(self) -> crate::Result;
}

impl IntoResult for () {
    fn into_result(self) -> crate::Result {
        Ok(())
    }
}

impl<E: Into<Error>> IntoResult for Result<(), E> {
    fn into_result(self) -> crate::Result {
        self.map_err(Into::into)
    }
}

/// A handler without its type, as the router keeps it.
pub(super) type BoxedHandler =
    Box<dyn Fn(Call) -> Pin<Box<dyn Future<Output = crate::Result> + Send>> + Send + Sync>;

pub(super) fn boxed<Args>(handler: impl Handler<Args>) -> BoxedHandler {
    Box::new(move |call| handler.handle(call))
}
