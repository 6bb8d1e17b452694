//! A revoked token is refused by every gateway at once: the clock stands still, so no cache expires and nothing polls.

use futures::future::join_all;
use patchbay_proto::auth_token::{
    MintInstallationTokenRequest, RevokeInstallationRequest, RevokeInstallationTokenRequest, TokenPair,
    UpdateAppScopesRequest,
};
use patchbay_rpc::request;
use patchbay_testkit::eventually;
use serde_json::{Value, json};

use crate::platform::{DEADLINE, Platform};
use crate::revocation::app_token;
use crate::running::Running;

async fn three(platform: &Platform) -> Vec<Running> {
    let gateways = join_all((0..3).map(|_| Running::start(platform))).await;
    join_all(gateways.iter().map(Running::watches)).await;
    gateways
}

async fn mint(platform: &Platform, installation_uuid: &str) -> TokenPair {
    let wanted = MintInstallationTokenRequest {
        installation_uuid: installation_uuid.to_owned(),
        app_id: 1,
        organization_id: 1,
        scopes: vec!["event:read".into()],
    };
    platform.tokens().mint_installation_token(request(wanted)).await.unwrap().into_inner()
}

/// Waits until every gateway answers so.
async fn until(gateways: &[Running], token: &str, is_so: impl Fn(u16, Value) -> bool) {
    let waits = gateways.iter().map(|gateway| {
        eventually(DEADLINE, "every gateway answers so", async || {
            let answer = gateway.get("/api/0/", token).await;
            let body = serde_json::from_slice(&answer.body).unwrap_or_default();
            is_so(answer.status, body).then_some(())
        })
    });
    join_all(waits).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_token_is_refused_by_three_gateways_without_time_passing() {
    let platform = Platform::with_organizations().await;
    let (first, uuid) = app_token(&platform).await;
    let gateways = three(&platform).await;
    for _ in 0..5 {
        let pair = mint(&platform, &uuid).await;
        until(&gateways, &pair.token, |status, _| status == 200).await;
        let revoke = RevokeInstallationTokenRequest { installation_uuid: uuid.clone(), token_id: pair.id };
        platform.tokens().revoke_installation_token(request(revoke)).await.unwrap();
        until(&gateways, &pair.token, |status, _| status == 401).await;
    }
    until(&gateways, &first, |status, _| status == 200).await;
    let revoke = RevokeInstallationRequest { installation_uuid: uuid };
    platform.tokens().revoke_installation(request(revoke)).await.unwrap();
    until(&gateways, &first, |status, _| status == 401).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scopes_that_are_taken_away_are_gone_at_three_gateways_without_time_passing() {
    let platform = Platform::with_organizations().await;
    let (_, uuid) = app_token(&platform).await;
    let gateways = three(&platform).await;
    let pair = mint(&platform, &uuid).await;
    let holds = |scopes: Value| move |_, body: Value| body["auth"]["scopes"] == scopes;
    until(&gateways, &pair.token, holds(json!(["event:read"]))).await;
    let update = UpdateAppScopesRequest { app_id: 1, scopes: vec!["project:write".into()] };
    platform.tokens().update_app_scopes(request(update)).await.unwrap();
    until(&gateways, &pair.token, holds(json!(["project:read", "project:write"]))).await;
}
