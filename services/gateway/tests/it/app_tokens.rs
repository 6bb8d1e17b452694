//! Section 4: tokens of internal apps.

use serde_json::json;

use crate::platform::Platform;

const TOKENS: &str = "/api/0/sentry-apps/{app}/api-tokens/";

/// A manager's session, and the path of the tokens of an internal app of theirs.
async fn internal(platform: &Platform) -> (String, String) {
    let owner = platform.member("acme", "owner").await;
    let app = platform.app(&owner, json!({ "isInternal": true, "verifyInstall": false })).await;
    let session = platform.session_of(platform.member_id("acme", "manager").await).await;
    (session, TOKENS.replace("{app}", app["slug"].as_str().unwrap()))
}

#[tokio::test]
async fn a_token_is_shown_once_listed_and_revoked() {
    let platform = Platform::with_organizations().await;
    let (session, path) = internal(&platform).await;
    let made = platform.in_session(&session, "POST", &path, None).await;
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.json();
    let keys: Vec<_> = made.as_object().unwrap().keys().map(String::as_str).collect();
    let expected =
        "id scopes name application expiresAt dateCreated state token refreshToken tokenLastCharacters";
    assert_eq!(keys, expected.split(' ').collect::<Vec<_>>());
    assert_eq!((&made["expiresAt"], &made["name"]), (&json!(null), &json!(null)));
    let token = made["token"].as_str().unwrap();
    assert_eq!(platform.get("/api/0/", token).await.status, 200);

    let listed = platform.in_session(&session, "GET", &path, None).await.json();
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len(), 2);
    assert!(
        listed.iter().all(|listed| listed.get("token").is_none() && listed.get("refreshToken").is_some())
    );
    assert_eq!(listed[1]["tokenLastCharacters"], token[60..]);

    let one = format!("{path}{}/", made["id"].as_str().unwrap());
    platform.in_session(&session, "DELETE", &one, None).await.is(204, "");
    platform.get("/api/0/", token).await.is(401, r#"{"detail":"Invalid token"}"#);
    for gone in [one.as_str(), &format!("{path}x/"), &format!("{path}99999999999999999999/")] {
        assert_eq!(platform.in_session(&session, "DELETE", gone, None).await.status, 404, "{gone}");
    }
}

#[tokio::test]
async fn a_token_makes_no_tokens() {
    let platform = Platform::with_organizations().await;
    let (_, path) = internal(&platform).await;
    let owner = platform.token_of(platform.member_id("acme", "owner").await).await;
    let missing = r#"{"detail":"Authentication credentials were not provided."}"#;
    for (method, path) in [("GET", path.clone()), ("POST", path.clone()), ("DELETE", format!("{path}1/"))] {
        platform.call(method, &path, &owner, None).await.is(403, missing);
        platform.call(method, &path, "", None).await.is(401, missing);
    }
}

#[tokio::test]
async fn apps_of_other_kinds_have_none() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    platform.app(&owner, json!({})).await;
    let session = platform.session_of(platform.member_id("acme", "manager").await).await;
    let path = TOKENS.replace("{app}", "hooks");
    platform.in_session(&session, "GET", &path, None).await.is(200, "[]");
    let refusal = r#""This route is limited to internal integrations only""#;
    platform.in_session(&session, "POST", &path, None).await.is(403, refusal);
    platform.in_session(&session, "DELETE", &format!("{path}1/"), None).await.is(403, refusal);
    let nowhere = TOKENS.replace("{app}", "nothing");
    platform
        .in_session(&session, "POST", &nowhere, None)
        .await
        .is(404, r#"{"detail":"Could not find the requested sentry app"}"#);
    let stranger = platform.session_of(platform.member_id("globex", "owner").await).await;
    assert_eq!(platform.in_session(&stranger, "GET", &path, None).await.status, 403);
}

#[tokio::test]
async fn the_twenty_first_token_is_refused_in_a_bare_text() {
    let platform = Platform::with_organizations().await;
    let (session, path) = internal(&platform).await;
    for _ in 0..19 {
        assert_eq!(platform.in_session(&session, "POST", &path, None).await.status, 201);
    }
    platform
        .in_session(&session, "POST", &path, None)
        .await
        .is(403, r#""Cannot generate more than 20 tokens for a single integration""#);
}
