//! What handlers can take beside the call: [extractors](FromCall), read from the call and the state
//! before the handler runs.
//!
//! Everything here can be asked of the [`Call`] as well; an extractor reads it
//! at once, into values of its own, and a call for which it cannot be read does not get to the handler.

use asterisk_proto::agi::Environment;

use crate::call::Call;

/// What can be an argument of a [`Handler`](crate::Handler), behind the [`Call`].
pub trait FromCall<S = ()>: Sized {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// It cannot be read: the handler does not run, and the script ends as by an error of the handler.
    fn from_call(call: &Call, state: &S) -> crate::Result<Self>;
}

/// The groups of the route's expression, in order, without the whole match: `Captures<(u32, String)>`
/// for an expression with two groups or more.
///
/// An `Option` is `None` for a group that took no part; without it that is an error, as is text that is
/// not of the type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "handlers take it apart")]
pub struct Captures<T>(pub T);

/// The arguments that the dialplan passed behind the URL, in order, empty ones included.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "handlers take it apart")]
pub struct Args(pub Vec<String>);

/// The keyword arguments of the URL's query, decoded, in order, with all values of each.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "handlers take it apart")]
pub struct Kwargs(pub Vec<(String, String)>);

impl Kwargs {
    /// The first value of this name.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All values of this name, in order.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The state that the route was given ([`Handler::with_state`](crate::Handler::with_state)): a clone of
/// it, so that what is expensive to clone is put into an [`Arc`](std::sync::Arc).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "handlers take it apart")]
pub struct State<T>(pub T);

impl<T: Clone> FromCall<T> for State<T> {
    fn from_call(_: &Call, state: &T) -> crate::Result<Self> {
        Ok(Self(state.clone()))
    }
}

impl<S> FromCall<S> for Args {
    fn from_call(call: &Call, _: &S) -> crate::Result<Self> {
        Ok(Self(call.args().into_iter().map(str::to_owned).collect()))
    }
}

impl<S> FromCall<S> for Kwargs {
    fn from_call(call: &Call, _: &S) -> crate::Result<Self> {
        Ok(Self(call.all_kwargs().to_vec()))
    }
}

/// What Asterisk said about the call when the script began.
impl<S> FromCall<S> for Environment {
    fn from_call(call: &Call, _: &S) -> crate::Result<Self> {
        Ok(call.environment().clone())
    }
}

/// A type that a group of a route's expression can be read as.
pub trait FromCapture: Sized {
    /// Reads it; `None` is a group that took no part.
    ///
    /// # Errors
    ///
    /// The text is none of this type, or there is none.
    fn from_capture(text: Option<&str>) -> crate::Result<Self>;
}

impl<T: FromCapture> FromCapture for Option<T> {
    fn from_capture(text: Option<&str>) -> crate::Result<Self> {
        text.map(|text| T::from_capture(Some(text))).transpose()
    }
}

macro_rules! from_str {
    ($($type:ty)+) => {$(
        impl FromCapture for $type {
            fn from_capture(text: Option<&str>) -> crate::Result<Self> {
                let text = text.ok_or("the group took no part in the match")?;
                text.parse().map_err(|error| format!("{text:?}: {error}").into())
            }
        }
    )+};
}

from_str!(String char bool u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64);

macro_rules! captures {
    ($($group:ident)+) => {
        impl<S, $($group: FromCapture),+> FromCall<S> for Captures<($($group,)+)> {
            fn from_call(call: &Call, _: &S) -> crate::Result<Self> {
                let mut group = 0;
                Ok(Self(($({
                    group += 1;
                    $group::from_capture(call.capture_at(group))
                        .map_err(|error| format!("group {group} of the route: {error}"))?
                },)+)))
            }
        }
    };
}

captures!(A);
captures!(A B);
captures!(A B C);
captures!(A B C D);
captures!(A B C D E);
captures!(A B C D E F);
captures!(A B C D E F G);
captures!(A B C D E F G H);
