//! Connections to a gRPC port that do nothing end, and clients notice nothing of it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use futures::future::join_all;
use patchbay_domain::SecretString;
use patchbay_rpc::{Health, Listener, Security, Server, Target, TlsFiles};
use patchbay_runtime::connections::{Limits, Port};
use patchbay_runtime::{Metrics, Stop};
use patchbay_testkit::eventually;
use patchbay_testkit::silent::Silent;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

const DEADLINE: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_millis(300);
const CHECK: &str = "/grpc.health.v1.Health/Check";

struct Running {
    address: SocketAddr,
    metrics: Metrics,
    health: Health,
    stop: Stop,
}

impl Running {
    async fn start(security: Security) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (metrics, stop) = (Metrics::new(), Stop::new());
        let limits = Limits { max: 100, max_per_address: 0, first_request: SHORT, idle: SHORT, stall: SHORT };
        let port = Port::new("grpc", listener, limits, &metrics);
        let address = port.local_addr().unwrap();
        let server = Server::new().unwrap();
        let (health, stopped) = (server.health(), stop.clone());
        stop.spawn("grpc", async move { server.serve(vec![Listener::Tcp(port)], &security, stopped).await });
        Self { address, metrics, health, stop }
    }

    async fn has_metric(&self, line: &str) {
        eventually(DEADLINE, line, async || {
            self.metrics.encode().lines().any(|known| known == line).then_some(())
        })
        .await;
    }

    async fn closes(&self, clients: &[Silent]) {
        join_all(clients.iter().map(|silent| async move {
            let closed = timeout(DEADLINE, silent.until_closed(self.address, CHECK)).await;
            assert!(closed.is_ok(), "{silent:?} is still connected");
        }))
        .await;
        self.has_metric("patchbay_connections_open{port=\"grpc\"} 0").await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.request_hard();
    }
}

fn in_the_clear() -> Security {
    Security::secret(SecretString::new("secret"))
}

fn with_tls() -> Security {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../egress/tests/fixtures");
    let (authority, certificate) = (folder.join("authority.pem"), folder.join("localhost.pem"));
    let tls = TlsFiles { authority, certificate, private_key: folder.join("localhost.key") };
    Security { tls: Some(tls), ..in_the_clear() }
}

#[tokio::test]
async fn a_connection_that_falls_silent_is_closed_whatever_it_sent() {
    let server = Running::start(in_the_clear()).await;
    server.closes(&Silent::HTTP2).await;
    for (reason, count) in [("no_request", 4), ("idle", 1), ("stalled", 1)] {
        let line = format!("patchbay_connections_closed_total{{port=\"grpc\",reason=\"{reason}\"}} {count}");
        server.has_metric(&line).await;
    }
}

#[tokio::test]
async fn a_port_with_tls_waits_no_longer_for_a_handshake_than_for_a_request() {
    let server = Running::start(with_tls()).await;
    server.closes(&[Silent::Nothing, Silent::OneByte]).await;
    server.has_metric("patchbay_connections_closed_total{port=\"grpc\",reason=\"no_request\"} 1").await;
}

#[tokio::test]
async fn the_call_after_an_idle_connection_was_closed_succeeds() {
    let server = Running::start(in_the_clear()).await;
    let channel = Target::Url(format!("http://{}", server.address)).channel(&in_the_clear()).unwrap();
    let mut client = HealthClient::new(channel);
    for closed in 1..=3 {
        client.check(patchbay_rpc::request(HealthCheckRequest::default())).await.unwrap();
        server
            .has_metric(&format!(
                "patchbay_connections_closed_total{{port=\"grpc\",reason=\"idle\"}} {closed}"
            ))
            .await;
    }
}

#[tokio::test]
async fn a_connection_with_an_open_stream_is_not_idle() {
    let server = Running::start(in_the_clear()).await;
    let channel = Target::Url(format!("http://{}", server.address)).channel(&in_the_clear()).unwrap();
    let mut client = HealthClient::new(channel);
    let watch = client.watch(patchbay_rpc::stream_request(HealthCheckRequest::default())).await.unwrap();
    let mut watch = watch.into_inner();
    assert_eq!(watch.message().await.unwrap().unwrap().status, 1, "serving");
    // Others come and go by the limits meanwhile.
    for _ in 0..4 {
        Silent::Http2Request.until_closed(server.address, CHECK).await.unwrap();
    }
    server.health.set_serving(false).await;
    let news = timeout(DEADLINE, watch.message()).await.unwrap();
    assert_eq!(news.unwrap().unwrap().status, 2, "not serving");
}

#[tokio::test]
async fn a_stop_ends_idle_connections_at_once() {
    let server = Running::start(in_the_clear()).await;
    let channel = Target::Url(format!("http://{}", server.address)).channel(&in_the_clear()).unwrap();
    HealthClient::new(channel.clone())
        .check(patchbay_rpc::request(HealthCheckRequest::default()))
        .await
        .unwrap();
    server.stop.drain(DEADLINE).await.unwrap();
}
