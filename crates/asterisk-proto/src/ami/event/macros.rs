//! The tables of typed events.

/// Declares a typed event: which event it is, and which header each field is read from.
///
/// `#[header("…")]` names the header; on a [`ChannelSnapshot`](super::super::ChannelSnapshot) it is
/// the prefix of its headers.
macro_rules! ami_event {
    (
        $(#[doc = $doc:expr])+
        $(#[doc(alias = $alias:literal)])?
        #[event($wire:literal)]
        pub struct $name:ident {
            $(
                $(#[doc = $field_doc:expr])+
                #[header($header:literal)]
                pub $field:ident: $type:ty,
            )*
        }
    ) => {
        $(#[doc = $doc])+
        $(#[doc(alias = $alias)])?
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[doc = $field_doc])+
                #[doc = concat!("\n\nHeader: `", $header, "`.")]
                pub $field: $type,
            )*
            /// The event as it was received, with whatever else it carries.
            pub event: Event,
        }

        impl AmiEvent for $name {
            const NAME: &'static str = $wire;
            const FIELDS: &'static [(&'static str, &'static str)] =
                &[$(($header, stringify!($type))),*];

            fn from_event(event: &Event) -> Self {
                $(let $field = Field::read(event.message(), $header);)*
                Self { $($field,)* event: event.clone() }
            }

            fn event(&self) -> &Event {
                &self.event
            }
        }
    };
}

/// Declares the one table of all typed events: the enum over them, their names, the dispatch.
macro_rules! ami_events {
    ($($name:ident),+ $(,)?) => {
        /// Any event, typed where the crate has a type for it.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum TypedEvent {
            $(
                #[doc = concat!("A [`", stringify!($name), "`].")]
                $name($name),
            )+
            /// An event without a type of its own; nothing of it is lost.
            Other(Event),
        }

        impl TypedEvent {
            /// The names of all events that have a type, as the server writes them.
            pub const NAMES: &'static [&'static str] = &[$(<$name as AmiEvent>::NAME),+];

            pub(super) fn new(event: &Event) -> Self {
                let name = event.name();
                match &*name {
                    $(<$name as AmiEvent>::NAME => Self::$name($name::from_event(event)),)+
                    // Servers write the names as they are in the table.
                    _ => Self::in_other_case(event, &name),
                }
            }

            fn in_other_case(event: &Event, name: &str) -> Self {
                $(
                    if name.eq_ignore_ascii_case(<$name as AmiEvent>::NAME) {
                        return Self::$name($name::from_event(event));
                    }
                )+
                Self::Other(event.clone())
            }
        }
    };
}

pub(super) use {ami_event, ami_events};
