//! A wallboard: queues, agents and calls of a call centre, on a web page or in the terminal.
//!
//! ```text
//! cargo run --example wallboard -- --demo
//! cargo run --example wallboard -- --asterisk 127.0.0.1:5038 --user admin --secret secret
//! cargo run --example wallboard -- --demo --tui
//! ```
//!
//! `--demo` needs no server: callers, agents and queues are made up by a fake Asterisk. `--tui` shows the board in
//! the terminal.
//!
//! The page is at http://127.0.0.1:8090/ (`--listen` says where else). The picture is kept by events and made
//! anew after a lost connection; browsers hear of changes by server-sent events. The page needs nothing from
//! elsewhere, so it works without the Internet.

use std::error::Error;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use asterisk_sdk::ami::Manager;
use asterisk_sdk::ami::live::{Freshness, Kind, Live};
use tokio::sync::watch;
use tokio::time::sleep;

mod board;
mod demo;
mod history;
mod options;
mod queues;
mod terminal;
mod web;

use board::Board;
use history::History;
use options::Options;

/// What changes within this time is shown together.
const TOGETHER: Duration = Duration::from_millis(100);

/// So often the chart moves on, though nothing happens.
const MINUTE: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut options = Options::read();
    let demo = if options.demo { Some(demo::start().await?) } else { None };
    if let Some(asterisk) = &demo {
        options.asterisk = asterisk.ami_address().to_string();
        (options.user, options.secret) = (asterisk.user().into(), asterisk.password().into());
    }
    let builder = Manager::builder(&options.asterisk).login(&options.user, &options.secret);
    let manager = builder.connect().await?;
    if options.demo {
        demo::staff(&manager).await?;
    }
    let live = Live::attach(&manager).track([Kind::Calls, Kind::Queues]).await?;

    let (sender, boards) = watch::channel(Arc::new(Board::default()));
    let keeping = keep(&live, &options.asterisk, &sender);
    let calling = async {
        match &demo {
            Some(asterisk) => demo::calls(asterisk).await,
            None => pending().await,
        }
    };
    let showing = async {
        if options.tui {
            terminal::show(boards).await
        } else {
            web::serve(&options.listen, boards).await
        }
    };
    tokio::select! {
        () = keeping => println!("the connection has ended: {}", manager.closed().await),
        called = calling => called?,
        shown = showing => shown?,
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    manager.close().await;
    Ok(())
}

/// Makes a board of each picture, until there will be none any more.
async fn keep(live: &Live, server: &str, boards: &watch::Sender<Arc<Board>>) {
    let mut history = History::default();
    let mut completed = live.changes().completed_calls();
    loop {
        let snapshot = live.snapshot();
        let ended = snapshot.freshness() == Freshness::Ended;
        let board = Arc::new(Board::new(&snapshot, &history, server));
        boards.send_replace(Arc::clone(&board));
        if ended {
            return;
        }
        drop(snapshot);
        tokio::select! {
            call = completed.next() => if let Some(Ok(call)) = call { history.add(&call) },
            _ = live.wait_until(|now| Board::new(now, &history, server) != *board) => {}
            () = sleep(MINUTE) => {}
        }
        sleep(TOGETHER).await;
    }
}
