//! A call centre that is not there, for `--demo`: a fake Asterisk whose callers come and go.

use std::error::Error;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use asterisk_sdk::ami::Manager;
use asterisk_sdk::ami::action::{QueueAdd, QueuePause};
use asterisk_sdk_testkit::FakeAsterisk;
use tokio::task::JoinSet;
use tokio::time::sleep;

const DIALPLAN: &str = "[default]
exten = sales,1,Queue(sales)
exten = support,1,Queue(support)
exten = office,1,Answer()
 same = n,Wait(600)";

/// Who serves which queue.
const AGENTS: [(&str, &str, &[&str]); 5] = [
    ("Ada Byrne", "PJSIP/ada", &["sales"]),
    ("Bo Chen", "PJSIP/bo", &["sales", "support"]),
    ("Cleo Diaz", "PJSIP/cleo", &["support"]),
    ("Dag Ek", "PJSIP/dag", &["support"]),
    ("Eve Fox", "PJSIP/eve", &["sales"]),
];

const CALLERS: [&str; 6] = ["Gil", "Hana", "Ivo", "Jun", "Kim", "Lea"];

/// Where callers want to go, the busier the more often.
const PLACES: [&str; 5] = ["sales", "support", "support", "sales", "office"];

/// At most so many call at once.
const MOST: usize = 12;

/// The server, before anybody calls.
pub(crate) async fn start() -> Result<FakeAsterisk, Box<dyn Error>> {
    let asterisk = FakeAsterisk::builder().dialplan(DIALPLAN).start().await?;
    for queue in ["sales", "support"] {
        asterisk.add_queue(queue, [""; 0]);
    }
    for (_, phone, _) in AGENTS {
        asterisk.endpoint(phone).answers_after(Duration::from_secs(2));
    }
    Ok(asterisk)
}

/// The agents come to work; one has a break.
pub(crate) async fn staff(manager: &Manager) -> Result<(), Box<dyn Error>> {
    for (name, phone, queues) in AGENTS {
        for queue in queues {
            manager.send(QueueAdd::new(*queue, phone).member_name(name)).await?;
        }
    }
    manager.send(QueuePause::new("PJSIP/dag", true).reason("lunch")).await?;
    Ok(())
}

/// Callers come and go, for ever.
pub(crate) async fn calls(asterisk: &FakeAsterisk) -> Result<(), Box<dyn Error>> {
    let mut calls = JoinSet::new();
    loop {
        // Those that have ended are forgotten.
        while calls.try_join_next().is_some() {}
        if calls.len() < MOST {
            let line = asterisk.endpoint("PJSIP/outside");
            let name = CALLERS[random(CALLERS.len())];
            line.set_caller_id(&format!("\"{name}\" <555{:04}>", random(10_000)));
            let call = line.place_call(&format!("{}@default", PLACES[random(PLACES.len())]))?;
            let stays = Duration::from_millis(4_000 + random(20_000) as u64);
            calls.spawn(async move {
                tokio::select! {
                    _ = call.ended() => {}
                    () = sleep(stays) => call.hang_up(),
                }
            });
        }
        sleep(Duration::from_millis(500 + random(3_000) as u64)).await;
    }
}

/// Below `limit`; the standard library seeds each of these states anew.
fn random(limit: usize) -> usize {
    let number = RandomState::new().hash_one(limit);
    usize::try_from(number % limit as u64).unwrap_or_default()
}
