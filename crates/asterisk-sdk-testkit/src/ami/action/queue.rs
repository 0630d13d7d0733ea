//! Queues and their members.

use super::Reply;
use crate::ami::block::{Block, or_unknown};
use crate::ami::request::Request;
use crate::model::World;
use crate::model::happening::What;
use crate::model::queue::{Member, Queue};
use crate::model::time::since_epoch;

/// The number of a device's state.
fn status_code(state: &str) -> u8 {
    match state {
        "NOT_INUSE" => 1,
        "INUSE" => 2,
        "BUSY" => 3,
        "INVALID" => 4,
        "UNAVAILABLE" => 5,
        "RINGING" => 6,
        "RINGINUSE" => 7,
        "ONHOLD" => 8,
        _ => 0,
    }
}

/// What lists and events have in common of a member, from its state to why it is paused.
fn describe(world: &World, member: &Member) -> Vec<(&'static str, String)> {
    let status = status_code(world.device_state(&member.state_interface));
    vec![
        ("StateInterface", member.state_interface.clone()),
        ("Membership", member.membership.to_owned()),
        ("Penalty", member.penalty.to_string()),
        ("CallsTaken", member.calls_taken.to_string()),
        ("LastCall", member.last_call.to_string()),
        ("LastPause", member.last_pause.to_string()),
        ("LoginTime", since_epoch(member.login).as_secs().to_string()),
        ("InCall", u8::from(member.in_call).to_string()),
        ("Status", status.to_string()),
        ("Paused", u8::from(member.paused).to_string()),
        ("PausedReason", member.paused_reason.clone()),
    ]
}

fn wanted<'a>(
    world: &'a World,
    request: &'a Request,
) -> impl Iterator<Item = (&'a String, &'a Queue)> {
    let name = request.given("Queue");
    world.queues.iter().filter(move |(known, _)| name.is_none_or(|name| name == *known))
}

pub(super) fn status(world: &mut World, request: &Request) -> Reply {
    let id = request.action_id();
    let now = world.clock.now();
    let mut items = Vec::new();
    for (name, queue) in wanted(world, request) {
        let mut item = Block::event("QueueParams").with("Queue", name);
        for (header, value) in [
            ("Max", "0".to_owned()),
            ("Strategy", "linear".into()),
            ("Calls", queue.entries.len().to_string()),
            ("Holdtime", "0".into()),
            ("TalkTime", "0".into()),
            ("Completed", queue.completed.to_string()),
            ("Abandoned", queue.abandoned.to_string()),
            ("ServiceLevel", "0".into()),
            ("ServicelevelPerf", "0.0".into()),
            ("ServicelevelPerf2", "0.0".into()),
            ("Weight", "0".into()),
        ] {
            item.push(header, value);
        }
        items.push(item.action_id(id));
        let member = request.given("Member");
        for known in queue.members.iter().filter(|it| member.is_none_or(|name| name == it.location))
        {
            let mut item = Block::event("QueueMember").with("Queue", name);
            item = item.with("Name", &known.name).with("Location", &known.location);
            for (header, value) in describe(world, known) {
                item.push(header, value);
            }
            item.push("Wrapuptime", 0);
            items.push(item.action_id(id));
        }
        for (at, entry) in queue.entries.iter().enumerate() {
            let Some(view) = world.view(&entry.channel) else { continue };
            let wait = now.duration_since(entry.joined).unwrap_or_default().as_secs();
            let item = Block::event("QueueEntry").with("Queue", name).with("Position", at + 1);
            let item = item.with("Channel", &view.name).with("Uniqueid", &view.id);
            let item = item.with("CallerIDNum", or_unknown(&view.caller.number));
            let item = item.with("CallerIDName", or_unknown(&view.caller.name));
            let item = item.with("ConnectedLineNum", or_unknown(&view.connected.number));
            let item = item.with("ConnectedLineName", or_unknown(&view.connected.name));
            items.push(item.with("Wait", wait).with("Priority", 0).action_id(id));
        }
    }
    Reply::list(request, "Queue status will follow", items, "QueueStatusComplete")
}

pub(super) fn summary(world: &mut World, request: &Request) -> Reply {
    let items = wanted(world, request).map(|(name, queue)| {
        let free = queue.members.iter().filter(|member| !member.paused && !member.in_call).count();
        let item = Block::event("QueueSummary").with("Queue", name);
        let item = item.with("LoggedIn", queue.members.len()).with("Available", free);
        let item = item.with("Callers", queue.entries.len()).with("HoldTime", 0);
        item.with("TalkTime", 0).with("LongestHoldTime", 0).action_id(request.action_id())
    });
    let items = items.collect();
    Reply::list(request, "Queue summary will follow", items, "QueueSummaryComplete")
}

pub(super) fn add(world: &mut World, request: &Request) -> Reply {
    let Some(name) = request.given("Queue") else {
        return Reply::error(request, "'Queue' not specified.");
    };
    let Some(location) = request.given("Interface") else {
        return Reply::error(request, "'Interface' not specified.");
    };
    let login = world.clock.now();
    let Some(queue) = world.queues.get_mut(name) else {
        return Reply::error(request, "Unable to add interface to queue: No such queue");
    };
    if queue.members.iter().any(|member| member.location == location) {
        return Reply::error(request, "Unable to add interface: Already there");
    }
    let yes = |text: &str| ["true", "yes", "1", "on"].contains(&&*text.to_ascii_lowercase());
    let member = Member {
        name: request.given("MemberName").unwrap_or(location).to_owned(),
        location: location.to_owned(),
        state_interface: request.given("StateInterface").unwrap_or(location).to_owned(),
        membership: "dynamic",
        penalty: request.given("Penalty").and_then(|it| it.parse().ok()).unwrap_or(0),
        paused: request.given("Paused").is_some_and(yes),
        paused_reason: request.get("Reason").unwrap_or_default().to_owned(),
        calls_taken: 0,
        last_call: 0,
        last_pause: 0,
        in_call: false,
        login,
    };
    queue.members.push(member.clone());
    tell(world, "QueueMemberAdded", name, &member);
    Reply::ok(request, "Added interface to queue")
}

fn tell(world: &mut World, event: &'static str, queue: &str, member: &Member) {
    let mut fields = vec![
        ("Queue", queue.to_owned()),
        ("MemberName", member.name.clone()),
        ("Interface", member.location.clone()),
    ];
    fields.extend(describe(world, member));
    fields.push(("Ringinuse", "0".to_owned()));
    fields.push(("Wrapuptime", "0".to_owned()));
    world.emit(What::Queue { event, channel: None, peer: None, fields });
}

pub(super) fn remove(world: &mut World, request: &Request) -> Reply {
    let (Some(name), Some(location)) = (request.given("Queue"), request.given("Interface")) else {
        return Reply::error(request, "Need 'Queue' and 'Interface' parameters.");
    };
    let Some(queue) = world.queues.get_mut(name) else {
        return Reply::error(request, "Unable to remove interface from queue: No such queue");
    };
    let Some(at) = queue.members.iter().position(|member| member.location == location) else {
        return Reply::error(request, "Unable to remove interface: Not there");
    };
    let member = queue.members.remove(at);
    tell(world, "QueueMemberRemoved", name, &member);
    Reply::ok(request, "Removed interface from queue")
}

pub(super) fn pause(world: &mut World, request: &Request) -> Reply {
    let (Some(location), Some(paused)) = (request.given("Interface"), request.given("Paused"))
    else {
        return Reply::error(request, "Need 'Interface' and 'Paused' parameters.");
    };
    let paused = ["true", "yes", "1", "on"].contains(&&*paused.to_ascii_lowercase());
    let name = request.given("Queue");
    let now = since_epoch(world.clock.now()).as_secs();
    let mut changed = Vec::new();
    let queues =
        world.queues.iter_mut().filter(|(known, _)| name.is_none_or(|name| name == *known));
    for (queue, known) in queues {
        for member in known.members.iter_mut().filter(|member| member.location == location) {
            member.paused = paused;
            if paused {
                member.last_pause = now;
            }
            request.get("Reason").unwrap_or_default().clone_into(&mut member.paused_reason);
            changed.push((queue.clone(), member.clone()));
        }
    }
    if changed.is_empty() {
        return Reply::error(request, "Interface not found");
    }
    for (queue, member) in changed {
        tell(world, "QueueMemberPause", &queue, &member);
    }
    let message =
        if paused { "Interface paused successfully" } else { "Interface unpaused successfully" };
    Reply::ok(request, message)
}
