//! The caller's audio.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};
use tokio::net::unix::pipe;

use super::hangup::Hangup;
use crate::call::Call;

/// File descriptor 3, which `EAGI` adds. It is opened anew, so that what this end of the pipe is told
/// (not to block) is told to nobody else.
#[cfg(target_os = "linux")]
const PATH: &str = "/proc/self/fd/3";
#[cfg(not(target_os = "linux"))]
const PATH: &str = "/dev/fd/3";

/// How much is read at once: 40 ms at 8 kHz.
const CHUNK: usize = 640;

/// What the caller says, as Asterisk writes it to a script that was called by `EAGI`. See [`audio`].
pub struct Audio {
    pipe: pipe::Receiver,
    hangup: Hangup,
    /// The first byte of a sample whose second one has not come.
    half: Option<u8>,
}

/// Opens the caller's audio, for a call that the dialplan handed over by `EAGI(script)` instead of `AGI`.
///
/// It is a stream of bytes ([`AsyncRead`]) without any headers: signed 16-bit samples in the machine's
/// byte order, mono, 8,000 a second, whatever the channel's codec is. The channel variable
/// `EAGI_AUDIO_FORMAT`, set before `EAGI`, asks for another: `slin16` for 16,000 samples a second, or
/// `ulaw` for bytes that are no samples. A format that the server does not know is as if there were none.
///
/// # When there is audio
///
/// - Only what the caller's side sends: a caller who is silent may send nothing at all, so that reading
///   waits.
/// - While the script waits and while commands play, say or collect digits. `EXEC`, `RECORD FILE`,
///   `CONTROL STREAM FILE` and `RECEIVE CHAR` keep it for themselves: there is a gap in it.
/// - What is not read waits in the pipe, some four seconds of it (64 KiB). When it is full, Asterisk drops
///   what is new and keeps what is old; the call does not suffer. So read all the time, or expect to hear
///   the past.
///
/// # How it ends
///
/// At the hangup: reading gives 0 bytes once all has been read. The pipe itself would stay open and
/// silent until the process ends, and Asterisk's channel until then; so it is where `AGISIGHUP` is `no`.
///
/// # Errors
///
/// [`Unsupported`](io::ErrorKind::Unsupported) if the call was not handed over by `EAGI`
/// ([`Environment::enhanced`](crate::Environment::enhanced)): over a network there is no audio,
/// `EAGI(agi://…)` fails before anything is connected. Otherwise descriptor 3 is not a pipe, or cannot be
/// opened; on Linux this needs `/proc`.
///
/// # Panics
///
/// Outside of a Tokio runtime.
///
/// # Examples
///
/// ```no_run
/// use asterisk_sdk_agi::{self as agi, Call, stdio};
/// use tokio::{fs::File, io};
///
/// /// Keeps what the caller says until he hangs up.
/// async fn keep(mut call: Call) -> agi::Result {
///     let mut audio = stdio::audio(&call)?;
///     let mut file = File::create("/var/spool/asterisk/caller.sln").await?;
///     call.answer().await?;
///     io::copy(&mut audio, &mut file).await?;
///     Ok(())
/// }
/// ```
pub fn audio(call: &Call) -> io::Result<Audio> {
    if !call.environment().enhanced() {
        let hint = "the call has no audio: it was not handed over by EAGI";
        return Err(io::Error::new(io::ErrorKind::Unsupported, hint));
    }
    let pipe = pipe::OpenOptions::new().open_receiver(PATH)?;
    Ok(Audio { pipe, hangup: Hangup::listen()?, half: None })
}

impl Audio {
    /// Waits for audio and reads samples of it, as many as there are and fit; 0 at the hangup, or if there
    /// is no room. For formats of 16 bits a sample.
    ///
    /// # Errors
    ///
    /// The pipe cannot be read.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when it is dropped.
    pub async fn read_samples(&mut self, samples: &mut [i16]) -> io::Result<usize> {
        let mut bytes = [0; CHUNK];
        let bytes = &mut bytes[..CHUNK.min(samples.len() * 2)];
        if bytes.is_empty() {
            return Ok(0);
        }
        loop {
            let known = self.half.is_some();
            let read = self.read(&mut bytes[usize::from(known)..]).await?;
            if read == 0 {
                return Ok(0);
            }
            let length = read + usize::from(known);
            if let Some(half) = self.half.take() {
                bytes[0] = half;
            }
            let (pairs, half) = bytes[..length].as_chunks();
            self.half = half.first().copied();
            for (sample, pair) in samples.iter_mut().zip(pairs) {
                *sample = i16::from_ne_bytes(*pair);
            }
            if !pairs.is_empty() {
                return Ok(pairs.len());
            }
        }
    }
}

impl AsyncRead for Audio {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Poll::Ready(read) = Pin::new(&mut self.pipe).poll_read(context, buffer) {
            return Poll::Ready(read);
        }
        self.hangup.poll(context).map(Ok)
    }
}

impl fmt::Debug for Audio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Audio").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use tokio::io::AsyncWriteExt;
    use tokio::sync::watch;

    fn pipe() -> (pipe::Sender, Audio, watch::Sender<bool>) {
        let (sender, receiver) = pipe::pipe().unwrap();
        let (signal, hung_up) = watch::channel(false);
        (sender, Audio { pipe: receiver, hangup: Hangup::of(hung_up), half: None }, signal)
    }

    #[tokio::test]
    async fn samples_come_whole() {
        let (mut asterisk, mut audio, _signal) = pipe();
        let written: Vec<i16> = (-500..500).map(|sample| sample * 65).collect();
        let bytes: Vec<u8> = written.iter().flat_map(|sample| sample.to_ne_bytes()).collect();
        let (mut read, mut samples) = (Vec::new(), [0; 1000]);
        // Odd portions, which no server sends.
        for portion in bytes.chunks(333) {
            asterisk.write_all(portion).await.unwrap();
            let count = audio.read_samples(&mut samples).await.unwrap();
            read.extend_from_slice(&samples[..count]);
        }
        assert_eq!(read, written);
        assert_eq!(audio.read_samples(&mut []).await.unwrap(), 0);
        asterisk.write_all(&bytes).await.unwrap();
        assert_eq!(audio.read_samples(&mut samples[..3]).await.unwrap(), 3);
        assert_eq!(samples[..3], written[..3]);
        assert_eq!(audio.read_samples(&mut samples).await.unwrap(), CHUNK / 2);
        assert_eq!(samples[0], written[3]);
    }

    #[tokio::test]
    async fn it_ends_at_the_hangup_when_all_was_read() {
        let (mut asterisk, mut audio, signal) = pipe();
        asterisk.write_all(&[7; 1000]).await.unwrap();
        assert_eq!(audio.read_u8().await.unwrap(), 7);
        signal.send_replace(true);
        let mut rest = Vec::new();
        audio.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, [7; 999]);
        // A reader that waits is woken, though the other end of the pipe is open.
        let (asterisk, mut audio, signal) = pipe();
        let waiting = tokio::spawn(async move { audio.read_samples(&mut [0; 8]).await });
        tokio::task::yield_now().await;
        signal.send_replace(true);
        assert_eq!(waiting.await.unwrap().unwrap(), 0);
        drop(asterisk);
    }
}
