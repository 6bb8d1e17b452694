use serde_json::{Value, json};

use crate::platform::{Platform, app_body};

const DENIED: &str = r#"{"detail":"You do not have permission to perform this action."}"#;

#[tokio::test]
async fn an_owner_registers_a_public_app_and_sees_its_credentials() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let app = platform.app(&owner, json!({})).await;
    assert_eq!(app["slug"], "hooks");
    assert_eq!(app["status"], "unpublished");
    assert_eq!(app["events"], json!(["error", "issue"]));
    assert_eq!(app["webhookEvents"].as_array().unwrap().len(), 6);
    assert_eq!(app["clientId"].as_str().unwrap().len(), 64);
    assert_eq!(app["clientSecret"].as_str().unwrap().len(), 64);
    assert!(app["webhookSecret"].as_str().unwrap().starts_with("whsec_"));
    assert_eq!(app["owner"]["slug"], "acme");
    assert!(app.get("tokens").is_none());
    let read = platform.get("/api/0/sentry-apps/hooks/", &owner).await;
    assert_eq!((read.status, read.json()), (200, app));
}

#[tokio::test]
async fn an_internal_app_comes_with_its_first_token_which_works() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let app = platform.app(&owner, json!({ "isInternal": true, "verifyInstall": false })).await;
    assert_eq!(app["status"], "internal");
    let token = &app["tokens"][0];
    assert!(token["expiresAt"].is_null() && token["refreshToken"].is_null());
    let index = platform.get("/api/0/", token["token"].as_str().unwrap()).await.json();
    assert_eq!(index, json!({ "version": "0", "auth": { "scopes": token["scopes"] }, "user": null }));
}

#[tokio::test]
async fn refusals_of_the_registry_arrive_in_its_words() {
    let platform = Platform::with_organizations().await;
    let (owner, member) = (platform.member("acme", "owner").await, platform.member("acme", "member").await);
    let stranger = platform.member("globex", "owner").await;
    let changed = |name: &str, value: Value| {
        let mut body = app_body();
        body[name] = value;
        body
    };
    let post = async |token: &str, body: Value| platform.post("/api/0/sentry-apps/", token, body).await;

    post(&owner, changed("name", json!("x".repeat(58))))
        .await
        .is(400, r#"{"name":["Cannot exceed 57 characters"]}"#);
    post(&owner, changed("scopes", json!(["org:fly"])))
        .await
        .is(400, r#"{"scopes":["org:fly not a valid scope"]}"#);
    post(&owner, changed("webhookUrl", json!("ftp://x")))
        .await
        .is(400, r#"{"webhookUrl":["URL must start with http[s]://"]}"#);
    post(&owner, changed("organization", json!(null)))
        .await
        .is(404, r#"{"detail":"Please provide a valid value for the 'organization' field."}"#);
    post(&stranger, app_body())
        .await
        .is(403, r#"{"detail":"User does not belong to the 'acme' organization."}"#);
    post(&member, app_body())
        .await
        .is(403, r#"{"detail":"You do not have permission to perform this action."}"#);
    post("", app_body()).await.is(401, r#"{"detail":"Authentication credentials were not provided."}"#);
}

#[tokio::test]
async fn a_stranger_learns_of_which_organizations_they_are_and_nothing_of_the_app() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let stranger = platform.member("globex", "owner").await;
    platform.app(&owner, json!({})).await;
    platform.get("/api/0/sentry-apps/hooks/", &stranger).await.is(
        403,
        concat!(
            r#"{"detail":"User must be in the app owner's organization for unpublished apps","#,
            r#""context":{"user_organizations":["globex"]}}"#
        ),
    );
    platform
        .get("/api/0/sentry-apps/nothing/", &stranger)
        .await
        .is(404, r#"{"detail":"Could not find the requested sentry app"}"#);
}

#[tokio::test]
async fn an_app_registers_no_apps_whatever_it_sends() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let app = platform.app(&owner, json!({ "isInternal": true, "verifyInstall": false })).await;
    let token = app["tokens"][0]["token"].as_str().unwrap();
    for body in [json!({}), json!({ "organization": 1 }), json!({ "organization": "acme", "name": "x" })] {
        platform.post("/api/0/sentry-apps/", token, body).await.is(403, DENIED);
    }
}

#[tokio::test]
async fn staff_review_apps_and_register_none_where_they_are_no_members() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    platform.app(&owner, json!({})).await;
    let (staff, narrow) = (platform.staff(&["org:admin"]).await, platform.staff(&["event:read"]).await);
    let (path, list) = ("/api/0/sentry-apps/hooks/", "/api/0/sentry-apps/?status=unpublished");
    assert_eq!(platform.get(list, &staff).await.json()[0]["slug"], "hooks");
    assert_eq!(platform.get(list, &narrow).await.json(), json!([]));
    assert_eq!(platform.get(path, &narrow).await.status, 403);
    platform.get("/api/0/publish-requests/", &narrow).await.is(403, DENIED);
    platform.get("/api/0/publish-requests/", &staff).await.is(200, "[]");
    let change = json!({ "status": "published", "popularity": 7, "features": [3], "metadata": { "a": 1 } });
    let changed = platform.put(path, &staff, change).await;
    assert_eq!(changed.status, 200);
    let app = changed.json();
    assert_eq!((&app["status"], &app["popularity"]), (&json!("published"), &json!(7)));
    assert_eq!((&app["featureData"][0]["featureId"], &app["metadata"]), (&json!(3), &json!({})));
    let new = json!({ "organization": "acme", "name": "Theirs", "scopes": [], "isInternal": true });
    platform
        .post("/api/0/sentry-apps/", &staff, new)
        .await
        .is(401, r#"{"detail":"User must be a part of the Org they're trying to create the app in"}"#);
}

#[tokio::test]
async fn a_superuser_publishes_an_app_and_nobody_else_does() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    platform.app(&owner, json!({})).await;
    let path = "/api/0/sentry-apps/hooks/";
    let unchanged = platform.put(path, &owner, json!({ "status": "published" })).await;
    assert_eq!((unchanged.status, &unchanged.json()["status"]), (200, &json!("unpublished")));
    let root = platform.superuser().await;
    let published = platform.put(path, &root, json!({ "status": "published" })).await;
    assert_eq!((published.status, &published.json()["status"]), (200, &json!("published")));
    assert_eq!(published.json()["datePublished"], "2026-08-16T03:03:14.870Z");
    let stranger = platform.member("globex", "member").await;
    let seen = platform.get(path, &stranger).await;
    assert_eq!(seen.status, 200);
    for key in ["clientId", "clientSecret", "webhookSecret", "owner"] {
        assert!(seen.json().get(key).is_none(), "{key}");
    }
    let renamed = platform.put(path, &owner, json!({ "name": "Other" })).await;
    assert_eq!((renamed.status, &renamed.json()["name"]), (200, &json!("Other")));
}
