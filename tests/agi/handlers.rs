//! What handlers take beside the call, the layers around them, and how they end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use asterisk_sdk::agi::extract::{Args, Captures, FromCall, Kwargs, State};
use asterisk_sdk::agi::fastagi::Server;
use asterisk_sdk::agi::layer::{AllowPeers, Layer, Next, Timeout};
use asterisk_sdk::agi::{self, Call, Environment, Handler, Service};
use harness::agi_caller::AgiCaller;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};

use crate::{Running, Seen};

/// What a call goes through, in order.
type Journal = mpsc::Sender<&'static str>;

/// Writes its word when it is dropped.
struct Dropped(Journal, &'static str);

impl Drop for Dropped {
    fn drop(&mut self) {
        // The test may be over.
        let _ = self.0.try_send(self.1);
    }
}

#[derive(Clone)]
struct Prompts {
    language: Arc<str>,
    told: mpsc::Sender<String>,
}

async fn extract(
    call: Call,
    Captures((menu, extension, flag)): Captures<(String, u32, Option<char>)>,
    Args(args): Args,
    kwargs: Kwargs,
    environment: Environment,
    State(prompts): State<Prompts>,
) {
    let tags: Vec<_> = kwargs.all("tag").collect();
    assert_eq!(environment.channel(), call.environment().channel());
    let told = format!(
        "{menu} {extension} {flag:?} {args:?} {tags:?} {:?} {} {}",
        kwargs.first("none"),
        environment.extension(),
        prompts.language
    );
    prompts.told.send(told).await.unwrap();
}

#[tokio::test]
async fn extractors_read_what_the_call_says() {
    let (told, mut seen) = Seen::new();
    let route = |language: &str| {
        extract.with_state(Prompts { language: language.into(), told: told.clone() })
    };
    let pattern = r"^(\w+)/(\d+)(?:/(\w))?$";
    let builder = Server::builder()
        .route(r"^de/(\w+)/(\d+)(?:/(\w))?$", route("German"))
        .route(pattern, route("English"));
    let running = Running::new(builder).await;
    for (script, expected) in [
        (
            "menu/4711?tag=a&tag=b%20c",
            r#"menu 4711 None ["first", ""] ["a", "b c"] None agi English"#,
        ),
        ("menu/1/x", r#"menu 1 Some('x') ["first", ""] [] None agi English"#),
        // Each route has a state of its own.
        ("de/menu/1/y", r#"menu 1 Some('y') ["first", ""] [] None agi German"#),
    ] {
        AgiCaller::call(running.addr, script).await.closed().await;
        assert_eq!(seen.next().await, expected);
    }
}

struct Refused;

impl FromCall for Refused {
    fn from_call(_: &Call, (): &()) -> agi::Result<Self> {
        Err("not today".into())
    }
}

#[tokio::test]
async fn what_cannot_be_extracted_keeps_the_call_from_its_handler() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    async fn number(_: Call, Captures((_, _)): Captures<(u8, String)>) {
        RUNS.fetch_add(1, Ordering::SeqCst);
    }
    async fn third(_: Call, Captures((_, _, _)): Captures<(String, String, String)>) {
        RUNS.fetch_add(1, Ordering::SeqCst);
    }
    async fn own(_: Call, _: Refused) {
        RUNS.fetch_add(1, Ordering::SeqCst);
    }
    let builder = Server::builder()
        .route(r"^number/(\d+)/?(\w+)?$", number)
        .route(r"^third/(\w)(\w)$", third)
        .route("^own$", own);
    let running = Running::new(builder).await;
    // Out of range, a group that took no part, one that the expression has not, and one's own reason.
    for script in ["number/256/x", "number/255", "third/ab", "own"] {
        AgiCaller::call(running.addr, script).await.failed().await;
    }
    assert_eq!(RUNS.load(Ordering::SeqCst), 0);
    AgiCaller::call(running.addr, "number/255/x").await.closed().await;
    assert_eq!(RUNS.load(Ordering::SeqCst), 1);
}

/// A layer that writes when a call comes and when it goes.
fn note(
    journal: &Journal,
    comes: &'static str,
    goes: &'static str,
) -> impl Fn(Call, Next) -> BoxedResult + Send + Sync + 'static {
    let journal = journal.clone();
    move |call, next| {
        let journal = journal.clone();
        Box::pin(async move {
            journal.send(comes).await?;
            let result = next.run(call).await;
            journal.send(goes).await?;
            result
        })
    }
}

type BoxedResult = std::pin::Pin<Box<dyn Future<Output = agi::Result> + Send>>;

#[tokio::test]
async fn layers_stand_around_each_other_and_the_handler_s_own_is_inside() {
    let (journal, mut seen) = Seen::new();
    let writer = journal.clone();
    let handler = move |call: Call| {
        let writer = writer.clone();
        async move {
            writer.send("handler").await?;
            if call.path() == "error" { Err(agi::Error::from("on purpose")) } else { Ok(()) }
        }
    };
    let own = note(&journal, "own", "own ends").around(handler.clone());
    let own = note(&journal, "own outer", "own outer ends").around(own);
    let builder = Server::builder()
        .layer(note(&journal, "outer", "outer ends"))
        .route("^(own|error)$", own)
        .layer(note(&journal, "inner", "inner ends"))
        .fallback(handler);
    let running = Running::new(builder).await;
    let own = ["outer", "inner", "own outer", "own", "handler", "own ends", "own outer ends"];
    AgiCaller::call(running.addr, "own").await.closed().await;
    for word in own.iter().chain(&["inner ends", "outer ends"]) {
        assert_eq!(seen.next().await, *word);
    }
    // An error goes through them.
    AgiCaller::call(running.addr, "error").await.failed().await;
    for word in own.iter().chain(&["inner ends", "outer ends"]) {
        assert_eq!(seen.next().await, *word);
    }
    AgiCaller::call(running.addr, "other").await.closed().await;
    for word in ["outer", "inner", "handler", "inner ends", "outer ends"] {
        assert_eq!(seen.next().await, word);
    }
}

#[tokio::test]
async fn a_layer_decides_whether_the_handler_runs() {
    async fn gate(call: Call, next: Next) -> agi::Result {
        match call.path() {
            "quiet" => Ok(()),
            "loud" => Err("closed today".into()),
            _ => next.run(call).await,
        }
    }
    let (journal, mut seen) = Seen::new();
    let running = Running::new(Server::builder().layer(gate).fallback(move |call: Call| {
        let journal = journal.clone();
        async move { journal.send(call.path().to_owned()).await }
    }))
    .await;
    AgiCaller::call(running.addr, "quiet").await.closed().await;
    AgiCaller::call(running.addr, "loud").await.failed().await;
    AgiCaller::call(running.addr, "open").await.closed().await;
    assert_eq!(seen.next().await, "open");
}

#[tokio::test]
async fn a_script_that_takes_too_long_is_ended() {
    let (journal, mut seen) = Seen::new();
    let handler = move |mut call: Call| {
        let dropped = Dropped(journal.clone(), "dropped");
        async move {
            let _dropped = dropped;
            call.noop().await
        }
    };
    let limit = Timeout::new(Duration::from_millis(50));
    let running = Running::new(Server::builder().layer(limit).fallback(handler)).await;
    let mut slow = AgiCaller::call(running.addr, "x").await;
    assert_eq!(slow.line().await.as_deref(), Some("NOOP"));
    slow.failed().await;
    assert_eq!(seen.next().await, "dropped");
    let mut quick = AgiCaller::call(running.addr, "x").await;
    quick.answer("NOOP", "200 result=0\n").await;
    quick.closed().await;
}

#[tokio::test]
async fn peers_are_let_in_by_their_address() {
    for (networks, allowed) in [
        (["10.0.0.0/8", "::1"].as_slice(), false),
        (&["10.0.0.0/8", "127.0.0.0/8"], true),
        (&["::ffff:127.0.0.1"], true),
        (&[], false),
    ] {
        let peers = AllowPeers::parse(networks).unwrap();
        let running =
            Running::new(Server::builder().layer(peers).fallback(async |_: Call| {})).await;
        let mut caller = AgiCaller::call(running.addr, "x").await;
        if allowed {
            caller.closed().await;
        } else {
            caller.failed().await;
        }
    }
    // A call that came over no network has no address to be refused for.
    let peers = AllowPeers::parse(["10.0.0.0/8"]).unwrap();
    let service = Service::builder().layer(peers).fallback(async |_: Call| {}).build().unwrap();
    assert_eq!(run(&service, "agi_network: no\n\n").await, "");
}

/// Runs a call that says only this; gives what the script wrote.
async fn run(service: &Service, said: &str) -> String {
    let (mut ours, theirs) = tokio::io::duplex(4096);
    ours.write_all(said.as_bytes()).await.unwrap();
    service.run(theirs, None).await;
    let mut written = String::new();
    ours.read_to_string(&mut written).await.unwrap();
    written
}

#[tokio::test]
async fn routes_change_while_calls_run() {
    let (began, mut seen) = Seen::new();
    let hold = move |mut call: Call| {
        let began = began.clone();
        async move {
            began.send(()).await?;
            call.noop().await?;
            Ok::<_, agi::Error>(())
        }
    };
    let server = Server::builder().route("^a$", hold).bind("127.0.0.1:0").await.unwrap();
    let (addr, routes) = (server.local_addr(), server.routes().clone());
    let serving = tokio::spawn(server.serve());
    let mut old = AgiCaller::call(addr, "a").await;
    seen.next().await;
    assert!(routes.unregister("^a$"));
    AgiCaller::call(addr, "a").await.failed().await;
    routes.register("^a$", async |mut call: Call| call.verbose("new").await).unwrap();
    AgiCaller::call(addr, "a").await.answer(r#"VERBOSE "new" "1""#, "200 result=1\n").await;
    routes.clear();
    routes.set_fallback(async |mut call: Call| call.verbose("fallback").await);
    AgiCaller::call(addr, "a").await.answer(r#"VERBOSE "fallback" "1""#, "200 result=1\n").await;
    // The call that began with the first handler has it still.
    old.answer("NOOP", "200 result=0\n").await;
    old.closed().await;
    serving.abort();
}

#[tokio::test]
async fn a_dropped_call_is_closed_although_the_handler_goes_on() {
    for elsewhere in [false, true] {
        let (end, ended) = oneshot::channel::<()>();
        let ended = std::sync::Mutex::new(Some(ended));
        let running = Running::new(Server::builder().fallback(move |call: Call| {
            let ended = ended.lock().unwrap().take();
            async move {
                if elsewhere {
                    tokio::spawn(async move { drop(call) }).await?;
                } else {
                    drop(call);
                }
                // Too late to tell Asterisk of it.
                ended.unwrap().await?;
                Err::<(), _>(agi::Error::from("on purpose"))
            }
        }))
        .await;
        AgiCaller::call(running.addr, "x").await.closed().await;
        end.send(()).unwrap();
        assert_eq!(running.stop().await.aborted, 0);
    }
}

#[tokio::test]
async fn a_failure_behind_a_dropped_command_is_told() {
    let running = Running::new(Server::builder().fallback(|mut call: Call| async move {
        // The command is written whole, and nobody waits for its reply.
        let soon = Duration::from_millis(10);
        assert!(tokio::time::timeout(soon, call.noop().into_future()).await.is_err());
        Err::<(), _>(agi::Error::from("on purpose"))
    }))
    .await;
    let mut caller = AgiCaller::call(running.addr, "x").await;
    assert_eq!(caller.line().await.as_deref(), Some("NOOP"));
    caller.failed().await;
}

#[tokio::test]
async fn a_panic_before_or_behind_the_first_await_is_a_failure() {
    fn at_once(_: Call) -> std::future::Ready<()> {
        panic!("on purpose")
    }
    async fn later(mut call: Call) {
        assert_ne!(call.path(), "before", "on purpose");
        call.noop().await.unwrap();
        panic!("on purpose");
    }
    let builder = Server::builder().route("^at_once$", at_once).fallback(later);
    let running = Running::new(builder).await;
    AgiCaller::call(running.addr, "at_once").await.failed().await;
    AgiCaller::call(running.addr, "before").await.failed().await;
    let mut caller = AgiCaller::call(running.addr, "behind").await;
    caller.answer("NOOP", "200 result=0\n").await;
    caller.failed().await;
    assert_eq!(running.stop().await.aborted, 0);
}

#[tokio::test]
async fn a_script_that_ends_without_a_hangup_says_where_to_go_on() {
    let running = Running::new(Server::builder().fallback(|mut call: Call| async move {
        call.set_context("sdk").await?;
        call.set_extension("labelled").await?;
        call.set_priority("here").await
    }))
    .await;
    let mut caller = AgiCaller::call(running.addr, "x").await;
    for line in [r#"SET CONTEXT "sdk""#, r#"SET EXTENSION "labelled""#, r#"SET PRIORITY "here""#] {
        caller.answer(line, "200 result=0\n").await;
    }
    // No `HANGUP` and no `failure`: the dialplan goes on there.
    caller.closed().await;
}
