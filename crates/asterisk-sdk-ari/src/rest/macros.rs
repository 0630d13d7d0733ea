//! The table form of an operation.

/// Declares an operation: method, path, what the reply is read as, and its parameters.
///
/// First what it cannot do without, then what can be set. `#[required(path, "…")]` fills a
/// placeholder of the path, `query` is a parameter. Of the others `text` takes whatever becomes its
/// type, `value` takes its type, `list` takes several, `map` adds a name and a value to an object in
/// the body, and `place` is an id that becomes the last part of the path when it is set.
macro_rules! operation {
    (
        $(#[doc = $doc:expr])+
        #[request($method:ident, $path:literal, $output:ty)]
        pub struct $name:ident {
            $(
                #[required($required:ident, $required_wire:literal)]
                $required_field:ident: $required_type:ty,
            )*
            $(
                $(#[doc = $field_doc:expr])+
                #[optional($kind:ident, $wire:literal)]
                $field:ident: $type:ty,
            )*
        }
    ) => {
        $(#[doc = $doc])+
        #[doc = concat!("\n\nSends `", stringify!($method), " ", $path, "`.")]
        #[derive(Debug, Clone)]
        #[must_use = "nothing is sent until it is awaited"]
        pub struct $name {
            client: $crate::client::Client,
            $($required_field: $required_type,)*
            $($field: operation!(@type $kind $type),)*
        }

        impl $name {
            pub(crate) fn new(
                client: $crate::client::Client,
                $($required_field: $required_type,)*
            ) -> Self {
                Self { client, $($required_field,)* $($field: Default::default(),)* }
            }

            $(operation!(
                @setter $kind $field: $type,
                $(#[doc = $field_doc])+
                #[doc = concat!("\n\nParameter: `", $wire, "`.")]
            );)*
        }

        impl $crate::request::Operation for $name {
            type Output = $output;

            const NAME: &'static str = concat!(stringify!($method), " ", $path);
            const PARAMETERS: &'static [&'static str] = &[$($required_wire,)* $($wire,)*];

            fn request(&self) -> $crate::request::Request {
                let draft = $crate::request::Draft::new(::http::Method::$method, $path);
                $(let draft = operation!(
                    @write $required draft, $required_wire, self.$required_field
                );)*
                $(let draft = operation!(@write $kind draft, $wire, self.$field);)*
                draft.finish()
            }
        }
    };

    (@type text $type:ty) => { Option<$type> };
    (@type value $type:ty) => { Option<$type> };
    (@type place $type:ty) => { Option<$type> };
    (@type list $type:ty) => { Vec<$type> };
    (@type map $type:ty) => { ::std::collections::BTreeMap<String, $type> };

    (@setter text $field:ident: $type:ty, $(#[$doc:meta])+) => {
        $(#[$doc])+
        pub fn $field(mut self, $field: impl Into<$type>) -> Self {
            self.$field = Some($field.into());
            self
        }
    };
    (@setter place $field:ident: $type:ty, $(#[$doc:meta])+) => {
        operation!(@setter text $field: $type, $(#[$doc])+);
    };
    (@setter value $field:ident: $type:ty, $(#[$doc:meta])+) => {
        $(#[$doc])+
        pub fn $field(mut self, $field: $type) -> Self {
            self.$field = Some($field);
            self
        }
    };
    (@setter list $field:ident: $type:ty, $(#[$doc:meta])+) => {
        $(#[$doc])+
        ///
        /// Adds to what is there.
        pub fn $field(mut self, $field: impl IntoIterator<Item = impl Into<$type>>) -> Self {
            self.$field.extend($field.into_iter().map(Into::into));
            self
        }
    };
    (@setter map $field:ident: $type:ty, $(#[$doc:meta])+) => {
        $(#[$doc])+
        ///
        /// Adds to what is there.
        pub fn $field(mut self, name: impl Into<String>, value: impl Into<$type>) -> Self {
            self.$field.insert(name.into(), value.into());
            self
        }
    };

    (@write path $draft:ident, $wire:literal, $value:expr) => {
        $draft.path($wire, $value.as_str())
    };
    (@write query $draft:ident, $wire:literal, $value:expr) => {
        $draft.parameter($wire, $crate::request::ToParameter::to_parameter(&$value))
    };
    (@write text $draft:ident, $wire:literal, $value:expr) => {
        operation!(@write value $draft, $wire, $value)
    };
    (@write value $draft:ident, $wire:literal, $value:expr) => {
        match &$value {
            Some(value) => {
                $draft.parameter($wire, $crate::request::ToParameter::to_parameter(value))
            }
            None => $draft,
        }
    };
    (@write place $draft:ident, $wire:literal, $value:expr) => {
        match &$value {
            Some(value) => $draft.place(value.as_str()),
            None => $draft,
        }
    };
    (@write list $draft:ident, $wire:literal, $value:expr) => {
        if $value.is_empty() {
            $draft
        } else {
            let items = $value.iter().map(ToString::to_string).collect();
            $draft.parameter($wire, $crate::request::Parameter::List(items))
        }
    };
    (@write map $draft:ident, $wire:literal, $value:expr) => {
        if $value.is_empty() {
            $draft
        } else {
            let members = $value.iter().map(|(name, value)| (name.clone(), value.clone().into()));
            $draft.body($wire, ::serde_json::Value::Object(members.collect()))
        }
    };
}

/// Makes operations give what their reply is read as when they are awaited.
macro_rules! awaits_output {
    ($($name:ident),+ $(,)?) => {$(
        impl ::std::future::IntoFuture for $name {
            type Output =
                Result<<Self as $crate::request::Operation>::Output, $crate::error::RestError>;
            type IntoFuture = $crate::transport::BoxFuture<'static, Self::Output>;

            fn into_future(self) -> Self::IntoFuture {
                Box::pin(async move { self.client.send(&self).await })
            }
        }
    )+};
}

/// Makes operations that start something give a handle of it when they are awaited: `by` the id that
/// they set themselves where the caller did not, or `named` by the caller.
///
/// The subscription comes first, because the events of something short overtake the reply.
macro_rules! awaits_handle {
    ($name:ident => $handle:ident by $subject:ident) => {
        awaits_handle!(@impl $name => $handle, $subject, |operation: &mut $name, client: &Client| {
            operation.id.get_or_insert_with(|| client.new_id().into()).clone()
        });
    };
    ($name:ident => $handle:ident named $subject:ident) => {
        awaits_handle!(@impl $name => $handle, $subject, |operation: &mut $name, _: &Client| {
            ::asterisk_proto::Text::from(operation.name.as_str())
        });
    };
    (@impl $name:ident => $handle:ident, $subject:ident, $id:expr) => {
        impl ::std::future::IntoFuture for $name {
            type Output = Result<$crate::handle::$handle, $crate::error::RestError>;
            type IntoFuture = $crate::transport::BoxFuture<'static, Self::Output>;

            fn into_future(mut self) -> Self::IntoFuture {
                use $crate::client::Client;

                Box::pin(async move {
                    let client = self.client.clone();
                    let id = ($id)(&mut self, &client);
                    let events = client.events().$subject(&id).all();
                    let made = $crate::call::Made::$handle(id.clone());
                    client.make(&self, made).await?;
                    Ok($crate::handle::$handle::staged(client, id, events))
                })
            }
        }
    };
}

/// Declares the words of a parameter; what a later server takes can be written as well.
macro_rules! words {
    (
        $(#[doc = $doc:expr])+
        pub enum $name:ident {
            $($(#[doc = $variant_doc:expr])+ #[wire($wire:literal)] $variant:ident,)+
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
            /// Any other word; a server that does not know it refuses the request.
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
                match word {
                    $($wire => Self::$variant,)+
                    _ => Self::Other(word.into()),
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::request::ToParameter for $name {
            fn to_parameter(&self) -> $crate::request::Parameter {
                $crate::request::Parameter::Text(self.as_str().to_owned())
            }
        }
    };
}

/// Declares the one table of all operations. An operation that is missing here does not compile,
/// and neither does one that stands here twice.
macro_rules! operations {
    ($($module:ident => $name:ident),+ $(,)?) => {
        /// All operations that have a builder, in the order of their paths.
        pub const OPERATIONS: &[OperationType] = &[$(OperationType {
            name: <$module::$name as Operation>::NAME,
            parameters: <$module::$name as Operation>::PARAMETERS,
        }),+];

        $(impl table::Listed for $module::$name {})+
    };
}

pub(super) use {awaits_handle, awaits_output, operation, operations, words};
