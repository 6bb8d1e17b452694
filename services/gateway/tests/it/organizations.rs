use axum::body::Body;
use axum::http::Request;
use patchbay_proto::auth_token::MintUserTokenRequest;
use patchbay_proto::tracker::{SetMemberRequest, UpdateUserRequest};
use patchbay_rpc::request;
use patchbay_testkit::eventually;
use serde_json::{Value, json};

use crate::platform::{DEADLINE, Platform, app_body};

const ACME: &str = "/api/0/organizations/acme/";
const MEMBERS: &str = "/api/0/organizations/acme/members/";
const LOG: &str = "/api/0/organizations/acme/audit-logs/";

/// A new person in `acme` and a token that may do whatever they may.
async fn person(platform: &Platform, role: &str) -> (i64, String) {
    let user_id = platform.user(&format!("{role}@acme.example"), false).await;
    let member = SetMemberRequest { organization: "acme".into(), user_id, role: role.into() };
    platform.directory().set_member(request(member)).await.unwrap();
    (user_id, token(platform, user_id, &["org:admin", "member:admin"]).await)
}

async fn token(platform: &Platform, user_id: i64, scopes: &[&str]) -> String {
    let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
    let wanted = MintUserTokenRequest { user_id, scopes, name: "test".to_owned() };
    platform.tokens().mint_user_token(request(wanted)).await.unwrap().into_inner().token
}

#[tokio::test]
async fn people_list_read_and_change_their_organizations() {
    let platform = Platform::with_organizations().await;
    let (_, owner) = person(&platform, "owner").await;
    let own = platform.get("/api/0/organizations/", &owner).await;
    assert_eq!(own.status, 200, "{own:?}");
    assert!(own.header("link").contains("rel=\"next\"; results=\"false\""));
    let own = own.json();
    assert_eq!(own.as_array().unwrap().len(), 1);
    assert_eq!((&own[0]["slug"], &own[0]["role"]), (&json!("acme"), &json!("owner")));
    assert_eq!(platform.get(ACME, &owner).await.json(), own[0]);
    assert_eq!(platform.get("/api/0/organizations/?show=all", &owner).await.status, 403);
    let root = platform.superuser().await;
    let all = platform.get("/api/0/organizations/?show=all", &root).await.json();
    assert_eq!(all.as_array().unwrap().len(), 2);

    let changed = platform.put(ACME, &owner, json!({ "name": "Acme Inc.", "enhancedPrivacy": true })).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let changed = changed.json();
    assert_eq!((&changed["name"], &changed["enhancedPrivacy"]), (&json!("Acme Inc."), &json!(true)));
    platform
        .put(ACME, &owner, json!({ "name": "" }))
        .await
        .is(400, r#"{"name":["This field may not be blank."]}"#);
    let (_, admin) = person(&platform, "admin").await;
    assert_eq!(platform.put(ACME, &admin, json!({ "name": "Mine" })).await.status, 403);
    assert_eq!(platform.get("/api/0/organizations/globex/", &owner).await.status, 403);
    assert_eq!(platform.get(ACME, "").await.status, 401);
}

#[tokio::test]
async fn whoever_founds_an_organization_owns_it() {
    let platform = Platform::with_organizations().await;
    let (_, member) = person(&platform, "member").await;
    let founded = platform.post("/api/0/organizations/", &member, json!({ "name": "Initech" })).await;
    assert_eq!(founded.status, 201, "{founded:?}");
    assert_eq!(founded.json()["role"], "owner");
    assert!(founded.json()["access"].as_array().unwrap().contains(&json!("org:admin")));
    let again = json!({ "name": "Initech", "slug": "initech" });
    assert_eq!(platform.post("/api/0/organizations/", &member, again).await.status, 409);
    assert_eq!(platform.get("/api/0/organizations/initech/", &member).await.json(), founded.json());
}

#[tokio::test]
async fn members_are_added_read_changed_and_removed() {
    let platform = Platform::with_organizations().await;
    let (_, owner) = person(&platform, "owner").await;
    let (member_id, member) = person(&platform, "member").await;
    let added =
        platform.post(MEMBERS, &owner, json!({ "email": "New@acme.example", "orgRole": "admin" })).await;
    assert_eq!(added.status, 201, "{added:?}");
    let added = added.json();
    assert_eq!((&added["email"], &added["orgRole"]), (&json!("new@acme.example"), &json!("admin")));
    assert_eq!((&added["pending"], &added["user"]), (&json!(true), &Value::Null));
    platform
        .post(MEMBERS, &owner, json!({ "email": "new@acme.example" }))
        .await
        .is(400, r#"{"email":["The user new@acme.example has already been invited"]}"#);
    assert_eq!(platform.post(MEMBERS, &member, json!({ "email": "x@acme.example" })).await.status, 403);

    let path = format!("{MEMBERS}{}/", added["id"].as_str().unwrap());
    assert_eq!(platform.get(&path, &member).await.json(), added);
    let new = platform.user("new@acme.example", false).await;
    let new = token(&platform, new, &["org:admin", "member:admin"]).await;
    assert_eq!(platform.get(ACME, &new).await.status, 403, "an invitation gives nothing");
    assert_eq!(platform.get(&path, &new).await.json(), added, "the invited may read it");
    for other in [&owner, &member] {
        assert_eq!(platform.post(&format!("{path}accept/"), other, json!({})).await.status, 404);
        assert_eq!(platform.post(&format!("{path}decline/"), other, json!({})).await.status, 404);
    }
    let accepted = platform.post(&format!("{path}accept/"), &new, json!({})).await;
    assert_eq!(accepted.status, 200, "{accepted:?}");
    let accepted = accepted.json();
    assert_eq!((&accepted["pending"], &accepted["orgRole"]), (&json!(false), &json!("admin")));
    assert_eq!(platform.get(ACME, &new).await.json()["role"], "admin");
    assert_eq!(platform.get(&path, &owner).await.status, 404, "the invitation is answered");
    let path = format!("{MEMBERS}{}/", accepted["id"].as_str().unwrap());
    assert_eq!(platform.get(&path, &member).await.json(), accepted);
    platform
        .post(MEMBERS, &owner, json!({ "email": "new@acme.example" }))
        .await
        .is(400, r#"{"email":["The user new@acme.example is already a member"]}"#);
    let changed = platform.put(&path, &owner, json!({ "orgRole": "manager" })).await.json();
    assert_eq!((&changed["role"], &changed["roleName"]), (&json!("manager"), &json!("Manager")));
    let wrong = platform.put(&path, &owner, json!({ "orgRole": "root" })).await;
    assert_eq!(wrong.status, 400, "{wrong:?}");
    platform.put(&path, &owner, json!({})).await.is(400, r#"{"orgRole":["This field is required."]}"#);

    let list = platform.get(&format!("{MEMBERS}?per_page=2"), &member).await;
    assert_eq!(list.json().as_array().unwrap().len(), 2);
    assert!(list.header("link").contains("rel=\"next\"; results=\"true\""));
    let found = platform.get(&format!("{MEMBERS}?query=new"), &member).await.json();
    assert_eq!(found, json!([changed]));

    assert_eq!(platform.get(&format!("{MEMBERS}me/"), &member).await.json()["id"], member_id.to_string());
    assert_eq!(platform.delete(&path, &member).await.status, 403);
    assert_eq!(platform.delete(&path, &owner).await.status, 204);
    assert_eq!(platform.get(&path, &owner).await.status, 404);
    assert_eq!(platform.delete(&format!("{MEMBERS}me/"), &member).await.status, 204, "everybody may leave");
    platform
        .delete(&format!("{MEMBERS}me/"), &owner)
        .await
        .is(403, r#"{"detail":"You cannot remove the only remaining owner of the organization."}"#);
    for odd in ["0", "-1", "x", "99999999999999999999", "%00"] {
        assert_eq!(platform.get(&format!("{MEMBERS}{odd}/"), &owner).await.status, 404, "{odd}");
    }
}

#[tokio::test]
async fn an_invitation_is_declined_or_withdrawn() {
    let platform = Platform::with_organizations().await;
    let (_, owner) = person(&platform, "owner").await;
    let guest = platform.user("guest@globex.example", false).await;
    let guest = token(&platform, guest, &["org:admin"]).await;
    let invite = async || {
        let invited = platform.post(MEMBERS, &owner, json!({ "email": "guest@globex.example" })).await;
        assert_eq!(invited.status, 201, "{invited:?}");
        format!("{MEMBERS}{}/", invited.json()["id"].as_str().unwrap())
    };
    let declined = invite().await;
    assert_eq!(platform.post(&format!("{declined}decline/"), &guest, json!({})).await.status, 204);
    let withdrawn = invite().await;
    assert_eq!(platform.get(&format!("{MEMBERS}?query=guest"), &owner).await.json()[0]["pending"], true);
    assert_eq!(platform.delete(&withdrawn, &owner).await.status, 204);
    for path in [declined, withdrawn] {
        assert_eq!(platform.post(&format!("{path}accept/"), &guest, json!({})).await.status, 403);
        assert_eq!(platform.get(&path, &owner).await.status, 404);
    }
    assert_eq!(platform.get("/api/0/organizations/", &guest).await.json(), json!([]));
}

#[tokio::test]
async fn nobody_founds_organizations_without_end() {
    let platform = Platform::with_settings(&[("ORGANIZATIONS_PER_USER", "2")]).await;
    platform.found_organizations().await;
    let (_, owner) = person(&platform, "owner").await;
    let found =
        async |name: &str| platform.post("/api/0/organizations/", &owner, json!({ "name": name })).await;
    assert_eq!(found("One").await.status, 201);
    found("Two").await.is(400, r#"{"detail":"You belong to 2 organizations. The maximum is 2."}"#);
}

#[tokio::test]
async fn the_audit_log_is_read_by_owners_and_managers() {
    let platform = Platform::with_organizations().await;
    let (_, owner) = person(&platform, "owner").await;
    let (_, admin) = person(&platform, "admin").await;
    platform.put(ACME, &owner, json!({ "name": "Acme Inc." })).await;
    let log = eventually(DEADLINE, "the change is in the log", async || {
        let log = platform.get(LOG, &owner).await.json();
        (log["rows"].as_array()?.len() == 4).then_some(log)
    })
    .await;
    let newest = &log["rows"][0];
    assert_eq!(
        (&newest["event"], &newest["note"]),
        (&json!("org.edit"), &json!("changed the organization acme"))
    );
    assert_eq!(
        (&newest["actor"]["email"], &newest["ipAddress"]),
        (&json!("owner@acme.example"), &Value::Null)
    );
    assert_eq!(newest["data"]["name"], "Acme Inc.");
    assert!(log["options"].as_array().unwrap().contains(&json!("sentry-app.install")));
    assert_eq!(log["rows"][1]["targetUser"]["email"], "admin@acme.example");

    let rows = async |query: &str| {
        let page = platform.get(&format!("{LOG}?{query}"), &owner).await;
        assert_eq!(page.status, 200, "{page:?}");
        page.json()["rows"].as_array().unwrap().len()
    };
    assert_eq!(rows("event=member.add").await, 2);
    assert_eq!(rows("per_page=1").await, 1);
    assert_eq!(rows("end=2001-01-01T00:00:00").await, 0);
    assert_eq!(platform.get(&format!("{LOG}?actor=x"), &owner).await.status, 400);
    assert_eq!(platform.get(&format!("{LOG}?start=soon"), &owner).await.status, 400);
    assert_eq!(platform.get(LOG, &admin).await.status, 403);
    assert_eq!(platform.get("/api/0/organizations/globex/audit-logs/", &owner).await.status, 403);
}

#[tokio::test]
async fn the_audit_log_says_from_where_something_was_changed() {
    let platform = Platform::with_settings(&[("GATEWAY_PROXIES", "1")]).await;
    platform.found_organizations().await;
    let (id, _) = person(&platform, "owner").await;
    let owner = token(&platform, id, &["org:admin", "event:read", "project:read"]).await;
    let from = async |address: &str, method: &str, path: &str, body: Value| {
        let request = Request::builder().method(method).uri(path).header("x-forwarded-for", address);
        let request = request.header("authorization", format!("Bearer {owner}"));
        let request = request.header("content-type", "application/json");
        let answer = platform.send(request.body(Body::from(body.to_string())).unwrap()).await;
        assert!(answer.status < 300, "{answer:?}");
    };
    // The first address was made up by the client, the last one is what the proxy saw.
    from("203.0.113.66, 192.0.2.7", "PUT", ACME, json!({ "name": "Acme Inc." })).await;
    from("2001:db8:1:2:3:4:5:6", "POST", "/api/0/sentry-apps/", app_body()).await;
    from("unknown token", "PUT", ACME, json!({ "name": "Acme" })).await;
    let log = eventually(DEADLINE, "the changes are in the log", async || {
        let log = platform.get(LOG, &owner).await.json();
        (log["rows"].as_array()?.len() == 5).then_some(log)
    })
    .await;
    let told = |event: &str| -> Vec<Value> {
        let rows = log["rows"].as_array().unwrap().iter().filter(|row| row["event"] == event);
        rows.map(|row| row["ipAddress"].clone()).collect()
    };
    assert_eq!(told("org.edit"), [Value::Null, json!("192.0.2.7")]);
    assert_eq!(told("sentry-app.add"), [json!("2001:db8:1:2:3:4:5:6")], "it wrote the entry itself");
    assert_eq!(told("org.create"), [Value::Null], "no client has founded it");
}

#[tokio::test]
async fn who_asks_is_told_and_who_is_kept_out_is_nobody() {
    let platform = Platform::with_organizations().await;
    let (id, owner) = person(&platform, "owner").await;
    let me = platform.get("/api/0/users/me/", &owner).await;
    assert_eq!(me.status, 200, "{me:?}");
    assert_eq!((&me.json()["email"], &me.json()["isActive"]), (&json!("owner@acme.example"), &json!(true)));

    let disabled = UpdateUserRequest { id, is_disabled: Some(true), ..Default::default() };
    platform.directory().update_user(request(disabled)).await.unwrap();
    platform.get("/api/0/users/me/", &owner).await.is(401, r#"{"detail":"User inactive or deleted."}"#);
}
