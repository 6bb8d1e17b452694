//! The admin port: what supervisors and Prometheus ask a process.
//!
//! `/livez` answers as long as the process runs its event loop, `/readyz` tells whether it should get work,
//! `/metrics` what it has done. The port has no authentication and listens on loopback unless configured.

mod readiness;

use std::io;
use std::net::SocketAddr;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::{Json, Router, routing::get};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::metrics::{CONTENT_TYPE, Metrics};
use crate::{Settings, Stop};

pub use readiness::{CheckReport, Readiness, Report};

/// Where the admin port listens.
#[derive(Clone, Debug)]
pub struct AdminConfig {
    /// Port 0 lets the system choose; see [`AdminServer::local_addr`].
    pub listen: SocketAddr,
}

impl AdminConfig {
    /// Declares and reads the setting.
    pub fn read(settings: &Settings) -> Self {
        let meaning = "Address of the admin port: `/livez`, `/readyz`, `/metrics`, without authentication.";
        Self { listen: settings.section("Admin port").get("ADMIN_LISTEN", "127.0.0.1:9464", meaning) }
    }
}

/// A running admin port; it closes when this is dropped.
///
/// It is not a task of the [`Stop`] on purpose: while a process drains, its metrics and its "not ready" are
/// of more interest than ever.
#[derive(Debug)]
pub struct AdminServer {
    local_addr: SocketAddr,
    task: JoinHandle<()>,
}

impl AdminServer {
    /// The address it listens on.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }
}

impl Drop for AdminServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Opens the admin port.
///
/// # Errors
/// When the address cannot be bound.
pub async fn start(
    config: &AdminConfig,
    metrics: Metrics,
    readiness: Readiness,
    stop: &Stop,
) -> io::Result<AdminServer> {
    let listener = TcpListener::bind(config.listen).await?;
    let local_addr = listener.local_addr()?;
    let router = router(metrics, readiness, stop.clone());
    let task = tokio::spawn(async move {
        // Ends with the process only: accept errors are retried inside.
        let _ = axum::serve(listener, router).await;
    });
    tracing::info!(address = %local_addr, "admin port listens");
    Ok(AdminServer { local_addr, task })
}

/// The routes without a listener, for a process that serves them elsewhere.
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
