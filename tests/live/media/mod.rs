//! Audio of real calls, over each transport: a `Local` channel bridged to the channel that carries the audio.

mod audiosocket;
mod rtp;
mod tls;
mod websocket;

use std::time::{Duration, Instant};

use asterisk_sdk::ari::event::{ChannelDestroyed, StasisStart};
use asterisk_sdk::ari::handle::{Bridge, Channel};
use asterisk_sdk::ari::{Client, Event, EventStream};
use asterisk_sdk::media::{MediaEvent, MediaStream};
use harness::live::Server;

/// How long a real server may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(30);

async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it comes in time")
}

fn name(test: &str) -> String {
    format!("sdk-media-{test}-{}", std::process::id())
}

async fn application(server: &Server, test: &str) -> (Client, String) {
    let app = name(test);
    let client = Client::builder(&server.http)
        .login(&server.ari_user, server.ari_password.as_str())
        .app(&app)
        .connect()
        .await
        .expect("a connection");
    (client, app)
}

/// Waits until a channel is in the application.
async fn entered(events: &mut EventStream<Event>) {
    let start = async {
        loop {
            let event = events.next().await.expect("the connection holds").expect("none is missed");
            if event.is::<StasisStart>() {
                return;
            }
        }
    };
    soon(start).await;
}

async fn destroyed(events: &mut EventStream<Event>) {
    let end = async {
        loop {
            let event = events.next().await.expect("the connection holds").expect("none is missed");
            if event.is::<ChannelDestroyed>() {
                return;
            }
        }
    };
    soon(end).await;
}

/// A call to an extension in this format, bridged to the channel that carries the audio.
struct Bridged {
    bridge: Bridge,
    caller: Channel,
}

impl Bridged {
    async fn new(
        client: &Client,
        app: &str,
        media: &Channel,
        extension: &str,
        format: &str,
    ) -> Self {
        let endpoint = format!("Local/{extension}@sdk");
        let caller = client.channels().originate(endpoint).app(app).formats(format);
        let caller = caller.await.expect("the call is made");
        entered(&mut caller.events()).await;
        entered(&mut media.events()).await;
        let bridge = client.bridges().create().bridge_type("mixing").await.expect("a bridge");
        let adding = bridge.add_channel(caller.id()).channels([media.id()]);
        adding.await.expect("both are there");
        Self { bridge, caller }
    }

    async fn end(self) {
        let _ = self.caller.hangup().await;
        self.bridge.destroy().await.expect("it is there");
    }
}

/// The next audio; keys and the like are not expected.
async fn audio(stream: &MediaStream) -> Vec<u8> {
    match soon(stream.next()).await {
        Some(MediaEvent::Audio(frame)) => frame.data.to_vec(),
        other => panic!("{other:?}"),
    }
}

/// Sends frames until they come back: then the other end echoes.
async fn echoes(stream: &MediaStream, frame: &[u8]) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < deadline, "no echo");
        stream.write(frame).await.expect("it is open");
        let came = tokio::time::timeout(Duration::from_millis(20), stream.next()).await;
        if let Ok(Some(MediaEvent::Audio(back))) = came
            && *back.data == *frame
        {
            break;
        }
    }
    soon(stream.drained()).await.expect("it is open");
    // What is still on the way comes before what is written next.
}

/// Bytes that are nowhere like those of a frame of one value, nor like each other.
fn pattern(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_u32;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        // Neither silence nor the second zero of µ-law, which does not survive a conversion.
        (state >> 24) as u8 & 0x3e | 0x01
    };
    std::iter::repeat_with(&mut next).take(length).collect()
}

/// Collects what comes from the first byte of this on, until as much has come.
async fn collect(stream: &MediaStream, expected: &[u8]) -> Vec<u8> {
    let mut heard = Vec::new();
    loop {
        heard.extend(audio(stream).await);
        let beginning = &expected[..8];
        if let Some(at) = heard.windows(8).position(|part| part == beginning)
            && heard.len() >= at + expected.len()
        {
            heard.drain(..at);
            heard.truncate(expected.len());
            return heard;
        }
    }
}

/// That this comes back as it was sent.
async fn comes_back(stream: &MediaStream, sent: &[u8]) {
    let hearing = {
        let (stream, sent) = (stream.clone(), sent.to_vec());
        tokio::spawn(async move { collect(&stream, &sent).await })
    };
    for part in sent.chunks(777) {
        stream.write(part).await.expect("it is open");
    }
    let heard = soon(hearing).await.expect("no panic");
    let differs = heard.iter().zip(sent).position(|(heard, sent)| heard != sent);
    assert_eq!(differs, None, "of {} bytes", sent.len());
}
