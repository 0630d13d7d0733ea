//! One recording that is finished.

use asterisk_proto::Text;

use crate::client::Client;
use crate::rest::recordings::{
    CopyStoredRecording, DeleteStoredRecording, DownloadStoredRecording, GetStoredRecording,
};

/// One recording that is finished, by its name.
#[derive(Debug, Clone)]
pub struct StoredRecording {
    client: Client,
    name: Text,
}

impl StoredRecording {
    pub(crate) fn new(client: Client, name: Text) -> Self {
        Self { client, name }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The client that it belongs to.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Looks it up.
    pub fn get(&self) -> GetStoredRecording {
        GetStoredRecording::new(self.client.clone(), self.name.to_string())
    }

    /// Downloads it.
    ///
    /// ```no_run
    /// # async fn example(ari: asterisk_sdk_ari::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use tokio::io::AsyncWriteExt;
    ///
    /// let mut recording = ari.stored_recording("greeting").download().await?;
    /// let mut file = tokio::fs::File::create("greeting.wav").await?;
    /// while let Some(piece) = recording.next().await {
    ///     file.write_all(&piece?).await?;
    /// }
    /// file.flush().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn download(&self) -> DownloadStoredRecording {
        DownloadStoredRecording::new(self.client.clone(), self.name.to_string())
    }

    /// Copies it under another name.
    pub fn copy(&self, destination: impl Into<String>) -> CopyStoredRecording {
        CopyStoredRecording::new(self.client.clone(), self.name.to_string(), destination.into())
    }

    /// Deletes it.
    pub fn delete(&self) -> DeleteStoredRecording {
        DeleteStoredRecording::new(self.client.clone(), self.name.to_string())
    }
}
