//! Enums of wire words that keep what they do not know.

/// Declares an enum whose variants are words on the wire, plus `Other` for any other word.
///
/// Words compare without regard to ASCII case, as Asterisk's own parsers do. The first word of a
/// variant is the one written; further ones are spellings that servers also send. With `#[exact]` the
/// case counts.
macro_rules! open_enum {
    ($(#[doc = $doc:expr])+ pub enum $name:ident { $($variants:tt)+ }) => {
        $crate::open_enum::open_enum! {
            @compare eq_ignore_ascii_case $(#[doc = $doc])+ pub enum $name { $($variants)+ }
        }
    };
    ($(#[doc = $doc:expr])+ #[exact] pub enum $name:ident { $($variants:tt)+ }) => {
        $crate::open_enum::open_enum! {
            @compare eq $(#[doc = $doc])+ pub enum $name { $($variants)+ }
        }
    };
    (
        @compare $same:ident
        $(#[doc = $doc:expr])+
        pub enum $name:ident {
            $(
                $(#[doc = $variant_doc:expr])+
                #[wire($wire:literal $(, $also:literal)*)]
                $variant:ident,
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
            /// A word that this version of the crate does not know, as the server wrote it.
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

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                $(
                    if word.$same($wire) $(|| word.$same($also))* {
                        return Self::$variant;
                    }
                )+
                Self::Other(word.into())
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let word = ::std::borrow::Cow::<'de, str>::deserialize(from)?;
                Ok(Self::from(word.as_ref()))
            }
        }
    };
}

pub(crate) use open_enum;
