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
            /// The action with its required parameters:
            $(
                #[doc = concat!("\n\n- `", stringify!($required), "` (`", $required_header, "`):")]
                $(#[doc = $required_doc])+
            )*
            #[allow(clippy::new_without_default, reason = "an action is not a value with a default")]
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

        impl Action for $name {
            type Output = $output;

            fn name(&self) -> &str {
                $wire
            }

            #[allow(unused_variables, reason = "some actions have no parameters")]
            fn headers(&self, headers: &mut Headers) {
                $(headers.add($required_header, &self.$required);)*
                $(
                    if let Some(value) = &self.$optional {
                        headers.add($optional_header, value);
                    }
                )*
            }

            fn output(reply: Reply) -> Result<$output, ActionError> {
                let read: fn(Reply) -> Result<$output, ActionError> = $read;
                read(reply)
            }
        }
    };
}

pub(super) use ami_action;
