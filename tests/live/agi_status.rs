//! What a dialplan sees of the end of a FastAGI script: `AGISTATUS`.

use std::time::Duration;

use asterisk_sdk::agi::fastagi::Server;
use asterisk_sdk::agi::{self, Call, Drained, ServiceBuilder};
use asterisk_sdk::ami::action::{Hangup, Originate};
use asterisk_sdk::ami::{Event, EventStream, Manager};
use harness::{live, soon};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::calls::{has, manager, wait_for};

/// A server with a handler for each way to end, and the means to call it.
struct Script {
    manager: Manager,
    events: EventStream<Event>,
    address: String,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Drained>,
}

/// The routes: each is a way to end.
fn routes() -> ServiceBuilder {
    async fn ends(mut call: Call) -> agi::Result {
        call.verbose("this works").await?;
        Ok(())
    }
    async fn fails(mut call: Call) -> agi::Result {
        call.verbose("this works").await?;
        Err("on purpose".into())
    }
    async fn panics(mut call: Call) -> agi::Result {
        call.verbose("this works").await?;
        call.capture("nothing").expect("on purpose: there is no such group");
        Ok(())
    }
    // A command that gives -1 without a hangup.
    async fn missing(mut call: Call) -> agi::Result {
        let _ = call.stream_file("no-such-file").await;
        Ok(())
    }
    async fn plays(mut call: Call) -> agi::Result {
        call.stream_file("demo-congrats").await?;
        Ok(())
    }
    async fn waits(mut call: Call) -> agi::Result {
        call.verbose("this works").await?;
        std::future::pending().await
    }
    Server::builder()
        .route("^ends$", ends)
        .route("^fails$", fails)
        .route("^panics$", panics)
        .route("^missing$", missing)
        .route("^plays$", plays)
        .route("^waits$", waits)
}

impl Script {
    async fn start(server: &live::Server) -> Self {
        let manager = manager(server).await;
        let events = manager.events().all();
        let agi = routes().drain_timeout(Duration::from_millis(100)).bind("127.0.0.1:0").await;
        let agi = agi.expect("a free port");
        let address = agi.local_addr().to_string();
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(agi.serve_with_shutdown(async {
            let _ = stopped.await;
        }));
        Self { manager, events, address, stop: Some(stop), task }
    }

    /// Calls this URL; gives the call's name.
    async fn call(&self, name: &str, url: &str) -> String {
        let originate = Originate::to("Local/agi@sdk")
            .exten("sdk", "wait", 1)
            .channel_id(format!("status-{name}-caller"))
            .other_channel_id(format!("status-{name}-script"))
            .variable("__AGI_URL", url);
        self.manager.originate(originate).await.expect("it is called");
        name.to_owned()
    }

    /// Calls a route of the server; gives the call's name.
    async fn route(&self, path: &str) -> String {
        self.call(path, &format!("agi://{}/{path}", self.address)).await
    }

    /// Waits until a command of the call begins.
    async fn command(&mut self, call: &str, words: &str) {
        let id = format!("status-{call}-script");
        wait_for(&mut self.events, |event| {
            event.name() == "AGIExecStart"
                && has(event, "Uniqueid", &id)
                && event.get("Command").is_some_and(|command| command.starts_with(words))
        })
        .await;
    }

    /// Waits for the end of the call's script.
    async fn status(&mut self, call: &str) -> String {
        let id = format!("status-{call}-script");
        let ended = wait_for(&mut self.events, |event| {
            has(event, "Call", &id) && event.get("AgiStatus").is_some()
        });
        ended.await.get("AgiStatus").unwrap_or_default().into_owned()
    }
}

#[tokio::test]
async fn after_the_handler() {
    let Some(server) = live::server() else { return };
    let mut script = Script::start(&server).await;
    for (path, status) in [
        ("ends", "SUCCESS"),
        ("fails", "FAILURE"),
        ("panics", "FAILURE"),
        ("missing", "FAILURE"),
        ("nothing", "FAILURE"),
    ] {
        let call = script.route(path).await;
        assert_eq!(script.status(&call).await, status, "{path}");
    }
}

#[tokio::test]
async fn after_a_hangup() {
    let Some(server) = live::server() else { return };
    let mut script = Script::start(&server).await;
    let call = script.route("plays").await;
    script.command(&call, "STREAM FILE").await;
    script.manager.send(Hangup::new("status-plays-caller")).await.unwrap();
    assert_eq!(script.status(&call).await, "HANGUP");
}

#[tokio::test]
async fn after_the_server_has_stopped() {
    let Some(server) = live::server() else { return };
    let mut script = Script::start(&server).await;
    let idle = script.route("waits").await;
    script.command(&idle, "VERBOSE").await;
    let url = format!("agi://{}/plays", script.address);
    let busy = script.call("busy", &url).await;
    script.command(&busy, "STREAM FILE").await;
    script.stop.take().unwrap().send(()).unwrap();
    let drained = soon(&mut script.task).await.unwrap();
    assert_eq!((drained.finished, drained.aborted), (0, 2));
    // What is aborted is only closed, which is how every script ends. Either may be told first.
    let calls = [idle, busy].map(|call| format!("status-{call}-script"));
    for _ in &calls {
        let ended = wait_for(&mut script.events, |event| {
            event.name() == "UserEvent"
                && has(event, "UserEvent", "AgiDone")
                && calls.iter().any(|call| has(event, "Call", call))
        });
        assert_eq!(ended.await.get("AgiStatus").as_deref(), Some("SUCCESS"));
    }
    // And nobody listens any more.
    let late = script.call("late", &url).await;
    assert_eq!(script.status(&late).await, "FAILURE");
}

#[tokio::test]
async fn by_a_service_record() {
    let Some(server) = live::server() else { return };
    let mut script = Script::start(&server).await;
    // With a port, hagi:// is agi://.
    let url = format!("hagi://{}/ends", script.address);
    let call = script.call("hagi-port", &url).await;
    assert_eq!(script.status(&call).await, "SUCCESS");
    // Without one the name's record says where; this server can ask nobody.
    for (name, url) in [("hagi", "hagi://localhost/ends"), ("hagi-ip", "hagi://127.0.0.1/ends")] {
        let call = script.call(name, url).await;
        assert_eq!(script.status(&call).await, "FAILURE", "{url}");
    }
}
