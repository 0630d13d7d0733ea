//! The server itself: settings, modules, configuration, database, states, recordings, scripts, faxes.

pub(super) mod config;
pub(super) mod media;
pub(super) mod state;

use std::time::Duration;

use asterisk_sdk::ami::action::{
    Aggregate, Challenge, Command, CoreSettings, CoreStatus, DbDel, DbDelTree, DbGet, DbGetTree,
    DbPut, EventMask, Events, Filter, FilterList, ListCommands, LoadType, LoggerRotate, Login,
    Logoff, ModuleCheck, ModuleLoad, Ping, Reload, UserEvent, WaitEvent,
};
use asterisk_sdk::ami::event::{ModuleStatus, ReloadStatus, ShutdownManner, TestEventKind};
use asterisk_sdk::ami::{AmiEvent, Event, EventStream, Manager, TypedEvent};
use asterisk_sdk::proto::Secret;
use asterisk_sdk::proto::ami::{ChannelSnapshot, Status};
use harness::live::{self, OwnServer};
use harness::soon;
use harness::surface::complaints;

use super::Stage;
use crate::calls::{has, manager, wait_for};

/// `Logoff` has a test of its own, as it ends the session.
pub(super) const ACTIONS: &[&str] = &[
    "Challenge",
    "Command",
    "CoreSettings",
    "CoreStatus",
    "DBDel",
    "DBDelTree",
    "DBGet",
    "DBGetTree",
    "DBPut",
    "Events",
    "Filter",
    "FilterList",
    "ListCommands",
    "LoggerRotate",
    "Login",
    "ModuleCheck",
    "ModuleLoad",
    "Ping",
    "Reload",
    "UserEvent",
    "WaitEvent",
];

#[tokio::test]
async fn everything_about_the_server_is_typed() {
    let Some(stage) = Stage::open("system").await else { return };
    session(&stage).await;
    core(&stage).await;
    modules(&stage).await;
    database(&stage).await;
    user_events(&stage).await;
    stage.finish(ACTIONS).await;
}

async fn session(stage: &Stage) {
    assert!(stage.send(Ping::new()).await.unwrap().timestamp.unwrap() > 1.7e9);
    let challenge = stage.send(Challenge::new("MD5")).await.unwrap();
    assert!(challenge.parse::<u64>().is_ok(), "{challenge}");
    assert_eq!(stage.refused(Challenge::new("SHA1")).await, "Must specify AuthType");
    let (user, secret) = stage.server.ami_admin.clone();
    let again = stage.send(Login::new(user).secret(Secret::from(secret))).await.unwrap();
    assert_eq!(again.text().unwrap(), "Already authenticated");
    stage.send(Events::new(EventMask::ON)).await.unwrap();
    stage.send(Filter::exclude("^Event: NoSuchEvent")).await.unwrap();
    assert_eq!(
        stage.refused(FilterList::new()).await,
        "Invalid/unknown command: FilterList. Use Action: ListCommands to show available commands."
    );
    let mut events = stage.events();
    let waited = stage.send(WaitEvent::new(Duration::from_secs(1))).await.unwrap();
    assert_eq!(waited.text().unwrap(), "Waiting for Event completed.");
    wait_for(&mut events, |event| matches!(event.typed(), TypedEvent::WaitEventComplete(_))).await;
}

async fn core(stage: &Stage) {
    let new = stage.server.major() == 22;
    let settings = stage.send(CoreSettings::new()).await.unwrap();
    assert_eq!(settings.ami_version, if new { "11.0.0" } else { "5.0.4" });
    assert!(settings.asterisk_version.starts_with(&stage.server.version), "{settings:?}");
    assert_eq!(settings.system_name, None);
    assert_eq!((settings.max_calls, settings.max_load_average), (None, None));
    assert_eq!((settings.run_user, settings.run_group), (None, None));
    assert_eq!(settings.max_file_handles, Some(8192));
    assert_eq!((settings.realtime, settings.cdr), (Some(false), Some(true)));
    assert_eq!((settings.http, settings.custom_sounds), (Some(true), new.then_some(false)));

    let status = stage.send(CoreStatus::new()).await.unwrap();
    assert_eq!(status.current_calls, Some(0));
    assert_eq!(status.processed_calls, new.then_some(0));
    assert_eq!((status.startup_date.len(), status.startup_time.len()), (10, 8));
    let started = (&status.startup_date, &status.startup_time);
    assert!(started <= (&status.reload_date, &status.reload_time), "{status:?}");

    let commands = stage.send(ListCommands::new()).await.unwrap();
    let command = |name| commands.iter().find(|command| command.name == name).unwrap();
    assert_eq!(command("Ping").synopsis, "Keepalive command.");
    assert!(command("Ping").privileges.is_empty());
    assert_eq!(command("Reload").privileges, ["system", "config", "all"]);
    assert!(commands.len() > 100);

    let output = stage.send(Command::new("core show uptime")).await.unwrap();
    assert!(output.lines().any(|line| line.starts_with("System uptime: ")));
    let rotated = stage.send(LoggerRotate::new()).await.unwrap();
    assert_eq!(rotated.text().unwrap(), "Reloaded the logger and rotated log files");
}

/// The end of a list has nothing that its type does not tell, and nothing else.
fn well_ended<T>(list: &Aggregate<T>) {
    let wrong = complaints(list.complete.as_ref().expect("a list has an end"));
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// What came of loading, unloading or reloading the module.
async fn module_event(events: &mut EventStream<Event>, module: &str) -> TypedEvent {
    let event = wait_for(events, |event| {
        let ours = ["Load", "Unload", "Reload"].iter().any(|name| event.name() == *name);
        ours && event.get("Module").is_some_and(|name| name == module)
    });
    event.await.typed()
}

async fn modules(stage: &Stage) {
    let new = stage.server.major() == 22;
    let module = "app_while.so";
    assert_eq!(stage.send(ModuleCheck::new(module)).await.unwrap(), "");
    assert_eq!(stage.refused(ModuleCheck::new("nosuch")).await, "Module not loaded");

    let mut events = stage.events();
    let load = |load_type: LoadType, module: &str| ModuleLoad::new(load_type).module(module);
    let done = stage.send(load(LoadType::Unload, module)).await.unwrap();
    assert_eq!(done.text().unwrap(), "Module unloaded.");
    let TypedEvent::Unload(unload) = module_event(&mut events, module).await else { panic!() };
    assert_eq!(unload.status, Some(ModuleStatus::Success));
    let gone = if new { "Module not found." } else { "Could not unload module." };
    assert_eq!(stage.refused(load(LoadType::Unload, "nosuch.so")).await, gone);

    // It comes before or after the event about the module.
    let mut tests = stage.events();
    let done = stage.send(load(LoadType::Load, module)).await.unwrap();
    assert_eq!(done.text().unwrap(), "Module loaded.");
    let TypedEvent::Load(loaded) = module_event(&mut events, module).await else { panic!() };
    assert_eq!(loaded.status, Some(ModuleStatus::Success));
    // Debian builds Asterisk with its test framework.
    let event = wait_for(&mut tests, |event| {
        event.name() == "TestEvent" && has(event, "State", "MODULE_LOAD")
    });
    let TypedEvent::TestEvent(test) = event.await.typed() else { panic!() };
    assert_eq!(test.kind, Some(TestEventKind::StateChange));
    assert_eq!(test.state.as_deref(), Some("MODULE_LOAD"));
    assert_eq!(test.file.as_deref(), Some("loader.c"));
    assert_eq!(test.function.as_deref(), Some("ast_load_resource"));
    assert!(test.line.unwrap() > 1000);
    let others: Vec<_> = test.other_headers().map(|header| header.value_lossy()).collect();
    assert_eq!(others, [module]);

    assert_eq!(
        stage.refused(load(LoadType::Load, "app_adsiprog.so")).await,
        "Could not load module."
    );
    let TypedEvent::Load(declined) = module_event(&mut events, "app_adsiprog.so").await else {
        panic!()
    };
    assert_eq!(declined.status, Some(ModuleStatus::Decline));

    let refresh = load(LoadType::Refresh, module).recursive(true);
    if new {
        let done = stage.send(refresh).await.unwrap();
        assert_eq!(done.text().unwrap(), "Module unloaded and loaded.");
        assert!(matches!(module_event(&mut events, module).await, TypedEvent::Unload(_)));
        assert!(matches!(module_event(&mut events, module).await, TypedEvent::Load(_)));
    } else {
        assert_eq!(stage.refused(refresh).await, "Incomplete ModuleLoad action.");
    }

    let refused = stage.refused(load(LoadType::Reload, module)).await;
    assert_eq!(refused, "Module does not support reload action.");
    let TypedEvent::Reload(reload) = module_event(&mut events, module).await else { panic!() };
    assert_eq!(reload.status, Some(ReloadStatus::NotImplemented));
    assert_eq!(stage.refused(Reload::new().module("nosuch")).await, "No such module");
    let TypedEvent::Reload(reload) = module_event(&mut events, "nosuch").await else { panic!() };
    assert_eq!(reload.status, Some(ReloadStatus::NotFound));
    let done = stage.send(Reload::new().module("logger")).await.unwrap();
    assert_eq!(done.text().unwrap(), "Module Reloaded");
    let TypedEvent::Reload(reload) = module_event(&mut events, "logger").await else { panic!() };
    assert_eq!(reload.status, Some(ReloadStatus::Success));
    stage.send(Reload::new()).await.unwrap();
    let TypedEvent::Reload(reload) = module_event(&mut events, "All").await else { panic!() };
    assert_eq!(reload.status, Some(ReloadStatus::Success));
}

async fn database(stage: &Stage) {
    stage.send(DbPut::new("sdk", "a").value("one: two ")).await.unwrap();
    stage.send(DbPut::new("sdk/sub", "b")).await.unwrap();
    assert_eq!(stage.send(DbGet::new("sdk", "a")).await.unwrap(), "one: two ");
    assert_eq!(stage.send(DbGet::new("sdk/sub", "b")).await.unwrap(), "");
    assert_eq!(stage.refused(DbGet::new("sdk", "nosuch")).await, "Database entry not found");

    let tree = stage.send(DbGetTree::new().family("sdk")).await.unwrap();
    well_ended(&tree);
    // Asterisk 16 counts wrong.
    assert_eq!(tree.valid(), stage.server.major() == 22);
    let entries = tree.items.iter().map(|entry| (&**entry.key.as_ref().unwrap(), entry));
    let entries: Vec<_> =
        entries.map(|(key, entry)| (key, &**entry.value.as_ref().unwrap())).collect();
    assert_eq!(entries, [("/sdk/a", "one: two "), ("/sdk/sub/b", "")]);
    let sub = stage.send(DbGetTree::new().family("sdk").key("sub")).await.unwrap();
    assert_eq!(sub.items.len(), 1);
    assert!(stage.send(DbGetTree::new().family("nosuch")).await.unwrap().items.is_empty());

    stage.send(DbDel::new("sdk", "a")).await.unwrap();
    let refused = stage.refused(DbDel::new("sdk", "a")).await;
    assert_eq!(refused, "Database entry could not be deleted");
    stage.send(DbDelTree::new("sdk").key("sub")).await.unwrap();
    assert_eq!(stage.refused(DbDelTree::new("sdk")).await, "Database entry not found");
}

async fn user_events(stage: &Stage) {
    let mut events = stage.events();
    let action = UserEvent::new("Sold")
        .header("Item", "pen: blue ")
        .header("Event", "Hangup")
        .header("Item", "ink");
    assert_eq!(stage.send(action).await.unwrap().text().unwrap(), "Event Sent");
    let event = wait_for(&mut events, |event| event.name() == "UserEvent").await;
    let TypedEvent::UserEvent(sold) = event.typed() else { panic!() };
    assert_eq!(sold.name.as_deref(), Some("Sold"));
    assert_eq!(sold.channel, ChannelSnapshot::default());
    let others: Vec<_> = sold.other_headers().map(|header| header.value_lossy()).collect();
    assert_eq!(others, ["pen: blue ", "ink"]);
    assert_eq!(event.message().all("Event").collect::<Vec<_>>(), ["UserEvent", "Hangup"]);
}

#[tokio::test]
async fn a_session_that_logs_off() {
    let Some(server) = live::server() else { return };
    let manager = manager(&server).await;
    let goodbye = manager.send(Logoff::new()).await.unwrap();
    assert_eq!(goodbye.status(), Status::Goodbye);
    assert_eq!(goodbye.text().unwrap(), "Thanks for all the fish.");
}

#[tokio::test]
async fn the_end_of_a_server() {
    let Some(server) = live::server() else { return };
    // A server that is gone before its session has written sends nothing at all.
    for _ in 0..5 {
        let server = OwnServer::start(&server);
        let (user, secret) = server.ami_admin.clone();
        let builder = Manager::builder(&server.ami).login(user, secret).no_reconnect();
        let manager = builder.connect().await.unwrap();
        let mut events = manager.events().all();
        let _ = server.cli("core stop gracefully");
        while let Some(event) = soon(events.next()).await {
            if let TypedEvent::Shutdown(shutdown) = event.unwrap().typed() {
                assert_eq!(shutdown.manner, Some(ShutdownManner::Cleanly));
                assert_eq!(shutdown.restart, Some(false));
                return;
            }
        }
    }
    panic!("no server says that it ends");
}
