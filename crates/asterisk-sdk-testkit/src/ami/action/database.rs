//! The server's own database.

use super::Reply;
use crate::ami::block::Block;
use crate::ami::request::Request;
use crate::model::World;
use crate::model::expand::database_key;

/// Family and key, or what is missing.
fn place(request: &Request) -> Result<(&str, &str), &'static str> {
    let family = request.given("Family").ok_or("No family specified")?;
    let key = request.given("Key").ok_or("No key specified")?;
    Ok((family, key))
}

pub(super) fn put(world: &mut World, request: &Request) -> Reply {
    let (family, key) = match place(request) {
        Ok(place) => place,
        Err(why) => return Reply::error(request, why),
    };
    let value = request.get("Val").unwrap_or_default();
    world.database.insert(database_key(&format!("{family}/{key}")), value.to_owned());
    Reply::ok(request, "Updated database successfully")
}

pub(super) fn get(world: &mut World, request: &Request) -> Reply {
    let (family, key) = match place(request) {
        Ok(place) => place,
        // These two end in a full stop here.
        Err(why) => return Reply::error(request, &format!("{why}.")),
    };
    let Some(value) = world.database.get(&database_key(&format!("{family}/{key}"))) else {
        return Reply::error(request, "Database entry not found");
    };
    let item = Block::event("DBGetResponse").with("Family", family).with("Key", key);
    let item = item.with("Val", value).action_id(request.action_id());
    Reply::list(request, "Result will follow", vec![item], "DBGetComplete")
}

pub(super) fn get_tree(world: &mut World, request: &Request) -> Reply {
    let tree = match (request.given("Family"), request.given("Key")) {
        (Some(family), Some(key)) => format!("/{family}/{key}"),
        (Some(family), None) => format!("/{family}"),
        (None, _) => String::new(),
    };
    let below = format!("{tree}/");
    let entries = world.database.iter().filter(|(key, _)| **key == tree || key.starts_with(&below));
    let items = entries.map(|(key, value)| {
        let item = Block::event("DBGetTreeResponse").with("Key", key).with("Val", value);
        item.action_id(request.action_id())
    });
    let items = items.collect();
    Reply::list(request, "Result will follow", items, "DBGetTreeComplete")
}

pub(super) fn delete(world: &mut World, request: &Request) -> Reply {
    let (family, key) = match place(request) {
        Ok(place) => place,
        Err(why) => return Reply::error(request, &format!("{why}.")),
    };
    match world.database.remove(&database_key(&format!("{family}/{key}"))) {
        Some(_) => Reply::ok(request, "Key deleted successfully"),
        None => Reply::error(request, "Database entry could not be deleted"),
    }
}

pub(super) fn delete_tree(world: &mut World, request: &Request) -> Reply {
    let Some(family) = request.given("Family") else {
        return Reply::error(request, "No family specified.");
    };
    let tree = request.given("Key").map_or(family.to_owned(), |key| format!("{family}/{key}"));
    match world.delete_tree(&tree) {
        0 => Reply::error(request, "Database entry not found"),
        _ => Reply::ok(request, "Key tree deleted successfully"),
    }
}
