//! Recordings: `/recordings`.
//!
//! A recording is live while it is made, known by its name, and stored afterwards, as a file below
//! the server's folder of recordings; slashes in its name are folders. Operations on one are those of
//! [`LiveRecording`](crate::handle::LiveRecording) and
//! [`StoredRecording`](crate::handle::StoredRecording).

mod download;
mod live;
mod stored;

pub use download::DownloadStoredRecording;
pub use live::{
    CancelRecording, GetLiveRecording, MuteRecording, PauseRecording, StopRecording,
    UnmuteRecording, UnpauseRecording,
};
pub use stored::{
    CopyStoredRecording, DeleteStoredRecording, GetStoredRecording, ListStoredRecordings,
};

use super::macros::words;
use crate::client::Client;

/// Operations on all recordings.
#[derive(Debug, Clone, Copy)]
pub struct Recordings<'a>(pub(crate) &'a Client);

impl<'a> Recordings<'a> {
    /// Those that are finished.
    #[must_use]
    pub fn stored(&self) -> StoredRecordings<'a> {
        StoredRecordings(self.0)
    }
}

/// Operations on all finished recordings.
#[derive(Debug, Clone, Copy)]
pub struct StoredRecordings<'a>(&'a Client);

impl StoredRecordings<'_> {
    /// Lists the recordings in the server's folder.
    pub fn list(&self) -> ListStoredRecordings {
        ListStoredRecordings::new(self.0.clone())
    }
}

words!(
    /// What to do when there is a recording of the name already.
    pub enum IfExists {
        /// Refuse.
        #[wire("fail")]
        Fail,
        /// Replace it.
        #[wire("overwrite")]
        Overwrite,
        /// Go on behind its end.
        #[wire("append")]
        Append,
    }
);

words!(
    /// The digit that ends a recording.
    pub enum TerminateOn {
        /// No digit does.
        #[wire("none")]
        None,
        /// Any digit does.
        #[wire("any")]
        Any,
        /// `*`.
        #[wire("*")]
        Star,
        /// `#`.
        #[wire("#")]
        Pound,
    }
);
