//! A user may belong to more organizations than the metadata of a call can carry. Such users can do everything that others
//! can, without any effect on other callers.

use patchbay_proto::tracker::{CreateOrganizationRequest, RemoveMemberRequest, SetMemberRequest};
use patchbay_rpc::request;
use serde_json::json;

use crate::platform::{Platform, app_body};

const MANY: usize = 200;

fn slug(number: usize) -> String {
    format!("{:x>58}-{number:0>5}", "organization")
}

/// Founds so many organizations, and makes the user a member of each of them and the owner of the last one.
async fn join_many(platform: &Platform, user_id: i64) {
    for number in 0..MANY {
        let wanted = CreateOrganizationRequest { name: "Many".into(), slug: slug(number), owner_id: 0 };
        platform.directory().create_organization(request(wanted)).await.unwrap();
        let role = if number == MANY - 1 { "owner" } else { "member" };
        let member = SetMemberRequest { organization: slug(number), user_id, role: role.into() };
        platform.directory().set_member(request(member)).await.unwrap();
    }
}

#[tokio::test]
async fn who_belongs_to_many_organizations_can_do_all_that_others_can() {
    let platform = Platform::with_organizations().await;
    let user_id = platform.user("many@patchbay.example", false).await;
    join_many(&platform, user_id).await;
    let (token, cookie) = (platform.token_of(user_id).await, platform.session_of(user_id).await);
    let last = slug(MANY - 1);

    let mut body = app_body();
    body["organization"] = json!(last);
    let created = platform.post("/api/0/sentry-apps/", &token, body.clone()).await;
    assert_eq!(created.status, 201, "{created:?}");
    let app = format!("/api/0/sentry-apps/{}/", created.json()["slug"].as_str().unwrap());
    for path in [
        "/api/0/users/me/".to_owned(),
        "/api/0/organizations/".to_owned(),
        format!("/api/0/organizations/{}/", slug(0)),
        format!("/api/0/organizations/{last}/"),
        format!("/api/0/organizations/{last}/members/"),
        format!("/api/0/organizations/{last}/projects/"),
        format!("/api/0/organizations/{last}/issues/"),
        format!("/api/0/organizations/{last}/sentry-apps/"),
        format!("/api/0/organizations/{last}/sentry-app-installations/"),
        "/api/0/sentry-apps/".to_owned(),
        app.clone(),
        format!("{app}stats/"),
    ] {
        let answer = platform.get(&path, &token).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
    }
    let own = platform.get("/api/0/sentry-apps/?status=unpublished", &token).await;
    assert_eq!(own.json().as_array().unwrap().len(), 1, "{own:?}");
    assert_eq!(platform.put(&app, &token, json!({ "author": "Many" })).await.status, 200);
    let installed = json!({ "slug": created.json()["slug"] });
    let path = format!("/api/0/organizations/{last}/sentry-app-installations/");
    let installed = platform.post(&path, &token, installed).await;
    assert_eq!(installed.status, 200, "{installed:?}");
    let path = format!("/api/0/sentry-app-installations/{}/", installed.json()["uuid"].as_str().unwrap());
    assert_eq!(platform.get(&path, &token).await.status, 200);
    assert_eq!(platform.get(&format!("{path}events/"), &token).await.status, 200);

    // Scopes of the highest role they have anywhere, also in services that know no organizations.
    let body = json!({ "scopes": ["org:admin"], "name": "all" });
    let minted = platform.in_session(&cookie, "POST", "/api/0/api-tokens/", Some(body)).await;
    assert_eq!(minted.status, 201, "{minted:?}");

    let foreign = platform.member("acme", "owner").await;
    let hidden = platform.app(&foreign, json!({ "name": "Hidden" })).await;
    let path = format!("/api/0/sentry-apps/{}/", hidden["slug"].as_str().unwrap());
    let refused = platform.get(&path, &token).await;
    assert_eq!(refused.status, 403, "{refused:?}");
    let told = refused.json()["context"]["user_organizations"].as_array().map(Vec::len);
    assert_eq!(told, Some(MANY), "the refusal lists their organizations");
    assert_eq!(platform.get("/api/0/organizations/acme/", &token).await.status, 403);
}

#[tokio::test]
async fn the_end_of_one_of_many_memberships_takes_effect_at_once() {
    let platform = Platform::with_organizations().await;
    let user_id = platform.user("many@patchbay.example", false).await;
    join_many(&platform, user_id).await;
    let (token, last) = (platform.token_of(user_id).await, slug(MANY - 1));
    let mut body = app_body();
    body["organization"] = json!(last);
    let created = platform.post("/api/0/sentry-apps/", &token, body).await.json();
    let app = format!("/api/0/sentry-apps/{}/", created["slug"].as_str().unwrap());
    assert_eq!(platform.get(&app, &token).await.status, 200);

    let successor = platform.user("successor@patchbay.example", false).await;
    let owner = SetMemberRequest { organization: last.clone(), user_id: successor, role: "owner".into() };
    platform.directory().set_member(request(owner)).await.unwrap();
    let gone = RemoveMemberRequest { organization: last, user_id };
    platform.directory().remove_member(request(gone)).await.unwrap();
    assert_eq!(platform.get(&app, &token).await.status, 403);
    assert_eq!(platform.put(&app, &token, json!({ "author": "Gone" })).await.status, 403);
    assert_eq!(platform.get("/api/0/sentry-apps/?status=unpublished", &token).await.json(), json!([]));
}
