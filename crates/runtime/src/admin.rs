//! The admin port, for supervisors and Prometheus.
//!
//! `/livez` responds while the process runs its event loop, `/readyz` reports whether it is ready, and `/metrics` returns its metrics.
//! The port has no authentication and listens on loopback by default.

mod readiness;

use std::io;
use std::net::SocketAddr;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::{Json, Router, routing::get};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::connections::{Defaults, Limits, Port, serve_http};
use crate::metrics::{CONTENT_TYPE, Metrics};
use crate::{Settings, Stop};

pub use readiness::{CheckReport, Readiness, Report};

/// A scraper and a supervisor keep one or two connections each. Scrapes come once a minute or more often.
const DEFAULTS: Defaults = Defaults { max: "64", max_per_address: "32", idle: "75s" };

/// Where the admin port listens, and what its clients may take.
#[derive(Clone, Debug)]
pub struct AdminConfig {
    /// With port 0 the operating system chooses; see [`AdminServer::local_addr`].
    pub listen: SocketAddr,
    pub limits: Limits,
}

impl AdminConfig {
    /// Declares and reads the settings.
    pub fn read(settings: &Settings) -> Self {
        let settings = settings.section("Admin port");
        let meaning = "Address of the admin port: `/livez`, `/readyz`, `/metrics`, without authentication.";
        Self {
            listen: settings.get("ADMIN_LISTEN", "127.0.0.1:9464", meaning),
            limits: Limits::read(&settings, "ADMIN", "the admin port", DEFAULTS),
        }
    }
}

/// A running admin port; dropping it closes the port.
///
/// It is not a task of the [`Stop`], because metrics and readiness are needed most while a process drains.
#[derive(Debug)]
pub struct AdminServer {
    local_addr: SocketAddr,
    task: JoinHandle<()>,
}

impl AdminServer {
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }
}

impl Drop for AdminServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// # Errors
/// The address cannot be bound.
pub async fn start(
    config: &AdminConfig,
    metrics: Metrics,
    readiness: Readiness,
    stop: &Stop,
) -> io::Result<AdminServer> {
    let listener = TcpListener::bind(config.listen).await?;
    let local_addr = listener.local_addr()?;
    let port = Port::new("admin", listener, config.limits.clone(), &metrics);
    let router = router(metrics, readiness, stop.clone());
    // This stop is never requested: the port responds as long as the process runs.
    let task = tokio::spawn(
        port.serve(Stop::new(), move |io, connection| serve_http(io, connection, router.clone())),
    );
    tracing::info!(address = %local_addr, "the admin port listens");
    Ok(AdminServer { local_addr, task })
}

/// The routes without a listener.
pub fn router(metrics: Metrics, readiness: Readiness, stop: Stop) -> Router {
    Router::new()
        .route("/livez", get(|| async { "ok\n" }))
        .route("/readyz", get(readyz).with_state((readiness, stop)))
        .route("/metrics", get(page).with_state(metrics))
}

async fn readyz(State((readiness, stop)): State<(Readiness, Stop)>) -> impl IntoResponse {
    let report = readiness.report(stop.is_requested()).await;
    let status = if report.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(report))
}

async fn page(State(metrics): State<Metrics>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], metrics.encode())
}
