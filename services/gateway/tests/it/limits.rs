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
