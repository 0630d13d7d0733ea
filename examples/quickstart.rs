//! One call through all three protocols, with nothing installed.
//!
//! ```text
//! cargo run --example quickstart
//! ```
//!
//! It starts a fake Asterisk in this process, orders a call over AMI, asks the callee for digits over FastAGI, and hands
//! the call to an ARI session that plays, records and connects it with somebody else.
//!
//! The same with a server of yours, whose phones answer:
//!
//! ```text
//! cargo run --example quickstart -- --asterisk pbx.example --user sdk --password secret \
//!     --phone PJSIP/100 --other PJSIP/101 --listen 192.0.2.7:4573
//! ```
//!
//! The user has to be one of manager.conf and of ari.conf, and `--listen` an address of this machine that the server
//! reaches. Ports and passwords that differ have flags of their own: `--ami`, `--ari`, `--ari-user`, `--ari-password`.

mod flags;

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use asterisk_sdk::agi::extract::Captures;
use asterisk_sdk::agi::{self, fastagi};
use asterisk_sdk::ami::action::{CoreSettings, Originate, PlayDtmf};
use asterisk_sdk::ami::event::{AgiExecStart, Hangup};
use asterisk_sdk::ami::{EventStream, Manager};
use asterisk_sdk::ari::{self, call};
use asterisk_sdk_testkit::FakeAsterisk;
use tokio::sync::{mpsc, oneshot};

type Failure = Box<dyn Error + Send + Sync>;

/// The name of the ARI application.
const APP: &str = "quickstart";
/// What is pressed in the menu.
const KEYS: &str = "42#";
/// How long anything may take; people need some time to answer their phones.
const PATIENCE: Duration = Duration::from_secs(60);

/// Says what happens, when, and over which protocol.
#[derive(Debug, Clone)]
struct Narrator {
    began: Instant,
    steps: Arc<AtomicU64>,
}

impl Narrator {
    fn say(&self, protocol: &str, what: impl AsRef<str>) {
        let millis = self.began.elapsed().as_secs_f64() * 1000.0;
        println!("{millis:9.1} ms  {protocol:<4}  {}", what.as_ref());
        self.steps.fetch_add(1, Ordering::Relaxed);
    }
}

/// Where the server is and who talks to it.
struct Place {
    ami: String,
    ari: String,
    ami_login: (String, String),
    ari_login: (String, String),
    phone: String,
    other: String,
    listen: String,
    /// It lives as long as the program.
    _fake: Option<FakeAsterisk>,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing::Level::WARN)
        .init();
    let narrator = Narrator { began: Instant::now(), steps: Arc::default() };
    let place = place(&narrator).await?;
    let outcome = tokio::time::timeout(PATIENCE, call(&place, &narrator)).await??;
    let took = narrator.began.elapsed();
    let steps = narrator.steps.load(Ordering::Relaxed);
    println!("\nSuccess: one call over AMI, AGI and ARI in {took:.0?}, {steps} steps.");
    println!("  AMI  ordered it, pressed {KEYS} and saw it end: {}", outcome.end);
    println!("  AGI  asked for digits and got {}", outcome.digits);
    println!("  ARI  recorded {} and connected {}", outcome.recording, outcome.connected);
    Ok(())
}

/// The server that is named, or a fake one.
async fn place(narrator: &Narrator) -> Result<Place, Failure> {
    let [asterisk, user, password, phone, other, listen, ami, ari, ari_user, ari_password] =
        flags::read([
            ("--asterisk", ""),
            ("--user", "asterisk"),
            ("--password", "secret"),
            ("--phone", "PJSIP/alice"),
            ("--other", "PJSIP/bob"),
            ("--listen", "127.0.0.1:0"),
            ("--ami", ""),
            ("--ari", ""),
            ("--ari-user", ""),
            ("--ari-password", ""),
        ]);
    let or = |given: String, otherwise: String| if given.is_empty() { otherwise } else { given };
    if !asterisk.is_empty() {
        return Ok(Place {
            ami: or(ami, format!("{asterisk}:5038")),
            ari: or(ari, format!("http://{asterisk}:8088")),
            ari_login: (or(ari_user, user.clone()), or(ari_password, password.clone())),
            ami_login: (user, password),
            phone,
            other,
            listen,
            _fake: None,
        });
    }
    let fake = FakeAsterisk::builder().sound_length(Duration::from_millis(200)).start().await?;
    fake.endpoint("PJSIP/alice").answers_after(Duration::from_millis(300));
    fake.endpoint("PJSIP/bob").answers_after(Duration::from_millis(300));
    narrator.say(
        "fake",
        format!(
            "an Asterisk of this process listens: AMI {}, ARI {}",
            fake.ami_address(),
            fake.ari_url()
        ),
    );
    let login = (fake.user().to_owned(), fake.password().to_owned());
    Ok(Place {
        ami: fake.ami_address().to_string(),
        ari: fake.ari_url(),
        ami_login: login.clone(),
        ari_login: login,
        phone,
        other,
        listen,
        _fake: Some(fake),
    })
}

/// What came of the call.
struct Outcome {
    digits: String,
    recording: String,
    connected: String,
    end: String,
}

/// The call, from its order to its end.
async fn call(place: &Place, narrator: &Narrator) -> Result<Outcome, Failure> {
    let (user, secret) = &place.ami_login;
    let manager = Manager::builder(&place.ami).login(user, secret).connect().await?;
    let settings = manager.send(CoreSettings::new()).await?;
    narrator.say("AMI", format!("logged in to Asterisk {}", settings.asterisk_version));

    let (got, mut digits) = mpsc::channel(1);
    let (server, stop) = menus(place, narrator, got).await?;
    let (user, password) = &place.ari_login;
    let client = ari::Client::builder(&place.ari).login(user, password).app(APP).connect().await?;
    narrator.say("ARI", format!("application {APP} is connected"));
    let (done, mut sessions) = mpsc::channel(1);
    let serving = sessions_of(&client, place, narrator, done);

    // Chosen here, so that its events are known before the server has answered.
    let id = format!("quickstart-{}", std::process::id());
    let commands = manager.events().of::<AgiExecStart>();
    let mut hangups = manager.events().of::<Hangup>();
    narrator.say("AMI", format!("orders a call to {}", place.phone));
    let order = Originate::to(&place.phone)
        .application_with("AGI", format!("agi://{server}/menu/en"))
        .channel_id(id.as_str())
        .caller_id("\"Quickstart\" <100>");
    let answered = manager.originate(order).await?;
    if answered.unique_id.is_none() || answered.response.is_none_or(|it| it.as_str() != "Success") {
        return Err(format!("{} was not reached: {:?}", place.phone, answered.reason).into());
    }
    narrator.say("AMI", format!("{} has answered", place.phone));

    press(&manager, &id, commands, narrator).await?;
    let digits = digits.recv().await.ok_or("the menu ended without digits")?;
    let (recording, connected) = sessions.recv().await.ok_or("the session failed")?;
    let end = loop {
        let hangup = hangups.next().await.ok_or("the connection ended")??;
        if hangup.channel.unique_id.as_ref().is_some_and(|known| known.as_str() == id) {
            break hangup.cause_text.map_or_else(String::new, |text| text.to_string());
        }
    };
    narrator.say("AMI", format!("the call is over: {end}"));
    serving.abort();
    // The server has stopped already if nobody listens.
    let _ = stop.send(());
    client.close().await;
    manager.close().await;
    Ok(Outcome { digits, recording, connected, end })
}

/// Starts the FastAGI server; gives its address, and what stops it.
async fn menus(
    place: &Place,
    narrator: &Narrator,
    got: mpsc::Sender<String>,
) -> Result<(std::net::SocketAddr, oneshot::Sender<()>), Failure> {
    let (stop, stopped) = oneshot::channel::<()>();
    let shared = narrator.clone();
    let menu = move |call: agi::Call, Captures((language,)): Captures<(String,)>| {
        let (narrator, got) = (shared.clone(), got.clone());
        async move { menu(call, &language, &narrator, &got).await }
    };
    let server =
        fastagi::Server::builder().route(r"^menu/(\w+)$", menu).bind(&place.listen).await?;
    let address = server.local_addr();
    narrator.say("AGI", format!(r"server listens at {address}, route ^menu/(\w+)$"));
    tokio::spawn(server.serve_with_shutdown(async { drop(stopped.await) }));
    Ok((address, stop))
}

/// The menu: asks for digits, and hands the call to the ARI session.
async fn menu(
    mut call: agi::Call,
    language: &str,
    narrator: &Narrator,
    got: &mpsc::Sender<String>,
) -> agi::Result {
    narrator.say("AGI", format!("a call is in the menu, language {language}"));
    call.answer().await?;
    let input = call.get_data("vm-enter-num-to-call").timeout(Duration::from_secs(20)).await?;
    narrator.say("AGI", format!("got {}, hands the call to {APP}", input.digits));
    call.set_variable("DIGITS", input.digits.as_str()).await?;
    got.send(input.digits.to_string()).await?;
    call.exec("Stasis", format!("{APP},{}", input.digits)).reply_timeout(PATIENCE).await?;
    narrator.say("AGI", format!("{APP} is done with the call"));
    Ok(())
}

/// Presses the keys once the menu asks for them.
async fn press(
    manager: &Manager,
    id: &str,
    mut commands: EventStream<AgiExecStart>,
    narrator: &Narrator,
) -> Result<(), Failure> {
    loop {
        let command = commands.next().await.ok_or("the connection ended")??;
        let of_call = command.channel.unique_id.as_ref().is_some_and(|known| known.as_str() == id);
        if of_call && command.command.is_some_and(|text| text.starts_with("GET DATA")) {
            break;
        }
    }
    narrator.say("AMI", format!("the menu asks for digits: presses {KEYS}"));
    for key in KEYS.chars() {
        manager.send(PlayDtmf::new(id, key.to_string()).receive(true)).await?;
    }
    Ok(())
}

/// Serves calls of the application.
fn sessions_of(
    client: &ari::Client,
    place: &Place,
    narrator: &Narrator,
    done: mpsc::Sender<(String, String)>,
) -> tokio::task::JoinHandle<()> {
    let (narrator, other) = (narrator.clone(), place.other.clone());
    let serve = client.serve(move |call| {
        let (narrator, other, done) = (narrator.clone(), other.clone(), done.clone());
        async move { session(call, &other, &narrator, &done).await }
    });
    tokio::spawn(async move {
        serve.await;
    })
}

/// One call in the application: plays, records, and connects it with somebody else.
async fn session(
    mut call: call::Call,
    other: &str,
    narrator: &Narrator,
    done: &mpsc::Sender<(String, String)>,
) -> Result<(), Failure> {
    let name = call.start().channel.name.clone();
    narrator.say("ARI", format!("{name} enters with {:?}", call.args()));
    call.play("sound:hello-world").await?.finished().await?;
    narrator.say("ARI", "played hello-world");
    let recording = call
        .channel()
        .record(APP, "wav")
        .if_exists(ari::rest::recordings::IfExists::Overwrite)
        .await?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    recording.stop().await?;
    let recorded = recording.finished().await?;
    narrator.say("ARI", format!("recorded {}.{}", recorded.name, recorded.format));
    let leg = call.dial(other).timeout(Duration::from_secs(30)).await?;
    narrator.say("ARI", format!("{other} has answered"));
    let bridge = call.client().bridges().create().bridge_type("mixing").await?;
    bridge.add_channel(call.channel().id().clone()).channels([leg.channel().id().clone()]).await?;
    narrator.say("ARI", "both talk, in a bridge");
    bridge.play("sound:hello-world").await?.finished().await?;
    bridge.destroy().await?;
    leg.channel().hangup().await?;
    narrator.say("ARI", "the bridge is gone, hangs up");
    call.channel().hangup().await?;
    done.send((format!("{}.{}", recorded.name, recorded.format), format!("{name} with {other}")))
        .await?;
    Ok(())
}
