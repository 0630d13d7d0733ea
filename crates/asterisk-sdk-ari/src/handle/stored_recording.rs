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
    /// ```
    /// # use asterisk_sdk_testkit::FakeAsterisk;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let asterisk = FakeAsterisk::builder().dialplan("[default]\nexten = 600,1,Stasis(demo)").start().await?;
    /// # let ari = asterisk_sdk_ari::Client::builder(asterisk.ari_url()).app("demo");
    /// # let ari = ari.login(FakeAsterisk::USER, FakeAsterisk::PASSWORD).connect().await?;
    /// # let call = asterisk.place_call("600")?;
    /// # assert!(call.reaches("Stasis").await);
    /// # let recording = ari.channel(call.id()).record("greeting", "wav").await?;
    /// # recording.stop().await?;
    /// # recording.finished().await?;
    /// # let path = std::env::temp_dir().join(format!("greeting-{}.wav", std::process::id()));
    /// use tokio::io::AsyncWriteExt;
    ///
    /// let mut recording = ari.stored_recording("greeting").download().await?;
    /// let mut file = tokio::fs::File::create(&path).await?;
    /// while let Some(piece) = recording.next().await {
    ///     file.write_all(&piece?).await?;
    /// }
    /// file.flush().await?;
    /// # std::fs::remove_file(path)?;
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
