use serde_json::{Value, json};

use super::Owner;
use crate::people::HOME;
use crate::server::Server;

const USERS: &str = "external-users/";

#[tokio::test(flavor = "multi_thread")]
async fn a_name_at_a_tracker_is_mapped_changed_and_forgotten() {
    let server = Server::start().await;
    let owner = Owner::new(&server).await;
    let integration = owner.connected("one.test").await;
    let user = owner.world.people.named("member").user_id();
    let number: i64 = integration.parse().unwrap();
    let wren =
        json!({ "userId": user, "externalName": "@wren", "provider": "slate", "integrationId": number });
    let made = owner.home("POST", USERS, Some(wren.clone())).await;
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let expected = json!({
        "id": id, "userId": user.to_string(), "externalName": "@wren", "provider": "slate", "integrationId": integration,
    });
    assert_eq!((made.status, made.json()), (201, expected.clone()));
    let again = owner.home("POST", USERS, Some(wren)).await;
    assert_eq!((again.status, again.json()), (200, expected), "the same row");

    let path = format!("{USERS}{id}/");
    let changed = owner.home("PUT", &path, Some(json!({ "externalName": "@ford" }))).await;
    assert_eq!((changed.status, changed.json()["externalName"].clone()), (200, json!("@ford")));
    owner.home("DELETE", &path, None).await.reads(204, "");
    for method in ["DELETE", "PUT"] {
        let body = (method == "PUT").then(|| json!({ "externalName": "@ford" }));
        assert_eq!(owner.home(method, &path, body).await.status, 404, "{method}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_refused_as_the_contract_says() {
    let server = Server::start().await;
    let owner = Owner::new(&server).await;
    let integration = owner.connected("one.test").await;
    let user = owner.world.people.named("member").user_id();
    let stranger = owner.world.people.named("stranger").user_id();
    let valid =
        json!({ "userId": user, "externalName": "@wren", "provider": "slate", "integrationId": integration });
    let shape = "External Name must start with '@' and can't contain special characters or spaces.";
    let long = format!("@{}", "w".repeat(299));
    let length = "External Name has invalid length: 300. Length must be between 1 and 255";
    let cases: [(&str, Value, &str); 8] = [
        ("externalName", json!("wren"), shape),
        ("externalName", json!("@wren ford"), shape),
        ("externalName", json!(long), length),
        ("provider", json!("x"), "\"x\" is not a valid choice."),
        ("integrationId", json!(999_999_999), "Integration does not exist for this organization"),
        ("userId", json!(999_999_999), "This member does not exist."),
        ("userId", json!(stranger), "This member does not exist."),
        (
            "externalId",
            json!("x".repeat(65)),
            "External Id has invalid length: 65. Length must be between 1 and 64",
        ),
    ];
    for (field, value, problem) in cases {
        let mut body = valid.clone();
        body[field] = value;
        let refused = owner.home("POST", USERS, Some(body)).await;
        let said = refused.json()[field][0].as_str().unwrap_or_default().to_owned();
        assert_eq!((refused.status, said.as_str()), (400, problem), "{field}");
    }
    let missing = owner.home("POST", USERS, Some(json!({}))).await;
    let required = json!(["This field is required."]);
    let expected = json!({ "userId": required, "externalName": required, "provider": required, "integrationId": required });
    assert_eq!((missing.status, missing.json()), (400, expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_of_a_team_belongs_to_the_team_in_the_path() {
    let server = Server::start().await;
    let owner = Owner::new(&server).await;
    let integration = owner.connected("one.test").await;
    let team = owner.home("POST", "teams/", Some(json!({ "name": "Shop" }))).await.json();
    let path = format!("teams/{HOME}/shop/external-teams/");
    let name = json!({ "externalName": "@acme/shop", "provider": "slate", "integrationId": integration });
    let made = owner.call("POST", &path, Some(name)).await;
    let id = made.json()["id"].clone();
    let expected = json!({
        "id": id, "teamId": team["id"], "externalName": "@acme/shop", "provider": "slate", "integrationId": integration,
    });
    assert_eq!((made.status, made.json()), (201, expected));
    owner.call("DELETE", &format!("{path}{}/", id.as_str().unwrap()), None).await.reads(204, "");
}
