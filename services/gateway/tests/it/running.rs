//! A gateway on a port, with its tasks.

use std::net::SocketAddr;

use patchbay_egress::{Egress, EgressPolicy, Method, OutboundRequest, OutboundResponse};
use patchbay_gateway::{Config, start};
use patchbay_runtime::{Metrics, Readiness, Runtime, Stop};
use patchbay_testkit::eventually;
use tokio::net::TcpListener;

use crate::platform::{DEADLINE, Platform};

pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) metrics: Metrics,
    pub(crate) readiness: Readiness,
    pub(crate) stop: Stop,
    http: Egress,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.request_hard();
    }
}

impl Running {
    pub(crate) async fn start(platform: &Platform) -> Self {
        Self::with(platform, platform.config.clone()).await
    }

    pub(crate) async fn with(platform: &Platform, config: Config) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let runtime = Runtime::new(platform.clock.clone());
        start(listener, runtime.clone(), platform.channels(), config).await.unwrap();
        let Runtime { metrics, readiness, stop, .. } = runtime;
        let policy = EgressPolicy { allow_loopback: true, ..EgressPolicy::default() };
        Self { address, metrics, readiness, stop, http: Egress::new(policy).unwrap() }
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> OutboundResponse {
        let request = OutboundRequest::new(Method::GET, format!("http://{}{path}", self.address));
        let request = request.header("Authorization", format!("Bearer {token}"));
        self.http.send(request).await.unwrap()
    }

    pub(crate) fn has_metric(&self, line: &str) -> bool {
        self.metrics.encode().lines().any(|known| known == line)
    }

    pub(crate) async fn watches(&self) {
        eventually(DEADLINE, "revocations are watched", async || {
            self.has_metric("patchbay_gateway_revocations_watched 1").then_some(())
        })
        .await;
    }
}
