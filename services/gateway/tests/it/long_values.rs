//! A value of any length costs its sender a refusal and does not affect other callers: all callers share one connection to
//! each service, and the values that a refusal repeats travel in its headers.

use patchbay_domain::Scope;
use serde_json::{Value, json};

use crate::platform::{Platform, app_body};

fn long(text: &str) -> String {
    text.repeat(30_000)
}

fn app_with(key: &str, value: Value) -> Value {
    let mut body = app_body();
    body[key] = value;
    body
}

#[tokio::test]
async fn a_long_value_costs_its_sender_a_refusal_and_nobody_else_anything() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let user_id = platform.member_id("acme", "manager").await;
    let cookie = platform.session_of(user_id).await;
    let app = platform.app(&owner, json!({})).await;
    let one = format!("/api/0/sentry-apps/{}/", app["slug"].as_str().unwrap());
    let many = |count: usize| Value::from(vec![long("s"); count.min(20)]);
    let unknown: Vec<String> = (0..5000).map(|number| format!("no:{number}")).collect();

    for text in [long("q"), long("ü"), long("%41\""), long("🦀 ")] {
        for (method, path, body) in [
            ("POST", "/api/0/sentry-apps/", json!({ "organization": text, "name": "x" })),
            ("POST", "/api/0/sentry-apps/", app_with("organization", json!(text))),
            ("POST", "/api/0/sentry-apps/", app_with("name", json!(text))),
            ("POST", "/api/0/sentry-apps/", app_with("scopes", json!([text]))),
            ("POST", "/api/0/sentry-apps/", app_with("events", json!([text]))),
            ("POST", "/api/0/sentry-apps/", app_with("webhookUrl", json!(text))),
            ("POST", "/api/0/sentry-apps/", app_with("allowedOrigins", json!([text]))),
            ("POST", "/api/0/sentry-apps/", app_with("schema", json!({ "elements": [{ "type": text }] }))),
            (
                "POST",
                "/api/0/sentry-apps/",
                app_with("schema", json!({ "elements": [{ "type": "issue-link", "link": text }] })),
            ),
            ("PUT", &*one, json!({ "scopes": [text] })),
            ("PUT", &*one, json!({ "events": [text], "name": text, "author": text })),
            ("POST", "/api/0/organizations/", json!({ "name": text, "slug": text })),
            ("POST", "/api/0/organizations/acme/members/", json!({ "email": text, "role": text })),
            ("POST", "/api/0/teams/acme/none/projects/", json!({ "name": text, "slug": text })),
        ] {
            let answer = platform.call(method, path, &owner, Some(body)).await;
            assert!((400..500).contains(&answer.status), "{method} {path}: {answer:?}");
        }
        let body = json!({ "scopes": [text], "name": text });
        let answer = platform.in_session(&cookie, "POST", "/api/0/api-tokens/", Some(body)).await;
        assert_eq!(answer.status, 400, "{answer:?}");
    }
    for (key, value) in [
        ("scopes", many(20)),
        ("events", many(20)),
        ("scopes", json!(unknown)),
        ("events", json!(unknown)),
        ("features", json!(unknown)),
    ] {
        for (method, path, body) in [
            ("POST", "/api/0/sentry-apps/", app_with(key, value.clone())),
            ("PUT", &*one, json!({ key: value })),
        ] {
            let answer = platform.call(method, path, &owner, Some(body)).await;
            // A new app has no features yet: the key is not read.
            let is_read = key != "features" || method == "PUT";
            assert!((400..500).contains(&answer.status) || !is_read, "{method} {path} {key}: {answer:?}");
        }
    }
    assert_eq!(platform.get(&one, &owner).await.status, 200);
}

#[tokio::test]
async fn a_refusal_repeats_the_beginning_of_what_it_refuses() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let answer =
        platform.post("/api/0/sentry-apps/", &owner, app_with("organization", json!(long("q")))).await;
    let expected = format!("User does not belong to the '{}…' organization.", "q".repeat(63));
    assert_eq!((answer.status, answer.json()["detail"].as_str()), (403, Some(&*expected)));

    let unknown: Vec<String> = (0..5000).map(|number| format!("no:{number}")).collect();
    let answer = platform.post("/api/0/sentry-apps/", &owner, app_with("scopes", json!(unknown))).await;
    let told = answer.json()["scopes"].as_array().unwrap().clone();
    assert_eq!((answer.status, told[0].as_str()), (400, Some("no:0 not a valid scope")));
    assert_eq!(told.last().unwrap().as_str(), Some("… and 4900 more."));
}

/// The longest refusal for names that all exist arrives whole.
#[tokio::test]
async fn every_scope_that_exceeds_its_requester_is_told() {
    let platform = Platform::with_organizations().await;
    let member = platform.member_id("acme", "member").await;
    let cookie = platform.session_of(member).await;
    let all: Vec<_> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
    let body = json!({ "scopes": all, "name": "all" });
    let answer = platform.in_session(&cookie, "POST", "/api/0/api-tokens/", Some(body)).await;
    let answer_body = answer.json();
    let told = answer_body["scopes"].as_array().unwrap();
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(told.iter().all(|message| !message.as_str().unwrap().starts_with('…')), "{told:?}");
}
