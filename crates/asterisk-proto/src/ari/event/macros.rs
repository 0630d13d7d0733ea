//! The tables of typed events.

/// Declares a typed event: its `type`, and the name of each property on the wire.
macro_rules! ari_event {
    (
        $(#[doc = $doc:expr])+
        #[event($wire:literal)]
        pub struct $name:ident {
            $(
                $(#[doc = $field_doc:expr])+
                #[json($json:literal)]
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
                #[doc = concat!("\n\nOn the wire: `", $json, "`.")]
                pub $field: $type,
            )*
            /// The id of the server that says it (`asterisk_id`).
            pub asterisk_id: $crate::Text,
            /// The event as it was received: application, time stamp, and whatever else it carries.
            pub event: $crate::ari::Event,
        }

        impl $crate::ari::AriEvent for $name {
            const NAME: &'static str = $wire;
            const FIELDS: &'static [(&'static str, &'static str)] =
                &[$(($json, stringify!($type))),*];

            fn from_event(event: &$crate::ari::Event) -> Self {
                use $crate::ari::field::{Field, FieldSeed, Name, Read, Source};

                /// The properties without the event itself.
                struct Properties {
                    $($field: $type,)*
                    asterisk_id: $crate::Text,
                }

                impl Field for Properties {
                    fn missing() -> Self {
                        Self {
                            $($field: <$type as Field>::missing(),)*
                            asterisk_id: Field::missing(),
                        }
                    }

                    fn object<'de, A: ::serde::de::MapAccess<'de>>(
                        mut from: A,
                        source: Source<'_>,
                    ) -> Result<Read<Self>, A::Error> {
                        let mut properties = Self::missing();
                        // What has no field here stays readable in the event.
                        while let Some(Name(name)) = from.next_key()? {
                            match &*name {
                                $($json => {
                                    let seed = FieldSeed::<$type>::new(source);
                                    if let Read::Good(value) = from.next_value_seed(seed)? {
                                        properties.$field = value;
                                    }
                                })*
                                "asterisk_id" => {
                                    let seed = FieldSeed::<$crate::Text>::new(source);
                                    if let Read::Good(value) = from.next_value_seed(seed)? {
                                        properties.asterisk_id = value;
                                    }
                                }
                                _ => {
                                    from.next_value::<::serde::de::IgnoredAny>()?;
                                }
                            }
                        }
                        Ok(Read::Good(properties))
                    }
                }

                // An event has been parsed as a whole before, so this cannot fail any more.
                let properties: Properties =
                    $crate::ari::model::read(event.json(), "an event")
                        .unwrap_or_else(|_| Field::missing());
                Self {
                    $($field: properties.$field,)*
                    asterisk_id: properties.asterisk_id,
                    event: event.clone(),
                }
            }

            fn event(&self) -> &$crate::ari::Event {
                &self.event
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
            /// The names of all events that have a type, as the server writes them.
            pub const NAMES: &'static [&'static str] = &[$(<$name as AriEvent>::NAME),+];

            pub(super) fn new(event: &Event) -> Self {
                match event.name() {
                    $(
                        <$name as AriEvent>::NAME => Self::$name(Box::new($name::from_event(event))),
                    )+
                    _ => Self::Other(event.clone()),
                }
            }
        }
    };
}

pub(super) use {ari_event, ari_events};
