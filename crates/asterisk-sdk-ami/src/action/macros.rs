//! The table of plain actions.

/// Declares an action whose parameters are single headers.
///
/// Required parameters come first and are the arguments of `new`; each optional one gets a setter, each
/// repeated one a method that adds one more. A second word in the attribute names the function of
/// `value.rs` that writes the value where the type alone does not say how, such as
/// `#[optional("Timeout", seconds)]`.
macro_rules! ami_action {
    (
        $(#[doc = $doc:expr])+
        $(#[doc(alias = $alias:literal)])?
        #[action($wire:literal)]
        pub struct $name:ident {
            $(
                #[required($required_header:literal $(, $required_how:ident)?)]
                $(#[doc = $required_doc:expr])+
                $required:ident: $required_type:ty,
            )*
            $(
                #[optional($optional_header:literal $(, $optional_how:ident)?)]
                $(#[doc = $optional_doc:expr])+
                $optional:ident: $optional_type:ty,
            )*
            $(
                #[repeated($repeated_header:literal $(, $repeated_how:ident)?)]
                $(#[doc = $repeated_doc:expr])+
                $repeated:ident: $repeated_type:ty,
            )*
        },
        $output:ty,
        $read:expr
    ) => {
        $(#[doc = $doc])+
        $(#[doc(alias = $alias)])?
        #[derive(Debug, Clone)]
        #[non_exhaustive]
        #[must_use = "an action does nothing until it is sent"]
        pub struct $name {
            $($required: $required_type,)*
            $($optional: Option<$optional_type>,)*
            $($repeated: Vec<$repeated_type>,)*
        }

        impl $name {
            /// The action, with what it requires.
            $(
                #[doc = concat!("\n\n- `", stringify!($required), "` (`", $required_header, "`):")]
                $(#[doc = $required_doc])+
            )*
            pub fn new($($required: impl Into<$required_type>),*) -> Self {
                Self {
                    $($required: $required.into(),)*
                    $($optional: None,)*
                    $($repeated: Vec::new(),)*
                }
            }

            $(
                $(#[doc = $optional_doc])+
                #[doc = concat!("\n\nHeader: `", $optional_header, "`.")]
                pub fn $optional(mut self, $optional: impl Into<$optional_type>) -> Self {
                    self.$optional = Some($optional.into());
                    self
                }
            )*

            $(
                $(#[doc = $repeated_doc])+
                #[doc = concat!("\n\nHeader: `", $repeated_header, "`, once for each call.")]
                pub fn $repeated(mut self, $repeated: impl Into<$repeated_type>) -> Self {
                    self.$repeated.push($repeated.into());
                    self
                }
            )*
        }

        ami_action!(@default $name $($required)*);

        impl $crate::action::NamedAction for $name {
            const NAME: &'static str = $wire;
            const PARAMETERS: &'static [&'static str] =
                &[$($required_header,)* $($optional_header,)* $($repeated_header,)*];
        }

        impl $crate::action::Action for $name {
            type Output = $output;

            fn name(&self) -> &str {
                $wire
            }

            ami_action!(
                @headers
                $(required $required_header $required $($required_how)?,)*
                $(optional $optional_header $optional $($optional_how)?,)*
                $(repeated $repeated_header $repeated $($repeated_how)?,)*
            );

            fn output(
                reply: $crate::action::Reply,
            ) -> Result<$output, $crate::error::ActionError> {
                let read: fn($crate::action::Reply) -> Result<$output, $crate::error::ActionError> =
                    $read;
                read(reply)
            }

            fn collector() -> Option<Box<dyn $crate::action::Collect<$output>>> {
                #[allow(unused_imports, reason = "needed by outputs that are no lists")]
                use $crate::action::output::NoCollector as _;
                $crate::action::output::Probe::<$output>::collector()
            }
        }
    };

    // What needs nothing can be had from nothing.
    (@default $name:ident) => {
        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }
    };
    (@default $name:ident $($required:ident)+) => {};

    (@headers) => {};
    (@headers $($kind:ident $header:literal $field:ident $($how:ident)?,)+) => {
        fn headers(&self, headers: &mut $crate::action::Headers) {
            $(ami_action!(@add $kind headers, $header, self.$field $(, $how)?);)+
        }
    };

    (@add required $headers:ident, $header:literal, $value:expr $(, $how:ident)?) => {
        $headers.add($header, ami_action!(@value &$value $(, $how)?));
    };
    (@add optional $headers:ident, $header:literal, $value:expr $(, $how:ident)?) => {
        if let Some(value) = &$value {
            $headers.add($header, ami_action!(@value value $(, $how)?));
        }
    };
    (@add repeated $headers:ident, $header:literal, $value:expr $(, $how:ident)?) => {
        for value in &$value {
            $headers.add($header, ami_action!(@value value $(, $how)?));
        }
    };

    (@value $value:expr) => { $value };
    (@value $value:expr, $how:ident) => { $crate::action::value::$how(*$value) };
}

/// Declares the enum over the items of a mixed list, one variant a type of event.
macro_rules! list_items {
    (
        $(#[doc = $doc:expr])+
        pub enum $name:ident {
            $(
                $(#[doc = $variant_doc:expr])+
                $variant:ident($event:ty),
            )+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $(
                $(#[doc = $variant_doc])+
                $variant(Box<$event>),
            )+
        }

        impl $crate::action::ListItem for $name {
            fn from_item(
                event: ::asterisk_proto::ami::Event,
            ) -> Result<Self, ::asterisk_proto::ami::Event> {
                $(
                    if let Some(item) = event.decode() {
                        return Ok(Self::$variant(Box::new(item)));
                    }
                )+
                Err(event)
            }
        }
    };
}

/// Declares an enum of the words that a parameter takes.
macro_rules! words {
    (
        $(#[doc = $doc:expr])+
        pub enum $name:ident {
            $(
                $(#[doc = $variant_doc:expr])+
                $variant:ident = $wire:literal,
            )+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(
                $(#[doc = $variant_doc])+
                #[doc = concat!("\n\nOn the wire: `", $wire, "`.")]
                $variant,
            )+
            /// A word that this version of the crate does not know.
            Other(Box<str>),
        }

        impl $name {
            /// The word on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $wire,)+
                    Self::Other(word) => word,
                }
            }
        }

        impl $crate::action::HeaderValue for $name {
            fn header_value(&self) -> ::std::borrow::Cow<'_, str> {
                self.as_str().into()
            }
        }
    };
}

/// Declares the table of all actions that have a type.
macro_rules! ami_actions {
    ($($family:ident::$name:ident),+ $(,)?) => {
        /// All actions that have a type, in the order of their names.
        pub const TYPES: &[ActionType] = &[$(ActionType {
            name: <$family::$name as NamedAction>::NAME,
            parameters: <$family::$name as NamedAction>::PARAMETERS,
        }),+];
    };
}

pub(super) use {ami_action, ami_actions, list_items, words};
