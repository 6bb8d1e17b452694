use axum::Router;
use axum::body::Body;
use axum::http::Request;
use patchbay_gateway::{Config, Context, router};
use patchbay_runtime::Runtime;
use tower::ServiceExt;

use crate::answer::Answer;
use crate::platform::Platform;

/// Three requests of each caller, two of an address, behind one proxy.
fn limited(platform: &Platform) -> Router {
    let config = Config { caller_limit: 3, address_limit: 2, proxies: 1, ..platform.config.clone() };
    router(Context::new(platform.channels(), config, &Runtime::new(platform.clock.clone())))
}

async fn get(router: &Router, path: &str, token: &str, address: &str) -> Answer {
    let mut request = Request::get(path).header("x-forwarded-for", address);
    if !token.is_empty() {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    Answer::read(router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()).await
}

#[tokio::test]
async fn one_caller_who_asks_too_often_is_told_when_to_come_back() {
    let platform = Platform::with_organizations().await;
    let (owner, member) = (platform.member("acme", "owner").await, platform.member("acme", "member").await);
    let router = limited(&platform);
    let path = "/api/0/organizations/acme/sentry-app-installations/";
    for address in ["10.0.0.1", "10.0.0.2", "10.0.0.3"] {
        assert_eq!(get(&router, path, &owner, address).await.status, 200);
    }
    let refused = get(&router, path, &owner, "10.0.0.4").await;
    refused.is(
        429,
        r#"{"detail":"You are attempting to use this endpoint too frequently. Limit is 3 requests in 60 seconds"}"#,
    );
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=61).contains(&wait), "{wait}");
    assert_eq!(get(&router, path, &member, "10.0.0.1").await.status, 200, "others are not refused for it");
}

#[tokio::test]
async fn whoever_shows_nothing_or_something_wrong_is_counted_by_address() {
    let platform = Platform::start().await;
    let router = limited(&platform);
    let path = "/api/0/sentry-apps/x/";
    assert_eq!(get(&router, path, "", "10.0.0.1").await.status, 401);
    assert_eq!(get(&router, path, "guess", "10.0.0.1").await.status, 401);
    assert_eq!(get(&router, path, "guess again", "10.0.0.1").await.status, 429);
    assert_eq!(
        get(&router, path, "", "1.1.1.1, 10.0.0.1").await.status,
        429,
        "a client cannot choose its address"
    );
    assert_eq!(get(&router, path, "guess", "10.0.0.2").await.status, 401);
}

#[tokio::test]
async fn operations_that_ask_for_nobody_are_counted_by_address_too() {
    let platform = Platform::start().await;
    let router = limited(&platform);
    let path = "/auth/link/x/";
    assert_eq!(get(&router, path, "", "10.0.0.1").await.status, 200);
    assert_eq!(get(&router, path, "a header does not help", "10.0.0.1").await.status, 200);
    assert_eq!(get(&router, path, "nor does this one", "10.0.0.1").await.status, 429);
}

/// Sends a request without a known caller.
async fn ask(router: &Router, method: &str, path: &str, headers: &[(&str, &str)], address: &str) -> u16 {
    let request = Request::builder().method(method).uri(path).header("x-forwarded-for", address);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let answer = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    answer.status().as_u16()
}

#[tokio::test]
async fn every_request_that_is_refused_before_its_caller_is_known_counts() {
    let platform = Platform::with_organizations().await;
    let owner = format!("Bearer {}", platform.member("acme", "owner").await);
    let long = "x".repeat(33 * 1024);
    let long_address = format!("/api/0/?{}", "x".repeat(9000));
    let router = limited(&platform);
    type Headers<'a> = &'a [(&'a str, &'a str)];
    let cases: [(u16, &str, &str, Headers<'_>); 9] = [
        (404, "GET", "/api/0/nothing/", &[]),
        (404, "GET", "/", &[("authorization", &owner)]),
        (405, "PATCH", "/api/0/", &[]),
        (405, "POST", "/healthz", &[]),
        // Only a session manages personal tokens.
        (403, "GET", "/api/0/api-tokens/", &[("authorization", &owner)]),
        (
            403,
            "POST",
            "/api/0/sentry-apps/",
            &[("cookie", "patchbay_session=x"), ("sec-fetch-site", "cross-site")],
        ),
        (400, "POST", "/api/0/sentry-apps/?odd=1", &[]),
        (414, "GET", &long_address, &[]),
        (431, "GET", "/api/0/", &[("x-anything", &long)]),
    ];
    for (number, (expected, method, path, headers)) in cases.into_iter().enumerate() {
        let address = format!("10.0.1.{number}");
        for expected in [expected, expected, 429, 429] {
            let status = ask(&router, method, path, headers, &address).await;
            assert_eq!(status, expected, "{method} {path:.60}");
        }
        assert_eq!(ask(&router, "GET", "/api/0/sentry-apps/x/", &[], &address).await, 429, "one limit");
    }
}

#[tokio::test]
async fn the_health_of_the_process_is_told_whatever_else_comes_from_an_address() {
    let platform = Platform::start().await;
    let router = limited(&platform);
    while get(&router, "/api/0/sentry-apps/x/", "guess", "10.0.0.1").await.status != 429 {}
    for _ in 0..10 {
        assert_eq!(get(&router, "/healthz", "guess", "10.0.0.1").await.status, 200);
    }
    assert_eq!(get(&router, "/api/0/sentry-apps/x/", "guess", "10.0.0.2").await.status, 401);
}

#[tokio::test]
async fn webhooks_of_trackers_count_if_they_are_refused() {
    let platform = Platform::start().await;
    let router = limited(&platform);
    let post = async |address: &str| {
        let request = Request::post("/extensions/nothing/webhook/guess/");
        let request = request.header("x-forwarded-for", address).body(Body::from("{}")).unwrap();
        Answer::read(router.clone().oneshot(request).await.unwrap()).await.status
    };
    for expected in [404, 404, 429, 429] {
        assert_eq!(post("10.0.0.1").await, expected);
    }
    assert_eq!(post("10.0.0.2").await, 404);
}
