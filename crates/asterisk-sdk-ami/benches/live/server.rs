//! The server's end: a thread that answers logins and lists and plays prepared events.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use memchr::memmem;

use crate::stream::{Events, Lists};

pub(crate) struct Script {
    /// What answers the action `Replay`.
    pub(crate) events: Option<Events>,
    pub(crate) lists: Lists,
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
    stream.write_all(b"Asterisk Call Manager/11.0.0\r\n")?;
    let (mut input, mut chunk) = (Vec::new(), vec![0; 64 * 1024]);
    loop {
        let count = stream.read(&mut chunk)?;
        if count == 0 {
            return Ok(());
        }
        input.extend_from_slice(&chunk[..count]);
        while let Some(end) = memmem::find(&input, b"\r\n\r\n") {
            let action = String::from_utf8_lossy(&input[..end]).into_owned();
            input.drain(..end + 4);
            let value = |name: &str| {
                let line =
                    action.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
                line.unwrap_or_default()
            };
            let id = value("ActionID");
            let answer = |more: &str| format!("Response: Success\r\nActionID: {id}\r\n{more}\r\n");
            match value("Action") {
                "Cut" => return Ok(()),
                "Challenge" => stream.write_all(answer("Challenge: 681362918\r\n").as_bytes())?,
                "CoreShowChannels" => list(&mut stream, id, &script.lists.channels)?,
                "BridgeList" => list(&mut stream, id, &script.lists.bridges)?,
                "Replay" => {
                    stream.write_all(answer("").as_bytes())?;
                    replay(&mut stream, script, value("Count").parse().unwrap_or_default())?;
                }
                "Login" => {
                    let booted = "Event: FullyBooted\r\nPrivilege: system,all\r\n\
                                  Status: Fully Booted\r\n\r\n";
                    stream.write_all((answer("") + booted).as_bytes())?;
                }
                name if name.ends_with("List") || name.ends_with('s') => {
                    list(&mut stream, id, &[])?;
                }
                _ => stream.write_all(answer("").as_bytes())?,
            }
        }
    }
}

fn list(stream: &mut TcpStream, id: &str, items: &[String]) -> io::Result<()> {
    let line = format!("ActionID: {id}");
    let mut text = format!("Response: Success\r\n{line}\r\nEventList: start\r\n\r\n");
    text.extend(items.iter().map(|item| item.replacen("ActionID: @", &line, 1)));
    let count = items.len();
    text.extend([
        format!("Event: ListComplete\r\n{line}\r\nEventList: Complete\r\n"),
        format!("ListItems: {count}\r\n\r\n"),
    ]);
    stream.write_all(text.as_bytes())
}

fn replay(stream: &mut TcpStream, script: &Script, count: usize) -> io::Result<()> {
    let Some(events) = &script.events else { return Ok(()) };
    for _ in 0..count / events.count {
        stream.write_all(&events.bytes)?;
    }
    let rest = count % events.count;
    let end = memmem::find_iter(&events.bytes, b"\r\n\r\n").take(rest).last();
    stream.write_all(&events.bytes[..end.map_or(0, |end| end + 4)])?;
    let last = "Event: DeviceStateChange\r\nPrivilege: call,all\r\n\
                Device: Custom:end\r\nState: INUSE\r\n\r\n";
    stream.write_all(last.as_bytes())
}
