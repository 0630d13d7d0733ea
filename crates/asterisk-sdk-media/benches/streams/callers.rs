//! Asterisk's side of the streams.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::{Carrier, Result};

const FRAME: Duration = Duration::from_millis(20);

/// How long what was sent last may take to come back.
const PATIENCE: Duration = Duration::from_secs(5);

/// Keeps differences above zero.
const OFFSET: Duration = Duration::from_secs(60);

/// Connections that have begun.
pub(crate) struct Callers {
    carrier: Carrier,
    streams: Vec<TcpStream>,
}

impl Callers {
    pub(crate) async fn connect(
        address: SocketAddr,
        carrier: Carrier,
        count: usize,
    ) -> Result<Self> {
        let mut streams = Vec::with_capacity(count);
        for number in 0..count {
            let mut stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            match carrier {
                Carrier::AudioSocket => {
                    let mut first = vec![1, 0, 16];
                    first.extend((number as u128 ^ u128::from(random()) << 64).to_be_bytes());
                    stream.write_all(&first).await?;
                }
                Carrier::WebSocket => begin(&mut stream, number).await?,
            }
            streams.push(stream);
        }
        // The servers have to take them over before anything is measured.
        tokio::time::sleep(Duration::from_millis(500)).await;
        Ok(Self { carrier, streams })
    }

    /// Sends a frame every 20 ms on each, and counts what comes back.
    pub(crate) async fn talk(self, time: Duration) -> Result<u64> {
        let message = match self.carrier {
            Carrier::AudioSocket => [&[0x10, 1, 64], &[7; 320][..]].concat(),
            Carrier::WebSocket => [&[0x82, 0xfe, 0, 160, 0, 0, 0, 0], &[7; 160][..]].concat(),
        };
        let answer = match self.carrier {
            Carrier::AudioSocket => message.len(),
            Carrier::WebSocket => message.len() - 4,
        };
        let frames = usize::try_from(time.as_millis() / 20)?;
        let begin = Instant::now() + Duration::from_millis(50);
        let count = self.streams.len().max(1);
        let mut tasks = JoinSet::new();
        for (number, stream) in self.streams.into_iter().enumerate() {
            let (mut read, mut write) = stream.into_split();
            let message = message.clone();
            // Spread over the 20 ms, as calls are.
            let offset = FRAME * u32::try_from(number)? / u32::try_from(count)?;
            tasks.spawn(async move {
                let mut ticks = interval_at(begin + offset, FRAME);
                ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
                for _ in 0..frames {
                    ticks.tick().await;
                    if write.write_all(&message).await.is_err() {
                        break;
                    }
                }
                write.forget();
                0
            });
            tasks.spawn(async move {
                let mut buffer = vec![0; 64 << 10];
                let mut bytes = 0;
                // What was held up on this machine is sent on by a clock, so it comes late, and is not lost.
                let until = begin + time + PATIENCE;
                while bytes < frames * answer
                    && let Ok(Ok(read)) =
                        tokio::time::timeout_at(until, read.read(&mut buffer)).await
                    && read > 0
                {
                    bytes += read;
                }
                (bytes / answer) as u64
            });
        }
        let mut came = 0;
        while let Some(result) = tasks.join_next().await {
            came += result?;
        }
        Ok(came)
    }

    /// Reads what is spoken; tells by how much each frame came later than the most punctual one of its stream.
    pub(crate) async fn listen(self) -> Result<Vec<Duration>> {
        let begin = Instant::now();
        let mut tasks = JoinSet::new();
        for mut stream in self.streams {
            tasks.spawn(async move {
                let mut message = [0; 323];
                let mut came = Vec::new();
                // What came before counts as come now, so those are left out.
                for number in 0..225_u32 {
                    if stream.read_exact(&mut message).await.is_err() {
                        break;
                    }
                    if number >= 50 {
                        // Against a clock that begins with the connection, in some offset.
                        let elapsed = begin.elapsed() + OFFSET;
                        came.push(elapsed.saturating_sub(FRAME * number));
                    }
                }
                came
            });
        }
        let mut late = Vec::new();
        while let Some(result) = tasks.join_next().await {
            let came = result?;
            let best = came.iter().min().copied().unwrap_or_default();
            late.extend(came.iter().map(|at| at.saturating_sub(best)));
        }
        Ok(late)
    }
}

fn random() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one("streams")
}

/// Changes to WebSocket and says which channel it is.
async fn begin(stream: &mut TcpStream, number: usize) -> Result {
    let request = "GET /media HTTP/1.1\r\nSec-WebSocket-Version: 13\r\nUpgrade: websocket\r\n\
        Connection: Upgrade\r\nHost: 127.0.0.1\r\nSec-WebSocket-Protocol: media\r\n\
        Sec-WebSocket-Key: vD02DQAAAAD0Y7QpAAAAAA==\r\n\r\n";
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let random = random();
    let start = format!(
        "MEDIA_START connection_id:f80bd520-7d33-4926-bb27-60101c62e849 channel:WebSocket/x/0x7fb6b00027b0 \
         channel_id:{random:016x}-{number:08} format:ulaw optimal_frame_size:160 ptime:20"
    );
    let mut frame = vec![0x81, 0xfe];
    frame.extend(u16::try_from(start.len())?.to_be_bytes());
    frame.extend([0; 4]);
    frame.extend(start.as_bytes());
    Ok(stream.write_all(&frame).await?)
}
