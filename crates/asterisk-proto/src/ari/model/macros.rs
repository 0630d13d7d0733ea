//! The table forms of models.

/// Declares a model: its name in Asterisk's documents, and a struct whose fields each have a name on
/// the wire.
macro_rules! model {
    (
        $(#[doc = $doc:expr])+
        #[model($model:literal)]
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
        }

        impl Default for $name {
            fn default() -> Self {
                Self {
                    $($field: <$type as $crate::ari::field::Field>::missing(),)*
                    extra: ::serde_json::Map::new(),
                }
            }
        }

        $crate::ari::model::macros::members!($name { $($wire => $field,)* });

        impl $crate::ari::field::Field for $name {
            fn missing() -> Self {
                Self::default()
            }

            fn object<'de, A: ::serde::de::MapAccess<'de>>(
                &mut self,
                from: A,
                source: $crate::ari::field::Source<'_>,
            ) -> Result<$crate::ari::field::Odd, A::Error> {
                $crate::ari::field::Members::read_all(self, from, source)?;
                Ok(None)
            }

            fn add_extras<'a>(
                &'a self,
                path: &$crate::ari::field::Path<'_>,
                extras: &mut $crate::ari::field::Extras<'a>,
            ) {
                $crate::ari::field::Members::add_extras(self, Some(path), extras);
            }
        }

        impl $crate::ari::FromJson for $name {
            fn from_json(body: &::bytes::Bytes) -> Result<Self, $crate::error::ParseError> {
                $crate::ari::model::read_body(body, concat!("a JSON object: ", $model))
            }
        }

        impl $crate::ari::Model for $name {
            const SCHEMA: $crate::ari::Schema = $crate::ari::Schema {
                name: $model,
                properties: &[$(($wire, stringify!($type))),*],
            };

            fn extras(&self) -> Vec<(String, &::serde_json::Value)> {
                let mut extras = Vec::new();
                $crate::ari::field::Members::add_extras(self, None, &mut extras);
                extras
            }
        }
    };
}

/// Reads the members of a model or an event into the fields of their names. What has no field goes to
/// `extra`, except the names that are given as known elsewhere.
macro_rules! members {
    ($name:ident { $($wire:literal => $field:ident,)* } $(known $($known:literal)|+)?) => {
        impl $crate::ari::field::Members for $name {
            fn member<'de, A: ::serde::de::MapAccess<'de>>(
                &mut self,
                name: &str,
                value: $crate::ari::field::NextValue<'_, A>,
            ) -> Result<$crate::ari::field::Odd, A::Error> {
                match name {
                    $($wire => value.read_into(&mut self.$field),)*
                    $($($known)|+ => value.skip(),)?
                    _ => value.keep(),
                }
            }

            fn extra(&mut self) -> &mut ::serde_json::Map<String, ::serde_json::Value> {
                &mut self.extra
            }

            fn add_extras<'a>(
                &'a self,
                path: Option<&$crate::ari::field::Path<'_>>,
                extras: &mut $crate::ari::field::Extras<'a>,
            ) {
                use $crate::ari::field::Path;

                for (name, value) in &self.extra {
                    extras.push((Path { parent: path, name }.to_string(), value));
                }
                $($crate::ari::field::Field::add_extras(
                    &self.$field,
                    &Path { parent: path, name: $wire },
                    extras,
                );)*
            }
        }
    };
}

/// Declares the one list of all models.
macro_rules! models {
    ($($name:ident),+ $(,)?) => {
        /// All models, for checks against an inventory.
        pub const MODELS: &[Schema] = &[$(<$name as Model>::SCHEMA),+];
    };
}

pub(in crate::ari) use members;
pub(super) use {model, models};
