//! `AGI(agi://...)`: this side of FastAGI, the one that connects.

use std::fmt::Write;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::application::Flow;
use super::{Core, agi_command};
use crate::model::World;
use crate::model::happening::What;
use crate::{Protocol, link};

/// As long as Asterisk waits.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const PORT: u16 = 4573;
/// The longest line of Asterisk 22. What is behind it is taken for the next command.
const LINE_LIMIT: u64 = 8191;
/// What the version of this server is called, as the one that it imitates.
pub(crate) const VERSION: &str = "22.10.1";

/// How a session goes on.
struct Session {
    failed: bool,
    /// Whether the server was told that the caller is gone.
    told: bool,
    quiet: bool,
}

/// Runs a script of another server.
pub(crate) async fn run(core: &Arc<Core>, id: &str, data: &str) -> Flow {
    let mut arguments = data.split(',').map(str::to_owned);
    let url = arguments.next().unwrap_or_default();
    let arguments: Vec<String> = arguments.collect();
    let status = match connect(&url).await {
        Some(stream) => {
            let dead = core.with(|world| is_dead(world, id));
            let environment = core.with(|world| environment(world, id, &url, &arguments));
            let quiet = core
                .with(|world| world.variable(Some(id), "AGISIGHUP"))
                .is_some_and(|it| it == "no");
            let mut session = Session { failed: false, told: dead, quiet };
            // The end of a connection is the end of the script, whoever ended it and how.
            let _ = talk(core, id, stream, &environment, &mut session).await;
            if session.failed {
                "FAILURE"
            } else if core.with(|world| is_dead(world, id)) && !dead {
                "HANGUP"
            } else {
                "SUCCESS"
            }
        }
        None => "FAILURE",
    };
    core.with(|world| {
        world.set_variable(Some(id), "AGISTATUS", status);
        if is_dead(world, id) { Flow::End } else { Flow::Continue }
    })
}

pub(super) fn is_dead(world: &World, id: &str) -> bool {
    world.channels.get(id).is_none_or(|channel| channel.ending.is_some())
}

/// Host and port of `agi://host[:port][/path]`.
async fn connect(url: &str) -> Option<TcpStream> {
    let authority = url.strip_prefix("agi://")?.split('/').next()?;
    let with_port = authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let address = if with_port { authority.to_owned() } else { format!("{authority}:{PORT}") };
    let stream = tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await;
    match stream {
        Ok(Ok(stream)) => stream.set_nodelay(true).is_ok().then_some(stream),
        Ok(Err(error)) => {
            tracing::warn!(url, %error, "no FastAGI server");
            None
        }
        Err(_) => {
            tracing::warn!(url, "the FastAGI server takes too long");
            None
        }
    }
}

/// The lines that a session begins with.
fn environment(world: &World, id: &str, url: &str, arguments: &[String]) -> String {
    let Some(channel) = world.channels.get(id) else { return String::new() };
    let view = &channel.view;
    let unknown = |text: &str| if text.is_empty() { "unknown".to_owned() } else { text.to_owned() };
    let mut lines = vec![("network".to_owned(), "yes".to_owned())];
    let path = url.strip_prefix("agi://").and_then(|rest| rest.split_once('/'));
    if let Some((_, path)) = path {
        lines.push(("network_script".into(), path.to_owned()));
    }
    let fixed = [
        ("request", url.to_owned()),
        ("channel", view.name.clone()),
        ("language", view.language.clone()),
        ("type", view.technology().to_owned()),
        ("uniqueid", view.id.clone()),
        ("version", VERSION.to_owned()),
        ("callerid", unknown(&view.caller.number)),
        ("calleridname", unknown(&view.caller.name)),
        ("callingpres", "0".to_owned()),
        ("callingani2", "0".to_owned()),
        ("callington", "0".to_owned()),
        ("callingtns", "0".to_owned()),
        ("dnid", unknown(&channel.dnid)),
        ("rdnis", "unknown".to_owned()),
        ("context", view.context.clone()),
        ("extension", view.exten.clone()),
        ("priority", view.priority.to_string()),
        ("enhanced", "0.0".to_owned()),
        ("accountcode", view.account.clone()),
        ("threadid", "139739766593216".to_owned()),
    ];
    lines.extend(fixed.map(|(name, value)| (name.to_owned(), value)));
    let arguments = arguments.iter().enumerate();
    lines.extend(arguments.map(|(at, value)| (format!("arg_{}", at + 1), value.clone())));
    let mut text = String::new();
    for (name, value) in lines {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "agi_{name}: {value}");
    }
    text.push('\n');
    text
}

async fn talk(
    core: &Arc<Core>,
    id: &str,
    stream: TcpStream,
    environment: &str,
    session: &mut Session,
) -> io::Result<()> {
    let stream = link::wrap(stream, Protocol::Agi, core.faults.as_ref());
    let (read, mut write) = tokio::io::split(stream);
    let mut read = BufReader::new(read);
    write.write_all(environment.as_bytes()).await?;
    let mut line = Vec::new();
    loop {
        line.clear();
        loop {
            let mut limited = (&mut read).take(LINE_LIMIT - line.len() as u64);
            if session.told || session.quiet {
                if limited.read_until(b'\n', &mut line).await? == 0
                    && line.len() as u64 != LINE_LIMIT
                {
                    return Ok(());
                }
                break;
            }
            tokio::select! {
                // What was read of a line so far stays in it.
                count = limited.read_until(b'\n', &mut line) => {
                    if count? == 0 && line.len() as u64 != LINE_LIMIT {
                        return Ok(());
                    }
                    break;
                }
                () = ended(core, id) => {
                    write.write_all(b"HANGUP\n").await?;
                    session.told = true;
                }
            }
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches('\n');
        if text.starts_with("failure") {
            session.failed = true;
            return Ok(());
        }
        let reply = execute(core, id, text, session).await;
        write.write_all(reply.as_bytes()).await?;
    }
}

async fn ended(core: &Core, id: &str) {
    core.wait(id, |world| is_dead(world, id).then_some(())).await;
}

/// Runs a command, and says on AMI that it does.
async fn execute(core: &Arc<Core>, id: &str, line: &str, session: &mut Session) -> String {
    let (dead, number) = core.with(|world| {
        let number = world.number();
        if let Some(channel) = world.view(id) {
            let command = line.to_owned();
            world.emit(What::AgiStart { channel, id: number, command });
        }
        (is_dead(world, id), number)
    });
    let reply = agi_command::run(core, id, line, dead).await;
    session.failed |= reply.code == -1;
    core.with(|world| {
        if let Some(channel) = world.view(id) {
            world.emit(What::AgiEnd {
                channel,
                id: number,
                command: line.to_owned(),
                code: reply.code,
                result: reply.result,
            });
        }
    });
    reply.text
}
