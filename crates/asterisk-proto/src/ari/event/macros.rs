//! The tables of typed events.

/// Declares a typed event: its `type`, and the name of each property on the wire.
macro_rules! ari_event {
    (
        $(#[doc = $doc:expr])+
        #[event($event:literal)]
        pub struct $name:ident {
            $(
                $(#[doc = $field_doc:expr])+
                #[json($wire:literal)]
                pub $field:ident: $type:ty,
            )*
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[doc = $field_doc])+
                #[doc = concat!("\n\nOn the wire: `", $wire, "`.")]
                pub $field: $type,
            )*
            /// Properties that this version of the crate does not know, and known ones whose value
            /// has an unexpected type.
            pub extra: ::serde_json::Map<String, ::serde_json::Value>,
            /// The event as it was received: application, time stamp, server, and its JSON.
            pub event: $crate::ari::Event,
        }

        $crate::ari::model::macros::members!(
            $name { $($wire => $field,)* }
            known "type" | "application" | "timestamp" | "asterisk_id"
        );

        impl $crate::ari::AriEvent for $name {
            const SCHEMA: $crate::ari::Schema = $crate::ari::Schema {
                name: $event,
                properties: &[$(($wire, stringify!($type))),*],
            };

            fn from_event(event: &$crate::ari::Event) -> Self {
                let mut typed = Self {
                    $($field: <$type as $crate::ari::field::Field>::missing(),)*
                    extra: ::serde_json::Map::new(),
                    event: event.clone(),
                };
                event.read_into(&mut typed);
                typed
            }

            fn event(&self) -> &$crate::ari::Event {
                &self.event
            }

            fn extras(&self) -> Vec<(String, &::serde_json::Value)> {
                let mut extras = Vec::new();
                $crate::ari::field::Members::add_extras(self, None, &mut extras);
                extras
            }
        }
    };
}

/// Declares the one table of all typed events: the enum over them, their names, the dispatch.
macro_rules! ari_events {
    ($($name:ident),+ $(,)?) => {
        /// Any event, typed where the crate has a type for it.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum TypedEvent {
            $(
                #[doc = concat!("A [`", stringify!($name), "`].")]
                $name(Box<$name>),
            )+
            /// An event without a type of its own; nothing of it is lost.
            Other(Event),
        }

        impl TypedEvent {
            /// All events that have a type.
            pub const TYPES: &'static [Schema] = &[$(<$name as AriEvent>::SCHEMA),+];

            pub(super) fn new(event: &Event) -> Self {
                match event.name() {
                    $(
                        <$name as AriEvent>::NAME => Self::$name(Box::new($name::from_event(event))),
                    )+
                    _ => Self::Other(event.clone()),
                }
            }

            /// The event that it was read from.
            #[must_use]
            pub fn event(&self) -> &Event {
                match self {
                    $(Self::$name(typed) => typed.event(),)+
                    Self::Other(event) => event,
                }
            }

            /// What has no field: all that is in `extra`, here and in the models within, each with
            /// the path to it. Empty for [`TypedEvent::Other`].
            #[must_use]
            pub fn extras(&self) -> Vec<(String, &Value)> {
                match self {
                    $(Self::$name(typed) => typed.extras(),)+
                    Self::Other(_) => Vec::new(),
                }
            }
        }
    };
}

pub(super) use {ari_event, ari_events};
