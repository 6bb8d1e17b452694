//! A token stops working when it is revoked, not when it is forgotten.

use patchbay_proto::auth_token::RevokeInstallationRequest;
use patchbay_rpc::request;
use patchbay_testkit::eventually;
use serde_json::json;

use crate::platform::{DEADLINE, Platform};
use crate::running::Running;

/// An internal app's token, and the uuid of its installation.
pub(crate) async fn app_token(platform: &Platform) -> (String, String) {
    let owner = platform.member("acme", "owner").await;
    let app = platform.app(&owner, json!({ "isInternal": true, "verifyInstall": false })).await;
    let list = "/api/0/organizations/acme/sentry-app-installations/";
    let installations = platform.get(list, &owner).await.json();
    let uuid = installations[0]["uuid"].as_str().unwrap().to_owned();
    (app["tokens"][0]["token"].as_str().unwrap().to_owned(), uuid)
}

#[tokio::test]
async fn a_token_that_is_remembered_is_refused_as_soon_as_it_is_revoked() {
    let platform = Platform::with_organizations().await;
    let (token, uuid) = app_token(&platform).await;
    let gateway = Running::start(&platform).await;
    gateway.watches().await;
    for _ in 0..3 {
        assert_eq!(gateway.get("/api/0/", &token).await.status, 200);
    }
    assert!(gateway.has_metric("patchbay_gateway_token_cache_hits_total 2"), "{}", gateway.metrics.encode());

    let revoke = RevokeInstallationRequest { installation_uuid: uuid };
    platform.tokens().revoke_installation(request(revoke)).await.unwrap();
    // The clock stands still, so what was remembered does not end by its age.
    eventually(DEADLINE, "the token is refused", async || {
        (gateway.get("/api/0/", &token).await.status == 401).then_some(())
    })
    .await;
}

#[tokio::test]
async fn nothing_is_remembered_while_revocations_are_not_watched() {
    let platform = Platform::with_organizations().await;
    let (token, uuid) = app_token(&platform).await;
    // This gateway was not started, so it watches nothing.
    assert_eq!(platform.get("/api/0/", &token).await.status, 200);
    let revoke = RevokeInstallationRequest { installation_uuid: uuid };
    platform.tokens().revoke_installation(request(revoke)).await.unwrap();
    platform.get("/api/0/", &token).await.is(401, r#"{"detail":"Invalid token"}"#);
}
