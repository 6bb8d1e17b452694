use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use crate::platform::Platform;

#[tokio::test]
async fn a_token_that_is_none_is_refused_by_name() {
    let platform = Platform::start().await;
    let cases = [
        ("", "Authentication credentials were not provided."),
        ("Basic dXNlcjpwYXNz", "Authentication credentials were not provided."),
        ("Bearer", "Invalid token header. No credentials provided."),
        ("Bearer a b", "Invalid token header. Token string should not contain spaces."),
        ("Bearer unknown", "Invalid token"),
        (&format!("Bearer {}", "0".repeat(64)), "Invalid token"),
        (&format!("Bearer {}", "0".repeat(5000)), "Invalid token"),
    ];
    for (authorization, detail) in cases {
        let mut request = Request::get("/api/0/sentry-apps/x/");
        if !authorization.is_empty() {
            request = request.header("authorization", authorization);
        }
        let answer = platform.send(request.body(Body::empty()).unwrap()).await;
        answer.is(401, &json!({ "detail": detail }).to_string());
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
    }
}

#[tokio::test]
async fn the_index_tells_who_is_asking() {
    let platform = Platform::with_organizations().await;
    platform.get("/api/0/", "").await.is(200, r#"{"version":"0","auth":null,"user":null}"#);
    let token = platform.member("acme", "owner").await;
    let index = platform.get("/api/0/", &token).await.json();
    assert_eq!(index["user"]["email"], "owner@acme.example");
    assert!(index["auth"]["scopes"].as_array().unwrap().contains(&json!("org:admin")));
    platform.get("/api/0/", "unknown").await.is(401, r#"{"detail":"Invalid token"}"#);
}

#[tokio::test]
async fn a_token_of_an_installation_expires() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let app = platform.app(&owner, json!({ "verifyInstall": false })).await;
    let installations = "/api/0/organizations/acme/sentry-app-installations/";
    let installed = platform.post(installations, &owner, json!({ "slug": "hooks" })).await.json();
    let path = format!("/api/0/sentry-app-installations/{}/", installed["uuid"].as_str().unwrap());
    let body = json!({
        "client_id": app["clientId"], "client_secret": app["clientSecret"],
        "grant_type": "authorization_code", "code": installed["code"],
    });
    let token = platform.post(&format!("{path}authorizations/"), "", body).await.json()["token"].clone();
    assert_eq!(platform.get(&path, token.as_str().unwrap()).await.status, 200);
    platform.hand.advance(Duration::from_secs(8 * 3600));
    platform.get(&path, token.as_str().unwrap()).await.is(401, r#"{"detail":"Token expired"}"#);
}

#[tokio::test]
async fn a_role_that_is_taken_away_is_gone_at_once() {
    let platform = Platform::with_organizations().await;
    let user_id = platform.user("jane@acme.example", false).await;
    let token = platform.token_of(user_id).await;
    let path = "/api/0/organizations/acme/sentry-app-installations/";
    assert_eq!(platform.get(path, &token).await.status, 403);
    let member = patchbay_proto::tracker::SetMemberRequest {
        organization: "acme".into(),
        user_id,
        role: "member".into(),
    };
    platform.directory().set_member(patchbay_rpc::request(member)).await.unwrap();
    platform.get(path, &token).await.is(200, "[]");
}
