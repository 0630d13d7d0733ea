//! The file of a recording.

use std::future::IntoFuture;

use crate::download::Download;
use crate::error::RestError;
use crate::rest::macros::operation;
use crate::transport::BoxFuture;

operation!(
    /// Downloads a recording: gives its file as a stream, once the server has begun to send it.
    ///
    /// Refused with 404 when there is no recording of that name. The
    /// [request timeout](crate::Builder::request_timeout) is for the beginning of the reply, the
    /// [body timeout](crate::Builder::body_timeout) for each piece of the file.
    #[request(GET, "/recordings/stored/{recordingName}/file", ())]
    pub struct DownloadStoredRecording {
        #[required(path, "recordingName")]
        name: String,
    }
);

impl IntoFuture for DownloadStoredRecording {
    type Output = Result<Download, RestError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.client.download(&self).await })
    }
}
