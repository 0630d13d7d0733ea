//! The wallboard example in a browser, against a call centre that the fake plays.

// By this, Clippy knows the functions that a test consists of.
#![cfg(test)]

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::browser::{browser, picture, wallboard};
use asterisk_sdk::ami::Manager;
use asterisk_sdk::ami::action::{QueueAdd, QueuePause};
use asterisk_sdk::ami::live::{
    Call, CompletedCall, Feed, Live, Queue, QueueCaller, QueueMember, Snapshot,
};
use asterisk_sdk_testkit::FakeAsterisk;
use fantoccini::Client;
use harness::soon;
use serde_json::{Value, json};

use crate::ami::manager;

const DIALPLAN: &str = "[default]
exten = sales,1,Queue(sales)
exten = support,1,Queue(support)";

/// How long a change may take until it is on the page.
const AT_ONCE: f64 = 500.0;

/// So many changes are measured.
const MEASURED: usize = 11;

/// All that the page shows, but for clocks and the chart. Lists are in the order of their text.
const SHOWN: &str = "
    const text = element => element.textContent.trim();
    const all = (selector, of) => [...document.querySelectorAll(selector)].map(of).sort();
    const cells = row => [...row.children].map(text);
    return {
        state: text(document.getElementById('state')),
        waiting: text(document.getElementById('waiting')),
        ready: text(document.getElementById('ready')),
        live: text(document.getElementById('live')),
        level: text(document.getElementById('level')),
        longest: document.getElementById('longest').dataset.since !== '',
        queues: all('#queues tbody tr', row => cells(row).toSpliced(2, 1).join('|')),
        agents: all('#agents li', item =>
            [text(item.querySelector('b')), text(item.querySelector('span').firstChild)].join('|')),
        calls: all('#calls tbody tr[data-call]', row => cells(row).slice(0, 3).join('|')),
        history: text(document.getElementById('history-text')),
    };";

/// Notes when the page heard of an update, and when that was painted: not before the frame after the next
/// one begins.
const WATCH: &str = "
    window.updates = [];
    events.addEventListener('message', event => {
        const at = event.timeStamp;
        const painted = () => updates.push({
            waiting: document.getElementById('waiting').textContent,
            drawing: performance.now() - at,
            shown: Date.now(),
        });
        requestAnimationFrame(() => requestAnimationFrame(painted));
    });";

/// The call centre, and a picture of it that is not the wallboard's.
struct Scene {
    asterisk: FakeAsterisk,
    manager: Manager,
    live: Live,
    completed: Feed<std::sync::Arc<CompletedCall>>,
    answered: usize,
    missed: usize,
}

impl Scene {
    async fn open() -> Self {
        let asterisk = FakeAsterisk::builder().dialplan(DIALPLAN).start().await.unwrap();
        for queue in ["sales", "support"] {
            asterisk.add_queue(queue, [""; 0]);
        }
        let manager = manager(&asterisk).await;
        for (name, phone, queue) in
            [("Ada Byrne", "PJSIP/ada", "sales"), ("Bo Chen", "PJSIP/bo", "support")]
        {
            asterisk.endpoint(phone).answers();
            manager.send(QueueAdd::new(queue, phone).member_name(name)).await.unwrap();
        }
        let live = Live::attach(&manager).await.unwrap();
        let completed = live.changes().completed_calls();
        Self { asterisk, manager, live, completed, answered: 0, missed: 0 }
    }

    async fn pause(&self, phone: &str, paused: bool) {
        self.manager.send(QueuePause::new(phone, paused).reason("tea")).await.unwrap();
        let is = |now: &Snapshot| {
            now.all::<QueueMember>()
                .any(|member| member.interface == phone && member.paused == paused)
        };
        soon(self.live.wait_until(is)).await.unwrap();
    }

    fn call(&self, from: &str, caller: &str, to: &str) -> asterisk_sdk_testkit::Call {
        let line = self.asterisk.endpoint(from);
        line.set_caller_id(caller);
        line.place_call(to).unwrap()
    }

    /// Waits until so many callers wait.
    async fn waiting(&self, count: usize) {
        soon(self.live.wait_until(|now| now.count::<QueueCaller>() == count)).await.unwrap();
    }

    async fn ends(&mut self) {
        let call = soon(self.completed.next()).await.unwrap().unwrap();
        if call.answered.is_some() { self.answered += 1 } else { self.missed += 1 }
    }

    /// What the page has to show, by this picture.
    fn expected(&self) -> Value {
        let now = self.live.snapshot();
        let members = || now.all::<QueueMember>();
        let ready = |member: &&std::sync::Arc<QueueMember>| !member.paused && !member.in_call;
        let queue = |queue: &Queue| {
            let own = || members().filter(|member| member.queue == queue.name);
            format!(
                "{}|{}|{} / {}|{}|{}|–",
                queue.name,
                queue.waiting,
                own().filter(ready).count(),
                own().count(),
                queue.completed,
                queue.abandoned
            )
        };
        let agent = |member: &QueueMember| {
            let state = match (member.in_call, member.paused) {
                (true, _) => "on call",
                (_, true) => "paused (tea)",
                _ => "ready",
            };
            format!("{}|{state}", member.name)
        };
        let call = |call: &Call| {
            let state = if call.answered.is_some() { "up" } else { "ringing" };
            let (from, to) = (call.caller.name.as_deref(), call.exten.as_deref());
            format!("{}|{}|{state}", from.unwrap_or_default(), to.unwrap_or_default())
        };
        let sorted = |mut lines: Vec<String>| {
            lines.sort();
            lines
        };
        let waiting: u32 = now.all::<Queue>().map(|queue| queue.waiting).sum();
        let (answered, missed) = (self.answered, self.missed);
        json!({
            "state": "live",
            "waiting": waiting.to_string(),
            "ready": format!("{} / {}", members().filter(ready).count(), members().count()),
            "live": now.count::<Call>().to_string(),
            "level": "–",
            "longest": now.count::<QueueCaller>() > 0,
            "queues": sorted(now.all::<Queue>().map(|it| queue(it)).collect()),
            "agents": sorted(members().map(|it| agent(it)).collect()),
            "calls": sorted(now.all::<Call>().map(|it| call(it)).collect()),
            "history":
                format!("{answered} calls answered and {missed} not answered in the last hour"),
        })
    }

    /// Waits until the page shows what the picture says, and gives that.
    async fn equals(&self, page: &Client, when: &str) -> Value {
        let begin = Instant::now();
        loop {
            let shown = page.execute(SHOWN, Vec::new()).await.unwrap();
            let expected = self.expected();
            if shown == expected {
                return shown;
            }
            let patience = begin.elapsed() < Duration::from_secs(20);
            assert!(patience, "{when}: {shown:#}, not {expected:#}");
        }
    }
}

#[tokio::test]
async fn the_page_equals_the_picture() {
    let Some((_driver, page)) = browser().await else { return };
    let mut scene = Scene::open().await;
    let ami = scene.asterisk.ami_address().to_string();
    let (_wallboard, url) = wallboard(&ami, scene.asterisk.user(), scene.asterisk.password()).await;
    page.goto(&url).await.unwrap();
    let shown = scene.equals(&page, "before anybody calls").await;
    assert_eq!(shown["queues"], json!(["sales|0|1 / 1|0|0|–", "support|0|1 / 1|0|0|–"]));
    assert_eq!(shown["agents"], json!(["Ada Byrne|ready", "Bo Chen|ready"]));

    scene.pause("PJSIP/ada", true).await;
    let shown = scene.equals(&page, "with a paused member").await;
    assert_eq!(shown["agents"], json!(["Ada Byrne|paused (tea)", "Bo Chen|ready"]));
    let grace = scene.call("PJSIP/grace", "\"Grace\" <4420755>", "sales");
    scene.waiting(1).await;
    let evil = "\"<b>Lin</b>\" <4420757>";
    let lin = scene.call("PJSIP/lin", evil, "sales");
    scene.waiting(2).await;
    // Nobody has to wait for Bo.
    let hana = scene.call("PJSIP/hana", "\"Hana\" <4420758>", "support");
    let talks = |now: &Snapshot| now.all::<QueueMember>().any(|member| member.in_call);
    soon(scene.live.wait_until(talks)).await.unwrap();
    let shown = scene.equals(&page, "with callers").await;
    assert_eq!(shown["queues"], json!(["sales|2|0 / 1|0|0|–", "support|0|0 / 1|0|0|–"]));
    // What a caller is called is text and no markup.
    assert_eq!(shown["calls"].as_array().unwrap().len(), 3);
    assert!(shown["calls"][0].as_str().unwrap().starts_with("<b>Lin</b>|sales|"), "{shown}");
    assert_eq!(shown["longest"], true);
    picture(&page, "wallboard-testkit.png").await;

    lin.hang_up();
    scene.ends().await;
    hana.hang_up();
    scene.ends().await;
    let done = |now: &Snapshot| {
        now.get::<Queue>("sales").unwrap().abandoned == 1
            && now.get::<Queue>("support").unwrap().completed == 1
    };
    soon(scene.live.wait_until(done)).await.unwrap();
    let shown = scene.equals(&page, "with one who gave up").await;
    assert_eq!(shown["queues"], json!(["sales|1|0 / 1|0|1|–", "support|0|1 / 1|1|0|–"]));
    assert_eq!(shown["history"], "1 calls answered and 1 not answered in the last hour");

    measure(&scene, &page).await;

    scene.pause("PJSIP/ada", false).await;
    grace.hang_up();
    page.close().await.unwrap();
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64() * 1000.0
}

/// Callers come and go; each time from before that until the browser has painted how many wait.
async fn measure(scene: &Scene, page: &Client) {
    page.execute(WATCH, Vec::new()).await.unwrap();
    let mut waiting = scene.live.snapshot().count::<QueueCaller>();
    let (mut took, mut drawing, mut calls) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..MEASURED {
        let begin = now();
        // More come than go.
        if n % 3 < 2 {
            calls.push(scene.call("PJSIP/ivo", "\"Ivo\" <4420759>", "sales"));
            waiting += 1;
        } else if let Some(call) = calls.pop() {
            call.hang_up();
            waiting -= 1;
        }
        let update = painted(page, &waiting.to_string()).await;
        took.push(update["shown"].as_f64().unwrap() - begin);
        drawing.push(update["drawing"].as_f64().unwrap());
    }
    for times in [&mut took, &mut drawing] {
        times.sort_by(f64::total_cmp);
    }
    println!("painted after {took:.0?} ms, of these in the browser {drawing:.0?} ms");
    // The one in the middle: others may have been held up by whatever else the machine does.
    assert!(took[MEASURED / 2] < AT_ONCE, "{took:?}");
    calls.iter().for_each(asterisk_sdk_testkit::Call::hang_up);
    scene.waiting(1).await;
}

/// The update that painted this number of callers first.
async fn painted(page: &Client, waiting: &str) -> Value {
    let script = "
        const found = updates.find(update => update.waiting === arguments[0]);
        if (found) updates.length = 0;
        return found ?? null;";
    let begin = Instant::now();
    loop {
        let found = page.execute(script, vec![json!(waiting)]).await.unwrap();
        if !found.is_null() {
            return found;
        }
        let patience = begin.elapsed() < Duration::from_secs(20);
        assert!(patience, "the page does not show {waiting}");
    }
}
