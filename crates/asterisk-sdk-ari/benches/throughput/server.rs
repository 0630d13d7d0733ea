//! The server's end: threads that answer requests and play prepared bytes.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::stream;

/// What the server plays.
#[derive(Debug)]
pub(crate) struct Script {
    /// Some events as frames, and how many they are.
    pub(crate) events: (Vec<u8>, usize),
    /// How many events the request `POST /ari/replay` brings forth.
    pub(crate) count: usize,
    /// The reply to `GET /ari/channels`.
    pub(crate) channels: Vec<u8>,
    /// Tells the last event connection to play.
    pub(crate) play: Mutex<Option<Sender<()>>>,
}

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
        if input.starts_with(b"GET /ari/events") {
            let (play, played) = channel();
            *script.play.lock().expect("no panic") = Some(play);
            stream.write_all(stream::SWITCHING)?;
            while played.recv().is_ok() {
                replay(&mut stream, script)?;
            }
            return Ok(());
        }
        if input.starts_with(b"POST /ari/replay")
            && let Some(play) = &*script.play.lock().expect("no panic")
        {
            play.send(()).map_err(io::Error::other)?;
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

fn replay(stream: &mut TcpStream, script: &Script) -> io::Result<()> {
    let (frames, of) = &script.events;
    let times = (256 * 1024 / frames.len()).max(1);
    let block = frames.repeat(times);
    let mut left = script.count / of;
    while left > 0 {
        let now = left.min(times);
        stream.write_all(&block[..now * frames.len()])?;
        left -= now;
    }
    Ok(())
}
