//! The applications of the dialplan.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::digits::{self, End, Played};
use super::{Core, agi, dial, queue, stasis};
use crate::model::World;
use crate::model::channel::{Channel, Ending, Location, State, tech_cause};
use crate::model::dialplan;
use crate::model::happening::What;

/// Where the dialplan goes behind an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    Continue,
    /// The place was set.
    Jumped,
    End,
}

/// How long digits of `Read` and `WaitExten` may take, where nothing else is said.
const DIGIT_TIMEOUT: Duration = Duration::from_secs(10);

/// Runs an application, whose data has its variables replaced. `name` is one of [`dialplan::APPLICATIONS`].
///
/// The future is boxed because applications may run applications.
pub(crate) fn run<'a>(
    core: &'a Arc<Core>,
    id: &'a str,
    name: &'a str,
    data: &'a str,
) -> Pin<Box<dyn Future<Output = Flow> + Send + 'a>> {
    Box::pin(run_named(core, id, name, data))
}

async fn run_named(core: &Arc<Core>, id: &str, name: &str, data: &str) -> Flow {
    match name {
        "AGI" => agi::run(core, id, data).await,
        "Answer" => {
            core.with(|world| world.set_state(id, State::Up));
            Flow::Continue
        }
        "Busy" => fail(core, id, State::Busy, 17),
        "Congestion" => {
            let state = core.with(|world| world.view(id).map_or(State::Ring, |view| view.state));
            fail(core, id, state, 34)
        }
        "Dial" => dial::dial(core, id, data).await,
        "Goto" => core.with(|world| goto(world, id, data)),
        "Hangup" => hangup(core, id, data),
        "MusicOnHold" => music(core, id, data).await,
        "Playback" => playback(core, id, data).await,
        "Queue" => queue::run(core, id, data).await,
        "Read" => read(core, id, data).await,
        "SendDTMF" => {
            let digits = data.split(',').next().unwrap_or_default();
            core.with(|world| {
                digits.chars().for_each(|digit| world.send_digit(id, digit, 100));
            });
            Flow::Continue
        }
        "Set" => {
            if let Some((name, value)) = data.split_once('=') {
                core.with(|world| world.set_variable(Some(id), name.trim(), value));
            }
            Flow::Continue
        }
        "Stasis" => stasis::run(core, id, data).await,
        "UserEvent" => {
            user_event(core, id, data);
            Flow::Continue
        }
        "Wait" => {
            let length = seconds(data).unwrap_or_default();
            if digits::pause(core, id, length).await { Flow::Continue } else { Flow::End }
        }
        "WaitExten" => wait_exten(core, id, data).await,
        // What changes nothing that is modelled: NoOp, Progress, Ringing, Verbose.
        _ => Flow::Continue,
    }
}

/// Seconds, which may have a fraction.
pub(crate) fn seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.split(',').next()?.trim().parse().ok()?;
    (seconds >= 0.0).then(|| Duration::try_from_secs_f64(seconds).ok())?
}

/// Turns a caller down.
fn fail(core: &Core, id: &str, state: State, cause: u32) -> Flow {
    core.with(|world| {
        if world.view(id).is_some_and(|view| view.state != State::Up) {
            world.set_state(id, state);
        }
        world.remote_end(id, Ending { cause, tech_cause: tech_cause(cause) });
    });
    Flow::End
}

fn hangup(core: &Core, id: &str, data: &str) -> Flow {
    if let Ok(cause) = data.trim().parse() {
        core.with(|world| world.end(id, Ending { cause, tech_cause: tech_cause(cause) }));
    }
    Flow::End
}

/// `[[context,]exten,]priority`
fn goto(world: &mut World, id: &str, data: &str) -> Flow {
    let Some(here) = world.channels.get(id).map(Channel::location) else {
        return Flow::End;
    };
    let parts: Vec<&str> = data.split(',').map(str::trim).collect();
    let (context, exten, priority) = match *parts {
        [priority] => (&*here.context, &*here.exten, priority),
        [exten, priority] => (&*here.context, exten, priority),
        [context, exten, priority] => (context, exten, priority),
        _ => return Flow::End,
    };
    let Some(priority) = world.dialplan.priority(context, exten, priority) else {
        return Flow::End;
    };
    let location = Location { context: context.to_owned(), exten: exten.to_owned(), priority };
    world.set_location(id, location);
    Flow::Jumped
}

async fn playback(core: &Core, id: &str, data: &str) -> Flow {
    let (sounds, options) = data.split_once(',').unwrap_or((data, ""));
    if !options.contains("noanswer") {
        core.with(|world| world.set_state(id, State::Up));
    }
    let mut status = "SUCCESS";
    let mut flow = Flow::Continue;
    for sound in sounds.split('&').filter(|sound| !sound.is_empty()) {
        match digits::play(core, id, sound, "").await.end {
            Played::Missing => status = "FAILED",
            Played::Interrupted => {
                status = "FAILED";
                flow = Flow::End;
                break;
            }
            Played::ToTheEnd | Played::Key(_) => {}
        }
    }
    core.with(|world| world.set_variable(Some(id), "PLAYBACKSTATUS", status));
    flow
}

/// `variable[,file[,max[,options[,attempts[,timeout]]]]]`
async fn read(core: &Core, id: &str, data: &str) -> Flow {
    let mut parts = data.split(',').map(str::trim);
    let (variable, sound, max) = (parts.next(), parts.next(), parts.next());
    let (_options, attempts, timeout) = (parts.next(), parts.next(), parts.next());
    let variable = variable.unwrap_or_default();
    let max = max.and_then(|max| max.parse().ok()).filter(|max| *max > 0).unwrap_or(255);
    let attempts = attempts.and_then(|attempts| attempts.parse::<u32>().ok()).unwrap_or(1).max(1);
    let limit = timeout.and_then(seconds).filter(|limit| !limit.is_zero());
    core.with(|world| world.set_state(id, State::Up));
    let mut read = (String::new(), End::Timeout);
    for _ in 0..attempts {
        if digits::prompt(core, id, sound.unwrap_or_default()).await == Played::Interrupted {
            read = (String::new(), End::Interrupted);
            break;
        }
        read = digits::collect(core, id, max, Some(limit.unwrap_or(DIGIT_TIMEOUT))).await;
        if read.1 != End::Timeout || !read.0.is_empty() {
            break;
        }
    }
    let (digits, end) = read;
    let status = match end {
        End::Interrupted => "HANGUP",
        End::Timeout => "TIMEOUT",
        End::Full | End::Terminator => "OK",
    };
    core.with(|world| {
        world.set_variable(Some(id), variable, &digits);
        world.set_variable(Some(id), "READSTATUS", status);
    });
    if end == End::Interrupted { Flow::End } else { Flow::Continue }
}

/// Lets the caller dial an extension of this context.
async fn wait_exten(core: &Core, id: &str, data: &str) -> Flow {
    let limit = seconds(data).unwrap_or(DIGIT_TIMEOUT);
    let mut exten = String::new();
    loop {
        let more = core.with(|world| {
            let context = world.view(id).map(|view| view.context).unwrap_or_default();
            exten.is_empty() || world.dialplan.may_become(&context, &exten)
        });
        if !more {
            break;
        }
        match digits::key(core, id, Some(limit)).await {
            digits::Pause::Key(digit) => exten.push(digit),
            digits::Pause::Over => break,
            digits::Pause::Interrupted => return Flow::End,
        }
    }
    core.with(|world| {
        let Some(context) = world.view(id).map(|view| view.context) else { return Flow::End };
        let wanted = if exten.is_empty() { "t" } else { &*exten };
        let exten = [wanted, "i"].into_iter().find(|exten| world.dialplan.has(&context, exten, 1));
        let Some(exten) = exten.filter(|exten| *exten != "i" || wanted != "t") else {
            return if wanted == "t" { Flow::Continue } else { Flow::End };
        };
        let exten = exten.to_owned();
        world.set_location(id, Location { context, exten, priority: 1 });
        Flow::Jumped
    })
}

async fn music(core: &Core, id: &str, data: &str) -> Flow {
    let mut parts = data.split(',');
    let class = parts.next().filter(|class| !class.is_empty()).unwrap_or("default").to_owned();
    let limit = parts.next().and_then(seconds);
    core.with(|world| {
        if let Some(channel) = world.view(id) {
            world.emit(What::Music { channel, class: Some(class) });
        }
    });
    let to_the_end = if let Some(limit) = limit {
        digits::pause(core, id, limit).await
    } else {
        core.interrupted(id).await;
        false
    };
    core.with(|world| {
        if let Some(channel) = world.view(id) {
            world.emit(What::Music { channel, class: None });
        }
    });
    if to_the_end { Flow::Continue } else { Flow::End }
}

/// `name,Header: value,...`
fn user_event(core: &Core, id: &str, data: &str) {
    let mut parts = data.split(',');
    let name = parts.next().unwrap_or_default().trim().to_owned();
    let fields = parts.filter_map(|part| {
        let (name, value) = part.split_once(':')?;
        Some((name.trim().to_owned(), value.trim_start().to_owned()))
    });
    let fields = fields.collect();
    core.with(|world| {
        let channel = world.view(id);
        world.emit(What::UserEvent { channel, name, fields });
    });
}

/// The application of this name, as `EXEC` and `Originate` look for it.
pub(crate) fn named(name: &str) -> Option<&'static str> {
    dialplan::application(name.trim())
}
