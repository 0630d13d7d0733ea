//! Ids, one type each, so that a bridge's id is never passed for a channel's.

use crate::text::Text;

/// Declares an id: text that the server or the application chose, compared byte for byte.
macro_rules! string_id {
    ($(#[doc = $doc:expr])+ $name:ident) => {
        $(#[doc = $doc])+
        #[derive(
            Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(Text);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<T: Into<Text>> From<T> for $name {
            fn from(id: T) -> Self {
                Self(id.into())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == *other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

string_id!(
    /// Names one AMI action and what belongs to it (`ActionID`).
    ActionId
);
string_id!(
    /// Names a bridge (`BridgeUniqueid` in AMI, `bridge.id` in ARI).
    BridgeId
);
string_id!(
    /// Names a channel for its whole life (`Uniqueid` in AMI, `agi_uniqueid`, `channel.id` in ARI).
    ///
    /// Not the channel's name (`PJSIP/100-00000001`), which changes in a masquerade.
    ChannelId
);
string_id!(
    /// Groups the channels of one call (`Linkedid`): the id of its oldest channel.
    LinkedId
);
string_id!(
    /// Names a playback in ARI (`playback.id`).
    PlaybackId
);
