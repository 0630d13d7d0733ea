//! Lets each caller talk with a program of ours: the audio comes here as RTP, and what we send back is
//! heard. This one sends everything back, so callers hear themselves.
//!
//! ```text
//! cargo run --example ari_external_media -- --app demo --listen 192.0.2.10
//! ```
//!
//! A call comes in by the dialplan: `exten => 100,1,Stasis(demo)`.

mod flags;

use std::error::Error;

use asterisk_sdk::ari::event::{ChannelDestroyed, StasisEnd, StasisStart};
use asterisk_sdk::ari::handle::Channel;
use asterisk_sdk::ari::{Client, Event, EventStream};
use tokio::net::UdpSocket;

/// How the names of channels begin that carry the audio; all others are callers.
const MEDIA: &str = "UnicastRTP/";

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();
    let [url, user, password, app, listen] = flags::read([
        ("--url", "http://127.0.0.1:8088"),
        ("--user", "asterisk"),
        ("--password", "asterisk"),
        ("--app", "demo"),
        ("--listen", "127.0.0.1"),
    ]);
    let client = Client::builder(url).login(user, password).app(&app).connect().await?;
    let mut calls = client.events().of::<StasisStart>();
    println!("waiting for calls");
    loop {
        let call = tokio::select! {
            call = calls.next() => call,
            _ = tokio::signal::ctrl_c() => break,
        };
        let Some(call) = call else { return Err(client.closed().await.into()) };
        let start = call?;
        if start.channel.name.starts_with(MEDIA) {
            continue;
        }
        let caller = client.channel(start.channel.id);
        let (app, listen) = (app.clone(), listen.clone());
        tokio::spawn(async move {
            match serve(&caller, &app, &listen).await {
                Ok(packets) => println!("{}: {packets} packets", caller.id()),
                Err(error) => println!("{}: {error}", caller.id()),
            }
        });
    }
    client.close().await;
    Ok(())
}

/// One call, and how many packets came.
async fn serve(caller: &Channel, app: &str, listen: &str) -> Result<u64, Failure> {
    let client = caller.client();
    let mut events = caller.events();
    caller.answer().await?;
    let socket = UdpSocket::bind((listen, 0)).await?;
    let host = socket.local_addr()?.to_string();
    let media = client.channels().external_media(app, "ulaw").host(host).await?;
    let bridge = client.bridges().create().bridge_type("mixing").await?;
    bridge.add_channel(caller.id()).channels([media.id()]).await?;

    let mut packets = 0;
    let result = tokio::select! {
        () = gone(&mut events) => Ok(()),
        result = echo(&socket, &mut packets) => result,
    };
    media.hangup().await?;
    bridge.destroy().await?;
    // Who is still there is not needed any more.
    let _ = caller.hangup().await;
    result.map(|()| packets).map_err(Failure::from)
}

/// Sends each packet back to where it came from. The payload begins behind a header of 12 bytes, which
/// says what it is, in what order it belongs, and when; a program that speaks makes its own.
async fn echo(socket: &UdpSocket, packets: &mut u64) -> std::io::Result<()> {
    let mut packet = [0; 1500];
    loop {
        let (length, from) = socket.recv_from(&mut packet).await?;
        socket.send_to(&packet[..length], from).await?;
        *packets += 1;
    }
}

/// Waits until a channel has left the application, or nobody could tell any more.
async fn gone(events: &mut EventStream<Event>) {
    while let Some(Ok(event)) = events.next().await {
        if event.is::<StasisEnd>() || event.is::<ChannelDestroyed>() {
            return;
        }
    }
}
