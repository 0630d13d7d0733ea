//! Handlers: plain async functions.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::call::Call;
use crate::error::Error;
use crate::extract::FromCall;

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What runs a call: an async function of a [`Call`], which returns `()` or a `Result<(), E>` with any
/// error.
///
/// Behind the call it may take up to eight [extractors](crate::extract): captures of the route,
/// arguments of the dialplan, a state. They are read before the function runs; one that cannot be read
/// is logged and ends the script as an error of the function does.
///
/// Implemented for functions and closures; there is no need to implement it. `Args` tells the forms of
/// functions apart, and `S` is the state that it needs ([`with_state`](Self::with_state)).
///
/// # Examples
///
/// ```
/// use asterisk_sdk_agi::extract::{Args, Captures, State};
/// use asterisk_sdk_agi::{self as agi, Call, Handler, Service};
///
/// #[derive(Clone)]
/// struct Prompts {
///     directory: String,
/// }
///
/// async fn greet(
///     mut call: Call,
///     Captures((extension,)): Captures<(u32,)>,
///     Args(arguments): Args,
///     State(prompts): State<Prompts>,
/// ) -> agi::Result {
///     call.verbose(format!("{extension} was called with {arguments:?}")).await?;
///     call.stream_file(format!("{}/welcome", prompts.directory)).await?;
///     Ok(())
/// }
///
/// let prompts = Prompts { directory: "custom".to_owned() };
/// let service = Service::builder().route(r"^greet/(\d+)$", greet.with_state(prompts)).build()?;
/// # Ok::<(), agi::RouteError>(())
/// ```
pub trait Handler<Args, S = ()>: Send + Sync + 'static {
    /// Runs one call.
    fn handle(&self, call: Call, state: &S) -> BoxFuture<crate::Result>;

    /// Gives the handler the state that it takes as [`State`](crate::extract::State).
    fn with_state(self, state: S) -> BoxedHandler
    where
        Self: Sized,
        S: Send + Sync + 'static,
    {
        BoxedHandler::of(move |call| self.handle(call, &state))
    }
}

/// A handler without its type, as routes keep it.
#[derive(Clone)]
pub struct BoxedHandler(pub(crate) Arc<dyn Fn(Call) -> BoxFuture<crate::Result> + Send + Sync>);

impl BoxedHandler {
    /// Takes a handler's type away.
    pub(crate) fn new<Args>(handler: impl Handler<Args>) -> Self {
        Self::of(move |call| handler.handle(call, &()))
    }

    pub(crate) fn of(
        handle: impl Fn(Call) -> BoxFuture<crate::Result> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(handle))
    }

    pub(crate) fn run(&self, call: Call) -> BoxFuture<crate::Result> {
        (self.0)(call)
    }
}

impl fmt::Debug for BoxedHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoxedHandler").finish_non_exhaustive()
    }
}

/// Tells a [`BoxedHandler`] from a function.
#[derive(Debug)]
#[non_exhaustive]
pub struct Boxed;

impl Handler<Boxed> for BoxedHandler {
    fn handle(&self, call: Call, (): &()) -> BoxFuture<crate::Result> {
        self.run(call)
    }
}

impl<F, Fut, S> Handler<(Call,), S> for F
where
    F: Fn(Call) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: IntoResult> + Send + 'static,
{
    fn handle(&self, call: Call, _: &S) -> BoxFuture<crate::Result> {
        let handling = self(call);
        Box::pin(async move { handling.await.into_result() })
    }
}

macro_rules! functions {
    ($($extractor:ident $value:ident)+) => {
        impl<F, Fut, S, $($extractor,)+> Handler<(Call, $($extractor,)+), S> for F
        where
            F: Fn(Call, $($extractor,)+) -> Fut + Send + Sync + 'static,
            Fut: Future<Output: IntoResult> + Send + 'static,
            $($extractor: FromCall<S>,)+
        {
            fn handle(&self, call: Call, state: &S) -> BoxFuture<crate::Result> {
                $(
                    let $value = match $extractor::from_call(&call, state) {
                        Ok(value) => value,
                        Err(error) => return Box::pin(async { Err(error) }),
                    };
                )+
                let handling = self(call, $($value,)+);
                Box::pin(async move { handling.await.into_result() })
            }
        }
    };
}

functions!(A a);
functions!(A a B b);
functions!(A a B b C c);
functions!(A a B b C c D d);
functions!(A a B b C c D d E e);
functions!(A a B b C c D d E e G g);
functions!(A a B b C c D d E e G g H h);
functions!(A a B b C c D d E e G g H h I i);

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
