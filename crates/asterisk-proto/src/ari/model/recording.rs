//! Recordings, and the sounds that the server has.

use super::macros::model;
use crate::Text;
use crate::ari::field::words;
use crate::open_enum::open_enum;

model!(
    /// A recording that runs, waits or has just ended.
    #[model("LiveRecording")]
    pub struct LiveRecording {
        /// Its name, folders included, without the ending of the file.
        #[json("name")]
        pub name: Text,
        /// The format that was asked for.
        #[json("format")]
        pub format: FileFormat,
        /// What is recorded: `channel:<id>` or `bridge:<id>`.
        #[json("target_uri")]
        pub target_uri: Text,
        /// Its state.
        #[json("state")]
        pub state: RecordingState,
        /// How long it is, in seconds; known at its end.
        #[json("duration")]
        pub duration: Option<u64>,
        /// How much of that somebody talked, in seconds; known at its end if silence was looked for.
        #[json("talking_duration")]
        pub talking_duration: Option<u64>,
        /// How much of that was silence, in seconds; known at its end if silence was looked for.
        #[json("silence_duration")]
        pub silence_duration: Option<u64>,
        /// Why it failed.
        #[json("cause")]
        pub cause: Option<Text>,
    }
);

open_enum!(
    /// How far a recording is.
    pub enum RecordingState {
        /// It waits for its turn.
        #[wire("queued")]
        Queued,
        /// It records.
        #[wire("recording")]
        Recording,
        /// Somebody paused it.
        #[wire("paused")]
        Paused,
        /// It has ended and is stored.
        #[wire("done")]
        Done,
        /// It failed.
        #[wire("failed")]
        Failed,
        /// It was discarded.
        #[wire("canceled")]
        Canceled,
    }
);

model!(
    /// A recording on the server's disk.
    #[model("StoredRecording")]
    pub struct StoredRecording {
        /// Its name, folders included, without the ending of the file.
        #[json("name")]
        pub name: Text,
        /// Its format, as the ending of the file tells it.
        #[json("format")]
        pub format: FileFormat,
    }
);

open_enum!(
    /// The format of a sound file. Case counts: `wav` and `WAV` are two formats.
    #[exact]
    pub enum FileFormat {
        /// 16-bit linear, 8 kHz, with a header.
        #[wire("wav")]
        Wav,
        /// 16-bit linear, 16 kHz, with a header.
        #[wire("wav16")]
        Wav16,
        /// GSM with a header. Its files end in `WAV`.
        #[wire("wav49", "WAV")]
        Wav49,
        /// GSM.
        #[wire("gsm")]
        Gsm,
        /// G.711 µ-law.
        #[wire("ulaw", "ul", "mu", "pcm", "ulw")]
        Ulaw,
        /// G.711 A-law.
        #[wire("alaw", "al", "alw")]
        Alaw,
        /// 16-bit linear, 8 kHz, bare.
        #[wire("sln", "slin", "raw")]
        Sln,
        /// 16-bit linear, 12 kHz, bare.
        #[wire("sln12")]
        Sln12,
        /// 16-bit linear, 16 kHz, bare.
        #[wire("sln16")]
        Sln16,
        /// 16-bit linear, 24 kHz, bare.
        #[wire("sln24")]
        Sln24,
        /// 16-bit linear, 32 kHz, bare.
        #[wire("sln32")]
        Sln32,
        /// 16-bit linear, 44.1 kHz, bare.
        #[wire("sln44")]
        Sln44,
        /// 16-bit linear, 48 kHz, bare.
        #[wire("sln48")]
        Sln48,
        /// 16-bit linear, 96 kHz, bare.
        #[wire("sln96")]
        Sln96,
        /// 16-bit linear, 192 kHz, bare.
        #[wire("sln192")]
        Sln192,
        /// G.722.
        #[wire("g722")]
        G722,
        /// G.723.1.
        #[wire("g723", "g723sf")]
        G723,
        /// G.726 at 40 kbit/s.
        #[wire("g726-40")]
        G726At40,
        /// G.726 at 32 kbit/s.
        #[wire("g726-32")]
        G726At32,
        /// G.726 at 24 kbit/s.
        #[wire("g726-24")]
        G726At24,
        /// G.726 at 16 kbit/s.
        #[wire("g726-16")]
        G726At16,
        /// G.729.
        #[wire("g729")]
        G729,
        /// G.719.
        #[wire("g719")]
        G719,
        /// Siren 7.
        #[wire("siren7")]
        Siren7,
        /// Siren 14.
        #[wire("siren14")]
        Siren14,
        /// iLBC.
        #[wire("ilbc", "iLBC")]
        Ilbc,
        /// OKI ADPCM.
        #[wire("vox")]
        Vox,
        /// Speex in Ogg.
        #[wire("spx", "ogg/speex")]
        Speex,
        /// Vorbis in Ogg.
        #[wire("ogg")]
        Ogg,
        /// MP3.
        #[wire("mp3")]
        Mp3,
    }
);

model!(
    /// A sound that the server can play.
    #[model("Sound")]
    pub struct Sound {
        /// The sound's id, `hello-world`: play it as `sound:hello-world`.
        #[json("id")]
        pub id: Text,
        /// What is said in it, where the server has a transcript.
        #[json("text")]
        pub text: Option<Text>,
        /// The languages and formats that it is there in.
        #[json("formats")]
        pub formats: Vec<FormatLangPair>,
    }
);

model!(
    /// A language and a format that a sound is there in.
    #[model("FormatLangPair")]
    pub struct FormatLangPair {
        /// The language: `en`.
        #[json("language")]
        pub language: Text,
        /// The format: that of a codec, where the file's own has another name.
        #[json("format")]
        pub format: FileFormat,
    }
);

words!(FileFormat, RecordingState);
