//! Completed calls against the server's own call detail records.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use asterisk_sdk::ami::EventStream;
use asterisk_sdk::ami::event::{Cdr, CdrDisposition};
use asterisk_sdk::ami::live::{CompletedCall, Direction, Feed, Leg};
use asterisk_sdk::proto::ami::LocalDateTime;
use harness::soon;

use super::Scene;

/// Both accounts of what has been.
pub(super) struct Records {
    calls: Feed<Arc<CompletedCall>>,
    details: EventStream<Cdr>,
}

impl Records {
    pub(super) fn begin(scene: &Scene) -> Self {
        let calls = scene.live.changes().completed_calls();
        Self { calls, details: scene.manager.events().of::<Cdr>() }
    }

    /// So many calls, all that there were, which fit the records of all their legs.
    pub(super) async fn end(mut self, scene: &Scene, calls: usize) -> Vec<Arc<CompletedCall>> {
        scene.clear().await;
        let mut completed = Vec::new();
        for _ in 0..calls {
            completed.push(soon(self.calls.next()).await.expect("a call").expect("none is missed"));
        }
        let mut details = Vec::new();
        while !all_have(&completed, &details) {
            let next = tokio::time::timeout(Duration::from_secs(10), self.details.next()).await;
            let Ok(next) = next else { panic!("no record comes: {completed:#?} {details:#?}") };
            details.push(next.expect("a record").expect("no gap"));
        }
        for call in &completed {
            fits(call, &details);
        }
        for detail in &details {
            let legs = completed.iter().flat_map(|call| &call.legs);
            let of = legs.filter(|leg| Some(&leg.channel) == detail.unique_id.as_ref()).count();
            assert_eq!(of, 1, "{detail:?}");
        }
        completed
    }
}

fn of<'a>(leg: &'a Leg, details: &'a [Cdr]) -> impl Iterator<Item = &'a Cdr> {
    details.iter().filter(|detail| {
        detail.unique_id.as_ref() == Some(&leg.channel)
            || detail.destination_channel.as_ref() == Some(&leg.name)
    })
}

/// Whether there is a record up to the end of each call, and one for each channel that called the
/// server and was answered. Others have one only if somebody dialled or talked to them.
fn all_have(calls: &[Arc<CompletedCall>], details: &[Cdr]) -> bool {
    calls.iter().all(|call| {
        let ends = call.legs.iter().flat_map(|leg| of(leg, details));
        let last = ends.filter_map(|detail| seconds(detail.end_time?)).max();
        let mut callers = call
            .legs
            .iter()
            .filter(|leg| leg.direction == Direction::Incoming && leg.answered.is_some());
        last.is_some_and(|last| last + 1 >= unix(call.ended))
            && callers.all(|leg| of(leg, details).next().is_some())
    })
}

/// A call says what the records of its legs say.
fn fits(call: &CompletedCall, details: &[Cdr]) {
    assert!(!call.gaps, "{call:#?}");
    let ours: Vec<&Cdr> = call.legs.iter().flat_map(|leg| of(leg, details)).collect();
    let begin = ours.iter().filter_map(|detail| seconds(detail.start_time?)).min();
    same(begin, Some(call.started), call);
    let answer = ours
        .iter()
        .filter(|detail| detail.disposition == Some(CdrDisposition::Answered))
        .filter_map(|detail| seconds(detail.answer_time?))
        .min();
    same(answer, call.answered, call);
    let end = ours.iter().filter_map(|detail| seconds(detail.end_time?)).max();
    same(end, Some(call.ended), call);
    for leg in &call.legs {
        assert!(leg.ended.is_some() && leg.cause.is_some(), "{leg:?}");
        for detail in of(leg, details) {
            // Who is named beside it is in the same call.
            let names = [&detail.channel, &detail.destination_channel];
            for name in names.into_iter().flatten().filter(|name| !name.is_empty()) {
                assert!(call.legs.iter().any(|leg| leg.name == **name), "{name}: {call:#?}");
            }
        }
    }
}

/// The same second, or the one beside it.
fn same(theirs: Option<u64>, ours: Option<SystemTime>, call: &CompletedCall) {
    match (theirs, ours.map(unix)) {
        (None, None) => {}
        (Some(theirs), Some(ours)) => assert!(theirs.abs_diff(ours) <= 1, "{theirs}: {call:#?}"),
        other => panic!("{other:?}: {call:#?}"),
    }
}

fn unix(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}

/// Seconds since 1970; the test servers' time zone is UTC.
fn seconds(time: LocalDateTime) -> Option<u64> {
    // Days from civil, by Howard Hinnant's method.
    let (year, month) = (i64::from(time.year), i64::from(time.month));
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(time.day) - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    let seconds = i64::from(time.hour) * 3600 + i64::from(time.minute) * 60;
    u64::try_from(days * 86_400 + seconds + i64::from(time.second)).ok()
}
