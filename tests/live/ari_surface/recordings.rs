//! Recordings: made, steered, kept, fetched.

use asterisk_sdk::ari::RestError;
use asterisk_sdk::ari::event::{RecordingFinished, RecordingStarted};
use asterisk_sdk::ari::model::{FileFormat, RecordingState};
use asterisk_sdk::ari::rest::recordings::{IfExists, TerminateOn};

use harness::soon;

use super::{Stage, gone, next, refuses};

/// The operations of this family.
pub(super) const OPERATIONS: &[&str] = &[
    "DELETE /recordings/live/{recordingName}",
    "DELETE /recordings/live/{recordingName}/mute",
    "DELETE /recordings/live/{recordingName}/pause",
    "DELETE /recordings/stored/{recordingName}",
    "GET /recordings/live/{recordingName}",
    "GET /recordings/stored",
    "GET /recordings/stored/{recordingName}",
    "GET /recordings/stored/{recordingName}/file",
    "POST /channels/{channelId}/record",
    "POST /recordings/live/{recordingName}/mute",
    "POST /recordings/live/{recordingName}/pause",
    "POST /recordings/live/{recordingName}/stop",
    "POST /recordings/live/{recordingName}/mute",
    "POST /recordings/stored/{recordingName}/copy",
];

/// The events of this family.
pub(super) const EVENTS: &[&str] = &["RecordingFinished", "RecordingStarted"];

/// What a recording is called that is fetched later.
const NAME: &str = "a folder/recorded;1";

/// Makes a recording, and tells how many seconds it lasted as servers count them.
pub(super) async fn made(stage: &Stage) -> u64 {
    let channel = stage.enter("Local/music@sdk", "speaks").await;
    let mut events = stage.events();
    let record = channel.record(NAME, "wav").max_duration_seconds(2).max_silence_seconds(5);
    let record = record.terminate_on(TerminateOn::Any).if_exists(IfExists::Fail).beep(false);
    let recording = record.await.unwrap();
    let started: RecordingStarted = next(&mut events, |_| true).await;
    assert_eq!((&*started.recording.name, &started.recording.format), (NAME, &FileFormat::Wav));
    assert_eq!(started.recording.target_uri, "channel:speaks");
    assert_eq!(started.recording.state, RecordingState::Recording);
    let finished: RecordingFinished = next(&mut events, |_| true).await;
    assert_eq!(finished.recording.state, RecordingState::Done);
    // It ends when the clock's whole seconds are two further on, which is one second and a
    // moment later at the least; and what was heard by then is rounded down.
    let seconds = finished.recording.duration.unwrap();
    assert!((1..=3).contains(&seconds), "{finished:?}");
    let (talked, silent) =
        (finished.recording.talking_duration, finished.recording.silence_duration);
    assert_eq!(talked.unwrap() + silent.unwrap(), seconds);
    assert_eq!(gone(|| recording.get()).await, (404, "Recording not found".to_owned()));

    let again = || channel.record(NAME, "wav");
    let taken = format!("Recording '{NAME}' already exists and can not be overwritten");
    refuses!(again(), 409, &*taken);
    refuses!(again().if_exists(IfExists::Other("nosuch".into())), 400, "ifExists invalid");
    refuses!(again().terminate_on(TerminateOn::Other("z".into())), 400, "terminateOn invalid");
    let strange = channel.record("x", "nosuch");
    refuses!(strange, 422, "specified format is unknown on this system");
    let nobody = stage.ari.channel("nobody").record("x", "wav");
    refuses!(nobody, 404, "Channel not found");
    stage.clear().await;
    seconds
}

/// Tells a recording what to do. Right after it was told to have begun it may not take that yet.
pub(super) async fn steer<O>(mut operation: impl FnMut() -> O)
where
    O: IntoFuture<Output = Result<(), RestError>>,
{
    let taken = async {
        while let Err(error) = operation().await {
            let words = error.to_string();
            assert_eq!(words, "the server answered 500: Recording operation failed");
        }
    };
    soon(taken).await;
}

pub(super) async fn steered(stage: &Stage) {
    let channel = stage.enter("Local/music@sdk", "speaks").await;
    let mut events = stage.events();
    let recording = channel.record("steered", "gsm").await.unwrap();
    next(&mut events, |_: &RecordingStarted| true).await;
    steer(|| recording.mute()).await;
    recording.unmute().await.unwrap();
    recording.pause().await.unwrap();
    let read = recording.get().await.unwrap();
    assert_eq!((&*read.name, &read.format), ("steered", &FileFormat::Gsm));
    assert_eq!(read.state, RecordingState::Paused);
    recording.unpause().await.unwrap();
    recording.stop().await.unwrap();
    let finished: RecordingFinished = next(&mut events, |_| true).await;
    assert_eq!(finished.recording.state, RecordingState::Done);

    let discarded = channel.record("discarded", "wav").await.unwrap();
    next(&mut events, |_: &RecordingStarted| true).await;
    // Before it takes anything, it may be refused as one that is not in session.
    steer(|| discarded.mute()).await;
    discarded.cancel().await.unwrap();
    let finished: RecordingFinished = next(&mut events, |_| true).await;
    assert_eq!(finished.recording.name, "discarded");
    let lost = "Recording not found";
    assert_eq!(gone(|| discarded.get()).await, (404, lost.to_owned()));
    refuses!(discarded.stored().get(), 404, lost);
    refuses!(discarded.mute(), 404, lost);
    refuses!(discarded.unmute(), 404, lost);
    refuses!(discarded.pause(), 404, lost);
    refuses!(discarded.unpause(), 404, lost);
    refuses!(discarded.stop(), 404, lost);
    refuses!(discarded.cancel(), 404, lost);
    stage.clear().await;
}

/// Fetches the recording that lasted so many seconds.
pub(super) async fn stored(stage: &Stage, seconds: u64) {
    let recordings = stage.ari.recordings().stored();
    let listed = recordings.list().await.unwrap();
    let mut names: Vec<_> = listed.iter().map(|recording| &*recording.name).collect();
    names.sort_unstable();
    assert_eq!(names, [NAME, "steered"]);
    let recording = stage.ari.stored_recording(NAME);
    assert_eq!(recording.get().await.unwrap().format, FileFormat::Wav);
    let copy = recording.copy("copied").await.unwrap();
    let taken = "A recording with the same name already exists on the system";
    refuses!(recording.copy("copied"), 409, taken);
    let (one, other) = (download(stage, NAME).await, download(stage, "copied").await);
    assert_eq!(one, other);
    let (samples, recorded) = (samples(&one), 8_000 * seconds);
    assert!((recorded - 8_000..recorded + 8_000).contains(&samples), "{samples} in {seconds} s");
    let steered = stage.ari.stored_recording("steered");

    let nosuch = stage.ari.stored_recording("nosuch");
    refuses!(nosuch.get(), 404, "Recording not found");
    refuses!(nosuch.copy("other"), 404, "Recording not found");
    refuses!(nosuch.delete(), 404, "Recording not found");
    refuses!(nosuch.download(), 404, "Recording not found");
    for recording in [recording, stage.ari.stored_recording("copied"), steered] {
        recording.delete().await.unwrap();
    }
    drop(copy);
    assert_eq!(recordings.list().await.unwrap(), []);
}

/// The file of a recording, which is of the type and length that is said before it.
async fn download(stage: &Stage, name: &str) -> Vec<u8> {
    let mut download = stage.ari.stored_recording(name).download().await.unwrap();
    assert_eq!(download.content_type(), Some("audio/wav"));
    let length = download.content_length().unwrap();
    let mut file = Vec::new();
    while let Some(part) = download.next().await {
        file.extend_from_slice(&part.unwrap());
    }
    assert_eq!(file.len() as u64, length);
    file
}

/// How many samples a WAV file has, which has to be 16 bit, mono, 8 kHz.
fn samples(file: &[u8]) -> u64 {
    let length = file.len() as u64;
    let number = |at: usize| u64::from(u32::from_le_bytes(file[at..at + 4].try_into().unwrap()));
    assert_eq!((&file[..4], &file[8..16]), (&b"RIFF"[..], &b"WAVEfmt "[..]));
    assert_eq!(number(4), length - 8);
    // PCM, one channel; samples and bytes a second; bytes and bits a sample.
    assert_eq!(file[20..24], [1, 0, 1, 0]);
    assert_eq!((number(24), number(28)), (8_000, 16_000));
    assert_eq!(file[32..36], [2, 0, 16, 0]);
    assert_eq!(&file[36..40], b"data");
    assert_eq!(number(40), length - 44);
    number(40) / 2
}
