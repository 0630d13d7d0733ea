//! Records what each caller says, and keeps it in a file here instead of on the server.
//!
//! ```text
//! cargo run --example ari_record -- --app demo --folder /tmp
//! ```
//!
//! A call comes in by the dialplan: `exten => 100,1,Stasis(demo)`. `#` ends the recording, as do five
//! seconds of silence or a minute.

mod flags;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use asterisk_sdk::ari::Client;
use asterisk_sdk::ari::event::StasisStart;
use asterisk_sdk::ari::handle::{Channel, StoredRecording};
use asterisk_sdk::ari::rest::recordings::TerminateOn;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();
    let [url, user, password, app, folder] = flags::read([
        ("--url", "http://127.0.0.1:8088"),
        ("--user", "asterisk"),
        ("--password", "asterisk"),
        ("--app", "demo"),
        ("--folder", "."),
    ]);
    let client = Client::builder(url).login(user, password).app(app).connect().await?;
    let mut calls = client.events().of::<StasisStart>();
    println!("waiting for calls");
    loop {
        let call = tokio::select! {
            call = calls.next() => call,
            _ = tokio::signal::ctrl_c() => break,
        };
        let Some(call) = call else { return Err(client.closed().await.into()) };
        let channel = client.channel(call?.channel.id);
        let folder = PathBuf::from(&folder);
        tokio::spawn(async move {
            match record(&channel, &folder).await {
                Ok(file) => println!("{}: {}", channel.id(), file.display()),
                Err(error) => println!("{}: {error}", channel.id()),
            }
        });
    }
    client.close().await;
    Ok(())
}

/// One call, and the file that came of it.
async fn record(channel: &Channel, folder: &Path) -> Result<PathBuf, Failure> {
    channel.answer().await?;
    // Whatever an id holds, it is one name of a file.
    let name = channel.id().as_str().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let name = format!("message-{name}");
    let recording = channel.record(&name, "wav").beep(true).terminate_on(TerminateOn::Pound);
    let recording = recording.max_duration_seconds(60).max_silence_seconds(5).await?;
    let finished = recording.finished().within(Duration::from_secs(90)).await?;
    println!("{}: {} s", channel.id(), finished.duration.unwrap_or_default());
    // Who hung up to end the recording is gone already.
    let _ = channel.hangup().await;

    let stored = recording.stored();
    let file = folder.join(format!("{name}.wav"));
    download(&stored, &file).await?;
    stored.delete().await?;
    Ok(file)
}

/// Writes a recording to a file, part by part as it comes.
async fn download(recording: &StoredRecording, to: &Path) -> Result<(), Failure> {
    let mut parts = recording.download().await?;
    let mut file = File::create(to).await?;
    while let Some(part) = parts.next().await {
        file.write_all(&part?).await?;
    }
    file.flush().await?;
    Ok(())
}
