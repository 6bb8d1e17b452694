//! The admin port over a real connection.

use std::future::pending;
use std::net::SocketAddr;
use std::time::Duration;

use patchbay_runtime::admin::{self, AdminServer};
use patchbay_runtime::metrics::Counter;
use patchbay_runtime::{AdminConfig, Metrics, Readiness, Settings, Stop};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const LIMIT: Duration = Duration::from_secs(5);

struct Process {
    metrics: Metrics,
    readiness: Readiness,
    stop: Stop,
    server: AdminServer,
}

impl Process {
    async fn start() -> Self {
        let settings = Settings::from_pairs([("ADMIN_LISTEN", "127.0.0.1:0")]);
        let (metrics, readiness, stop) = (Metrics::new(), Readiness::new(), Stop::new());
        let config = AdminConfig::read(&settings);
        let server =
            admin::start(&config, metrics.clone(), readiness.clone(), &stop).await.expect("a free port");
        Self { metrics, readiness, stop, server }
    }

    async fn get(&self, path: &str) -> (u16, String) {
        let response = get(self.server.local_addr(), path).await.expect("an answer");
        let (head, body) = response.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, body.to_owned())
    }

    async fn ready(&self) -> (u16, Value) {
        let (status, body) = self.get("/readyz").await;
        (status, serde_json::from_str(&body).expect("JSON"))
    }
}

async fn get(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut response = String::new();
    stream.read_to_string(&mut response).await?;
    Ok(response)
}

#[tokio::test]
async fn a_process_without_checks_is_alive_and_ready() {
    let process = Process::start().await;
    assert_eq!(process.get("/livez").await, (200, "ok\n".to_owned()));
    assert_eq!(process.ready().await, (200, json!({"ready": true, "checks": {}})));
}

#[tokio::test]
async fn a_check_that_fails_makes_the_process_not_ready_and_says_why() {
    let process = Process::start().await;
    process.readiness.check("database", LIMIT, || async { Ok::<(), String>(()) });
    process.readiness.check("bus", LIMIT, || async { Err("connection refused") });
    let expected = json!({
        "ready": false,
        "checks": {"bus": {"ok": false, "error": "connection refused"}, "database": {"ok": true}},
    });
    assert_eq!(process.ready().await, (503, expected));
    assert_eq!(process.get("/livez").await.0, 200);

    process.readiness.remove("bus");
    assert_eq!(process.ready().await.0, 200);
}

#[tokio::test]
async fn a_check_that_hangs_or_panics_has_failed() {
    let process = Process::start().await;
    process.readiness.check("slow", Duration::from_millis(10), pending::<Result<(), String>>);
    process.readiness.check("broken", LIMIT, || async {
        if true {
            panic!("out of order");
        }
        Ok::<(), String>(())
    });
    let (status, report) = process.ready().await;
    assert_eq!(status, 503);
    assert_eq!(report["checks"]["slow"]["error"], "no answer within 10ms");
    assert_eq!(report["checks"]["broken"]["error"], "the check panicked");
}

#[tokio::test]
async fn a_stopping_process_is_alive_but_not_ready() {
    let process = Process::start().await;
    process.stop.request();
    let (status, report) = process.ready().await;
    assert_eq!((status, &report["checks"]["stop"]["error"]), (503, &json!("stopping")));
    assert_eq!(process.get("/livez").await.0, 200);
}

#[tokio::test]
async fn metrics_are_served_as_text() {
    let process = Process::start().await;
    let counter: Counter = process.metrics.with_prefix("sender").register("received", "Messages.", ());
    counter.inc();
    let (status, page) = process.get("/metrics").await;
    assert_eq!(status, 200);
    assert!(page.contains("patchbay_sender_received_total 1\n"), "{page}");
    assert_eq!(process.get("/elsewhere").await.0, 404);
}

#[tokio::test]
async fn the_port_closes_with_its_server() {
    let process = Process::start().await;
    let address = process.server.local_addr();
    drop(process);
    let closed = async {
        while get(address, "/livez").await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LIMIT, closed).await.expect("the port to close");
}

#[tokio::test]
async fn an_address_in_use_is_an_error() {
    let process = Process::start().await;
    let settings = Settings::from_pairs([("ADMIN_LISTEN", process.server.local_addr().to_string())]);
    let config = AdminConfig::read(&settings);
    let second = admin::start(&config, Metrics::new(), Readiness::new(), &Stop::new()).await;
    assert_eq!(second.unwrap_err().kind(), std::io::ErrorKind::AddrInUse);
}
