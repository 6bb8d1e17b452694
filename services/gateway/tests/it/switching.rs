//! Disabled apps (section 1.7) and stopped webhooks.

use serde_json::json;

use crate::installations::{INSTALLATIONS, published};
use crate::platform::Platform;

const APP: &str = "/api/0/sentry-apps/hooks/";
const DENIED: &str = r#"{"detail":"You do not have permission to perform this action."}"#;

#[tokio::test]
async fn a_disabled_app_is_not_shown_until_its_owner_enables_it() {
    let platform = Platform::with_organizations().await;
    let (_, manager) = published(&platform).await;
    let owner = platform.member("acme", "manager").await;
    let installed = platform.post(INSTALLATIONS, &manager, json!({ "slug": "hooks" })).await.json();
    let one = format!("/api/0/sentry-app-installations/{}/", installed["uuid"].as_str().unwrap());

    platform.post(&format!("{APP}disable/"), &manager, json!({})).await.is(403, DENIED);
    let disabled = platform.post(&format!("{APP}disable/"), &owner, json!({ "reason": "Broken" })).await;
    assert_eq!((disabled.status, &disabled.json()["slug"]), (200, &json!("hooks")), "{disabled:?}");
    platform.get(APP, &owner).await.is(403, DENIED);
    platform.get(&one, &manager).await.is(403, DENIED);
    let webhooks = platform.get(&format!("{one}webhooks/"), &manager).await.json();
    assert_eq!(webhooks["status"], "app_disabled");
    assert_eq!(webhooks["reason"], "Broken");
    assert_eq!(webhooks["since"], "2026-08-16T03:03:14.870Z");

    let enabled = platform.call("POST", &format!("{APP}enable/"), &owner, None).await;
    assert_eq!(enabled.status, 200, "{enabled:?}");
    assert_eq!(platform.get(APP, &owner).await.status, 200);
    platform.post(&format!("{APP}disable/"), &owner, json!({})).await;
    platform.delete(&one, &manager).await.is(204, "");
}

#[tokio::test]
async fn webhooks_of_one_installation_are_stopped_and_resumed_by_the_side_that_receives_them() {
    let platform = Platform::with_organizations().await;
    let (_, manager) = published(&platform).await;
    let owner = platform.member("acme", "manager").await;
    let installed = platform.post(INSTALLATIONS, &manager, json!({ "slug": "hooks" })).await.json();
    let path = format!("/api/0/sentry-app-installations/{}/webhooks/", installed["uuid"].as_str().unwrap());

    platform.get(&path, &manager).await.is(200, r#"{"status":"active","reason":null,"since":null}"#);
    platform.put(&path, &manager, json!({ "status": "stopped" })).await.is(403, DENIED);
    let stopped = platform.put(&path, &owner, json!({ "status": "stopped", "reason": "Moving house" })).await;
    let expected = r#"{"status":"stopped","reason":"Moving house","since":"2026-08-16T03:03:14.870Z"}"#;
    stopped.is(200, expected);
    platform.get(&path, &manager).await.is(200, expected);
    platform
        .put(&path, &owner, json!({ "status": "paused" }))
        .await
        .is(400, r#"{"status":["\"paused\" is not a valid choice."]}"#);
    platform.put(&path, &owner, json!({})).await.is(400, r#"{"status":["This field is required."]}"#);
    platform
        .put(&path, &owner, json!({ "status": "active" }))
        .await
        .is(200, r#"{"status":"active","reason":null,"since":null}"#);
}
