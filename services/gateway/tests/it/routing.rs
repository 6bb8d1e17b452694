use axum::body::Body;
use axum::http::Request;

use crate::platform::Platform;

#[tokio::test]
async fn what_leads_nowhere_is_said_in_json() {
    let platform = Platform::start().await;
    let nowhere = r#"{"detail":"The requested resource does not exist"}"#;
    for path in ["/", "/api/0/nothing/", "/api/1/", "/api/0/sentry-apps/a/b/c/", "/%ff%fe"] {
        platform.get(path, "").await.is(404, nowhere);
    }
}

#[tokio::test]
async fn a_wrong_method_is_named_and_the_right_ones_are_told() {
    let platform = Platform::start().await;
    let answer = platform.call("POST", "/api/0/sentry-apps/x/webhook-requests/", "", None).await;
    answer.is(405, r#"{"detail":"Method \"POST\" not allowed."}"#);
    assert_eq!(answer.header("allow"), "GET,HEAD,OPTIONS");
    let answer = platform.call("PATCH", "/api/0/sentry-app-installations/x/", "", None).await;
    answer.is(405, r#"{"detail":"Method \"PATCH\" not allowed."}"#);
    assert_eq!(answer.header("allow"), "GET,HEAD,PUT,DELETE,OPTIONS");
}

#[tokio::test]
async fn the_slash_at_the_end_may_be_left_out() {
    let platform = Platform::start().await;
    for path in ["/api/0", "/api/0/", "/healthz"] {
        assert_eq!(platform.get(path, "").await.status, 200, "{path}");
    }
    assert_eq!(platform.get("/api/0/sentry-apps/x", "").await.status, 401);
}

#[tokio::test]
async fn every_answer_has_the_id_of_its_request() {
    let platform = Platform::start().await;
    let id_for = async |given: &str| {
        let request = Request::get("/nowhere").header("x-request-id", given).body(Body::empty()).unwrap();
        platform.send(request).await.header("x-request-id").to_owned()
    };
    assert_eq!(id_for("abc-1.2_3").await, "abc-1.2_3");
    for odd in ["", "a b", "\"", &"x".repeat(65)] {
        let id = id_for(odd).await;
        assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{odd:?} became {id:?}");
    }
}

#[tokio::test]
async fn answers_are_private() {
    let platform = Platform::start().await;
    let answer = platform.get("/api/0/", "").await;
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
}
