//! Pages in a browser: whose scripts may use a token, and the headers of their answers.

use axum::body::Body;
use axum::http::{HeaderValue, Request};
use serde_json::json;

use crate::answer::Answer;
use crate::platform::Platform;

const PAGE: &str = "https://app.example";

/// A token of an internal app with these allowed origins.
async fn token(platform: &Platform, origins: &[&str]) -> String {
    let owner = platform.member("acme", "owner").await;
    let changes = json!({ "isInternal": true, "verifyInstall": false, "allowedOrigins": origins });
    platform.app(&owner, changes).await["tokens"][0]["token"].as_str().unwrap().to_owned()
}

async fn send(platform: &Platform, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = Request::builder().method(method).uri(path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    platform.send(request.body(Body::empty()).unwrap()).await
}

async fn from_page(platform: &Platform, token: &str, origin: &str) -> Answer {
    let token = format!("Bearer {token}");
    send(platform, "GET", "/api/0/", &[("origin", origin), ("authorization", &token)]).await
}

#[tokio::test]
async fn a_token_is_good_on_the_pages_its_app_lists() {
    let platform = Platform::with_organizations().await;
    let token = token(&platform, &[PAGE]).await;
    let answer = from_page(&platform, &token, PAGE).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, PAGE));
    assert!(answer.header("access-control-expose-headers").contains("Link"));
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    assert!(answer.header("vary").contains("Origin"));
    for page in [
        "https://evil.example",
        "http://app.example",
        "https://app.example:8443",
        "null",
        "https://äpp.example",
    ] {
        let answer = from_page(&platform, &token, page).await;
        answer.is(400, &json!({ "detail": format!("Invalid origin: {page}") }).to_string());
        assert_eq!(answer.header("access-control-allow-origin"), "", "{page}");
    }
}

#[tokio::test]
async fn a_token_whose_app_lists_no_pages_is_good_on_ours_only() {
    let platform = Platform::with_organizations().await;
    let token = token(&platform, &[]).await;
    assert_eq!(from_page(&platform, &token, PAGE).await.status, 400);
    assert_eq!(from_page(&platform, &token, "https://patchbay.example").await.status, 200);
    for nameless in ["null", "https://äpp.example", "x"] {
        assert_eq!(from_page(&platform, &token, nameless).await.status, 400, "{nameless} is a page too");
    }
    assert_eq!(platform.get("/api/0/", &token).await.status, 200, "no page at all");
}

#[tokio::test]
async fn a_personal_token_is_for_no_page_of_somebody_else() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    assert_eq!(from_page(&platform, &owner, PAGE).await.status, 400);
}

#[tokio::test]
async fn a_page_can_read_why_its_token_is_refused() {
    let platform = Platform::start().await;
    let answer = from_page(&platform, "unknown", PAGE).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (401, PAGE));
}

#[tokio::test]
async fn without_a_token_a_page_reads_nothing() {
    let platform = Platform::start().await;
    for headers in [&[("origin", PAGE)][..], &[("origin", PAGE), ("cookie", "patchbay_session=x")]] {
        let answer = send(&platform, "GET", "/api/0/", headers).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, ""));
    }
}

#[tokio::test]
async fn a_browser_that_asks_first_is_told_what_is_possible() {
    let platform = Platform::start().await;
    let headers = [
        ("origin", PAGE),
        ("access-control-request-method", "PUT"),
        ("access-control-request-headers", "authorization,content-type"),
    ];
    let answer = send(&platform, "OPTIONS", "/api/0/sentry-apps/x/", &headers).await;
    assert_eq!((answer.status, answer.text()), (200, ""));
    assert_eq!(answer.header("access-control-allow-origin"), PAGE);
    assert!(answer.header("access-control-allow-methods").contains("PUT"));
    assert!(answer.header("access-control-allow-headers").contains("Authorization"));
    assert_eq!(answer.header("access-control-max-age"), "600");
    let outside = send(&platform, "OPTIONS", "/auth/sign-out/", &headers).await;
    assert_eq!((outside.status, outside.header("access-control-allow-origin")), (200, ""));
}

#[tokio::test]
async fn every_route_tells_its_methods() {
    let platform = Platform::start().await;
    let document = platform.get("/api/0/openapi.json", "").await.json();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let answer = send(&platform, "OPTIONS", &path.replace(['{', '}'], ""), &[]).await;
        assert_eq!((answer.status, answer.text()), (200, ""), "{path}");
        let told: Vec<_> = answer.header("allow").split(", ").collect();
        for method in operations.as_object().unwrap().keys() {
            assert!(told.contains(&method.to_ascii_uppercase().as_str()), "{method} {path}: {told:?}");
        }
        assert!(told.contains(&"OPTIONS"));
    }
    assert_eq!(send(&platform, "OPTIONS", "/api/0/nothing/", &[]).await.status, 404);
}

#[tokio::test]
async fn an_origin_that_no_list_can_name_is_refused_whatever_the_token() {
    let platform = Platform::with_organizations().await;
    let of_app = token(&platform, &[PAGE]).await;
    let of_person = platform.member("acme", "manager").await;
    for token in [of_app, of_person] {
        for origin in [&b"null"[..], b"", b"\xff", "https://b\u{fc}cher.example".as_bytes(), &[b'x'; 9000]] {
            let request = Request::get("/api/0/")
                .header("authorization", format!("Bearer {token}"))
                .header("origin", HeaderValue::from_bytes(origin).unwrap());
            let answer = platform.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, 400, "{origin:?}: {answer:?}");
            assert!(answer.text().contains("Invalid origin: ") && answer.body.len() < 500, "{answer:?}");
            assert_eq!(answer.header("access-control-allow-origin"), "");
        }
    }
}
