//! Recordings that are finished: `/recordings/stored`.

use asterisk_proto::ari::model;

use crate::rest::macros::{awaits_output, operation};

operation!(
    /// Lists the recordings in the server's folder and the folders in it.
    #[request(GET, "/recordings/stored", Vec<model::StoredRecording>)]
    pub struct ListStoredRecordings {}
);

operation!(
    /// Looks up a recording. Refused with 404 when there is none of that name.
    #[request(GET, "/recordings/stored/{recordingName}", model::StoredRecording)]
    pub struct GetStoredRecording {
        #[required(path, "recordingName")]
        name: String,
    }
);

operation!(
    /// Deletes a recording. Refused with 404 when there is none of that name.
    #[request(DELETE, "/recordings/stored/{recordingName}", ())]
    pub struct DeleteStoredRecording {
        #[required(path, "recordingName")]
        name: String,
    }
);

operation!(
    /// Copies a recording under another name; the reply is the copy. Folders are made as needed.
    ///
    /// Refused with 404 when there is no recording to copy, 409 when the other name is taken, and 403
    /// when it leads out of the folder of recordings.
    #[request(POST, "/recordings/stored/{recordingName}/copy", model::StoredRecording)]
    pub struct CopyStoredRecording {
        #[required(path, "recordingName")]
        name: String,
        #[required(query, "destinationRecordingName")]
        destination: String,
    }
);

awaits_output!(
    ListStoredRecordings,
    GetStoredRecording,
    DeleteStoredRecording,
    CopyStoredRecording,
);
