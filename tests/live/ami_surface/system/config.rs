//! Configuration files.

use asterisk_sdk::ami::TypedEvent;
use asterisk_sdk::ami::action::{
    ConfigEdit, CreateConfig, GetConfig, GetConfigJson, ListCategories, UpdateConfig,
};
use asterisk_sdk::ami::event::ReloadStatus;

use super::module_event;
use crate::ami_surface::Stage;

pub(in super::super) const ACTIONS: &[&str] =
    &["CreateConfig", "GetConfig", "GetConfigJSON", "ListCategories", "UpdateConfig"];

const FILE: &str = "sdk_surface.conf";

#[tokio::test]
async fn everything_about_configuration_is_typed() {
    let Some(stage) = Stage::open("config").await else { return };
    stage.send(CreateConfig::new(FILE)).await.unwrap();
    assert_eq!(stage.refused(CreateConfig::new(FILE)).await, "File exists");
    assert!(stage.send(ListCategories::new(FILE)).await.unwrap().is_empty());
    assert!(stage.send(GetConfig::new(FILE)).await.unwrap().categories.is_empty());
    assert_eq!(stage.send(GetConfigJson::new(FILE)).await.unwrap(), "{}");
    write(&stage).await;
    change(&stage).await;
    read_others(&stage).await;
    stage.finish(ACTIONS).await;
}

/// The file as the server reads it, templates included: `name ! <parent> key=value key=value`.
async fn lines(stage: &Stage) -> Vec<String> {
    let config = stage.send(GetConfig::new(FILE).filter("TEMPLATES=include")).await;
    let categories = config.expect("the file exists").categories;
    let categories = categories.into_iter().map(|category| {
        let mut words = vec![category.name];
        if category.template {
            words.push("!".to_owned());
        }
        words.extend(category.parents.into_iter().map(|parent| format!("<{parent}>")));
        words.extend(category.lines.iter().map(|line| format!("{}={}", line.key, line.value)));
        words.join(" ")
    });
    categories.collect()
}

async fn write(stage: &Stage) {
    let update = UpdateConfig::new(FILE)
        .edit(ConfigEdit::new_category("first"))
        .edit(ConfigEdit::append("first", "k", "v1"))
        .edit(ConfigEdit::append("first", "k", "v2 ; x").arrow())
        .edit(ConfigEdit::new_category("tmpl").template())
        .edit(ConfigEdit::append("tmpl", "t", "1").filter("TEMPLATES=include"))
        .edit(ConfigEdit::new_category("base").template())
        .edit(ConfigEdit::new_category("child").inherits("tmpl").inherits("base"))
        .edit(ConfigEdit::append("child", "x", "y=z"))
        .edit(ConfigEdit::new_category("first").allow_duplicates())
        .edit(ConfigEdit::new_category("zero").before("first"));
    // Success comes without words.
    assert_eq!(stage.send(update).await.unwrap().text(), None);
    assert_eq!(
        lines(stage).await,
        [
            "zero",
            "first k=v1 k=v2 ; x",
            "tmpl ! t=1",
            "base !",
            "child <tmpl> <base> t=1 x=y=z",
            "first"
        ]
    );
    let names = stage.send(ListCategories::new(FILE)).await.unwrap();
    assert_eq!(names, ["zero", "first", "child", "first"]);
    let child = stage.send(GetConfig::new(FILE).category("child")).await.unwrap();
    assert_eq!(child.categories.len(), 1);
    assert_eq!(child.category("CHILD").unwrap().get("x"), Some("y=z"));
    assert!(
        stage.send(GetConfig::new(FILE).category("nosuch")).await.unwrap().categories.is_empty()
    );
    let json = stage.send(GetConfigJson::new(FILE).category("first").filter("k=v1")).await.unwrap();
    assert_eq!(json, r#"{"first":{"k":"v1","k":"v2 ; x"}}"#);
}

async fn change(stage: &Stage) {
    let mut events = stage.events();
    let update = UpdateConfig::new(FILE)
        .edit(ConfigEdit::update("first", "k", "v3").matching("v2 ; x"))
        .edit(ConfigEdit::insert("first", 1, "i", "between").filter("k=v1"))
        .edit(ConfigEdit::insert("zero", 0, "only", "this"))
        .edit(ConfigEdit::rename_category("child", "kid"))
        .edit(ConfigEdit::delete("kid", "x").matching("y=z"))
        .preserve_effective_context(false)
        .reload_module("logger");
    stage.send(update).await.unwrap();
    let TypedEvent::Reload(reload) = module_event(&mut events, "logger").await else { panic!() };
    assert_eq!(reload.status, Some(ReloadStatus::Success));
    assert_eq!(
        lines(stage).await,
        [
            "zero only=this",
            "first k=v1 i=between k=v3",
            "tmpl ! t=1",
            "base !",
            "kid <tmpl> <base> t=1",
            "first"
        ]
    );
    let update = UpdateConfig::new(FILE)
        .edit(ConfigEdit::delete_line("first", 0).filter("k=v1"))
        .edit(ConfigEdit::empty_category("zero"))
        .edit(ConfigEdit::delete_category("kid"));
    stage.send(update).await.unwrap();
    assert_eq!(
        lines(stage).await,
        ["zero", "first i=between k=v3", "tmpl ! t=1", "base !", "first"]
    );

    let refused = |edit| stage.refused(UpdateConfig::new(FILE).edit(edit));
    assert_eq!(
        refused(ConfigEdit::append("tmpl", "t", "2")).await,
        "Given category does not exist",
        "templates need a filter"
    );
    assert_eq!(
        refused(ConfigEdit::new_category("first")).await,
        "Create category did not complete successfully"
    );
    assert_eq!(
        refused(ConfigEdit::update("first", "nosuch", "x")).await,
        "Update did not complete successfully"
    );
    let escalated = match stage.server.major() {
        22 => "File requires escalated privileges",
        _ => "File requires escalated priveledges",
    };
    let elsewhere = UpdateConfig::new(FILE).write_to("nosuch.conf").reload_all();
    assert_eq!(stage.refused(elsewhere).await, escalated);
    assert_eq!(stage.refused(GetConfigJson::new("nosuch.conf")).await, escalated);
}

async fn read_others(stage: &Stage) {
    let dialplan = stage.send(GetConfig::new("extensions.conf")).await.unwrap();
    let sdk = dialplan.category("sdk").unwrap();
    assert_eq!(sdk.get("include"), Some("parkedcalls"));
    assert!(sdk.all("exten").any(|value| value == "wait,1,Answer()"));
    let endpoints = stage.send(GetConfig::new("pjsip.conf").filter("type=endpoint")).await.unwrap();
    assert!(endpoints.categories.iter().all(|category| category.get("type") == Some("endpoint")));
    assert_eq!(stage.refused(GetConfig::new("nosuch.conf")).await, "Config file not found");
    assert_eq!(stage.refused(ListCategories::new("nosuch.conf")).await, "Config file not found");
}
