//! Lets Asterisk connect to us, and runs a session for each call: answers, asks for a digit, and repeats it.
//!
//! ```text
//! cargo run --example ari_outbound -- --listen 0.0.0.0:8765 --user pbx --password secret
//! ```
//!
//! Asterisk 22 needs a connection in `websocket_client.conf`, which may also be `per_call_config`,
//!
//! ```text
//! [menu]
//! type = websocket_client
//! connection_type = persistent
//! uri = ws://127.0.0.1:8765/menu
//! protocols = ari
//! username = pbx
//! password = secret
//! ```
//!
//! its application in `ari.conf`, where `local_ari_user` is a user of the same file,
//!
//! ```text
//! [menu]
//! type = outbound_websocket
//! websocket_client_id = menu
//! apps = menu
//! local_ari_user = app
//! ```
//!
//! and calls, by the dialplan: `exten => 100,1,Stasis(menu)`. Ctrl-C stops listening and waits for the calls
//! that run.

use std::error::Error;

use asterisk_sdk::ari::call::{Call, CallError, WhenDone};
use asterisk_sdk::ari::outbound::{Accepted, Server};

mod flags;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();
    let [listen, user, password] =
        flags::read([("--listen", "127.0.0.1:8765"), ("--user", "pbx"), ("--password", "secret")]);
    let server = Server::builder().login(user, password).bind(listen).await?;
    println!("waiting for Asterisk at {}", server.local_addr());
    let sessions = |accepted: &Accepted| {
        println!("{} is here for {:?}", accepted.peer, accepted.client.apps());
        accepted.client.serve(menu).when_done(WhenDone::HangUp)
    };
    let ctrl_c = async { drop(tokio::signal::ctrl_c().await) };
    let done = server.serve_with_shutdown(sessions, ctrl_c).await;
    println!("{} calls, {} failed", done.sessions, done.failed);
    Ok(())
}

/// One call, from answer to hangup.
async fn menu(mut call: Call) -> Result<(), CallError> {
    // First: while something plays, this would hold back all other requests of the connection.
    call.channel().answer().await?;
    let choice = call.dtmf().prompt("sound:demo-echotest").max_digits(1).await?;
    println!("{} pressed {:?}", call.start().channel.name, choice.digits);
    if !choice.digits.is_empty() {
        call.play(format!("digits:{}", choice.digits)).await?.finished().await?;
    }
    Ok(())
}
