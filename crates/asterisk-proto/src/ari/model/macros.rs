//! The table form of a model.

/// Declares a model: a struct whose fields each have a name on the wire.
macro_rules! model {
    (
        $(#[doc = $doc:expr])+
        pub struct $name:ident {
            $(
                $(#[doc = $field_doc:expr])+
                #[json($wire:literal)]
                pub $field:ident: $type:ty,
            )+
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
            )+
            /// Properties that this version of the crate does not know, and known ones whose value
            /// has an unexpected type.
            pub extra: ::serde_json::Map<String, ::serde_json::Value>,
        }

        impl Default for $name {
            fn default() -> Self {
                Self {
                    $($field: <$type as $crate::ari::field::Field>::missing(),)+
                    extra: ::serde_json::Map::new(),
                }
            }
        }

        impl $crate::ari::field::Field for $name {
            fn missing() -> Self {
                Self::default()
            }

            fn object<'de, A: ::serde::de::MapAccess<'de>>(
                mut from: A,
                source: $crate::ari::field::Source<'_>,
            ) -> Result<$crate::ari::field::Read<Self>, A::Error> {
                use $crate::ari::field::{FieldSeed, Name, Read};

                let mut model = Self::default();
                while let Some(Name(name)) = from.next_key()? {
                    match &*name {
                        $($wire => from
                            .next_value_seed(FieldSeed::<$type>::new(source))?
                            .put(&mut model.$field, $wire, &mut model.extra),)+
                        _ => {
                            model.extra.insert(name.into_owned(), from.next_value()?);
                        }
                    }
                }
                Ok(Read::Good(model))
            }
        }

        impl $crate::ari::FromJson for $name {
            fn from_json(body: &::bytes::Bytes) -> Result<Self, $crate::error::ParseError> {
                $crate::ari::model::read_body(body, concat!("a JSON object: ", stringify!($name)))
            }
        }

        impl $crate::ari::Model for $name {
            const FIELDS: &'static [(&'static str, &'static str)] =
                &[$(($wire, stringify!($type))),+];
        }
    };
}

pub(super) use model;
