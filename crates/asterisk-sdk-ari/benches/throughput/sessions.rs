//! What call sessions cost: memory when nothing happens, and time when one of them sleeps.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use asterisk_sdk_ari::Client;
use asterisk_sdk_ari::call::Call;
use tokio::sync::{mpsc, oneshot};

use crate::{Bench, Result, replay, server};

/// How many sessions there are in the row about memory.
const IDLE: usize = 10_000;
/// Replays of channels that enter, and how many do.
pub(crate) const ENTERING: [(&str, usize); 2] =
    [("/ari/enter/idle", IDLE), ("/ari/enter/paced", server::PACED.0)];
/// How long a handler sleeps.
const SLEEP: Duration = Duration::from_secs(10);
/// How many events a session holds: fewer than come while one sleeps.
const CAPACITY: usize = 50;

impl Bench {
    /// What the process grows by for each of many sessions that wait for the end of their calls.
    pub(crate) fn sessions(&self) -> Result {
        if !"sessions".contains(&self.options.rows) {
            return Ok(());
        }
        let idle = async |client: Client| {
            let (starting, mut started) = mpsc::channel(IDLE);
            let serving = client.serve(move |mut call: Call| {
                let starting = starting.clone();
                async move {
                    let _ = starting.send(()).await;
                    drop(call.hung_up().await);
                }
            });
            let (_stop, stopped) = oneshot::channel::<()>();
            let serving = tokio::spawn(serving.until(async move { drop(stopped.await) }));
            tokio::task::yield_now().await;
            let before = kilobytes("VmRSS:")?;
            replay(&client, ENTERING[0].0).await?;
            for _ in 0..IDLE {
                started.recv().await.ok_or("no session")?;
            }
            let bytes = (kilobytes("VmRSS:")?.saturating_sub(before)) * 1024 / IDLE;
            serving.abort();
            println!("sessions     {bytes} bytes for each of {IDLE}");
            Ok(Duration::ZERO)
        };
        self.runtime.block_on(self.with_client(idle))?;
        Ok(())
    }

    /// How late events come to sessions while another one takes none for some seconds.
    pub(crate) fn sleeping(&self, epoch: Instant) -> Result {
        if !"sleeping".contains(&self.options.rows) {
            return Ok(());
        }
        for sleeps in [false, true] {
            let delays = async |client: Client| {
                let (told, mut tell) = mpsc::unbounded_channel();
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
                            let _ = told.send(epoch.elapsed().saturating_sub(sent));
                        }
                    }
                });
                let (_stop, stopped) = oneshot::channel::<()>();
                let serving = serving.capacity(CAPACITY);
                let serving = tokio::spawn(serving.until(async move { drop(stopped.await) }));
                tokio::task::yield_now().await;
                replay(&client, ENTERING[1].0).await?;
                replay(&client, server::PACED_PATH).await?;
                let (channels, times) = server::PACED;
                let mut delays = Vec::new();
                for _ in 0..(channels - usize::from(sleeps)) * times {
                    delays.push(tell.recv().await.ok_or("no session")?);
                }
                serving.abort();
                delays.sort();
                let [median, late, last] = [50, 99, 100].map(|n| (delays.len() * n / 100).max(1));
                println!(
                    "{}     median {:.1?}, 99 of 100 within {:.1?}, the last {:.1?}",
                    if sleeps { "sleeping" } else { "awake   " },
                    delays[median - 1],
                    delays[late - 1],
                    delays[last - 1]
                );
                Ok(Duration::ZERO)
            };
            self.runtime.block_on(self.with_client(delays))?;
        }
        Ok(())
    }
}

/// What the system says of this process.
fn kilobytes(name: &str) -> Result<usize> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such line")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
