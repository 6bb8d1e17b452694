//! The endpoint of the webhooks: a separate process that counts webhooks and measures their latency.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use hdrhistogram::Histogram;
use patchbay_domain::Clock;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::time::Instant;

use super::published_micros;
use crate::program::free_address;

/// The longest measurable latency: a minute.
const LONGEST_MICROS: u64 = 60_000_000;

/// The longest silence while webhooks are still expected.
const PATIENCE: Duration = Duration::from_secs(60);

struct Seen {
    count: u64,
    last_micros: i64,
    latency: Histogram<u64>,
}

impl Seen {
    fn nothing() -> Self {
        let latency = Histogram::new_with_bounds(1, LONGEST_MICROS, 3).expect("the bounds are in order");
        Self { count: 0, last_micros: 0, latency }
    }
}

type Shared = Arc<Mutex<Seen>>;

/// Receives until the process is killed.
///
/// # Errors
/// The address is in use.
pub async fn serve(address: SocketAddr) -> anyhow::Result<()> {
    let seen: Shared = Arc::new(Mutex::new(Seen::nothing()));
    let router = Router::new()
        .route("/webhook", post(receive))
        .route("/bare", post(async |_: Bytes| StatusCode::OK))
        .route("/other", post(async |_: Bytes| StatusCode::OK))
        .route("/hang", post(hang))
        .route("/seen", get(tell).delete(forget))
        .with_state(seen);
    axum::serve(TcpListener::bind(address).await?, router).await?;
    Ok(())
}

async fn receive(State(seen): State<Shared>, body: Bytes) -> StatusCode {
    let now = Clock::system().now().timestamp_micros();
    let Some(published) = published_micros(&body) else { return StatusCode::OK };
    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    seen.count += 1;
    seen.last_micros = now;
    seen.latency.saturating_record(u64::try_from(now - published).unwrap_or(1).max(1));
    StatusCode::OK
}

/// Longer than any timeout of Patchbay.
async fn hang(_: Bytes) -> StatusCode {
    tokio::time::sleep(Duration::from_secs(120)).await;
    StatusCode::OK
}

async fn tell(State(seen): State<Shared>) -> Json<Value> {
    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    let millis = |quantile| seen.latency.value_at_quantile(quantile) as f64 / 1000.0;
    Json(
        json!({"count": seen.count, "last_micros": seen.last_micros, "p50": millis(0.5), "p99": millis(0.99)}),
    )
}

async fn forget(State(seen): State<Shared>) {
    *seen.lock().unwrap_or_else(PoisonError::into_inner) = Seen::nothing();
}

/// The webhooks received so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrived {
    pub(super) count: u64,
    /// Arrival of the last webhook, in microseconds since 1970.
    pub(super) last_micros: i64,
    /// Latency from publishing to arrival, in milliseconds.
    pub(super) p50: f64,
    pub(super) p99: f64,
}

/// The receiver process, as the benchmark sees it.
#[derive(Debug)]
pub(super) struct Receiver {
    address: SocketAddr,
    http: reqwest::Client,
    _process: Child,
}

impl Receiver {
    pub(super) async fn start() -> anyhow::Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--receive-on", &address.to_string()]).kill_on_drop(true);
        let process = command.spawn()?;
        let http = reqwest::Client::builder().no_proxy().build()?;
        let receiver = Self { address, http, _process: process };
        let deadline = Instant::now() + Duration::from_secs(10);
        while receiver.arrived().await.is_err() {
            anyhow::ensure!(Instant::now() < deadline, "the receiver does not start");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(receiver)
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Resets the counters.
    pub(super) async fn forget(&self) -> anyhow::Result<()> {
        self.http.delete(self.url("/seen")).send().await?.error_for_status()?;
        Ok(())
    }

    pub(super) async fn arrived(&self) -> anyhow::Result<Arrived> {
        let text = self.http.get(self.url("/seen")).send().await?.error_for_status()?.bytes().await?;
        let value: Value = serde_json::from_slice(&text)?;
        let number =
            |name: &str| value[name].as_f64().with_context(|| format!("the receiver tells no {name}"));
        Ok(Arrived {
            count: value["count"].as_u64().context("the receiver tells no count")?,
            last_micros: value["last_micros"].as_i64().context("the receiver tells no time")?,
            p50: number("p50")?,
            p99: number("p99")?,
        })
    }

    /// Waits until `count` webhooks have arrived.
    pub(super) async fn wait_for(&self, count: u64) -> anyhow::Result<Arrived> {
        let mut progress = (0, Instant::now());
        loop {
            let arrived = self.arrived().await?;
            if arrived.count >= count {
                return Ok(arrived);
            }
            if arrived.count > progress.0 {
                progress = (arrived.count, Instant::now());
            }
            anyhow::ensure!(
                progress.1.elapsed() < PATIENCE,
                "{} of {count} webhooks arrived, then none",
                arrived.count
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
