//! Answers to requests whose body was not read, on connections that go on.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::platform::{DEADLINE, Platform};
use crate::running::Running;

/// Larger than the largest body that is read, and than the buffers of a connection.
const LARGE: usize = 3 * 1024 * 1024;

/// An operation that refuses an empty object.
const INSTALLATIONS: &str = "/api/0/organizations/acme/sentry-app-installations/";

/// An HTTP/1.1 connection that sends one request after the other.
struct Client(TcpStream);

impl Client {
    async fn connect(gateway: &Running) -> Self {
        Self(TcpStream::connect(gateway.address).await.unwrap())
    }

    /// Sends a request and reads the whole response: its status, and whether it says that the connection closes.
    async fn ask(&mut self, head: &str, body: &[u8]) -> (u16, bool) {
        self.send(head, body).await;
        self.answer().await
    }

    async fn send(&mut self, head: &str, body: &[u8]) {
        let head = format!("{}\r\nhost: x\r\n\r\n", head.replace('\n', "\r\n"));
        let bytes = [head.as_bytes(), body].concat();
        timeout(DEADLINE, self.0.write_all(&bytes)).await.unwrap().unwrap();
    }

    async fn answer(&mut self) -> (u16, bool) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(timeout(DEADLINE, self.0.read_u8()).await.unwrap().unwrap());
        }
        let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
        self.0.read_exact(&mut vec![0; length.parse().unwrap()]).await.unwrap();
        (head[9..12].parse().unwrap(), head.contains("\r\nconnection: close\r\n"))
    }

    async fn is_closed(&mut self) {
        let mut rest = Vec::new();
        timeout(DEADLINE, self.0.read_to_end(&mut rest)).await.unwrap().unwrap();
        assert!(rest.is_empty());
    }
}

fn post(path: &str, token: &str, length: usize) -> String {
    format!(
        "POST {path} HTTP/1.1\nauthorization: Bearer {token}\ncontent-type: application/json\ncontent-length: {length}"
    )
}

#[tokio::test]
async fn an_answer_that_did_not_wait_for_the_body_leaves_the_connection_usable() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let gateway = Running::start(&platform).await;
    let apps = "/api/0/sentry-apps/";
    let cases = [
        (413, post(apps, &owner, LARGE)),
        (401, post(apps, "wrong", LARGE)),
        (403, post("/api/0/api-tokens/", &owner, LARGE)),
        (404, post("/api/0/nothing/", &owner, LARGE)),
        (405, post("/api/0/sentry-apps/x/webhook-requests/", &owner, LARGE)),
        (400, post("/api/0/sentry-apps/?odd=1", &owner, LARGE)),
        (414, post(&format!("/api/0/?{}", "x".repeat(9000)), &owner, LARGE)),
        (431, post(apps, &owner, LARGE) + "\nx-anything: " + &"x".repeat(33 * 1024)),
    ];
    for (expected, head) in &cases {
        let mut client = Client::connect(&gateway).await;
        for _ in 0..2 {
            let (status, closes) = client.ask(head, &vec![b' '; LARGE]).await;
            assert_eq!((status, closes), (*expected, false), "{head:.60}");
        }
        assert_eq!(client.ask("GET /healthz HTTP/1.1", b"").await, (200, false), "{head:.60}");
    }
    // All of them on one connection.
    let mut client = Client::connect(&gateway).await;
    for (expected, head) in &cases {
        assert_eq!(client.ask(head, &vec![b' '; LARGE]).await, (*expected, false), "{head:.60}");
    }
}

#[tokio::test]
async fn a_chunked_body_that_was_not_read_leaves_the_connection_usable() {
    let platform = Platform::with_organizations().await;
    let gateway = Running::start(&platform).await;
    let mut client = Client::connect(&gateway).await;
    let head = "POST /api/0/sentry-apps/ HTTP/1.1\ntransfer-encoding: chunked";
    let chunks = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat().repeat(LARGE / 0x10000);
    for _ in 0..2 {
        let body = [chunks.as_slice(), b"0\r\n\r\n"].concat();
        assert_eq!(client.ask(head, &body).await, (401, false));
    }
}

#[tokio::test]
async fn limits_answer_without_the_body_too() {
    let platform = Platform::with_organizations().await;
    let mut config = platform.config.clone();
    (config.address_limit, config.max_requests) = (1, 1);
    let gateway = Running::with(&platform, config).await;
    let mut client = Client::connect(&gateway).await;
    let body = vec![b' '; LARGE];
    let apps = post("/api/0/sentry-apps/", "wrong", LARGE);
    for expected in [401, 429, 429] {
        assert_eq!(client.ask(&apps, &body).await, (expected, false));
    }
    // A request that waits for its body takes the only place.
    let owner = platform.member("acme", "owner").await;
    let mut slow = Client::connect(&gateway).await;
    slow.send(&post(INSTALLATIONS, &owner, 2), b"{").await;
    timeout(DEADLINE, async { while client.ask(&apps, &body).await != (503, false) {} }).await.unwrap();
    assert_eq!(client.ask(&apps, &body).await, (503, false));
    slow.0.write_all(b"}").await.unwrap();
    assert_eq!(slow.answer().await, (400, false));
}

#[tokio::test]
async fn a_body_that_is_too_large_or_not_sent_closes_the_connection_and_the_answer_says_so() {
    const HUGE: usize = 1024 * 1024 * 1024;
    let platform = Platform::with_organizations().await;
    let gateway = Running::start(&platform).await;
    let apps = "/api/0/sentry-apps/";

    // It announces more than is discarded, and goes on sending.
    let mut client = Client::connect(&gateway).await;
    client.send(&post(apps, "wrong", HUGE), &vec![b' '; LARGE]).await;
    assert_eq!(client.answer().await, (401, true));
    client.is_closed().await;

    // It does not announce, and does not end.
    let mut client = Client::connect(&gateway).await;
    let chunks = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
    client.send("POST /api/0/sentry-apps/ HTTP/1.1\ntransfer-encoding: chunked", b"").await;
    let (mut answers, mut requests) = client.0.into_split();
    let endless = tokio::spawn(async move { while requests.write_all(&chunks).await.is_ok() {} });
    let mut head = [0; 12];
    timeout(DEADLINE, answers.read_exact(&mut head)).await.unwrap().unwrap();
    assert_eq!(&head, b"HTTP/1.1 401");
    let mut rest = String::new();
    timeout(DEADLINE, answers.read_to_string(&mut rest)).await.unwrap().unwrap();
    assert!(rest.contains("\r\nconnection: close\r\n"), "{rest}");
    drop(answers);
    timeout(DEADLINE, endless).await.unwrap().unwrap();

    // It waits to be asked for it.
    let mut client = Client::connect(&gateway).await;
    let head = post(apps, "wrong", 10) + "\nexpect: 100-continue";
    assert_eq!(client.ask(&head, b"").await, (401, true));
    client.is_closed().await;

    // It never sends it.
    let mut client = Client::connect(&gateway).await;
    assert_eq!(client.ask(&post(apps, "wrong", 10), b"half").await, (401, true));
    client.is_closed().await;
}

#[tokio::test]
async fn a_client_that_waits_for_consent_gets_it_where_the_body_is_read() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let gateway = Running::start(&platform).await;
    let mut client = Client::connect(&gateway).await;
    let head = post(INSTALLATIONS, &owner, 2) + "\nexpect: 100-continue";
    assert_eq!(client.ask(&head, b"").await, (100, false));
    client.0.write_all(b"{}").await.unwrap();
    assert_eq!(client.answer().await, (400, false));
    assert_eq!(client.ask("GET /healthz HTTP/1.1", b"").await, (200, false));
}
