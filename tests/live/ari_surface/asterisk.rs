//! The server: what it is, its modules, logs, settings and variables; and what it keeps beside calls.

use asterisk_sdk::ari::model::{LogStatus, LogType, ModuleState, SupportLevel};

use super::{Stage, device_states, mailboxes, refuses, sounds};

/// The operations of this family.
pub(super) const OPERATIONS: &[&str] = &[
    "DELETE /asterisk/config/dynamic/{configClass}/{objectType}/{id}",
    "DELETE /asterisk/logging/{logChannelName}",
    "DELETE /asterisk/modules/{moduleName}",
    "GET /asterisk/config/dynamic/{configClass}/{objectType}/{id}",
    "GET /asterisk/info",
    "GET /asterisk/logging",
    "GET /asterisk/modules",
    "GET /asterisk/modules/{moduleName}",
    "GET /asterisk/ping",
    "GET /asterisk/variable",
    "POST /asterisk/logging/{logChannelName}",
    "POST /asterisk/modules/{moduleName}",
    "POST /asterisk/variable",
    "PUT /asterisk/config/dynamic/{configClass}/{objectType}/{id}",
    "PUT /asterisk/logging/{logChannelName}/rotate",
    "PUT /asterisk/modules/{moduleName}",
];

#[tokio::test]
async fn everything_is_typed() {
    let Some(stage) = Stage::open("asterisk").await else { return };
    told(&stage).await;
    modules(&stage).await;
    logging(&stage).await;
    settings(&stage).await;
    variables(&stage).await;
    device_states::kept(&stage).await;
    mailboxes::missing(&stage).await;
    sounds::found(&stage).await;
    let operations =
        [OPERATIONS, device_states::OPERATIONS, mailboxes::OPERATIONS, sounds::OPERATIONS];
    stage.finish(&operations, &[device_states::EVENTS]).await;
}

async fn told(stage: &Stage) {
    let asterisk = stage.ari.asterisk();
    let pong = asterisk.ping().await.unwrap();
    assert_eq!(pong.ping, "pong");
    let sent = pong.timestamp.unix_millis().unwrap();
    let info = asterisk.info().await.unwrap();
    assert!(info.version().unwrap().starts_with(&stage.server.version));
    let system = info.system.unwrap();
    assert_eq!(system.entity_id, pong.asterisk_id);
    let config = info.config.unwrap();
    assert_eq!((&*config.name, &*config.default_language), ("", "en"));
    assert_eq!((config.max_open_files, config.max_channels), (Some(8192), None));
    assert_eq!(info.build.unwrap().os, "Linux");
    let status = info.status.unwrap();
    assert!(status.startup_time.unix_millis().unwrap() < sent);
    let some = asterisk.info().only(["status", "nosuch"]).await.unwrap();
    assert!(some.build.is_none() && some.status.is_some());
}

async fn modules(stage: &Stage) {
    let modules = stage.ari.asterisk().modules();
    let listed = modules.list().await.unwrap();
    assert!(listed.len() > 150, "{}", listed.len());
    let module = modules.get("app_while.so").await.unwrap();
    assert_eq!(module.description, "While Loops and Conditional Execution");
    assert_eq!((&module.status, module.use_count), (&ModuleState::Running, 0));
    assert_eq!(module.support_level, SupportLevel::Core);
    assert!(listed.contains(&module));
    let unknown = "Module could not be found in running modules";
    refuses!(modules.get("nosuch.so"), 404, unknown);
    let half = "Module information could not be retrieved";
    refuses!(modules.get("app_while"), 409, half);

    modules.unload("app_while.so").await.unwrap();
    refuses!(modules.unload("nosuch.so"), 404, "Module not found in running modules");
    modules.load("app_while.so").await.unwrap();
    refuses!(modules.load("app_while.so"), 409, "Module is already loaded");
    refuses!(modules.load("nosuch.so"), 409, "Module load declined");
    modules.reload("pbx_config.so").await.unwrap();
    refuses!(modules.reload("app_while.so"), 409, "Module does not support reloading");
    refuses!(modules.reload("nosuch.so"), 404, "Module not found in running modules");
}

async fn logging(stage: &Stage) {
    let logging = stage.ari.asterisk().logging();
    assert_eq!(logging.list().await.unwrap().len(), 2);
    logging.add("surface", "notice,warning").await.unwrap();
    let listed = logging.list().await.unwrap();
    let ours = listed.iter().find(|log| log.channel.ends_with("/log/surface")).unwrap();
    assert_eq!((&ours.log_type, &ours.status), (&LogType::File, &LogStatus::Enabled));
    assert_eq!(ours.configuration.trim_end(), "NOTICE WARNING");
    refuses!(logging.add("surface", "notice"), 409, "Log channel already exists");
    refuses!(logging.add("other", ""), 400, "Configuration levels are required");
    logging.delete("surface").await.unwrap();
    refuses!(logging.delete("surface"), 404, "Log channel does not exist");
    logging.rotate("full").await.unwrap();
    refuses!(logging.rotate("nosuch"), 404, "Log channel does not exist");
}

async fn settings(stage: &Stage) {
    let config = stage.ari.asterisk().config();
    let phone = |kind: &str| config.get("res_pjsip", kind, "surface");
    let update = |kind: &str| config.update("res_pjsip", kind, "surface");
    let auth = update("auth").field("auth_type", "userpass").field("username", "surface");
    auth.field("password", "a, \"b\"").await.unwrap();
    let aor = update("aor").field("max_contacts", "2").await.unwrap();
    let value = |name: &str| {
        aor.iter().find(|tuple| tuple.attribute == name).map(|tuple| tuple.value.to_string())
    };
    assert_eq!(value("max_contacts").as_deref(), Some("2"));
    assert_eq!(value("default_expiration").as_deref(), Some("3600"));
    let endpoint = update("endpoint").field("aors", "surface").field("auth", "surface");
    // Without a codec it could neither be read nor deleted again.
    let endpoint = endpoint.field("disallow", "all").field("allow", "ulaw");
    endpoint.field("context", "sdk").await.unwrap();
    let tuples = phone("auth").await.unwrap();
    assert!(tuples.iter().any(|tuple| tuple.value == "a, \"b\""), "{tuples:?}");
    let endpoint = stage.ari.endpoint("PJSIP", "surface").get().await.unwrap();
    assert_eq!(endpoint.resource, "surface");

    let wrong = "Update of object 'surface' failed field value validation";
    refuses!(update("aor").field("max_contacts", "many"), 400, wrong);
    refuses!(update("aor").field("nosuch", "1"), 400, wrong);
    let fixed = config.update("res_pjsip", "aor", "100").field("max_contacts", "3");
    refuses!(fixed, 403, "Cannot update sorcery objects of type 'aor'");
    let class = config.get("nosuch", "endpoint", "100");
    refuses!(class, 404, "configClass 'nosuch' not found");
    let kind = config.get("res_pjsip", "nosuch", "100");
    refuses!(kind, 404, "objectType 'nosuch' not found");
    refuses!(config.get("res_pjsip", "aor", "nosuch"), 404, "Object with id 'nosuch' not found");
    for kind in ["endpoint", "aor", "auth"] {
        config.delete("res_pjsip", kind, "surface").await.unwrap();
    }
    let gone = config.delete("res_pjsip", "aor", "surface");
    refuses!(gone, 404, "Object with id 'surface' not found");
    let fixed = config.delete("res_pjsip", "aor", "100");
    refuses!(fixed, 403, "Could not delete object with id '100'");
}

async fn variables(stage: &Stage) {
    let variables = stage.ari.asterisk().variables();
    assert_eq!(variables.get("SURFACE").await.unwrap().value, "");
    let odd = "a \"b\" c\\d, 1&2;3 ü\r\n";
    variables.set("SURFACE", odd).await.unwrap();
    assert_eq!(variables.get("SURFACE").await.unwrap().value, odd);
    refuses!(variables.get(""), 400, "Variable name is required");
    refuses!(variables.set("", "x"), 400, "Variable name is required");
}
