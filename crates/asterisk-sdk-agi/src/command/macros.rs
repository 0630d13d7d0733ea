//! The options of commands, declared once.

/// Declares the options of a command: as methods of the command's type, and of a
/// [`Request`](crate::call::Request) for it, so that both can be built in the same words.
macro_rules! options {
    ($command:ident {
        $(
            $(#[doc = $doc:expr])+
            $name:ident($($argument:ident: $type:ty)?): |$this:ident| $change:expr;
        )+
    }) => {
        impl $command {
            $(
                $(#[doc = $doc])+
                pub fn $name(self $(, $argument: $type)?) -> Self {
                    let mut $this = self;
                    $change;
                    $this
                }
            )+
        }

        impl crate::call::Request<'_, $command> {
            $(
                $(#[doc = $doc])+
                pub fn $name(self $(, $argument: $type)?) -> Self {
                    self.map(|command| command.$name($($argument)?))
                }
            )+
        }
    };
}

pub(super) use options;
