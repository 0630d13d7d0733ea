//! Figures for whoever collects them by the `metrics` facade.

use metrics::{counter, gauge};

use super::{
    Bridge, Call, Channel, ConferenceUser, Freshness, ParkedCall, QueueCaller, Shared, Statistics,
};

/// Tells what has happened since `before`, and what there is.
pub(super) fn report(shared: &Shared, before: &mut Statistics) {
    let now = shared.statistics();
    let since = |now: u64, before: u64| now.saturating_sub(before);
    counter!("asterisk_live_events_total").increment(since(now.events, before.events));
    counter!("asterisk_live_changes_total").increment(since(now.changes, before.changes));
    counter!("asterisk_live_snapshots_total").increment(since(now.snapshots, before.snapshots));
    counter!("asterisk_live_gaps_total").increment(since(now.gaps, before.gaps));
    counter!("asterisk_live_corrections_total")
        .increment(since(now.corrections, before.corrections));
    *before = now;
    // The tables are shared for a moment, and not locked while they are counted.
    let snapshot = shared.read().tables.snapshot();
    let set = |name: &'static str, count: usize| {
        gauge!(name).set(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
    };
    set("asterisk_live_channels", snapshot.count::<Channel>());
    set("asterisk_live_bridges", snapshot.count::<Bridge>());
    set("asterisk_live_calls", snapshot.count::<Call>());
    set("asterisk_live_queue_callers", snapshot.count::<QueueCaller>());
    set("asterisk_live_parked_calls", snapshot.count::<ParkedCall>());
    set("asterisk_live_conference_users", snapshot.count::<ConferenceUser>());
    set("asterisk_live_current", usize::from(snapshot.freshness() == Freshness::Current));
}
