//! Section 1.8.

use serde_json::json;

use crate::platform::Platform;

const PATH: &str = "/api/0/sentry-apps/hooks/publish-request/";
const DENIED: &str = r#"{"detail":"You do not have permission to perform this action."}"#;

#[tokio::test]
async fn a_request_is_checked_in_sentrys_order_and_words() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    platform.app(&owner, json!({})).await;
    let manager = platform.member("acme", "manager").await;
    let stranger = platform.member("globex", "owner").await;
    let body = json!({ "questionnaire": [{ "question": "Why?", "answer": "Because." }] });

    platform
        .post(PATH, "", body.clone())
        .await
        .is(401, r#"{"detail":"Authentication credentials were not provided."}"#);
    platform.post(PATH, &manager, body.clone()).await.is(403, DENIED);
    platform.post(PATH, &stranger, body.clone()).await.is(
        403,
        concat!(
            r#"{"detail":"User must be in the app owner's organization for unpublished apps","#,
            r#""context":{"user_organizations":["globex"]}}"#
        ),
    );
    platform.post(PATH, &owner, json!({})).await.is(400, r#"{"questionnaire":["This field is required."]}"#);
    platform
        .post(PATH, &owner, body.clone())
        .await
        .is(400, r#"{"detail":"Must upload a logo for the integration."}"#);
    let app = platform.get("/api/0/sentry-apps/hooks/", &owner).await.json();
    assert_eq!(app["status"], "unpublished", "a refused request changes nothing");
    let root = platform.superuser().await;
    platform.put("/api/0/sentry-apps/hooks/", &root, json!({ "status": "published" })).await;
    platform
        .post(PATH, &owner, body)
        .await
        .is(400, r#"{"detail":"Cannot publish already published integration."}"#);
    platform
        .post("/api/0/sentry-apps/nothing/publish-request/", &owner, json!({ "questionnaire": [] }))
        .await
        .is(404, r#"{"detail":"Could not find the requested sentry app"}"#);
}

#[tokio::test]
async fn reviewing_is_for_superusers() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    platform.app(&owner, json!({})).await;
    let root = platform.superuser().await;
    platform.get("/api/0/publish-requests/", &owner).await.is(403, DENIED);
    let waiting = platform.get("/api/0/publish-requests/", &root).await;
    waiting.is(200, "[]");
    assert!(waiting.header("link").contains(r#"rel="next"; results="false""#));
    platform.put(PATH, &owner, json!({ "approve": true })).await.is(403, DENIED);
    platform.put(PATH, &root, json!({})).await.is(400, r#"{"approve":["This field is required."]}"#);
    platform
        .put(PATH, &root, json!({ "approve": true, "note": "Fine" }))
        .await
        .is(409, r#"{"detail":"The app does not wait for a review."}"#);
}
