use patchbay_proto::tracker::{Features, UpdateOrganizationRequest};
use patchbay_rpc::request;
use serde_json::{Value, json};

use crate::platform::Platform;

pub(crate) const INSTALLATIONS: &str = "/api/0/organizations/globex/sentry-app-installations/";

/// A published app of `acme`, and a manager of `globex`.
pub(crate) async fn published(platform: &Platform) -> (Value, String) {
    let owner = platform.member("acme", "owner").await;
    let app = platform.app(&owner, json!({})).await;
    let root = platform.superuser().await;
    let answer = platform.put("/api/0/sentry-apps/hooks/", &root, json!({ "status": "published" })).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    (app, platform.member("globex", "manager").await)
}

pub(crate) fn grant(app: &Value, rest: Value) -> Value {
    let mut body = json!({ "client_id": app["clientId"], "client_secret": app["clientSecret"] });
    for (name, value) in rest.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

#[tokio::test]
async fn an_app_is_installed_exchanges_its_code_confirms_refreshes_and_is_uninstalled() {
    let platform = Platform::with_organizations().await;
    let (app, manager) = published(&platform).await;

    let installed = platform.post(INSTALLATIONS, &manager, json!({ "slug": "hooks" })).await;
    assert_eq!(installed.status, 200, "{installed:?}");
    let installed = installed.json();
    assert_eq!(installed["status"], "pending");
    assert_eq!(installed["organization"]["slug"], "globex");
    let again = platform.post(INSTALLATIONS, &manager, json!({ "slug": "hooks" })).await;
    assert_eq!(again.json(), installed, "a second time is the same installation");

    let path = format!("/api/0/sentry-app-installations/{}/", installed["uuid"].as_str().unwrap());
    let authorizations = format!("{path}authorizations/");
    let code =
        grant(&app, json!({ "grant_type": "authorization_code", "code": installed["code"], "state": "s" }));
    let first = platform.post(&authorizations, "", code.clone()).await;
    assert_eq!(first.status, 201, "{first:?}");
    let first = first.json();
    assert_eq!(first["dateCreated"], "2026-08-16T03:03:14.870Z");
    assert_eq!(first["expiresAt"], "2026-08-16T11:03:14.870Z");
    assert_eq!(first["state"], "s");
    platform
        .post(&authorizations, "", code)
        .await
        .is(401, r#"{"detail":"Could not find grant for given code"}"#);

    let token = first["token"].as_str().unwrap();
    let confirmed = platform.put(&path, token, json!({ "status": "installed" })).await;
    assert_eq!((confirmed.status, &confirmed.json()["status"]), (200, &json!("installed")));
    assert!(confirmed.json().get("code").is_none(), "the code has been exchanged");
    let developer = platform.member("acme", "manager").await;
    let of_app = platform.get("/api/0/sentry-apps/hooks/installations/", &developer).await.json();
    let expected = json!([{
        "app": installed["app"], "organization": installed["organization"], "uuid": installed["uuid"],
        "status": "installed", "dateCreated": "2026-08-16T03:03:14.870Z",
        "webhooks": { "status": "active", "reason": null, "since": null },
    }]);
    assert_eq!(of_app, expected, "the owner of the app sees where it is installed, without the code");
    let list = platform.get(INSTALLATIONS, &manager).await;
    assert_eq!(list.json().as_array().unwrap().len(), 1);
    assert!(list.header("link").contains("https://patchbay.example/api/0/organizations/globex/"));
    assert!(list.header("link").contains(r#"rel="next"; results="false"; cursor="100:1:0""#));

    let refresh = json!({ "grant_type": "refresh_token", "refresh_token": first["refreshToken"] });
    let second = platform.post(&authorizations, "", grant(&app, refresh)).await;
    assert_eq!(second.status, 201, "{second:?}");
    platform.get(&path, token).await.is(401, r#"{"detail":"Invalid token"}"#);
    let token = second.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(platform.get(&path, &token).await.status, 200);

    platform.delete(&path, &manager).await.is(204, "");
    platform.get(&path, &token).await.is(401, r#"{"detail":"Invalid token"}"#);
}

#[tokio::test]
async fn what_is_wrong_with_a_grant_is_told_to_those_only_who_hold_the_secret() {
    let platform = Platform::with_organizations().await;
    let (app, manager) = published(&platform).await;
    let uuid =
        platform.post(INSTALLATIONS, &manager, json!({ "slug": "hooks" })).await.json()["uuid"].clone();
    let path = format!("/api/0/sentry-app-installations/{}/authorizations/", uuid.as_str().unwrap());
    let wrong = json!({ "client_id": app["clientId"], "client_secret": "0".repeat(64), "grant_type": "x" });
    let pair = r#"{"detail":"Invalid Client ID / Secret pair"}"#;
    let cases = [
        (json!({}), 401, r#"{"detail":"Invalid request"}"#),
        (json!({ "code": "x" }), 401, pair),
        (wrong, 401, pair),
        (grant(&app, json!({})), 403, r#"{"detail":"Invalid grant_type"}"#),
        (
            grant(&app, json!({ "grant_type": "client_credentials" })),
            403,
            r#"{"detail":"Invalid grant_type"}"#,
        ),
        (
            grant(&app, json!({ "grant_type": "authorization_code" })),
            400,
            r#"{"code":["This field is required."]}"#,
        ),
        (
            grant(&app, json!({ "grant_type": "authorization_code", "code": null })),
            400,
            r#"{"code":["This field may not be null."]}"#,
        ),
        (
            grant(&app, json!({ "grant_type": "authorization_code", "code": "x" })),
            401,
            r#"{"detail":"Could not find grant for given code"}"#,
        ),
        (
            grant(&app, json!({ "grant_type": "refresh_token", "refresh_token": "x" })),
            401,
            r#"{"detail":"Given refresh token does not exist"}"#,
        ),
    ];
    for (body, status, expected) in cases {
        platform.post(&path, "", body).await.is(status, expected);
    }
    let nowhere = "/api/0/sentry-app-installations/00000000-0000-4000-8000-000000000000/authorizations/";
    platform
        .post(nowhere, "", grant(&app, json!({ "grant_type": "authorization_code", "code": "x" })))
        .await
        .is(404, r#"{"detail":"Could not find given sentry app installation"}"#);
}

#[tokio::test]
async fn who_may_not_is_refused_in_the_owners_words() {
    let platform = Platform::with_organizations().await;
    let (_, manager) = published(&platform).await;
    let member = platform.member("globex", "member").await;
    let denied = r#"{"detail":"You do not have permission to perform this action."}"#;
    platform.post(INSTALLATIONS, &member, json!({ "slug": "hooks" })).await.is(403, denied);
    platform.post(INSTALLATIONS, &manager, json!({ "slug": "nothing" })).await.is(404, "");
    platform
        .post("/api/0/organizations/nowhere/sentry-app-installations/", &manager, json!({ "slug": "hooks" }))
        .await
        .is(403, denied);
    let installed = platform.post(INSTALLATIONS, &manager, json!({ "slug": "hooks" })).await.json();
    let path = format!("/api/0/sentry-app-installations/{}/", installed["uuid"].as_str().unwrap());
    platform.put(&path, &manager, json!({ "status": "installed" })).await.is(403, denied);
    platform
        .put(&path, &manager, json!({ "status": "pending" }))
        .await
        .is(400, r#"{"status":["Invalid value 'pending' for status. Valid values: 'installed'"]}"#);
    platform.delete(&path, &member).await.is(403, denied);
    assert!(platform.get(&path, &member).await.json().get("code").is_none(), "members never see the code");
}

/// Section 2.2, the feature gate.
#[tokio::test]
async fn the_features_that_would_do_stand_beside_the_refusal() {
    let platform = Platform::with_organizations().await;
    let (_, manager) = published(&platform).await;
    let asked = UpdateOrganizationRequest {
        organization: "globex".into(),
        features: Some(Features { names: Vec::new() }),
        ..Default::default()
    };
    platform.directory().update_organization(request(asked)).await.unwrap();
    platform.post(INSTALLATIONS, &manager, json!({ "slug": "hooks" })).await.is(
        403,
        concat!(
            r#"{"detail":"At least one feature from this list has to be enabled in order to install the app","#,
            r#""missing_features":["organizations:integrations-api"]}"#
        ),
    );
}

/// Section 2.2: the web UI sends the browser to the app.
#[tokio::test]
async fn the_browser_is_sent_on_to_the_app_by_those_who_may_see_the_code() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    platform.app(&owner, json!({ "redirectUrl": "https://hooks.example/setup" })).await;
    platform.app(&owner, json!({ "name": "Mute" })).await;
    let of_acme = "/api/0/organizations/acme/sentry-app-installations/";
    let installed = platform.post(of_acme, &owner, json!({ "slug": "hooks" })).await.json();
    let uuid = installed["uuid"].as_str().unwrap();
    let path = format!("/api/0/sentry-app-installations/{uuid}/redirect/");
    let answer = platform.get(&path, &owner).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    let code = installed["code"].as_str().unwrap();
    let expected = format!("https://hooks.example/setup?code={code}&installationId={uuid}&orgSlug=acme");
    assert_eq!(answer.header("location"), expected);
    let member = platform.member("acme", "member").await;
    assert_eq!(platform.get(&path, &member).await.status, 403);
    let stranger = platform.member("globex", "owner").await;
    platform.get(&path, &stranger).await.is(404, r#"{"detail":"Given organization is not valid"}"#);
    let mute = platform.post(of_acme, &owner, json!({ "slug": "mute" })).await.json();
    let path = format!("/api/0/sentry-app-installations/{}/redirect/", mute["uuid"].as_str().unwrap());
    platform.get(&path, &owner).await.is(404, r#"{"detail":"The app has no redirect URL"}"#);
}
