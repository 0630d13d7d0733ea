//! All that is tracked, to be read.

use std::sync::Arc;
use std::time::SystemTime;

use super::feed::Listeners;
use super::table::{Change, Map, Object, Table};
use super::{
    Agent, Bridge, Call, Channel, CompletedCall, Conference, ConferenceUser, Device, Endpoint,
    Extension, Mailbox, ParkedCall, Presence, Queue, QueueCaller, QueueMember,
};

/// How current a picture is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Freshness {
    /// It is what the server said last.
    #[default]
    Current,
    /// The connection is lost, or events were; it is as it was then, until it is made anew.
    Stale {
        /// Since when, by this machine's clock.
        since: SystemTime,
    },
    /// The connection has ended for good, and nothing will change any more.
    Ended,
}

/// Where the objects of one type are. Nobody else can implement it.
pub trait Part: Sized {
    #[doc(hidden)]
    fn map(snapshot: &Snapshot) -> &Map<Self>
    where
        Self: Object;
    #[doc(hidden)]
    fn table(tables: &Tables) -> &Map<Self>
    where
        Self: Object;
    #[doc(hidden)]
    fn listeners(all: &AllListeners) -> &Listeners<Change<Self>>;
}

macro_rules! parts {
    ($($field:ident: $object:ty,)+) => {
        /// All that is tracked at one moment, between two events. It does not change.
        ///
        /// Taking one costs some reference counts. As long as one is held, the next change of each
        /// kind of object costs a copy of the table of its kind, so don't keep many of them.
        #[derive(Debug, Clone, Default)]
        pub struct Snapshot {
            $($field: Map<$object>,)+
            pub(super) freshness: Freshness,
        }

        /// The same, to be changed.
        #[derive(Debug, Default)]
        #[doc(hidden)]
        pub struct Tables {
            $(pub(super) $field: Table<$object>,)+
            pub(super) completed: Vec<Arc<CompletedCall>>,
            pub(super) freshness: Freshness,
        }

        /// Those who want to hear of changes.
        #[derive(Debug, Default)]
        #[doc(hidden)]
        pub struct AllListeners {
            $($field: Listeners<Change<$object>>,)+
            pub(super) completed: Listeners<Arc<CompletedCall>>,
        }

        /// What has changed and is to be told.
        #[derive(Debug, Default)]
        pub(super) struct Changes {
            $($field: Vec<Change<$object>>,)+
            completed: Vec<Arc<CompletedCall>>,
        }

        impl Tables {
            pub(super) fn snapshot(&self) -> Snapshot {
                Snapshot { $($field: Arc::clone(self.$field.map()),)+ freshness: self.freshness }
            }

            /// Moves what has changed to where it is told from, which is empty. How much it is.
            pub(super) fn take(&mut self, changes: &mut Changes) -> usize {
                $(std::mem::swap(&mut self.$field.changes, &mut changes.$field);)+
                std::mem::swap(&mut self.completed, &mut changes.completed);
                0 $(+ changes.$field.len())+
            }
        }

        impl AllListeners {
            /// Tells what has changed to whoever wants to know.
            pub(super) async fn publish(&self, changes: &mut Changes) {
                $(
                    for change in changes.$field.drain(..) {
                        let key = std::borrow::Borrow::borrow(change.object().key());
                        self.$field.publish(key, &change).await;
                    }
                )+
                for call in changes.completed.drain(..) {
                    self.completed.publish(call.id.as_str(), &call).await;
                }
            }

            /// Wakes those who wait.
            pub(super) fn wake(&self) {
                $(self.$field.wake();)+
                self.completed.wake();
            }

            /// Ends all feeds, now and to come.
            pub(super) fn close(&self) {
                $(self.$field.close();)+
                self.completed.close();
            }
        }

        $(
            impl Part for $object {
                fn map(snapshot: &Snapshot) -> &Map<Self> {
                    &snapshot.$field
                }

                fn table(tables: &Tables) -> &Map<Self> {
                    tables.$field.map()
                }

                fn listeners(all: &AllListeners) -> &Listeners<Change<Self>> {
                    &all.$field
                }
            }
        )+
    };
}

parts! {
    channels: Channel,
    bridges: Bridge,
    calls: Call,
    queues: Queue,
    queue_members: QueueMember,
    queue_callers: QueueCaller,
    agents: Agent,
    parked_calls: ParkedCall,
    conferences: Conference,
    conference_users: ConferenceUser,
    devices: Device,
    extensions: Extension,
    presences: Presence,
    endpoints: Endpoint,
    mailboxes: Mailbox,
}

impl Snapshot {
    /// The object with this key.
    pub fn get<T: Object>(&self, key: impl AsRef<str>) -> Option<&Arc<T>> {
        T::map(self).get(key.as_ref())
    }

    /// All objects of a type, in no order.
    #[must_use]
    pub fn all<T: Object>(&self) -> impl ExactSizeIterator<Item = &Arc<T>> {
        T::map(self).values()
    }

    /// How many objects of a type there are.
    #[must_use]
    pub fn count<T: Object>(&self) -> usize {
        T::map(self).len()
    }

    /// How current it is.
    #[must_use]
    pub fn freshness(&self) -> Freshness {
        self.freshness
    }
}
