//! The server itself.

use super::Reply;
use crate::ami::block::Block;
use crate::ami::request::Request;
use crate::engine::agi::VERSION;
use crate::model::World;
use crate::model::happening::What;
use crate::model::time::{date, since_epoch, time_of_day};

pub(super) fn ping(world: &mut World, request: &Request) -> Reply {
    let now = since_epoch(world.clock.now());
    let time = format!("{}.{:06}", now.as_secs(), now.subsec_micros());
    let block = Block::response("Success", request.action_id());
    Reply::of(block.with("Ping", "Pong").with("Timestamp", time))
}

pub(super) fn settings(_: &mut World, request: &Request) -> Reply {
    let mut block = Block::response("Success", request.action_id());
    for (name, value) in [
        ("AMIversion", "11.0.0"),
        ("AsteriskVersion", VERSION),
        ("SystemName", ""),
        ("CoreMaxCalls", "0"),
        ("CoreMaxLoadAvg", "0.000000"),
        ("CoreRunUser", ""),
        ("CoreRunGroup", ""),
        ("CoreMaxFilehandles", "8192"),
        ("CoreRealTimeEnabled", "No"),
        ("CoreCDRenabled", "No"),
        ("CoreHTTPenabled", "Yes"),
        ("SoundsSearchCustomDir", "No"),
    ] {
        block.push(name, value);
    }
    Reply::of(block)
}

pub(super) fn status(world: &mut World, request: &Request) -> Reply {
    let start = world.clock.start();
    let block = Block::response("Success", request.action_id())
        .with("CoreStartupDate", date(start))
        .with("CoreStartupTime", time_of_day(start))
        .with("CoreReloadDate", date(start))
        .with("CoreReloadTime", time_of_day(start))
        .with("CoreCurrentCalls", world.channels.len())
        .with("CoreProcessedCalls", world.processed);
    Reply::of(block)
}

/// The few commands of the command line that this server has; it says of others what the real one says of those that
/// do not exist.
pub(super) fn command(world: &mut World, request: &Request) -> Reply {
    let Some(line) = request.given("Command") else {
        return Reply::error(request, "No command provided");
    };
    let words: Vec<&str> = line.split_whitespace().collect();
    let output = match *words {
        ["core", "show", "version"] => vec![format!("Asterisk {VERSION}, played by a fake")],
        ["core", "show", "channels", "count"] => counts(world),
        ["database", "show"] => {
            let entries = world.database.iter();
            let mut lines: Vec<_> =
                entries.map(|(key, value)| format!("{key:<50}: {value:<25}")).collect();
            lines.push(format!("{} results found.", lines.len()));
            lines
        }
        _ => {
            let why = format!(
                "No such command '{line}' (type 'core show help {line}' for other possible commands)"
            );
            let block = Block::response("Error", request.action_id());
            return Reply::of(block.with("Message", "Command output follows").with("Output", why));
        }
    };
    let mut block = Block::response("Success", request.action_id());
    block.push("Message", "Command output follows");
    for line in output {
        block.push("Output", line);
    }
    Reply::of(block)
}

fn counts(world: &World) -> Vec<String> {
    let (now, all) = (world.channels.len(), world.processed);
    let s = |count| if count == 1 { "" } else { "s" };
    vec![
        format!("{now} active channel{}", s(now)),
        format!("{now} active call{}", s(now)),
        format!("{all} call{} processed", if all == 1 { "" } else { "s" }),
    ]
}

pub(super) fn extension_state(_: &mut World, request: &Request) -> Reply {
    let Some(exten) = request.given("Exten") else {
        return Reply::error(request, "Extension not specified");
    };
    // There are no hints, so nothing is known.
    let block = Block::response("Success", request.action_id())
        .with("Message", "Extension Status")
        .with("Exten", exten)
        .with("Context", request.given("Context").unwrap_or("default"))
        .with("Hint", "")
        .with("Status", -1)
        .with("StatusText", "Unknown");
    Reply::of(block)
}

pub(super) fn user_event(world: &mut World, request: &Request) -> Reply {
    let name = request.get("UserEvent").unwrap_or_default().to_owned();
    let fields = request.headers().filter(|(name, _)| {
        !name.eq_ignore_ascii_case("Action") && !name.eq_ignore_ascii_case("UserEvent")
    });
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    world.emit(What::UserEvent { channel: None, name, fields });
    Reply::ok(request, "Event Sent")
}
