//! What it costs to read ARI's JSON, beside the least that it can cost: `serde_json` into structs of
//! the wanted fields that borrow their text.
//!
//! ```text
//! cargo bench -p asterisk-proto --bench ari
//! ```
//!
//! A ratio of 1 is as fast as that. Figures are in `docs/performance.md`.

use std::error::Error;
use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};

use asterisk_proto::Text;
use asterisk_proto::ari::Event;
use asterisk_proto::ari::event::ChannelDtmfReceived;
use asterisk_proto::ari::model::{Channel, FromJson};
use bytes::Bytes;

/// The wanted fields, as plainly as it can be done.
mod floor {
    use serde::Deserialize;

    #[derive(Deserialize)]
    pub(super) struct Channel<'a> {
        pub(super) id: &'a str,
        pub(super) name: &'a str,
        pub(super) state: &'a str,
        pub(super) protocol_id: &'a str,
        #[serde(borrow)]
        pub(super) caller: CallerId<'a>,
        pub(super) connected: CallerId<'a>,
        pub(super) accountcode: &'a str,
        pub(super) dialplan: Dialplan<'a>,
        pub(super) creationtime: &'a str,
        pub(super) language: &'a str,
    }

    #[derive(Deserialize)]
    pub(super) struct CallerId<'a> {
        pub(super) name: &'a str,
        pub(super) number: &'a str,
    }

    #[derive(Deserialize)]
    pub(super) struct Dialplan<'a> {
        pub(super) context: &'a str,
        pub(super) exten: &'a str,
        pub(super) priority: i64,
        pub(super) app_name: &'a str,
        pub(super) app_data: &'a str,
    }

    /// An event's type and three more.
    #[derive(Deserialize)]
    pub(super) struct Event<'a> {
        pub(super) r#type: &'a str,
        pub(super) digit: &'a str,
        pub(super) duration_ms: u64,
        #[serde(borrow)]
        pub(super) channel: Id<'a>,
    }

    #[derive(Deserialize)]
    pub(super) struct Id<'a> {
        pub(super) id: &'a str,
    }
}

/// How often each side is measured, in turn; the best counts.
const TURNS: u32 = 15;

fn main() -> Result<(), Box<dyn Error>> {
    let list = Bytes::from(channels(1_000)?);
    println!("{:34} {:>9} {:>9} {:>6}", "", "floor ns", "ns", "ratio");
    compare(
        "list of 1,000 channels",
        100,
        || {
            let channels: Vec<floor::Channel> = serde_json::from_slice(&list).expect("a list");
            read_all(&channels);
        },
        || {
            let channels = Vec::<Channel>::from_json(&list).expect("a list");
            black_box(&channels);
        },
    );

    let digit = event()?;
    let floor = || {
        let text = digit.clone();
        let event: floor::Event = serde_json::from_str(&text).expect("an event");
        black_box((event.r#type, event.digit, event.duration_ms, event.channel.id));
    };
    compare("event, its type and subject", 100_000, floor, || {
        let event = Event::new(Text::from(digit.clone())).expect("an event");
        black_box((event.name(), event.subjects()));
    });
    compare("event, its type and three fields", 100_000, floor, || {
        let event = Event::new(Text::from(digit.clone())).expect("an event");
        let typed: ChannelDtmfReceived = event.decode().expect("its type");
        black_box((event.name(), &typed.digit, typed.duration_ms, &typed.channel.id));
    });
    Ok(())
}

/// Measures both in turn and prints the best of each.
fn compare(name: &str, rounds: u32, floor: impl Fn(), ours: impl Fn()) {
    let measure = |work: &dyn Fn()| {
        let start = Instant::now();
        for _ in 0..rounds {
            work();
        }
        start.elapsed() / rounds
    };
    let mut best = [Duration::MAX; 2];
    for _ in 0..TURNS {
        best = [best[0].min(measure(&floor)), best[1].min(measure(&ours))];
    }
    let [floor, ours] = best.map(|time| time.as_nanos());
    let ratio = best[0].as_secs_f64() / best[1].as_secs_f64();
    println!("{name:34} {floor:9} {ours:9} {ratio:6.2}");
}

/// Uses every field, so that none is left out.
fn read_all(channels: &[floor::Channel<'_>]) {
    for channel in channels {
        let floor::Channel { id, name, state, protocol_id, accountcode, .. } = channel;
        let floor::Channel { caller, connected, dialplan, creationtime, language, .. } = channel;
        let floor::Dialplan { context, exten, priority, app_name, app_data } = dialplan;
        black_box((id, name, state, protocol_id, accountcode, creationtime, language));
        black_box((caller.name, caller.number, connected.name, connected.number));
        black_box((context, exten, priority, app_name, app_data));
    }
}

/// A reply of Asterisk 22 to `GET /channels`, with many of the channel that it had.
fn channels(count: u32) -> Result<String, Box<dyn Error>> {
    let mut list = String::from("[");
    for n in 0..count {
        write!(list, "{}", channel(n))?;
        list.push(if n + 1 == count { ']' } else { ',' });
    }
    Ok(list)
}

fn channel(n: u32) -> String {
    format!(
        r#"{{"id":"1795250360.{n}","name":"PJSIP/loop-{n:08x}","state":"Up","protocol_id":"da2542d1-a734-429e-ad9f-6401{n:08x}","caller":{{"name":"Ana","number":"100"}},"connected":{{"name":"","number":""}},"accountcode":"","dialplan":{{"context":"sdk","exten":"stasis","priority":1,"app_name":"Stasis","app_data":"demo,one"}},"creationtime":"2026-11-21T13:44:20.029+0000","language":"en"}}"#
    )
}

/// An event of Asterisk 22.
fn event() -> Result<String, Box<dyn Error>> {
    let mut event = String::new();
    write!(
        event,
        r#"{{"type":"ChannelDtmfReceived","timestamp":"2026-11-21T08:39:27.031+0000","digit":"5","duration_ms":100,"channel":{},"asterisk_id":"02:fc:00:00:00:01","application":"demo"}}"#,
        channel(7)
    )?;
    Ok(event)
}
