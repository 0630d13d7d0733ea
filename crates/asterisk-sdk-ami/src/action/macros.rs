//! The table of plain actions.

/// Declares an action whose parameters are single headers.
///
/// Required parameters come first and are the arguments of `new`; each optional one gets a setter.
macro_rules! ami_action {
    (
        $(#[doc = $doc:expr])+
        #[action($wire:literal)]
        pub struct $name:ident {
            $(
                #[required($required_header:literal)]
                $(#[doc = $required_doc:expr])+
                $required:ident: $required_type:ty,
            )*
            $(
                #[optional($optional_header:literal)]
                $(#[doc = $optional_doc:expr])+
                $optional:ident: $optional_type:ty,
            )*
        },
        $output:ty,
        $read:expr
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone)]
        #[non_exhaustive]
        #[must_use = "an action does nothing until it is sent"]
        pub struct $name {
            $($required: $required_type,)*
            $($optional: Option<$optional_type>,)*
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
        }

        ami_action!(@default $name $($required)*);

        impl Action for $name {
            type Output = $output;

            fn name(&self) -> &str {
                $wire
            }

            ami_action!(
                @headers
                $(required $required_header $required,)*
                $(optional $optional_header $optional,)*
            );

            fn output(reply: Reply) -> Result<$output, ActionError> {
                let read: fn(Reply) -> Result<$output, ActionError> = $read;
                read(reply)
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
    (@headers $($kind:ident $header:literal $field:ident,)+) => {
        fn headers(&self, headers: &mut Headers) {
            $(ami_action!(@add $kind headers, $header, self.$field);)+
        }
    };

    (@add required $headers:ident, $header:literal, $value:expr) => {
        $headers.add($header, &$value);
    };
    (@add optional $headers:ident, $header:literal, $value:expr) => {
        if let Some(value) = &$value {
            $headers.add($header, value);
        }
    };
}

pub(super) use ami_action;
