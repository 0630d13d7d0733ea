//! The server's end: a thread that answers logins and pings and plays prepared bytes.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use memchr::memmem;

/// What the server plays.
#[derive(Debug)]
pub(crate) struct Script {
    /// Some events, and how many they are.
    pub(crate) events: (Vec<u8>, usize),
    /// How many events answer the action `Replay`.
    pub(crate) count: usize,
    /// What answers `CoreShowChannels`.
    pub(crate) list: Vec<u8>,
}

/// Serves any number of connections, one after another, until the process ends.
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
    stream.write_all(b"Asterisk Call Manager/11.0.0\r\n")?;
    let mut input = Vec::new();
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let count = stream.read(&mut chunk)?;
        if count == 0 {
            return Ok(());
        }
        input.extend_from_slice(&chunk[..count]);
        // Answers to what came together go together.
        let mut output = Vec::new();
        let mut start = 0;
        while let Some(end) = memmem::find(&input[start..], b"\r\n\r\n") {
            let action = &input[start..start + end + 2];
            start += end + 4;
            match value(action, b"Action: ") {
                b"CoreShowChannels" => stream.write_all(&script.list)?,
                name => {
                    output.extend_from_slice(b"Response: Success\r\nActionID: ");
                    output.extend_from_slice(value(action, b"ActionID: "));
                    output.extend_from_slice(match name {
                        b"Challenge" => b"\r\nChallenge: 681362918\r\n\r\n",
                        b"Ping" => b"\r\nPing: Pong\r\nTimestamp: 1795248876.426153\r\n\r\n",
                        // Whatever else, the login above all.
                        _ => b"\r\nMessage: Authentication accepted\r\n\r\n",
                    });
                    if name == b"Replay" {
                        stream.write_all(&output)?;
                        output.clear();
                        replay(&mut stream, script)?;
                    }
                }
            }
        }
        input.drain(..start);
        stream.write_all(&output)?;
    }
}

fn value<'a>(action: &'a [u8], name: &[u8]) -> &'a [u8] {
    let Some(at) = memmem::find(action, name) else { return b"" };
    let value = &action[at + name.len()..];
    &value[..memchr::memchr(b'\r', value).unwrap_or(value.len())]
}

fn replay(stream: &mut TcpStream, script: &Script) -> io::Result<()> {
    let (events, of) = &script.events;
    let block = events.repeat((256 * 1024 / events.len()).max(1));
    let of = of * (block.len() / events.len());
    for _ in 0..script.count / of {
        stream.write_all(&block)?;
    }
    let mut rest = script.count % of;
    for event in memmem::find_iter(&block, b"\r\n\r\n") {
        if rest == 0 {
            break;
        }
        rest -= 1;
        if rest == 0 {
            stream.write_all(&block[..event + 4])?;
        }
    }
    Ok(())
}
