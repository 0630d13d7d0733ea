//! The Asterisk side: many calls at once, all from this process.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::{JoinSet, LocalSet};

use crate::{COMMAND, Result};

/// What Asterisk 22 sends of a call.
const PRELUDE: &[u8] = b"agi_network: yes
agi_network_script: bench/600
agi_request: agi://127.0.0.1:32795/bench/600
agi_channel: PJSIP/loop-0000001d
agi_language: en
agi_type: PJSIP
agi_uniqueid: 1795249448.58
agi_version: 22.10.1+dfsg+~cs6.17.60671434-1
agi_callerid: 100
agi_calleridname: Jos\xc3\xa9 Doe
agi_callingpres: 0
agi_callingani2: 0
agi_callington: 0
agi_callingtns: 0
agi_dnid: unknown
agi_rdnis: unknown
agi_context: sdk
agi_extension: agi
agi_priority: 2
agi_enhanced: 0.0
agi_accountcode: 
agi_threadid: 139739766593216
agi_arg_1: first
agi_arg_2: 

";
const NEXT: &[u8] = b"200 result=0\n";
const LAST: &[u8] = b"200 result=1 (x)\n";

/// A call whose script waits for the reply to its first command.
async fn begin(server: SocketAddr) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(server).await?;
    stream.set_nodelay(true)?;
    stream.write_all(PRELUDE).await?;
    command(&mut stream).await?;
    Ok(stream)
}

async fn command(stream: &mut TcpStream) -> Result {
    let mut line = [0; COMMAND.len()];
    stream.read_exact(&mut line).await?;
    if line == *COMMAND { Ok(()) } else { Err("this is not the command".into()) }
}

/// One call from its beginning to its end.
async fn call(server: SocketAddr, commands: usize) -> Result {
    let mut stream = begin(server).await?;
    for _ in 1..commands {
        stream.write_all(NEXT).await?;
        command(&mut stream).await?;
    }
    stream.write_all(LAST).await?;
    match stream.read(&mut [0]).await? {
        0 => Ok(()),
        _ => Err("the script goes on".into()),
    }
}

/// Makes so many calls, some at once, and gives how long it took.
pub(crate) async fn calls(
    server: SocketAddr,
    count: usize,
    at_once: usize,
    commands: usize,
) -> Result<Duration> {
    let left = Rc::new(Cell::new(count));
    let callers = LocalSet::new();
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..at_once {
        let left = Rc::clone(&left);
        let caller = async move {
            while let Some(fewer) = left.get().checked_sub(1) {
                left.set(fewer);
                call(server, commands).await?;
            }
            Result::Ok(())
        };
        tasks.spawn_local_on(caller, &callers);
    }
    let all = async {
        while let Some(done) = tasks.join_next().await {
            done??;
        }
        Result::Ok(())
    };
    callers.run_until(all).await?;
    Ok(start.elapsed())
}

/// So many calls whose scripts wait.
pub(crate) async fn waiting(server: SocketAddr, count: usize) -> Result<Vec<TcpStream>> {
    let mut streams = Vec::with_capacity(count);
    for _ in 0..count {
        streams.push(begin(server).await?);
    }
    Ok(streams)
}

/// So many calls at the same time: how long the last of them waits for its first command.
pub(crate) async fn burst(server: SocketAddr, count: usize) -> Result<Duration> {
    let callers = LocalSet::new();
    let mut tasks = JoinSet::new();
    let start = Instant::now();
    for _ in 0..count {
        tasks.spawn_local_on(
            async move { begin(server).await.map(|stream| (stream, start.elapsed())) },
            &callers,
        );
    }
    let all = async {
        let (mut open, mut longest) = (Vec::with_capacity(count), Duration::ZERO);
        while let Some(begun) = tasks.join_next().await {
            let (stream, waited) = begun??;
            open.push(stream);
            longest = longest.max(waited);
        }
        Ok(longest)
    };
    callers.run_until(all).await
}
