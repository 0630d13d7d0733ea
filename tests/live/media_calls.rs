//! The audio of call sessions: opened, echoed through a real call, and ended from each side.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use asterisk_sdk::ari::call::{Call, WhenDone};
use asterisk_sdk::ari::event::{ChannelDestroyed, RecordingStarted, StasisStart};
use asterisk_sdk::ari::handle::Channel;
use asterisk_sdk::ari::{Client, Event, EventStream};
use asterisk_sdk::call_media::{CallMedia, Media, OpenError, Transport};
use asterisk_sdk::media::{
    ConnectError, End, Format, MediaEvent, MediaStream, Reached, audiosocket, websocket,
};
use harness::live::{OwnServer, Server};
use harness::soon;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

/// A server of a test's own, whose channels and bridges can be counted.
pub(crate) struct Bench {
    pub(crate) server: OwnServer,
    client: Client,
    app: String,
    /// The application that a call of `stasis` enters at its other half.
    pub(crate) other_app: String,
    calls: mpsc::Receiver<(Call, oneshot::Sender<()>)>,
}

/// A call whose session the test is.
pub(crate) struct Session {
    pub(crate) call: Call,
    pub(crate) caller: Channel,
    pub(crate) events: EventStream<Event>,
    /// The session ends when this is dropped.
    end: oneshot::Sender<()>,
}

impl Bench {
    pub(crate) async fn new(server: &Server) -> Self {
        let server = OwnServer::start(server);
        let app = "sdk-media".to_owned();
        let client = Client::builder(&server.http)
            .login(&server.ari_user, server.ari_password.as_str())
            .app(&app)
            .connect()
            .await
            .expect("a connection");
        let (told, calls) = mpsc::channel(10);
        let serving = client.serve(move |call: Call| {
            let told = told.clone();
            async move {
                let (end, ended) = oneshot::channel();
                if told.send((call, end)).await.is_ok() {
                    let _ = ended.await;
                }
            }
        });
        tokio::spawn(serving.when_done(WhenDone::HangUp).into_future());
        Self { server, client, app, other_app: "demo".to_owned(), calls }
    }

    /// A call from an extension, in this format.
    pub(crate) async fn call(&mut self, extension: &str, format: &Format) -> Session {
        let originate = self.client.channels().originate(format!("Local/{extension}@sdk"));
        let originate = originate.app(&self.app).formats(format.to_string());
        let originate = originate.variable("__STASIS_APP", self.other_app.as_str());
        let caller = originate.await.expect("the call is made");
        let events = caller.events();
        let (call, end) = soon(self.calls.recv()).await.expect("a session");
        assert_eq!(call.channel().id(), caller.id());
        Session { call, caller, events, end }
    }

    /// All transports that the server has, with a format that each carries as it is.
    async fn transports(&self) -> Vec<(Transport, Format)> {
        let rtp = (Transport::rtp(Ipv4Addr::LOCALHOST), Format::Ulaw);
        if self.server.major() < 22 {
            return vec![rtp];
        }
        let ours = websocket::Server::bind("127.0.0.1:0").await.expect("a free port");
        let entry = format!(
            "\n[media]\ntype = websocket_client\nconnection_type = per_call_config\n\
             uri = ws://{}/media\nprotocols = media\n",
            ours.local_addr()
        );
        self.server.configure("websocket_client.conf", &entry, "res_websocket_client.so");
        vec![
            (Transport::websocket_client(&self.server.http), Format::Linear(16_000)),
            (Transport::websocket_server(ours, "media"), Format::Ulaw),
            (audiosocket().await, Format::Linear(8_000)),
            rtp,
        ]
    }

    /// That there are so many channels and bridges, once what was hung up is gone.
    async fn has(&self, channels: usize, bridges: usize) {
        let mut found = (0, 0);
        let settled = async {
            while found != (channels, bridges) {
                let channels = self.client.channels().list().await.expect("it answers").len();
                let bridges = self.client.bridges().list().await.expect("it answers").len();
                found = (channels, bridges);
            }
        };
        let settled = tokio::time::timeout(Duration::from_secs(2), settled).await;
        let there = self.server.cli("core show channels concise");
        assert!(
            settled.is_ok(),
            "{found:?}, not {channels} channels and {bridges} bridges: {there}"
        );
    }
}

async fn audiosocket() -> Transport {
    let ours = Arc::new(audiosocket::Server::bind("127.0.0.1:0").await.expect("a free port"));
    let host = ours.local_addr().to_string();
    Transport::audiosocket(ours, host)
}

pub(crate) async fn destroyed(events: &mut EventStream<Event>) {
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

/// Waits until a stream has ended, and what came before is taken.
pub(crate) async fn silent(stream: &MediaStream) {
    soon(async { while stream.next().await.is_some() {} }).await;
}

/// Samples that are nowhere like each other, nor silent, and as bytes of µ-law survive being decoded.
pub(crate) fn noise(samples: usize) -> Vec<u8> {
    let mut state = 7_u32;
    let mut next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8 & 0x7e | 1
    };
    std::iter::repeat_with(&mut next).take(samples * 2).collect()
}

/// That what is written comes back, once the other end echoes, as it was.
pub(crate) async fn echoes(stream: &MediaStream) {
    let frame = stream.format().bytes_in(stream.frame_length()).expect("it is cut");
    let ready = vec![0x31; frame];
    soon(async {
        loop {
            stream.write(&ready).await.expect("it is open");
            if let Some(MediaEvent::Audio(back)) = stream.next().await
                && *back.data == *ready
            {
                break;
            }
        }
    })
    .await;
    let sent = noise(frame / 2 * 50);
    stream.write(&sent).await.expect("it is open");
    hears(stream, &sent).await;
}

/// Waits until this comes.
pub(crate) async fn hears(stream: &MediaStream, expected: &[u8]) {
    let mut heard = Vec::new();
    soon(async {
        while !heard.windows(expected.len()).any(|part| part == expected) {
            match stream.next().await {
                Some(MediaEvent::Audio(frame)) => heard.extend_from_slice(&frame.data),
                other => panic!("{other:?} after {} bytes", heard.len()),
            }
        }
    })
    .await;
}

pub(crate) async fn open(session: &mut Session, transport: &Transport, format: &Format) -> Media {
    let opening = session.call.media(transport).format(format.clone()).bridged();
    let media = soon(opening.into_future()).await.expect("it opens");
    assert_eq!(media.stream().format(), format);
    media
}

async fn is_gone(client: &Client, media: &Channel) {
    let gone = client.channel(media.id()).get().await.expect_err("it is hung up");
    assert!(gone.is_not_found(), "{gone}");
}

#[tokio::test]
async fn a_call_is_echoed_over_each_transport_and_ended_from_each_side() {
    let Some(server) = harness::live::server() else { return };
    let mut bench = Bench::new(&server).await;
    for (transport, format) in bench.transports().await {
        // The session ends the audio: the caller is alone again, and gets new audio.
        let mut session = bench.call("echo", &format).await;
        let media = open(&mut session, &transport, &format).await;
        echoes(media.stream()).await;
        bench.has(3, 1).await;
        let (stream, channel) = (media.stream().clone(), media.channel().clone());
        soon(media.close()).await.expect("it is removed");
        assert_eq!(soon(stream.ended()).await, End::Local);
        is_gone(&bench.client, &channel).await;
        bench.has(2, 0).await;

        // Asterisk hangs up the channel that carries it.
        let media = open(&mut session, &transport, &format).await;
        let mut events = bench.client.events().channel(media.channel()).all();
        media.channel().hangup().await.expect("it is there");
        silent(media.stream()).await;
        destroyed(&mut events).await;
        soon(media.close()).await.expect("nothing is left");
        bench.has(2, 0).await;

        // The stream is ended here.
        let media = open(&mut session, &transport, &format).await;
        let mut events = bench.client.events().channel(media.channel()).all();
        media.stream().close();
        destroyed(&mut events).await;
        soon(media.close()).await.expect("nothing is left");
        bench.has(2, 0).await;

        // The caller hangs up.
        let media = open(&mut session, &transport, &format).await;
        echoes(media.stream()).await;
        session.caller.hangup().await.expect("he is there");
        silent(media.stream()).await;
        soon(media.close()).await.expect("nothing is left");
        destroyed(&mut session.events).await;
        soon(session.call.hung_up()).await.expect("he has left");
        let late = session.call.media(&transport).await;
        assert!(matches!(late, Err(OpenError::HungUp)), "{late:?}");
        drop(session);
        bench.has(0, 0).await;
    }
}

#[tokio::test]
async fn audio_ends_with_its_session_unless_it_is_handed_over() {
    let Some(server) = harness::live::server() else { return };
    let mut bench = Bench::new(&server).await;
    for (transport, format) in bench.transports().await {
        let mut session = bench.call("echo", &format).await;
        let media = open(&mut session, &transport, &format).await;
        // The session ends, and whoever has the audio sees it.
        drop(session.end);
        silent(media.stream()).await;
        soon(media.close()).await.expect("nothing is left");
        destroyed(&mut session.events).await;
        bench.has(0, 0).await;

        let mut session = bench.call("echo", &format).await;
        let media = open(&mut session, &transport, &format).await;
        session.call.hand_over();
        drop((session.call, session.end));
        echoes(media.stream()).await;
        bench.has(3, 1).await;
        let mut events = bench.client.events().channel(media.channel()).all();
        let stream = media.stream().clone();
        drop(media);
        assert_eq!(soon(stream.ended()).await, End::Local);
        destroyed(&mut events).await;
        session.caller.hangup().await.expect("he is left in the application");
        destroyed(&mut session.events).await;
    }
}

#[tokio::test]
async fn keys_are_told_by_the_stream_and_by_the_session() {
    let Some(server) = harness::live::server() else { return };
    let mut bench = Bench::new(&server).await;
    for (transport, format) in bench.transports().await {
        let mut session = bench.call("wait", &format).await;
        let media = open(&mut session, &transport, &format).await;
        // Pressed by the far end of the call, as a phone would.
        let peer = bench.client.channels().list().await.expect("it answers");
        let peer = peer.iter().find(|channel| {
            channel.name.starts_with("Local/") && channel.id != *session.caller.id()
        });
        let peer = peer.expect("the other half").name.to_string();
        let press = asterisk_sdk::ami::action::Custom::new("PlayDTMF");
        let press = press.header("Channel", peer).header("Digit", "5");
        let manager = crate::calls::manager(&bench.server).await;
        manager.send(press).await.expect("the channel is there");
        let key = async {
            loop {
                match media.stream().next().await.expect("it is open") {
                    MediaEvent::Audio(_) => {}
                    other => return other,
                }
            }
        };
        // RTP has none.
        if !format!("{transport:?}").contains("Rtp") {
            assert_eq!(soon(key).await, MediaEvent::Dtmf('5'));
        }
        let digits = soon(session.call.dtmf().max_digits(1).into_future()).await;
        assert_eq!(digits.expect("he is there").digits, "5");
        session.caller.hangup().await.expect("he is there");
        destroyed(&mut session.events).await;
        bench.has(0, 0).await;
    }
}

#[tokio::test]
async fn what_was_made_is_removed_when_no_audio_comes() {
    let Some(server) = harness::live::server() else { return };
    let mut bench = Bench::new(&server).await;
    let format = Format::Linear(8_000);
    let mut session = bench.call("wait", &format).await;
    if bench.server.major() < 22 {
        // It knows no other encapsulation than RTP.
        let refused = session.call.media(&audiosocket().await).await.expect_err("it cannot");
        let OpenError::Rest(error) = refused else { panic!("{refused:?}") };
        assert_eq!(error.status().map(|status| status.as_u16()), Some(501));
        bench.has(2, 0).await;
        return;
    }

    // Asterisk connects to somebody else, who says nothing.
    let mute = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let elsewhere = mute.local_addr().expect("it listens").to_string();
    let ours = Arc::new(audiosocket::Server::bind("127.0.0.1:0").await.expect("a free port"));
    let transport = Transport::audiosocket(Arc::clone(&ours), elsewhere);
    let limit = Duration::from_millis(500);
    let late = session.call.media(&transport).timeout(limit).bridged().await;
    let expected = matches!(&late, Err(OpenError::Stream(ConnectError::Timeout(l))) if *l == limit);
    assert!(expected, "{late:?}");
    bench.has(2, 0).await;

    // Whoever answers closes the connection.
    let (opened, ()) = tokio::join!(session.call.media(&transport).into_future(), async {
        // The first connection is that of the attempt before.
        let _ = soon(mute.accept()).await.expect("it connects");
        let connection = soon(mute.accept()).await.expect("it connects");
        drop(connection);
    });
    assert!(matches!(opened, Err(OpenError::Ended(Some(_)))), "{opened:?}");
    bench.has(2, 0).await;

    // Nobody listens there.
    drop(mute);
    let refused = session.call.media(&transport).bridged().await.expect_err("nobody listens");
    let OpenError::Rest(error) = refused else { panic!("{refused:?}") };
    assert_eq!(error.status().map(|status| status.as_u16()), Some(500));
    bench.has(2, 0).await;

    // An entry that its configuration does not have.
    let ours = websocket::Server::bind("127.0.0.1:0").await.expect("a free port");
    let transport = Transport::websocket_server(ours, "nowhere");
    let refused = session.call.media(&transport).await.expect_err("there is no such entry");
    let OpenError::Rest(error) = refused else { panic!("{refused:?}") };
    assert_eq!(error.status().map(|status| status.as_u16()), Some(400));

    // Its WebSockets are looked for in the wrong place: the channel was there already.
    let ari = format!("{}/elsewhere", bench.server.http);
    let transport = Transport::websocket_client(ari);
    let lost = session.call.media(&transport).bridged().await;
    assert!(matches!(lost, Err(OpenError::Stream(ConnectError::Status(404)))), "{lost:?}");
    bench.has(2, 0).await;

    // The caller is busy with a playback, which holds up joining the bridge over the deadline.
    session.call.play("sound:demo-congrats").await.expect("it is played");
    let transport = Transport::websocket_client(&bench.server.http);
    let late = session.call.media(&transport).timeout(limit).bridged().await;
    assert!(matches!(late, Err(OpenError::Stream(ConnectError::Timeout(_)))), "{late:?}");
    bench.has(2, 0).await;

    // The caller leaves while it is waited for.
    let caller = session.caller.clone();
    let mute = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let elsewhere = mute.local_addr().expect("it listens").to_string();
    let ours = audiosocket::Server::bind("127.0.0.1:0").await.expect("a free port");
    let transport = Transport::audiosocket(ours, elsewhere);
    // Nobody closes this connection meanwhile.
    let (opened, _connection) = tokio::join!(session.call.media(&transport).into_future(), async {
        let connection = soon(mute.accept()).await.expect("it connects");
        caller.hangup().await.expect("he is there");
        connection
    });
    assert!(matches!(opened, Err(OpenError::HungUp)), "{opened:?}");
    destroyed(&mut session.events).await;
    bench.has(0, 0).await;
}

#[tokio::test]
async fn the_far_end_of_a_call_records_what_is_said_as_it_was() {
    let Some(server) = harness::live::server() else { return };
    let mut bench = Bench::new(&server).await;
    let far = Client::builder(&bench.server.http)
        .login(&bench.server.ari_user, bench.server.ari_password.as_str())
        .app(&bench.other_app)
        .connect()
        .await
        .expect("a connection");
    let mut starts = far.events().of::<StasisStart>();
    for (number, (transport, format)) in bench.transports().await.into_iter().enumerate() {
        // The other half of the call is in the second application, which answers and records it.
        let answered = async {
            let start = soon(starts.next()).await.expect("it goes on").expect("none is missed");
            let channel = far.channel(&start.channel);
            channel.answer().await.expect("it is there");
            channel
        };
        let (mut session, channel) = tokio::join!(bench.call("stasis", &format), answered);
        let media = open(&mut session, &transport, &format).await;
        let file = match format {
            Format::Linear(8_000) => "wav",
            Format::Linear(_) => "sln16",
            _ => "ulaw",
        };
        let mut events = channel.events();
        let recording = channel.record(format!("said-{number}"), file).await.expect("it is up");
        soon(async {
            loop {
                let event = events.next().await.expect("it goes on").expect("none is missed");
                if event.is::<RecordingStarted>() {
                    break;
                }
            }
        })
        .await;

        let stream = media.stream();
        let frame = format.bytes_in(stream.frame_length()).expect("it is cut");
        let said = noise(frame / 2 * 100);
        stream.write(&said).await.expect("it is open");
        // What comes behind it is there to be cut off.
        stream.write(vec![0x31; frame * 25]).await.expect("it is open");
        assert_eq!(soon(stream.drained()).await, Ok(Reached::Played));
        recording.stop().await.expect("it runs");
        soon(recording.finished().into_future()).await.expect("it is kept");
        let mut download = recording.stored().download().await.expect("it is there");
        let mut recorded = Vec::new();
        while let Some(piece) = soon(download.next()).await {
            recorded.extend_from_slice(&piece.expect("it comes whole"));
        }
        let audio = if file == "wav" { recorded.get(44..).expect("a head") } else { &recorded[..] };
        let at = audio.windows(said.len()).position(|part| part == said);
        assert!(at.is_some(), "{} bytes of {transport:?} as {file}", audio.len());
        session.caller.hangup().await.expect("he is there");
        destroyed(&mut session.events).await;
        drop((media, session));
        bench.has(0, 0).await;
    }
    soon(far.close()).await;
}
