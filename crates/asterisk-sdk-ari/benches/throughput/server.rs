//! The server's end: threads that answer requests and play prepared bytes.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::stream;

/// What the server plays.
#[derive(Debug)]
pub(crate) struct Script {
    /// Some events as frames, how many they are, and how many the request to play them brings forth.
    pub(crate) replays: Vec<(&'static str, Vec<u8>, usize, usize)>,
    /// What the times of paced events count from.
    pub(crate) epoch: Instant,
    /// The reply to `GET /ari/channels`.
    pub(crate) channels: Vec<u8>,
    /// Tells the last event connection which replay to play, or the paced one.
    pub(crate) play: Mutex<Option<Sender<Option<usize>>>>,
}

/// Asks for one key after the other on each of [`PACED`] channels, at the pace of [`PACE`].
pub(crate) const PACED_PATH: &str = "/ari/paced";
/// How many channels press keys, and how often each does.
pub(crate) const PACED: (usize, usize) = (1000, 100);
/// How many keys are pressed in each millisecond.
const PACE: usize = 10;

/// Serves any number of connections until the process ends.
pub(crate) fn start(script: Script) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let script = Arc::new(script);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let script = Arc::clone(&script);
            // It ends when the client goes, whichever way.
            thread::spawn(move || serve(stream, &script));
        }
    });
    Ok(address)
}

fn serve(mut stream: TcpStream, script: &Script) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut input = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        // None of the requests has a body.
        while !input.ends_with(b"\r\n\r\n") {
            let count = stream.read(&mut chunk)?;
            if count == 0 {
                return Ok(());
            }
            input.extend_from_slice(&chunk[..count]);
        }
        if input.starts_with(b"GET /ari/events?app=rest") {
            stream.write_all(stream::SWITCHING)?;
            return answer(&mut stream);
        }
        if input.starts_with(b"GET /ari/events") {
            let (play, played) = channel();
            *script.play.lock().expect("no panic") = Some(play);
            stream.write_all(stream::SWITCHING)?;
            while let Ok(play) = played.recv() {
                match play {
                    Some(play) => replay(&mut stream, script, play)?,
                    None => paced(&mut stream, script)?,
                }
            }
            return Ok(());
        }
        let asked = |path: &str| input.starts_with(format!("POST {path} ").as_bytes());
        let replay = script.replays.iter().position(|(path, ..)| asked(path));
        if (replay.is_some() || asked(PACED_PATH))
            && let Some(play) = &*script.play.lock().expect("no panic")
        {
            play.send(replay).map_err(io::Error::other)?;
        }
        stream.write_all(if input.starts_with(b"POST") {
            stream::NO_CONTENT
        } else if input.starts_with(b"GET /ari/channels") {
            &script.channels
        } else {
            stream::INFO
        })?;
        input.clear();
    }
}

/// Answers requests and pings on a WebSocket; all that have come together are answered together.
fn answer(stream: &mut TcpStream) -> io::Result<()> {
    let (mut input, mut output) = (Vec::new(), Vec::new());
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let count = stream.read(&mut chunk)?;
        if count == 0 {
            return Ok(());
        }
        input.extend_from_slice(&chunk[..count]);
        let mut read = 0;
        while let Some((first, payload, length)) = unmask(&mut input[read..]) {
            read += length;
            match first {
                0x81 => {
                    let request = str::from_utf8(payload).map_err(io::Error::other)?;
                    let id = request.split_once(r#""request_id":""#).expect("a request").1;
                    let id = id.split('"').next().expect("the id");
                    let get = request.contains(r#""method":"GET""#);
                    let reply = if get { stream::PONG } else { stream::DONE };
                    let id = format!(r#""request_id":"{id}""#);
                    output.extend(stream::text(&reply.replace(r#""request_id":"1""#, &id)));
                }
                0x89 => {
                    output.extend([0x8a, u8::try_from(payload.len()).expect("it is short")]);
                    output.extend_from_slice(payload);
                }
                _ => return Ok(()),
            }
        }
        input.drain(..read);
        stream.write_all(&output)?;
        output.clear();
    }
}

/// A client's frame, if all of it is there: its first byte, its payload, and how long it is.
fn unmask(frames: &mut [u8]) -> Option<(u8, &[u8], usize)> {
    let all = frames.len();
    let (&mut [first, length], mut rest) = frames.split_first_chunk_mut()?;
    let mut length = usize::from(length & 0x7f);
    if length == 126 {
        let (long, after) = rest.split_first_chunk_mut()?;
        length = usize::from(u16::from_be_bytes(*long));
        rest = after;
    }
    let (mask, rest) = rest.split_first_chunk_mut::<4>()?;
    let (payload, rest) = rest.split_at_mut_checked(length)?;
    for (byte, mask) in payload.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= mask;
    }
    Some((first, payload, all - rest.len()))
}

fn replay(stream: &mut TcpStream, script: &Script, replay: usize) -> io::Result<()> {
    let (_, frames, of, count) = &script.replays[replay];
    let times = (256 * 1024 / frames.len()).max(1);
    let block = if times == 1 { Vec::new() } else { frames.repeat(times) };
    let block = if times == 1 { frames } else { &block };
    let mut left = count / of;
    while left > 0 {
        let now = left.min(times);
        stream.write_all(&block[..now * frames.len()])?;
        left -= now;
    }
    Ok(())
}

/// Each event says when it was sent, and none waits for another.
fn paced(stream: &mut TcpStream, script: &Script) -> io::Result<()> {
    let (channels, times) = PACED;
    let start = Instant::now();
    for number in 0..channels * times {
        let due = start + Duration::from_millis((number / PACE) as u64);
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let time = script.epoch.elapsed().as_nanos().to_string();
        stream.write_all(&stream::event("ChannelDtmfReceived", number % channels, &time))?;
    }
    Ok(())
}
