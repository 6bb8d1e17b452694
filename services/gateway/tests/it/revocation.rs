//! Over a real port, because only a gateway that was started watches revocations.

use std::net::SocketAddr;

use patchbay_egress::{Egress, EgressPolicy, Method, OutboundRequest, OutboundResponse};
use patchbay_gateway::{Deps, start};
use patchbay_proto::auth_token::RevokeInstallationRequest;
use patchbay_rpc::request;
use patchbay_runtime::{Metrics, Readiness, Stop};
use patchbay_testkit::eventually;
use serde_json::json;
use tokio::net::TcpListener;

use crate::platform::{DEADLINE, Platform};

struct Running {
    address: SocketAddr,
    metrics: Metrics,
    readiness: Readiness,
    http: Egress,
    stop: Stop,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.request_hard();
    }
}

impl Running {
    async fn start(platform: &Platform) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (metrics, readiness, stop) = (Metrics::new(), Readiness::new(), Stop::new());
        let deps = Deps {
            listener,
            services: platform.channels(),
            config: platform.config.clone(),
            clock: platform.clock.clone(),
            metrics: metrics.clone(),
            readiness: readiness.clone(),
            stop: stop.clone(),
        };
        start(deps).await.unwrap();
        let policy = EgressPolicy { allow_loopback: true, ..EgressPolicy::default() };
        Self { address, metrics, readiness, http: Egress::new(policy).unwrap(), stop }
    }

    async fn get(&self, path: &str, token: &str) -> OutboundResponse {
        let request = OutboundRequest::new(Method::GET, format!("http://{}{path}", self.address));
        let request = request.header("Authorization", format!("Bearer {token}"));
        self.http.send(request).await.unwrap()
    }

    fn has_metric(&self, line: &str) -> bool {
        self.metrics.encode().lines().any(|known| known == line)
    }

    async fn watches(&self) {
        eventually(DEADLINE, "revocations are watched", async || {
            self.has_metric("patchbay_gateway_revocations_watched 1").then_some(())
        })
        .await;
    }
}

/// An internal app's token, and the uuid of its installation.
async fn app_token(platform: &Platform) -> (String, String) {
    let owner = platform.member("acme", "owner").await;
    let app = platform.app(&owner, json!({ "isInternal": true, "verifyInstall": false })).await;
    let list = "/api/0/organizations/acme/sentry-app-installations/";
    let installations = platform.get(list, &owner).await.json();
    let uuid = installations[0]["uuid"].as_str().unwrap().to_owned();
    (app["tokens"][0]["token"].as_str().unwrap().to_owned(), uuid)
}

#[tokio::test]
async fn a_token_that_is_remembered_is_refused_as_soon_as_it_is_revoked() {
    let platform = Platform::with_organizations().await;
    let (token, uuid) = app_token(&platform).await;
    let gateway = Running::start(&platform).await;
    gateway.watches().await;
    for _ in 0..3 {
        assert_eq!(gateway.get("/api/0/", &token).await.status, 200);
    }
    assert!(gateway.has_metric("patchbay_gateway_token_cache_hits_total 2"), "{}", gateway.metrics.encode());

    let revoke = RevokeInstallationRequest { installation_uuid: uuid };
    platform.tokens().revoke_installation(request(revoke)).await.unwrap();
    // The clock stands still, so what was remembered does not end by its age.
    eventually(DEADLINE, "the token is refused", async || {
        (gateway.get("/api/0/", &token).await.status == 401).then_some(())
    })
    .await;
}

#[tokio::test]
async fn nothing_is_remembered_while_revocations_are_not_watched() {
    let platform = Platform::with_organizations().await;
    let (token, uuid) = app_token(&platform).await;
    // This gateway was not started, so it watches nothing.
    assert_eq!(platform.get("/api/0/", &token).await.status, 200);
    let revoke = RevokeInstallationRequest { installation_uuid: uuid };
    platform.tokens().revoke_installation(request(revoke)).await.unwrap();
    platform.get("/api/0/", &token).await.is(401, r#"{"detail":"Invalid token"}"#);
}

#[tokio::test]
async fn a_gateway_is_ready_once_it_has_reached_the_token_service() {
    let platform = Platform::start().await;
    let gateway = Running::start(&platform).await;
    eventually(DEADLINE, "the gateway is ready", async || {
        gateway.readiness.report(false).await.ready.then_some(())
    })
    .await;
}

#[tokio::test]
async fn without_the_token_service_requests_are_answered_503_and_the_process_is_not_ready() {
    let platform = Platform::start().await;
    platform.stop.drain(DEADLINE).await.unwrap();
    let gateway = Running::start(&platform).await;
    let answer = gateway.get("/api/0/", "token").await;
    assert_eq!(answer.status, 503);
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body["detail"], "A part of the service is not available right now.");
    assert!(!gateway.readiness.report(false).await.ready);
}

#[tokio::test]
async fn a_stop_ends_the_server_and_its_tasks() {
    let platform = Platform::start().await;
    let gateway = Running::start(&platform).await;
    gateway.watches().await;
    assert_eq!(gateway.get("/healthz", "x").await.status, 200);
    gateway.stop.drain(DEADLINE).await.unwrap();
    assert!(tokio::net::TcpStream::connect(gateway.address).await.is_err(), "the port is closed");
}
