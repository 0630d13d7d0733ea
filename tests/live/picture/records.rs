//! Completed calls against the server's own call detail records.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use asterisk_sdk::ami::EventStream;
use asterisk_sdk::ami::event::{Cdr, CdrDisposition};
use asterisk_sdk::ami::live::{CompletedCall, Direction, Feed, Leg};
use asterisk_sdk::proto::ChannelId;
use asterisk_sdk::proto::ami::LocalDateTime;
use harness::soon;
use tokio::time::timeout;

use super::Scene;

/// Both accounts of what has been.
pub(super) struct Records {
    calls: Feed<Arc<CompletedCall>>,
    details: EventStream<Cdr>,
}

impl Records {
    pub(super) fn begin(scene: &Scene) -> Self {
        // As many as a day has.
        let calls = scene.live.changes().capacity(10_000).completed_calls();
        Self { calls, details: scene.manager.events().capacity(10_000).of::<Cdr>() }
    }

    /// So many calls, all that there were, which fit the records of all their legs.
    pub(super) async fn end(mut self, scene: &Scene, calls: usize) -> Vec<Arc<CompletedCall>> {
        scene.clear().await;
        let mut completed = Vec::new();
        for _ in 0..calls {
            completed.push(soon(self.calls.next()).await.expect("a call").expect("none is missed"));
        }
        let mut details = Vec::new();
        while let Some(lacks) = lacks(&completed, &details) {
            let next = timeout(Duration::from_secs(10), self.details.next()).await;
            let Ok(next) = next else { panic!("no record comes: {lacks:#?} {details:#?}") };
            details.push(next.expect("a record").expect("no gap"));
        }
        for call in &completed {
            assert!(!call.gaps, "{call:#?}");
            fits(call, &details);
        }
        for detail in &details {
            let legs = completed.iter().flat_map(|call| &call.legs);
            let of = legs.filter(|leg| Some(&leg.channel) == detail.unique_id.as_ref()).count();
            assert_eq!(of, 1, "{detail:?}");
        }
        completed
    }

    /// All calls that there were, of which none goes on, against all records of their legs. Of what
    /// began and ended in a gap only the records tell.
    pub(super) async fn all(
        mut self,
        gaps: &[(SystemTime, SystemTime)],
    ) -> (Vec<Arc<CompletedCall>>, usize) {
        let (mut completed, mut details) = (Vec::new(), Vec::new());
        while let Ok(call) = timeout(Duration::ZERO, self.calls.next()).await {
            completed.push(call.expect("a call").expect("none is missed"));
        }
        let mut wait = Duration::ZERO;
        loop {
            while let Ok(detail) = timeout(wait, self.details.next()).await {
                details.push(detail.expect("a record").expect("no gap"));
                wait = Duration::ZERO;
            }
            let Some(lacks) = lacks(&completed, &details) else { break };
            assert!(wait.is_zero(), "no record comes: {lacks:#?}");
            wait = Duration::from_secs(10);
        }
        let mut ids = HashSet::new();
        for call in &completed {
            assert!(ids.insert(&call.id), "told twice: {call:#?}");
            if call.gaps { roughly_fits(call, &details) } else { fits(call, &details) }
        }
        let legs = completed.iter().flat_map(|call| &call.legs);
        let legs: HashSet<&ChannelId> = legs.map(|leg| &leg.channel).collect();
        for detail in &details {
            let seen = detail.unique_id.as_ref().is_some_and(|id| legs.contains(id));
            let (begin, end) =
                (detail.start_time.and_then(seconds), detail.end_time.and_then(seconds));
            let (begin, end) = (begin.expect("a time"), end.expect("a time"));
            let in_a_gap =
                |gap: &(SystemTime, SystemTime)| begin + 1 >= unix(gap.0) && end <= unix(gap.1) + 1;
            assert!(seen || gaps.iter().any(in_a_gap), "{detail:#?}");
        }
        (completed, details.len())
    }
}

fn of<'a>(leg: &'a Leg, details: &'a [Cdr]) -> impl Iterator<Item = &'a Cdr> {
    details.iter().filter(|detail| {
        detail.unique_id.as_ref() == Some(&leg.channel)
            || !in_conference(detail) && detail.destination_channel.as_ref() == Some(&leg.name)
    })
}

/// Whether it names another user of a conference beside the channel, who came by a call of another
/// id.
fn in_conference(detail: &Cdr) -> bool {
    detail.last_application.as_deref() == Some("ConfBridge")
}

/// A call that has no record yet up to its end, or none for a channel that called the server and was
/// answered. Others have one only if somebody dialled or talked to them.
fn lacks<'a>(calls: &'a [Arc<CompletedCall>], details: &[Cdr]) -> Option<&'a CompletedCall> {
    let lacks = |call: &&Arc<CompletedCall>| {
        let ends = call.legs.iter().flat_map(|leg| of(leg, details));
        let last = ends.filter_map(|detail| seconds(detail.end_time?)).max();
        let mut callers = call
            .legs
            .iter()
            .filter(|leg| leg.direction == Direction::Incoming && leg.answered.is_some());
        let ends = match last {
            Some(last) => last + 1 >= unix(call.ended),
            None => call.answered.is_none(),
        };
        let all = ends && callers.all(|leg| of(leg, details).next().is_some());
        !(call.gaps || all)
    };
    calls.iter().find(lacks).map(AsRef::as_ref)
}

/// A call says what the records of its legs say.
fn fits(call: &CompletedCall, details: &[Cdr]) {
    let Some([begin, answer, end]) = times(call, details) else { return };
    same(begin, Some(call.started), call);
    same(answer, call.answered, call);
    same(end, Some(call.ended), call);
    for leg in &call.legs {
        assert!(leg.ended.is_some() && leg.cause.is_some(), "{leg:?}");
        for detail in of(leg, details).filter(|detail| !in_conference(detail)) {
            // Who is named beside it is in the same call.
            let names = [&detail.channel, &detail.destination_channel];
            for name in names.into_iter().flatten().filter(|name| !name.is_empty()) {
                assert!(call.legs.iter().any(|leg| leg.name == **name), "{name}: {call:#?}");
            }
        }
    }
}

/// A call of which something was not seen: times may be late, and legs may be missing.
fn roughly_fits(call: &CompletedCall, details: &[Cdr]) {
    let Some([begin, answer, end]) = times(call, details) else { return };
    let late = |theirs: Option<u64>, ours: Option<SystemTime>| {
        ours.is_none_or(|ours| theirs.is_some_and(|theirs| unix(ours) + 1 >= theirs))
    };
    assert!(late(begin, Some(call.started)), "{begin:?}: {call:#?}");
    assert!(late(answer, call.answered), "{answer:?}: {call:#?}");
    assert!(late(end, Some(call.ended)), "{end:?}: {call:#?}");
}

/// When the records of a call say that it began, was answered and ended; nothing if there are none.
fn times(call: &CompletedCall, details: &[Cdr]) -> Option<[Option<u64>; 3]> {
    let ours: Vec<&Cdr> = call.legs.iter().flat_map(|leg| of(leg, details)).collect();
    let answers = ours
        .iter()
        .filter(|detail| detail.disposition == Some(CdrDisposition::Answered))
        .filter_map(|detail| seconds(detail.answer_time?));
    let begin = ours.iter().filter_map(|detail| seconds(detail.start_time?)).min();
    let end = ours.iter().filter_map(|detail| seconds(detail.end_time?)).max();
    (!ours.is_empty()).then_some([begin, answers.min(), end])
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
