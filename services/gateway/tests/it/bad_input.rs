//! Any invalid request is answered with a refusal in JSON.

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;

use crate::answer::Answer;
use crate::platform::Platform;

const UUID: &str = "00000000-0000-4000-8000-000000000000";

/// Method and path of every operation under `/api/`, whether it takes a body with a token, and whether it asks who is there.
async fn operations(platform: &Platform) -> Vec<(String, String, bool, bool)> {
    let document = platform.get("/api/0/openapi.json", "").await.json();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let takes_tokens = operation["x-access"]["session"] == false;
            let takes_body = takes_tokens && operation.get("requestBody").is_some();
            let is_open = operation["security"] == serde_json::json!([{}]);
            operations.push((method.to_ascii_uppercase(), path.clone(), takes_body, !is_open));
        }
    }
    operations.retain(|(_, path, ..)| path.starts_with("/api/"));
    assert!(operations.len() > 10);
    operations
}

/// The path with these in place of its names; the last one is repeated.
fn filled(path: &str, names: &[&str]) -> String {
    let mut names = names.iter().copied().chain(std::iter::repeat(*names.last().unwrap()));
    let parts = path.split('/').map(|part| if part.starts_with('{') { names.next().unwrap() } else { part });
    parts.collect::<Vec<_>>().join("/")
}

async fn send(platform: &Platform, token: &str, method: &str, path: &str, body: (&str, Vec<u8>)) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    request = request.header("authorization", format!("Bearer {token}"));
    if !body.0.is_empty() {
        request = request.header("content-type", body.0);
    }
    platform.send(request.body(Body::from(body.1)).unwrap()).await
}

fn is_refusal_in_json(answer: &Answer, what: &str) {
    assert!((400..500).contains(&answer.status), "{what}: {answer:?}");
    is_no_failure(answer, what);
}

/// Success, or a refusal that is written as one.
fn is_no_failure(answer: &Answer, what: &str) {
    assert!(answer.status < 500, "{what}: {answer:?}");
    if answer.status < 400 {
        return;
    }
    // Sentry answers some 404s without a body.
    let is_json = serde_json::from_slice::<Value>(&answer.body).is_ok();
    assert!(is_json || (answer.status == 404 && answer.body.is_empty()), "{what}: {answer:?}");
}

#[tokio::test]
async fn no_body_breaks_a_route() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    platform.app(&owner, serde_json::json!({})).await;
    // Of anybody else a status is ignored, whatever it is.
    let root = platform.superuser().await;
    let bodies: Vec<Vec<u8>> = [
        "{",
        "}",
        "nul",
        "null",
        "true",
        "1",
        "1e999",
        "\"x\"",
        "[]",
        "[{}]",
        "{\"a\":}",
        "{'a':1}",
        "{\"a\":1,}",
        "\u{feff}{}",
        "{} {}",
        "{\"name\":\"\\ud800\"}",
        "{\"status\":5}",
        "{\"status\":[]}",
        "{\"slug\":null}",
        "{\"slug\":{\"a\":1}}",
        "{\"slug\":\"a\\u0000b\"}",
        "{\"client_id\":1,\"client_secret\":[]}",
        "{\"organization\":\"acme\\u0000\"}",
        "{\"organization\":\"acme\",\"name\":\"\\u0000\",\"scopes\":[]}",
        "{\"organization\":\"acme\",\"name\":1,\"scopes\":{\"a\":1},\"events\":\"x\",\"webhookUrl\":[]}",
        "{\"unknown\":true}",
    ]
    .into_iter()
    .map(|text| text.as_bytes().to_vec())
    .chain([
        b"\xff\xfe".to_vec(),
        b"{\"name\":\"\xff\"}".to_vec(),
        b"[".repeat(100_000),
        b"{\"a\":".repeat(50_000),
    ])
    .collect();
    for (method, path, ..) in operations(&platform).await.iter().filter(|(.., takes_body, _)| *takes_body) {
        let path = &filled(path, &["hooks"]);
        for body in &bodies {
            let what = format!("{method} {path} {}", String::from_utf8_lossy(&body[..body.len().min(60)]));
            let answer = send(&platform, &root, method, path, ("application/json", body.clone())).await;
            is_no_failure(&answer, &what);
        }
    }
}

#[tokio::test]
async fn a_body_of_another_type_or_size_is_refused_before_it_is_read() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    for (method, path, ..) in operations(&platform).await.iter().filter(|(.., takes_body, _)| *takes_body) {
        let path = &filled(path, &["hooks"]);
        for kind in ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
        {
            let answer = send(&platform, &owner, method, path, (kind, b"{}".to_vec())).await;
            answer.is(
                415,
                &serde_json::json!({ "detail": format!("Unsupported media type \"{kind}\" in request.") })
                    .to_string(),
            );
        }
        let large = vec![b' '; 1024 * 1024 + 1];
        let answer = send(&platform, &owner, method, path, ("application/json", large)).await;
        answer.is(413, r#"{"detail":"The request body is too large."}"#);
    }
}

#[tokio::test]
async fn no_name_in_a_path_breaks_a_route() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let long = "x".repeat(10_000);
    let names = [
        "%00",
        "%ff",
        "%ff%fe%fd",
        "a%00b",
        "%0a",
        "%2e%2e",
        "..%2f..%2fetc",
        "%27%20or%201=1--",
        "%c3%28",
        "%",
        "%zz",
        "-1",
        "9223372036854775808",
        "99999999999999999999999999",
        "1e9",
        "+1",
        "%20",
        "%F0%9F%92%A9",
        "{app}",
        "00000000-0000-0000-0000-00000000000g",
        &long,
    ];
    let body = || ("application/json", br#"{"status":"installed","slug":"hooks","client_id":"a"}"#.to_vec());
    for (method, path, takes_body, _) in operations(&platform).await {
        if !path.contains('{') {
            continue;
        }
        for names in names.iter().flat_map(|name| [vec![*name], vec!["acme", *name]]) {
            let path = filled(&path, &names);
            // Some are no URI at all, which the HTTP library refuses before us.
            if path.parse::<axum::http::Uri>().is_err() {
                continue;
            }
            let body = if takes_body { body() } else { ("", Vec::new()) };
            let answer = send(&platform, &owner, &method, &path, body).await;
            is_no_failure(&answer, &format!("{method} {}", &path[..path.len().min(90)]));
            // Where the last part is the odd one, it names nothing.
            if names.len() == 1 {
                is_refusal_in_json(&answer, &format!("{method} {}", &path[..path.len().min(90)]));
            }
        }
    }
}

#[tokio::test]
async fn no_query_breaks_a_list() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let list = "/api/0/organizations/acme/sentry-app-installations/";
    for query in
        ["cursor=%00", "cursor=1:2", "cursor=a:b:c", "cursor=0:99999999999:0", "per_page=-1", "per_page=%ff"]
    {
        let answer = platform.get(&format!("{list}?{query}"), &owner).await;
        is_refusal_in_json(&answer, query);
    }
    for query in ["", "&&&", "%ff=%fe", "x", "=", "cursor=&per_page=1", "cursor=100:21474836:0"] {
        assert_eq!(platform.get(&format!("{list}?{query}"), &owner).await.status, 200, "{query}");
    }
}

#[tokio::test]
async fn every_route_but_the_open_ones_asks_who_is_there() {
    let platform = Platform::start().await;
    for (method, path, _, asks) in operations(&platform).await {
        if asks {
            let answer = platform.call(&method, &filled(&path, &[UUID]), "", None).await;
            answer.is(401, r#"{"detail":"Authentication credentials were not provided."}"#);
        }
    }
}

#[tokio::test]
async fn tokens_that_cannot_be_any_are_refused() {
    let platform = Platform::start().await;
    let long = [b"Bearer ".as_slice(), &[b'x'; 10_000]].concat();
    let headers: [&[u8]; 8] = [
        b"Bearer",
        b"Bearer ",
        b"Bearer \t",
        b"Bearer a\tb",
        b"Bearer \x80\xff",
        b"Bearer null",
        b"Bearer ' or 1=1--",
        &long,
    ];
    for header in headers {
        let value = axum::http::HeaderValue::from_bytes(header).unwrap();
        let request = Request::get("/api/0/sentry-apps/x/").header("authorization", value);
        let answer = platform.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 401, "{answer:?}");
        is_refusal_in_json(&answer, "a token");
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"api\"");
    }
}
