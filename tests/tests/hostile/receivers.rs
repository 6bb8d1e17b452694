//! Apps that answer what no HTTP server answers, to webhooks and to the requests of components.

use std::net::SocketAddr;
use std::time::Duration;

use futures::{StreamExt, stream};
use patchbay_domain::{Role, ScopeSet};
use patchbay_testkit::eventually;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::attack::while_others_work;
use crate::operation::Operation;
use crate::people::HOME;
use crate::server::Server;
use crate::world::World;

const SOON: Duration = Duration::from_secs(60);

/// Components of the app that are asked at once. More than 16 are refused as too many, which is not what is tested here.
const AT_ONCE: usize = 8;

/// The paths of the app.
const BAD: [&str; 18] = [
    "endless-body",
    "endless-headers",
    "endless-continue",
    "large-header",
    "to-a-private-address",
    "to-a-file",
    "to-itself",
    "status-600",
    "status-999",
    "status-1000",
    "switching-protocols",
    "no-http",
    "nothing",
    "half-a-body",
    "two-lengths",
    "bad-chunks",
    "bomb",
    "no-utf8",
];

/// The bytes that are sent once, and those that are repeated without end.
fn answer(path: &str) -> (Vec<u8>, Option<Vec<u8>>) {
    let text = |text: &str| (text.replace('\n', "\r\n").into_bytes(), None);
    match path.trim_start_matches('/') {
        "endless-body" => {
            (text("HTTP/1.1 200 OK\ncontent-type: application/json\n\n[").0, Some(vec![b' '; 64 * 1024]))
        }
        "endless-headers" => (text("HTTP/1.1 200 OK\n").0, Some(b"x-more: more\r\n".repeat(1000))),
        "endless-continue" => (Vec::new(), Some(b"HTTP/1.1 100 Continue\r\n\r\n".repeat(1000))),
        "large-header" => text(&format!("HTTP/1.1 200 OK\nx-large: {}\n\n", "q".repeat(4 << 20))),
        "to-a-private-address" => {
            text("HTTP/1.1 307 Moved\nlocation: http://169.254.169.254/\ncontent-length: 0\n\n")
        }
        "to-a-file" => text("HTTP/1.1 302 Moved\nlocation: file:///etc/passwd\ncontent-length: 0\n\n"),
        "to-itself" => text("HTTP/1.1 308 Moved\nlocation: /to-itself\ncontent-length: 0\n\n"),
        "status-600" => text("HTTP/1.1 600 Odd\ncontent-length: 2\n\n{}"),
        "status-999" => text("HTTP/1.1 999 Odd\ncontent-length: 2\n\n{}"),
        "status-1000" => text("HTTP/1.1 1000 Odd\ncontent-length: 2\n\n{}"),
        "switching-protocols" => {
            text("HTTP/1.1 101 Switching Protocols\nupgrade: websocket\nconnection: upgrade\n\n")
        }
        "no-http" => text("SSH-2.0-OpenSSH_9.9\n"),
        "half-a-body" => text("HTTP/1.1 200 OK\ncontent-length: 1000\n\n[]"),
        "two-lengths" => text("HTTP/1.1 200 OK\ncontent-length: 2\ncontent-length: 3\n\n[]]"),
        "bad-chunks" => text("HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\nffffffffffffffff1\n[]\n0\n\n"),
        "bomb" => {
            let head = "HTTP/1.1 200 OK\ncontent-type: application/json\ncontent-encoding: gzip\nconnection: close\n\n";
            ([text(head).0, bomb()].concat(), None)
        }
        "no-utf8" => {
            ([text("HTTP/1.1 200 OK\nx-odd: ").0, b"\xff\xfe\r\n\r\n[\"\xff\"]".to_vec()].concat(), None)
        }
        _ => (Vec::new(), None),
    }
}

/// A megabyte that gzip unpacks to more than a hundred: a zero, and references to it.
fn bomb() -> Vec<u8> {
    // A last block with fixed codes; a literal zero; then length 258 at distance 1, again and again.
    let begin = [1, 1, 0].into_iter().chain([0, 0, 1, 1, 0, 0, 0, 0]);
    let bits = begin.chain([1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0].into_iter().cycle());
    let bits: Vec<u8> = bits.take(8 << 20).collect();
    let bytes = bits.chunks(8).map(|byte| byte.iter().rev().fold(0, |byte, bit| byte << 1 | bit));
    b"\x1f\x8b\x08\0\0\0\0\0\0\x03".iter().copied().chain(bytes).collect()
}

/// Starts the app.
async fn start() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    address
}

async fn serve(mut stream: TcpStream) {
    let mut head = Vec::new();
    while !head.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
        match stream.read_buf(&mut head).await {
            Ok(1..) => {}
            _ => return,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default();
    let (first, endless) = answer(path.split('?').next().unwrap_or_default());
    if stream.write_all(&first).await.is_err() {
        return;
    }
    while let Some(more) = &endless {
        if stream.write_all(more).await.is_err() {
            return;
        }
    }
}

fn named(operations: &[Operation], id: &str) -> Operation {
    operations.iter().find(|operation| operation.id == id).unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_an_app_answers_to_a_component_its_user_gets_a_refusal() {
    let server = Server::with(&[("GATEWAY_OPTIONS_CACHE", "0s")]).await;
    let world = World::new(&server).await;
    let apps = &world.fixtures.apps;
    let mut body = apps.body(HOME, false, ScopeSet::EMPTY);
    body["webhookUrl"] = json!(format!("http://{}/nothing", start().await));
    body["verifyInstall"] = json!(false);
    let app = apps.owner("POST", "/api/0/sentry-apps/", &body).await;
    let installations = format!("/api/0/organizations/{HOME}/sentry-app-installations/");
    let uuid = apps.owner("POST", &installations, &json!({ "slug": app["slug"] })).await["uuid"].clone();
    let path = format!("/api/0/sentry-app-installations/{}/", uuid.as_str().unwrap());
    let operations = world.description.operations();
    let options = named(&operations, "get_select_options");
    let link = named(&operations, "act_on_external_issue");
    let issue = world.fixtures.fresh(&link, None).await.body.unwrap()["groupId"].clone();
    let owner = apps.owner_token();
    // webhook-sender learns of a new app a moment later; until then it refuses with 404.
    let known = format!("{path}external-requests/?uri=/nothing");
    eventually(SOON, "the app can be asked", async || {
        (server.call("GET", &known, owner, None).await.status != 404).then_some(())
    })
    .await;
    let attacks = stream::iter(BAD).map(async |name| {
        let asked = server.call("GET", &format!("{path}external-requests/?uri=/{name}"), owner, None).await;
        let body = json!({ "groupId": issue, "action": "create", "uri": format!("/{name}") });
        let made = server.call("POST", &format!("{path}external-issue-actions/"), owner, Some(&body)).await;
        for (operation, answer) in [(&options, asked), (&link, made)] {
            world.description.check(operation, &answer);
            // A 5xx may be the app's own.
            let is_ours = answer.body.contains("Sentry error ID") || matches!(answer.status, 503 | 504);
            let is_refused = (400..600).contains(&answer.status) && !is_ours;
            assert!(is_refused, "{} {name}: {answer:?}", operation.id);
            assert!(answer.body.len() < 10_000, "{} {name}: {} bytes", operation.id, answer.body.len());
        }
    });
    let attacks = attacks.buffer_unordered(AT_ONCE).collect::<Vec<_>>();
    while_others_work(&server, &world, attacks).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_an_app_answers_to_a_webhook_the_attempt_is_recorded_and_others_are_served() {
    let server = Server::start().await;
    let world = World::new(&server).await;
    let apps = &world.fixtures.apps;
    let address = start().await;
    let listed = named(&world.description.operations(), "list_webhook_requests");
    let mut slugs = Vec::new();
    for name in BAD {
        let mut body = apps.body(HOME, false, Role::Member.scopes());
        body["webhookUrl"] = json!(format!("http://{address}/{name}"));
        let slug = apps.owner("POST", "/api/0/sentry-apps/", &body).await["slug"].clone();
        let installations = format!("/api/0/organizations/{HOME}/sentry-app-installations/");
        apps.owner("POST", &installations, &json!({ "slug": slug })).await;
        slugs.push((name, slug.as_str().unwrap().to_owned()));
    }
    let attempts = async {
        apps.delivery().await;
        for (name, slug) in &slugs {
            let path = format!("/api/0/sentry-apps/{slug}/webhook-requests/?full=1");
            let attempt = eventually(SOON, &format!("an attempt at {name}"), async || {
                let answer = server.call("GET", &path, apps.owner_token(), None).await;
                world.description.check(&listed, &answer);
                answer.json().get(0).cloned()
            })
            .await;
            let code = attempt["responseCode"].as_u64().unwrap();
            // The status alone tells whether a webhook was taken.
            let says_200 = answer(name).0.starts_with(b"HTTP/1.1 200");
            assert!(!(200..300).contains(&code) || says_200, "{name}: {attempt}");
            assert!(attempt.to_string().len() < 200_000, "{name}");
        }
    };
    while_others_work(&server, &world, attempts).await;
}
