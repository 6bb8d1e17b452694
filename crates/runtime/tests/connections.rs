//! Connections that do nothing end, and those that do something, however slowly, do not.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};
use bytes::Bytes;
use futures::future::join_all;
use futures::stream;
use patchbay_runtime::connections::{Limits, Port, serve_http};
use patchbay_runtime::{Metrics, Stop};
use patchbay_testkit::eventually;
use patchbay_testkit::silent::{Silent, connect_from};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

const DEADLINE: Duration = Duration::from_secs(30);
/// Long enough for a client to send what it sends before it falls silent, on a busy machine too.
const SHORT: Duration = Duration::from_secs(1);
const LIMITS: Limits =
    Limits { max: 1000, max_per_address: 0, first_request: SHORT, idle: SHORT, stall: SHORT };
/// More than the system's buffers for a connection.
const DOWNLOAD: usize = 16 * 1024 * 1024;

struct Running {
    address: SocketAddr,
    metrics: Metrics,
    stop: Stop,
}

impl Running {
    async fn start(limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (metrics, stop) = (Metrics::new(), Stop::new());
        let port = Port::new("test", listener, limits, &metrics);
        let address = port.local_addr().unwrap();
        let router = Router::new()
            .route("/api/short", get(|| async { "short" }))
            .route("/api/long", get(|| async { Body::from(vec![b'x'; DOWNLOAD]) }))
            .route(
                "/api/silent",
                get(|| async { Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>()) }),
            )
            .route("/api/upload", post(|body: Bytes| async move { body.len().to_string() }));
        stop.spawn(
            "test",
            port.serve(stop.clone(), move |io, connection| serve_http(io, connection, router.clone())),
        );
        Self { address, metrics, stop }
    }

    fn count(&self, name: &str) -> u64 {
        let page = self.metrics.encode();
        let line = page.lines().find_map(|line| line.strip_prefix(&format!("patchbay_connections_{name} ")));
        line.map_or(0, |count| count.parse().unwrap())
    }

    async fn counts(&self, name: &str, expected: u64) {
        eventually(DEADLINE, &format!("{name} is {expected}"), async || {
            (self.count(name) == expected).then_some(())
        })
        .await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.request_hard();
    }
}

/// Sends a request and reads the answer up to the end of the connection.
async fn ask(mut stream: TcpStream, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(DEADLINE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    answer
}

async fn each_is_closed(server: &Running, path: &str) {
    let closed = join_all(Silent::HTTP.map(|silent| async move {
        let closed = timeout(DEADLINE, silent.until_closed(server.address, path)).await;
        assert!(closed.is_ok(), "{silent:?} is still connected");
    }));
    closed.await;
    server.counts("open{port=\"test\"}", 0).await;
}

#[tokio::test]
async fn a_connection_that_falls_silent_is_closed_whatever_it_sent() {
    let server = Running::start(LIMITS).await;
    each_is_closed(&server, "/api/short").await;
    let closed = |reason: &str| server.count(&format!("closed_total{{port=\"test\",reason=\"{reason}\"}}"));
    assert_eq!(closed("no_request"), 5);
    assert_eq!(closed("idle"), 3);
    assert_eq!(closed("stalled"), 2);
}

#[tokio::test]
async fn a_connection_whose_long_answer_is_not_read_is_closed() {
    let server = Running::start(LIMITS).await;
    each_is_closed(&server, "/api/long").await;
}

#[tokio::test]
async fn an_open_stream_without_news_is_not_idle() {
    let server = Running::start(LIMITS).await;
    let mut stream = connect_from(Ipv4Addr::LOCALHOST, server.address).await.unwrap();
    stream.write_all(b"GET /api/silent HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    let mut head = [0; 17];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200 OK\r\n");
    // Others come and go by the limits meanwhile.
    for _ in 0..4 {
        Silent::Http1Request.until_closed(server.address, "/api/short").await.unwrap();
    }
    server.counts("open{port=\"test\"}", 1).await;
}

#[tokio::test]
async fn a_slow_upload_and_a_slow_download_that_go_on_are_not_cut() {
    // The limit is far longer than a pause, so that a busy machine does not reach it, and shorter than all pauses together.
    let stall = Duration::from_secs(3);
    let server = Running::start(Limits { stall, ..LIMITS }).await;
    let upload = async {
        let mut stream = connect_from(Ipv4Addr::LOCALHOST, server.address).await.unwrap();
        let head = "POST /api/upload HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 20\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        for _ in 0..20 {
            sleep(stall / 16).await;
            stream.write_all(b"x").await.unwrap();
        }
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("\r\n20"), "{answer}");
    };
    let download = async {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(b"GET /api/long HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
        let (mut read, mut piece) = (0, vec![0; 1024 * 1024]);
        for pause in std::iter::repeat_n(stall / 16, 20).chain(std::iter::repeat(Duration::ZERO)) {
            sleep(pause).await;
            let bytes = stream.read(&mut piece).await.unwrap();
            read += bytes;
            if bytes == 0 {
                break;
            }
        }
        assert!(read > DOWNLOAD, "{read} bytes");
    };
    timeout(DEADLINE, async { tokio::join!(upload, download) }).await.unwrap();
}

#[tokio::test]
async fn an_upload_that_stops_halfway_is_cut() {
    let server = Running::start(LIMITS).await;
    let mut stream = connect_from(Ipv4Addr::LOCALHOST, server.address).await.unwrap();
    stream
        .write_all(b"POST /api/upload HTTP/1.1\r\nhost: a\r\ncontent-length: 20\r\n\r\nhalf")
        .await
        .unwrap();
    let mut answer = String::new();
    timeout(DEADLINE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    assert_eq!(answer, "");
    server.counts("closed_total{port=\"test\",reason=\"stalled\"}", 1).await;
}

#[tokio::test]
async fn while_one_address_has_all_the_connections_it_may_have_another_is_served_at_once() {
    let server = Running::start(Limits { max_per_address: 50, first_request: DEADLINE, ..LIMITS }).await;
    let silent = join_all((0..60).map(|_| connect_from(Ipv4Addr::LOCALHOST, server.address))).await;
    server.counts("open{port=\"test\"}", 50).await;
    server.counts("refused_total{port=\"test\",reason=\"address\"}", 10).await;
    let other = connect_from(Ipv4Addr::new(127, 0, 0, 2), server.address).await.unwrap();
    assert!(ask(other, "/api/short").await.ends_with("short"));
    server.counts("open{port=\"test\"}", 50).await;
    drop(silent);
}

#[tokio::test]
async fn a_full_port_makes_room_and_refuses_only_when_every_connection_is_in_use() {
    let server = Running::start(Limits { max: 2, first_request: DEADLINE, ..LIMITS }).await;
    let _silent = join_all((0..2).map(|_| connect_from(Ipv4Addr::LOCALHOST, server.address))).await;
    server.counts("open{port=\"test\"}", 2).await;
    let mut busy = Vec::new();
    for evicted in 1..=2 {
        let mut stream = connect_from(Ipv4Addr::LOCALHOST, server.address).await.unwrap();
        stream.write_all(b"GET /api/silent HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        stream.read_exact(&mut [0; 17]).await.unwrap();
        busy.push(stream);
        server.counts("closed_total{port=\"test\",reason=\"evicted\"}", evicted).await;
    }
    let mut refused = connect_from(Ipv4Addr::LOCALHOST, server.address).await.unwrap();
    assert_eq!(timeout(DEADLINE, refused.read(&mut [0; 1])).await.unwrap().unwrap(), 0);
    server.counts("refused_total{port=\"test\",reason=\"full\"}", 1).await;
    busy.pop();
    server.counts("open{port=\"test\"}", 1).await;
    let next = connect_from(Ipv4Addr::LOCALHOST, server.address).await.unwrap();
    assert!(ask(next, "/api/short").await.ends_with("short"));
}

#[tokio::test]
async fn a_stop_does_not_wait_for_clients_that_do_nothing() {
    let long = Duration::from_secs(3600);
    let server = Running::start(Limits { first_request: long, idle: long, stall: long, ..LIMITS }).await;
    let silent = join_all(Silent::HTTP.map(|silent| silent.until_closed(server.address, "/api/long")));
    let stop = async {
        server.counts("open{port=\"test\"}", 10).await;
        server.stop.drain(DEADLINE).await.unwrap();
    };
    timeout(DEADLINE, async { tokio::join!(silent, stop) }).await.unwrap();
}
