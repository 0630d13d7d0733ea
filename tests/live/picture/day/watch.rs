//! Compares the picture with the lists, also after its connection broke.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use asterisk_sdk::ami::action::Hangup;
use asterisk_sdk::ami::live::{
    Bridge, Call, Channel, Freshness, ParkedCall, QueueCaller, Snapshot,
};
use tokio::time::timeout;

use super::super::faults::{Relay, is_current};
use super::super::{Scene, consistent};
use super::Day;
use super::places::PICTURE;

/// What is asked for once a second has been by then, and what changed with it, too.
const RESTS: Duration = Duration::from_secs(3);
/// No comparison may take longer, however much goes on.
const LONGEST: Duration = Duration::from_secs(20);

/// How a connection is broken.
#[derive(Debug, Clone, Copy)]
pub(super) enum Break {
    /// On the way, while nobody does anything.
    Cut,
    /// The same, while all goes on.
    CutInTheMidst,
    /// By the server, which is told to.
    Kick,
    /// Not at all, though the manager reads its configuration again.
    Reload,
}

/// Who looks at the picture.
pub(super) struct Watcher {
    scene: Scene,
    relay: Relay,
    day: Arc<Day>,
    /// From when to when nothing was seen.
    gaps: Vec<(SystemTime, SystemTime)>,
    moments: usize,
    comparisons: usize,
    /// How much there was to compare, and how much of it at most at a time.
    channels: usize,
    most: usize,
    calls: usize,
    bridges: usize,
    callers: usize,
    parked: usize,
}

impl Watcher {
    pub(super) fn new(scene: Scene, relay: Relay, day: Arc<Day>) -> Self {
        Self {
            scene,
            relay,
            day,
            gaps: Vec::new(),
            moments: 0,
            comparisons: 0,
            channels: 0,
            most: 0,
            calls: 0,
            bridges: 0,
            callers: 0,
            parked: 0,
        }
    }

    pub(super) fn scene(&self) -> &Scene {
        &self.scene
    }

    pub(super) fn gaps(&self) -> &[(SystemTime, SystemTime)] {
        &self.gaps
    }

    /// The picture equals the lists as soon as the server rests, or between two events.
    pub(super) async fn compare(&mut self, when: &str) {
        let day = Arc::clone(&self.day);
        let _alone = day.stage.write().await;
        self.equal(when).await;
    }

    /// The same after the connection broke and was made again.
    pub(super) async fn after(&mut self, how: Break) {
        let day = Arc::clone(&self.day);
        let from = SystemTime::now();
        let gaps = self.scene.live.statistics().gaps;
        let alone = match how {
            Break::CutInTheMidst => None,
            _ => Some(day.stage.write().await),
        };
        // Asterisk 16 cannot be told to.
        let cannot = matches!(how, Break::Kick) && self.scene.server.major() == 16;
        match how {
            _ if cannot => self.cut().await,
            Break::Cut | Break::CutInTheMidst => self.cut().await,
            Break::Kick => {
                let connected = self.scene.server.cli("manager show connected");
                let mut session = connected.lines().map(str::split_whitespace);
                let session = session.find(|columns| columns.clone().next() == Some(PICTURE));
                let file = session.and_then(|mut columns| columns.nth(4));
                let file = file.unwrap_or_else(|| panic!("{connected}"));
                let said = self.scene.server.cli(&format!("manager kick session {file}"));
                assert!(said.contains("Kicking"), "{said}");
            }
            Break::Reload => {
                let said = self.scene.server.cli("module reload manager");
                assert!(said.contains("reloaded successfully"), "{said}");
            }
        }
        if !matches!(how, Break::Reload) {
            let live = self.scene.live.clone();
            let made_anew =
                |snapshot: &Snapshot| is_current(snapshot) && live.statistics().gaps > gaps;
            self.scene.until(made_anew).await;
            self.gaps.push((from, SystemTime::now()));
        }
        let _alone = match alone {
            Some(alone) => alone,
            None => day.stage.write().await,
        };
        self.equal(&format!("after {how:?}")).await;
    }

    async fn cut(&self) {
        self.relay.cut();
        self.scene.until(|snapshot| !is_current(snapshot)).await;
        self.relay.mend();
    }

    async fn equal(&mut self, when: &str) {
        let live = self.scene.live.clone();
        let (begin, mut last) = (Instant::now(), Instant::now());
        let mut events = live.statistics().events;
        loop {
            let snapshot = live.snapshot();
            assert_eq!(snapshot.freshness(), Freshness::Current);
            consistent(&snapshot);
            let differences = self.scene.differences(&snapshot).await;
            self.comparisons += 1;
            if differences.is_empty() {
                return self.count(&snapshot);
            }
            let now = live.statistics().events;
            if now != std::mem::replace(&mut events, now) {
                last = Instant::now();
            }
            let goes_on = last.elapsed() < RESTS && begin.elapsed() < LONGEST;
            assert!(goes_on, "{when}, moment {}: {differences:#?}", self.moments);
            // Something new, or nothing for a moment.
            let mut seen = false;
            let next = live.wait_until(|_| std::mem::replace(&mut seen, true));
            let _ = timeout(Duration::from_millis(100), next).await;
        }
    }

    fn count(&mut self, snapshot: &Snapshot) {
        self.moments += 1;
        self.channels += snapshot.count::<Channel>();
        self.most = self.most.max(snapshot.count::<Channel>());
        self.calls += snapshot.count::<Call>();
        self.bridges += snapshot.count::<Bridge>();
        self.callers += snapshot.count::<QueueCaller>();
        self.parked += snapshot.count::<ParkedCall>();
    }

    /// Ends what is left, after which there is nothing.
    pub(super) async fn end(&mut self) {
        let mut pause = Duration::ZERO;
        while self.scene.live.snapshot().count::<Channel>() > 0 {
            // A refusal says that there is nothing; what is made meanwhile is not hung up.
            let _ = self.scene.manager.send(Hangup::new("/.*/")).await;
            pause += Duration::from_millis(200);
            let none = self.scene.live.wait_until(|snapshot| snapshot.count::<Channel>() == 0);
            let _ = timeout(pause, none).await;
            assert!(pause < Duration::from_secs(4), "{:#?}", self.scene.live.snapshot());
        }
        self.compare("at the end").await;
        assert_eq!(self.scene.live.snapshot().count::<Call>(), 0);
    }

    pub(super) fn report(&self) {
        let statistics = self.scene.live.statistics();
        println!(
            "{} moments, {} comparisons, {} reconnects; compared: {} channels (at most {}), {} bridges, \
             {} calls, {} callers in queues, {} parked calls; {} events, {} changes, {} lists taken over",
            self.moments,
            self.comparisons,
            self.gaps.len(),
            self.channels,
            self.most,
            self.bridges,
            self.calls,
            self.callers,
            self.parked,
            statistics.events,
            statistics.changes,
            statistics.snapshots,
        );
    }
}
