//! What call sessions cost: memory when nothing happens, and time when one of them sleeps.

use std::future::{Future, IntoFuture};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use asterisk_sdk_ari::call::{Call, Served};
use asterisk_sdk_ari::{Client, Subscribe};
use tokio::sync::mpsc;

use crate::{Bench, Result, over_http, replay, server, with_client};

/// How many sessions there are in the row about memory.
const IDLE: usize = 10_000;
/// Replays of channels that enter, and how many do.
pub(crate) const ENTERING: [(&str, usize); 2] =
    [("/ari/enter/idle", IDLE), ("/ari/enter/paced", server::PACED.0)];
/// How long a handler sleeps.
const SLEEP: Duration = Duration::from_secs(10);
/// Whether one sleeps, and how many events a session holds: in the end fewer than come meanwhile.
const SLEEPING: [(&str, bool, usize); 3] = [
    ("awake", false, Subscribe::DEFAULT_CAPACITY),
    ("sleeping", true, Subscribe::DEFAULT_CAPACITY),
    ("overflowing", true, 50),
];

impl Bench {
    /// What the process grows by for each of many sessions that wait for the end of their calls.
    pub(crate) fn sessions(&self) -> Result {
        if !"sessions".contains(&self.options.rows) {
            return Ok(());
        }
        let idle = async |client: Client| {
            let (beginning, mut began) = mpsc::channel(IDLE);
            let serving = client.serve(move |mut call: Call| {
                let beginning = beginning.clone();
                async move {
                    let _ = beginning.send(()).await;
                    drop(call.hung_up().await);
                }
            });
            let measuring = async {
                let before = kilobytes("VmRSS:")?;
                replay(&client, ENTERING[0].0).await?;
                for _ in 0..IDLE {
                    came(&mut began).await?;
                }
                Ok(kilobytes("VmRSS:")?.saturating_sub(before) * 1024 / IDLE)
            };
            let bytes = during(serving.into_future(), measuring).await?;
            println!("sessions     {bytes} bytes for each of {IDLE}");
            Ok(Duration::ZERO)
        };
        self.runtime.block_on(with_client(self.server, over_http, idle))?;
        Ok(())
    }

    /// How late events come to sessions while another one takes none for some seconds.
    pub(crate) fn sleeping(&self, epoch: Instant) -> Result {
        if !"sleeping".contains(&self.options.rows) {
            return Ok(());
        }
        for (name, sleeps, capacity) in SLEEPING {
            let delays = async |client: Client| {
                let (told, mut tell) = mpsc::channel(server::PACED.0);
                let first = AtomicBool::new(sleeps);
                let serving = client.serve(move |mut call: Call| {
                    let (told, sleeps) = (told.clone(), first.swap(false, Ordering::Relaxed));
                    async move {
                        if sleeps {
                            tokio::time::sleep(SLEEP).await;
                            return;
                        }
                        while let Some(Ok(event)) = call.next_event().await {
                            let sent = event.json().rsplit_once(r#""timestamp":""#);
                            let sent = sent.and_then(|(_, rest)| rest.split('"').next());
                            let sent = sent.and_then(|nanos| nanos.parse().ok());
                            let sent = Duration::from_nanos(sent.unwrap_or_default());
                            let _ = told.send(epoch.elapsed().saturating_sub(sent)).await;
                        }
                    }
                });
                let measuring = async {
                    replay(&client, ENTERING[1].0).await?;
                    replay(&client, server::PACED_PATH).await?;
                    let (channels, times) = server::PACED;
                    let mut delays = Vec::new();
                    for _ in 0..(channels - usize::from(sleeps)) * times {
                        delays.push(came(&mut tell).await?);
                    }
                    Ok(delays)
                };
                let serving = serving.capacity(capacity).into_future();
                let mut delays = during(serving, measuring).await?;
                delays.sort();
                let [median, late, last] = [50, 99, 100].map(|n| (delays.len() * n / 100).max(1));
                println!(
                    "{name:12} median {:.1?}, 99 of 100 within {:.1?}, the last {:.1?}",
                    delays[median - 1],
                    delays[late - 1],
                    delays[last - 1]
                );
                Ok(Duration::ZERO)
            };
            self.runtime.block_on(with_client(self.server, over_http, delays))?;
        }
        Ok(())
    }
}

/// Does something while calls are served: that begins first, so that no call is missed.
async fn during<T>(
    serving: impl Future<Output = Served>,
    measuring: impl Future<Output = Result<T>>,
) -> Result<T> {
    tokio::select! {
        biased;
        served = serving => Err(format!("the connection has ended: {served:?}").into()),
        measured = measuring => measured,
    }
}

/// What a session tells; one that has lost events tells too little.
async fn came<T>(told: &mut mpsc::Receiver<T>) -> Result<T> {
    let told = tokio::time::timeout(2 * SLEEP, told.recv()).await?;
    Ok(told.ok_or("no session")?)
}

/// What the system says of this process.
fn kilobytes(name: &str) -> Result<usize> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such line")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
