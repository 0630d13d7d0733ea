//! Lets callers hear themselves: their audio comes to this program and goes back, over any of the transports.
//!
//! ```text
//! cargo run --example media_echo -- --app demo --transport audiosocket --listen 192.0.2.10:9092
//! ```
//!
//! A call comes in by the dialplan: `exten => 100,1,Stasis(demo)`. `#` ends the echo, and the call goes on there.
//!
//! | `--transport` | |
//! |---|---|
//! | `websocket` | this program connects to Asterisk (22) |
//! | `websocket-server` | Asterisk connects to `--listen`, by the entry `--client` of its `websocket_client.conf` (22) |
//! | `audiosocket` | Asterisk connects to `--listen` (22) |
//! | `rtp` | packets to and from the address of `--listen`, on ports of their own |

mod flags;

use std::error::Error;

use asterisk_sdk::ari::Client;
use asterisk_sdk::ari::call::{Call, DigitsEnd};
use asterisk_sdk::call_media::{CallMedia, Media, Transport};
use asterisk_sdk::media::{MediaError, MediaEvent, audiosocket, websocket};

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    tracing_subscriber::fmt::init();
    let [url, user, password, app, transport, listen, entry] = flags::read([
        ("--url", "http://127.0.0.1:8088"),
        ("--user", "asterisk"),
        ("--password", "asterisk"),
        ("--app", "demo"),
        ("--transport", "websocket"),
        ("--listen", "127.0.0.1:0"),
        ("--client", "echo"),
    ]);
    let transport = match transport.as_str() {
        "websocket" => Transport::websocket_client(&url),
        "websocket-server" => {
            let server = websocket::Server::bind(listen).await?;
            println!("listening on {}", server.local_addr());
            Transport::websocket_server(server, entry)
        }
        "audiosocket" => {
            let server = audiosocket::Server::bind(listen).await?;
            let host = server.local_addr().to_string();
            println!("listening on {host}");
            Transport::audiosocket(server, host)
        }
        "rtp" => Transport::rtp(listen.parse::<std::net::SocketAddr>()?.ip()),
        other => return Err(format!("there is no transport {other:?}").into()),
    };
    let client = Client::builder(url).login(user, password).app(app).connect().await?;
    println!("waiting for calls");
    let serving = client.serve(move |call| serve(call, transport.clone()));
    let served = serving.until(async { drop(tokio::signal::ctrl_c().await) }).await;
    println!("{served:?}");
    client.close().await;
    Ok(())
}

/// One call.
async fn serve(mut call: Call, transport: Transport) -> Result<(), Failure> {
    let name = call.start().channel.name.clone();
    call.channel().answer().await?;
    let media = call.media(&transport).bridged().await?;
    println!("{name}: {}", media.stream().format());
    let result = tokio::select! {
        result = echo(&media) => result.map_err(Failure::from),
        result = hash(&mut call) => result,
    };
    println!("{name}: {:?}", media.stream().statistics());
    media.close().await?;
    result
}

/// Sends back what comes, until the caller is gone.
async fn echo(media: &Media) -> Result<(), MediaError> {
    while let Some(event) = media.stream().next().await {
        match event {
            MediaEvent::Audio(frame) => media.stream().write(frame.data).await?,
            MediaEvent::Missed(missed) => println!("too slow: {missed:?}"),
            _ => {}
        }
    }
    Ok(())
}

/// Waits for the key `#`, which the session hears whichever transport there is.
async fn hash(call: &mut Call) -> Result<(), Failure> {
    loop {
        let end = call.dtmf().max_digits(100).await?.end;
        if let DigitsEnd::Terminator(_) = end {
            return Ok(());
        }
    }
}
