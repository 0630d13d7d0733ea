//! The tables of typed events.

/// Declares a typed event: which event it is, and which header each field is read from.
///
/// `#[header("…")]` names the header; a second word names the function of `field.rs` that reads it
/// where the type alone does not say how, such as `#[header("Wait", seconds)]`. `#[channel("…")]` and
/// `#[bridge("…")]` give the prefix of a snapshot's headers, `#[variables("…")]` the name in front of
/// a channel's in parentheses, `#[group("…")]` what the headers of a numbered or nested list begin with.
macro_rules! ami_event {
    (
        $(#[doc = $doc:expr])+
        $(#[doc(alias = $alias:literal)])?
        #[event($wire:literal)]
        pub struct $name:ident {
            $(
                $(#[doc = $field_doc:expr])+
                // One of these. Spelled out, as any word here could be another line of `doc`.
                $(#[header($header:literal $(, $how:ident)?)])?
                $(#[channel($channel:literal)])?
                $(#[bridge($bridge:literal)])?
                $(#[variables($variables:literal)])?
                $(#[group($group:literal)])?
                pub $field:ident: $type:ty,
            )*
        }
    ) => {
        $(#[doc = $doc])+
        $(#[doc(alias = $alias)])?
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[doc = $field_doc])+
                $(#[doc = ami_event!(@doc header $header)])?
                $(#[doc = ami_event!(@doc channel $channel)])?
                $(#[doc = ami_event!(@doc bridge $bridge)])?
                $(#[doc = ami_event!(@doc variables $variables)])?
                $(#[doc = ami_event!(@doc group $group)])?
                pub $field: $type,
            )*
            /// The event as it was received, with whatever else it carries.
            pub event: $crate::ami::Event,
        }

        impl $crate::ami::AmiEvent for $name {
            const NAME: &'static str = $wire;
            const FIELDS: &'static [$crate::ami::FieldType] = &[$(
                $($crate::ami::FieldType::header($header, stringify!($type)),)?
                $($crate::ami::FieldType::channel($channel, stringify!($type)),)?
                $($crate::ami::FieldType::bridge($bridge, stringify!($type)),)?
                $($crate::ami::FieldType::variables($variables, stringify!($type)),)?
                $($crate::ami::FieldType::group($group, stringify!($type)),)?
            )*];

            fn from_event(event: &$crate::ami::Event) -> Self {
                $(let $field = ami_event!(
                    @read event.message(),
                    $($header $(, $how)?)? $($channel)? $($bridge)? $($variables)? $($group)?
                );)*
                Self { $($field,)* event: event.clone() }
            }

            fn event(&self) -> &$crate::ami::Event {
                &self.event
            }

            fn visit(&self, _visit: &mut dyn FnMut(&'static str, &dyn ::std::fmt::Debug)) {
                $(_visit(
                    concat!($($header)? $($channel)? $($bridge)? $($variables)? $($group)?),
                    &self.$field,
                );)*
            }
        }
    };

    (@read $message:expr, $header:literal) => {
        $crate::ami::Field::read($message, $header)
    };
    (@read $message:expr, $header:literal, $how:ident) => {
        $crate::ami::field::$how($message, $header)
    };

    (@doc header $header:literal) => { concat!("\n\nHeader: `", $header, "`.") };
    (@doc channel "") => { "\n\nHeaders: those of a channel." };
    (@doc channel $prefix:literal) => { concat!("\n\nHeaders: `", $prefix, "Channel` and so on.") };
    (@doc bridge "") => { "\n\nHeaders: `BridgeUniqueid` and so on." };
    (@doc bridge $prefix:literal) => {
        concat!("\n\nHeaders: `", $prefix, "BridgeUniqueid` and so on.")
    };
    (@doc group $prefix:literal) => {
        concat!("\n\nHeaders: `", $prefix, "` with a number or a path behind it.")
    };
    (@doc variables $name:literal) => { concat!("\n\nHeaders: `", $name, "(<channel>)`.") };
}

/// Declares the event that ends a list, with what it tells beside the end and the count.
macro_rules! list_end {
    (
        $(#[doc = $doc:expr])+
        $(#[doc(alias = $alias:literal)])?
        #[event($wire:literal)]
        pub struct $name:ident { $($more:tt)* }
    ) => {
        ami_event!(
            $(#[doc = $doc])+
            $(#[doc(alias = $alias)])?
            #[event($wire)]
            pub struct $name {
                /// How the list ended: `Complete`, or `Cancelled` when the server broke it off.
                #[header("EventList")]
                pub event_list: Option<$crate::Text>,
                /// How many items the server says it sent.
                #[header("ListItems")]
                pub list_items: Option<u32>,
                $($more)*
            }
        );
    };
}

/// Declares the one table of all typed events: the enum over them, their names, the dispatch.
///
/// The types stand in the order of the events' names, without regard to case.
macro_rules! ami_events {
    ($($family:ident::$name:ident),+ $(,)?) => {
        /// Any event, typed where the crate has a type for it.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum TypedEvent {
            $(
                #[doc = concat!("A [`", stringify!($name), "`](", stringify!($family), "::", stringify!($name), ").")]
                $name(Box<$family::$name>),
            )+
            /// An event without a type of its own; nothing of it is lost.
            Other(Event),
        }

        impl TypedEvent {
            /// All events that have a type, in the order of their names.
            pub const TYPES: &'static [EventType] = &[$(EventType {
                name: <$family::$name as AmiEvent>::NAME,
                fields: <$family::$name as AmiEvent>::FIELDS,
                read: |event| Self::$name(Box::new(<$family::$name as AmiEvent>::from_event(event))),
            }),+];

            /// The event as it was received.
            #[must_use]
            pub fn event(&self) -> &Event {
                match self {
                    $(Self::$name(event) => &event.event,)+
                    Self::Other(event) => event,
                }
            }

            /// Shows each field with its header, as [`AmiEvent::visit`] does.
            pub fn visit(&self, visit: &mut dyn FnMut(&'static str, &dyn std::fmt::Debug)) {
                match self {
                    $(Self::$name(event) => event.visit(visit),)+
                    Self::Other(_) => {}
                }
            }
        }
    };
}

pub(super) use {ami_event, ami_events, list_end};
