//! The endpoint of an app, well-behaved or hostile, that counts received webhooks.
//!
//! Responses are written byte by byte, because no HTTP library behaves like some of these receivers.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use uuid::Uuid;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
const HUGE: usize = 100 * 1024 * 1024;
const DRIP_EVERY: Duration = Duration::from_secs(1);

/// How an endpoint answers a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conduct {
    /// Accepts it: 200.
    Take,
    /// Answers with this status.
    Answer(u16),
    /// Accepts it and answers with 100 MB.
    TakeAtLength,
    /// Resets the connection instead of an answer.
    Reset,
    /// Answers 200 and sends one byte per second.
    Drip,
}

/// A listening endpoint. It ends when dropped.
#[derive(Debug)]
pub struct Endpoint {
    address: SocketAddr,
    seen: Arc<Seen>,
    server: JoinHandle<()>,
}

/// Received requests with the events that the tests publish (`error.created`).
#[derive(Debug, Default)]
struct Seen {
    requests: AtomicU64,
    /// Other requests: the webhook about the installation.
    greetings: AtomicU64,
    /// Each accepted webhook, and how often it was accepted.
    taken: Mutex<HashMap<Uuid, u32>>,
}

struct Request {
    webhook_id: Option<Uuid>,
    is_error: bool,
}

impl Endpoint {
    /// Listens on loopback. `conduct` gets the number of the request, from 0.
    ///
    /// # Errors
    /// There is no free port.
    pub async fn start(conduct: impl Fn(u64) -> Conduct + Send + Sync + 'static) -> anyhow::Result<Self> {
        Self::start_at(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), conduct).await
    }

    /// Listens on this address.
    ///
    /// # Errors
    /// The address is in use.
    pub async fn start_at(
        address: SocketAddr,
        conduct: impl Fn(u64) -> Conduct + Send + Sync + 'static,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let seen = Arc::new(Seen::default());
        let conduct: Arc<dyn Fn(u64) -> Conduct + Send + Sync> = Arc::new(conduct);
        let server = tokio::spawn(serve(listener, seen.clone(), conduct));
        Ok(Self { address, seen, server })
    }

    /// Its webhook URL.
    pub fn url(&self) -> String {
        self.url_by_name(&self.address.ip().to_string())
    }

    /// Its webhook URL with another host name.
    pub fn url_by_name(&self, host: &str) -> String {
        format!("http://{host}:{}/webhook", self.address.port())
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Number of requests so far, regardless of the answer.
    pub fn requests(&self) -> u64 {
        self.seen.requests.load(Ordering::Relaxed)
    }

    /// How many webhooks about installations it has received.
    pub fn greetings(&self) -> u64 {
        self.seen.greetings.load(Ordering::Relaxed)
    }

    /// Whether it has received the webhook about its installation.
    pub fn is_greeted(&self) -> bool {
        self.seen.greetings.load(Ordering::Relaxed) > 0
    }

    /// The ids of the accepted webhooks, and how often each was accepted.
    pub fn taken(&self) -> HashMap<Uuid, u32> {
        self.seen.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Loopback addresses other than 127.0.0.1 belong to this machine too.
pub const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

async fn serve(listener: TcpListener, seen: Arc<Seen>, conduct: Arc<dyn Fn(u64) -> Conduct + Send + Sync>) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                let (seen, conduct) = (seen.clone(), conduct.clone());
                // Clients that disconnect are part of the tests.
                connections.spawn(async move { converse(stream, &seen, &*conduct).await.ok() });
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn converse(
    stream: TcpStream,
    seen: &Seen,
    conduct: &(dyn Fn(u64) -> Conduct + Send + Sync),
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await? {
        // Webhooks about the installation itself are not counted.
        let conduct = match request.is_error {
            true => conduct(seen.requests.fetch_add(1, Ordering::Relaxed)),
            false => {
                seen.greetings.fetch_add(1, Ordering::Relaxed);
                Conduct::Take
            }
        };
        if matches!(conduct, Conduct::Take | Conduct::TakeAtLength)
            && let (true, Some(id)) = (request.is_error, request.webhook_id)
        {
            *seen.taken.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_default() += 1;
        }
        match conduct {
            Conduct::Take => stream.write_all(OK).await?,
            Conduct::Answer(status) => {
                stream
                    .write_all(format!("HTTP/1.1 {status} No\r\ncontent-length: 0\r\n\r\n").as_bytes())
                    .await?
            }
            Conduct::TakeAtLength => {
                stream
                    .write_all(format!("HTTP/1.1 200 OK\r\ncontent-length: {HUGE}\r\n\r\n").as_bytes())
                    .await?;
                let chunk = [b'x'; 64 * 1024];
                for _ in 0..HUGE / chunk.len() {
                    stream.write_all(&chunk).await?;
                }
            }
            Conduct::Reset => return stream.get_ref().set_zero_linger(),
            Conduct::Drip => {
                for byte in OK {
                    tokio::time::sleep(DRIP_EVERY).await;
                    stream.write_all(&[*byte]).await?;
                }
            }
        }
        stream.flush().await?;
    }
    Ok(())
}

/// The next request of a connection; `None` at its end.
async fn read(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<Request>> {
    let (mut request, mut length) = (Request { webhook_id: None, is_error: false }, 0);
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            if line.trim_end().is_empty() {
                break;
            }
            continue;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap_or(0),
            "webhook-id" => request.webhook_id = value.parse().ok(),
            "sentry-hook-resource" => request.is_error = value == "error",
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(Some(request))
}
