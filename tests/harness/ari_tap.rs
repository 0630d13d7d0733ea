//! A relay between a client and a real ARI server that keeps what passes: what was really sent and
//! answered, whatever the client makes of it.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request and its reply.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exchange {
    /// The method: `POST`.
    pub method: String,
    /// The path below `/ari`, percent-encoded, without the query: `/channels/100/answer`.
    pub path: String,
    /// The status of the reply: 204.
    pub status: u16,
    /// The reply's body.
    pub body: Vec<u8>,
}

type Exchanges = Arc<Mutex<Vec<Exchange>>>;

/// A relay on a free port of the loopback. Dropping it closes the port.
#[derive(Debug)]
pub struct AriTap {
    address: SocketAddr,
    exchanges: Exchanges,
    accepting: tokio::task::JoinHandle<()>,
}

impl AriTap {
    /// Listens, for the server at this URL.
    ///
    /// # Panics
    ///
    /// When there is no free port.
    pub async fn open(server: &str) -> Self {
        let server = server.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let exchanges = Exchanges::default();
        let kept = Arc::clone(&exchanges);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (server, kept) = (server.clone(), Arc::clone(&kept));
                tokio::spawn(async move {
                    // Either side may close at any time; the other one sees it.
                    let _ = relay(client, &server, &kept).await;
                });
            }
        });
        Self { address, exchanges, accepting }
    }

    /// The address for [`Client::builder`](asterisk_sdk::ari::Client::builder).
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All that was asked and answered by now.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        lock(&self.exchanges).clone()
    }
}

impl Drop for AriTap {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn lock(exchanges: &Exchanges) -> MutexGuard<'_, Vec<Exchange>> {
    exchanges.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One connection: exchanges one by one, and after an upgrade whatever comes.
async fn relay(mut client: TcpStream, server: &str, kept: &Exchanges) -> io::Result<()> {
    let mut server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut asked, mut answered) = (Vec::new(), Vec::new());
    while let Some(request) = Message::read(&mut client, &mut asked).await? {
        server.write_all(&request.bytes).await?;
        let Some(reply) = Message::read(&mut server, &mut answered).await? else { return Ok(()) };
        let mut line = request.head().split(' ');
        let (method, target) = (line.next().unwrap_or_default(), line.next().unwrap_or_default());
        let path = target.split('?').next().unwrap_or_default();
        let status = reply.head().split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.unwrap_or_default();
        lock(kept).push(Exchange {
            method: method.to_owned(),
            path: path.trim_start_matches("/ari").to_owned(),
            status,
            body: reply.bytes[reply.head..].to_vec(),
        });
        client.write_all(&reply.bytes).await?;
        if status == 101 {
            client.write_all(&answered).await?;
            server.write_all(&asked).await?;
            tokio::io::copy_bidirectional(&mut client, &mut server).await?;
            return Ok(());
        }
    }
    Ok(())
}

/// A request or reply as it came: the head ends at `head`.
struct Message {
    bytes: Vec<u8>,
    head: usize,
}

impl Message {
    /// Reads one; none when the connection ends before it. What comes after it stays in `buffer`.
    async fn read(from: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<Option<Self>> {
        let head = loop {
            if let Some(end) = buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
            if from.read_buf(buffer).await? == 0 {
                return Ok(None);
            }
        };
        let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
        while buffer.len() < head + length {
            if from.read_buf(buffer).await? == 0 {
                return Ok(None);
            }
        }
        let bytes = buffer.drain(..head + length).collect();
        Ok(Some(Self { bytes, head }))
    }

    /// The first line.
    fn head(&self) -> &str {
        let line = self.bytes.split(|&byte| byte == b'\r').next().unwrap_or_default();
        std::str::from_utf8(line).unwrap_or_default()
    }
}
