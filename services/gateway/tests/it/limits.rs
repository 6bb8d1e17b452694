use std::convert::Infallible;

use axum::body::Body;
use axum::http::Request;
use bytes::Bytes;
use futures::stream;
use serde_json::json;

use crate::platform::Platform;

#[tokio::test]
async fn a_body_that_does_not_say_its_length_is_cut_off_at_the_limit() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let endless = stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from(vec![b' '; 64 * 1024])));
    let request = Request::post("/api/0/sentry-apps/")
        .header("authorization", format!("Bearer {owner}"))
        .header("content-type", "application/json")
        .body(Body::from_stream(endless))
        .unwrap();
    platform.send(request).await.is(413, r#"{"detail":"The request body is too large."}"#);
}

#[tokio::test]
async fn a_body_at_the_limit_is_read() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let mut body = json!({ "slug": "nothing" }).to_string();
    body.extend(std::iter::repeat_n(' ', 1024 * 1024 - body.len()));
    let request = Request::post("/api/0/organizations/acme/sentry-app-installations/")
        .header("authorization", format!("Bearer {owner}"))
        .header("content-type", "application/json")
        .body(Body::from(body))
        .unwrap();
    platform.send(request).await.is(404, "");
}

#[tokio::test]
async fn an_address_and_headers_that_are_too_long_are_refused() {
    let platform = Platform::start().await;
    let long = |length: usize| "x".repeat(length);
    let request = Request::get(format!("/api/0/?{}", long(9 * 1024))).body(Body::empty()).unwrap();
    platform.send(request).await.is(414, r#"{"detail":"The address of the request is too long."}"#);
    let request = Request::get("/api/0/").header("x-anything", long(33 * 1024)).body(Body::empty()).unwrap();
    platform.send(request).await.is(431, r#"{"detail":"The headers of the request are too large."}"#);
    let request = Request::get("/api/0/").header("x-anything", long(31 * 1024)).body(Body::empty()).unwrap();
    assert_eq!(platform.send(request).await.status, 200);
}
