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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Arc, Mutex, RwLock};

    use metrics::{
        Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
    };

    use super::super::model::Model;
    use super::super::picture::AllListeners;
    use super::super::{Counters, Kind, Kinds};
    use super::*;

    /// Keeps the value of each name.
    #[derive(Default)]
    struct Values(Mutex<BTreeMap<String, Arc<AtomicU64>>>);

    impl Values {
        fn of(&self, key: &Key) -> Arc<AtomicU64> {
            Arc::clone(self.0.lock().unwrap().entry(key.name().to_owned()).or_default())
        }

        fn get(&self, name: &str) -> u64 {
            self.0.lock().unwrap()[name].load(Ordering::Relaxed)
        }
    }

    impl Recorder for Values {
        fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

        fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
            Counter::from_arc(self.of(key))
        }

        fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
            // As bits of a floating point number.
            Gauge::from_arc(self.of(key))
        }

        fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
            Histogram::noop()
        }
    }

    #[test]
    fn counters_grow_by_what_happened_since() {
        let shared = Shared {
            model: RwLock::new(Model::new(Kinds::of([Kind::Calls]))),
            listeners: AllListeners::default(),
            version: tokio::sync::watch::Sender::new(0),
            counters: Counters::default(),
        };
        let (values, mut before) = (Values::default(), Statistics::default());
        metrics::with_local_recorder(&values, || {
            shared.counters.events.store(5, Ordering::Relaxed);
            report(&shared, &mut before);
            shared.counters.events.store(7, Ordering::Relaxed);
            shared.counters.gaps.store(1, Ordering::Relaxed);
            report(&shared, &mut before);
        });
        assert_eq!(values.get("asterisk_live_events_total"), 7);
        assert_eq!(values.get("asterisk_live_gaps_total"), 1);
        assert_eq!(values.get("asterisk_live_corrections_total"), 0);
        assert_eq!(f64::from_bits(values.get("asterisk_live_current")).to_string(), "1");
        assert_eq!(f64::from_bits(values.get("asterisk_live_channels")).to_string(), "0");
    }
}
