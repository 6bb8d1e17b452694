use std::net::Ipv4Addr;
use std::time::Duration;

use futures::future::join_all;
use patchbay_testkit::eventually;
use patchbay_testkit::silent::{Silent, connect_from};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::platform::{DEADLINE, Platform};
use crate::running::Running;

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
    assert!(TcpStream::connect(gateway.address).await.is_err(), "the port is closed");
}

/// Sends these bytes on a connection of their own and reads until it is closed.
async fn exchange(gateway: &Running, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(gateway.address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn what_is_no_http_is_refused_and_does_no_harm() {
    let platform = Platform::start().await;
    let gateway = Running::start(&platform).await;
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n",
        b"POST /api/0/ HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n",
    ] {
        let answer = exchange(&gateway, bytes).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
    assert_eq!(gateway.get("/healthz", "x").await.status, 200);
}

#[tokio::test]
async fn connections_that_do_nothing_keep_nobody_else_out() {
    let platform = Platform::start().await;
    let mut config = platform.config.clone();
    config.connections.max = 4;
    config.connections.max_per_address = 3;
    let gateway = Running::with(&platform, config).await;
    let _silent = join_all((0..8).map(|_| connect_from(Ipv4Addr::LOCALHOST, gateway.address))).await;
    eventually(DEADLINE, "the connections are counted", async || {
        let refused = "patchbay_connections_refused_total{port=\"gateway\",reason=\"address\"} 5";
        (gateway.has_metric("patchbay_connections_open{port=\"gateway\"} 3") && gateway.has_metric(refused))
            .then_some(())
    })
    .await;
    for last in 2..6 {
        let mut stream = connect_from(Ipv4Addr::new(127, 0, 0, last), gateway.address).await.unwrap();
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
    }
}

#[tokio::test]
async fn the_gateways_limits_are_those_of_its_settings() {
    let platform = Platform::start().await;
    let mut config = platform.config.clone();
    let short = Duration::from_millis(300);
    (config.connections.first_request, config.connections.idle) = (short, short);
    config.connections.stall = short;
    let gateway = Running::with(&platform, config).await;
    join_all(Silent::HTTP.map(|silent| {
        let address = gateway.address;
        async move {
            let closed = timeout(DEADLINE, silent.until_closed(address, "/healthz")).await;
            assert!(closed.is_ok(), "{silent:?} is still connected");
        }
    }))
    .await;
}
