use patchbay_provider::{Failure, Kind, Ticket};
use serde_json::{Value, json};

use super::{Owner, short};
use crate::people::HOME;
use crate::server::{Answer, Server};

/// Both places of the same operations.
fn places(issue: &str) -> [String; 2] {
    [format!("issues/{issue}/integrations/"), format!("organizations/{HOME}/issues/{issue}/integrations/")]
}

fn with_ticket(server: &Server, key: &str) {
    let ticket = Ticket {
        key: key.to_owned(),
        title: "Printer on fire".to_owned(),
        project: "p1".to_owned(),
        ..Ticket::default()
    };
    server.slate.world().tickets.insert(key.to_owned(), ticket);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_linked_listed_and_unlinked_as_the_contract_says() {
    let server = Server::start().await;
    let owner = Owner::new(&server).await;
    let integration = owner.connected("one.test").await;
    with_ticket(&server, "OPS-7");
    for path in places(&owner.issue().await) {
        let empty = format!(r#"[{{{},"externalIssues":[]}}]"#, short(&integration, "one.test"));
        owner.call("GET", &path, None).await.reads(200, &empty);
        let of_one = format!("{path}{integration}/");
        let link = json!({ "externalIssue": "ops-7", "comment": "Linked." });
        let linked = owner.call("PUT", &of_one, Some(link.clone())).await;
        let id = linked.json()["id"].as_i64().unwrap();
        let body = format!(
            r#"{{"id":{id},"key":"OPS-7","url":"https://one.test/OPS-7","integrationId":{integration},"displayName":""}}"#
        );
        linked.reads(201, &body);
        let comments = server.slate.world().comments.len();
        owner.call("PUT", &of_one, Some(link)).await.reads(200, &body);
        assert_eq!(server.slate.world().comments.len(), comments, "no second comment");

        let listed = owner.call("GET", &path, None).await.json();
        let ticket = &listed[0]["externalIssues"][0];
        let shown = [
            ("id", json!(id.to_string())),
            ("key", json!("OPS-7")),
            ("url", json!("https://one.test/OPS-7")),
            ("title", json!("Printer on fire")),
            ("description", json!("")),
            ("displayName", json!("")),
        ];
        for (key, value) in shown {
            assert_eq!(ticket[key], value, "{key}");
        }
        let unlink = format!("{of_one}?externalIssue={id}");
        owner.call("DELETE", &unlink, None).await.reads(204, "");
        owner.call("DELETE", &unlink, None).await.reads(204, "");
        owner.call("GET", &path, None).await.reads(200, &empty);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_created_once_for_an_idempotency_key() {
    let server = Server::start().await;
    let owner = Owner::new(&server).await;
    let integration = owner.connected("one.test").await;
    let path = format!("/api/0/issues/{}/integrations/{integration}/", owner.issue().await);
    let headers = [
        ("authorization", format!("Bearer {}", owner.token)),
        ("idempotency-key", "7d0c2a55-once".to_owned()),
    ];
    let body = json!({ "title": "Printer on fire" });
    let first = server.send("POST", &path, &headers, Some(&body)).await;
    let again = server.send("POST", &path, &headers, Some(&body)).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.json(), again.json());
    assert_eq!(server.slate.world().tickets.len(), 1);
    let created = first.json();
    let id = created["id"].as_i64().unwrap();
    first.reads(201, &format!(
        r#"{{"id":{id},"key":"S-1","url":"https://one.test/S-1","integrationId":{integration},"displayName":""}}"#
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_stands_beside_its_integration() {
    let server = Server::start().await;
    let owner = Owner::new(&server).await;
    let integration = owner.connected("one.test").await;
    for path in places(&owner.issue().await) {
        let link = owner.call("GET", &format!("{path}{integration}/?action=link"), None).await;
        let start =
            format!(r#"{{{},"linkIssueConfig":[{{"name":"externalIssue","#, short(&integration, "one.test"));
        assert!(link.status == 200 && link.body.starts_with(&start), "{link:?}");
        let create = owner.call("GET", &format!("{path}{integration}/?action=create"), None).await.json();
        assert_eq!(create["createIssueConfig"][0]["name"], "project");
        assert!(create["linkIssueConfig"].is_null());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_come_in_the_order_of_the_contract() {
    let server = Server::start().await;
    let owner = Owner::new(&server).await;
    let integration = owner.connected("one.test").await;
    let nothing = || Some(json!({}));
    for path in places(&owner.issue().await) {
        let (of_one, of_none) = (format!("{path}{integration}/"), format!("{path}999999999/"));
        let anonymous = server.send("GET", &format!("/api/0/{of_none}"), &[], None).await;
        assert_eq!(anonymous.status, 401);
        let action = r#"{"detail":"Action is required and should be either link or create"}"#;
        for query in ["", "?action=", "?action=x"] {
            owner.call("GET", &format!("{of_none}{query}"), None).await.reads(400, action);
        }
        owner
            .call("PUT", &of_none, nothing())
            .await
            .reads(400, r#"{"externalIssue":["Issue ID is required"]}"#);
        owner.call("DELETE", &of_none, None).await.reads(400, r#"{"detail":"External ID required"}"#);
        for odd in ["x", "1.5", "99999999999999999999"] {
            let answer = owner.call("DELETE", &format!("{of_one}?externalIssue={odd}"), None).await;
            assert_eq!(answer.status, 400, "{odd}");
        }
        owner.call("GET", &format!("{of_none}?action=link"), None).await.reads(404, "");
        owner.call("PUT", &of_none, Some(json!({ "externalIssue": "OPS-7" }))).await.reads(404, "");
        owner.call("POST", &of_none, nothing()).await.reads(404, "");
        owner.call("DELETE", &format!("{of_none}?externalIssue=1"), None).await.reads(404, "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_of_a_tracker_are_answered_as_the_contract_says() {
    let server = Server::start().await;
    let owner = Owner::new(&server).await;
    let integration = owner.connected("one.test").await;
    let path = format!("issues/{}/integrations/{integration}/", owner.issue().await);
    let unauthorized = "Unauthorized: either your access token was invalid or you do not have access";
    let down = "Something went wrong while communicating with slate";
    let cases: [(Failure, u16, Value); 4] = [
        (
            Failure::field("title", "You must specify a title."),
            400,
            json!({ "title": ["You must specify a title."] }),
        ),
        (Failure::refused("No."), 400, json!({ "non_field_errors": ["No."] })),
        (Failure::new(Kind::Unauthorized, unauthorized), 400, json!({ "non_field_errors": [unauthorized] })),
        (Failure::new(Kind::Unreachable, "Unable to reach host: one.test"), 503, json!({ "detail": down })),
    ];
    for (failure, status, body) in cases {
        server.slate.world().fails = Some(failure);
        let answer = owner.call("POST", &path, Some(json!({ "title": "x" }))).await;
        assert_eq!((answer.status, answer.json()), (status, body));
    }
    server.slate.world().fails = Some(Failure::refused("No projects."));
    let form = owner.call("GET", &format!("{path}?action=create"), None).await;
    form.reads(400, r#"{"detail":"No projects."}"#);
    let gone = owner.call("PUT", &path, Some(json!({ "externalIssue": "OPS-404" }))).await;
    let expected =
        json!({ "non_field_errors": ["Error Communicating with Slate (HTTP 404): unknown error"] });
    assert_eq!((gone.status, gone.json()), (400, expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn choices_are_searched_as_the_contract_says() {
    let server = Server::start().await;
    let owner = Owner::new(&server).await;
    let integration = owner.connected("one.test").await;
    with_ticket(&server, "OPS-7");
    let search = async |provider: &str, integration: &str, query: &str| -> Answer {
        let path = format!("/extensions/{provider}/search/{HOME}/{integration}/{query}");
        server.call("GET", &path, &owner.token, None).await
    };
    let found = search("slate", &integration, "?field=externalIssue&query=Printer").await;
    found.reads(200, r#"[{"value":"OPS-7","label":"Printer on fire"}]"#);
    let no_field = search("slate", &integration, "?query=x").await;
    no_field.reads(400, r#"{"detail":"field is a required parameter"}"#);
    let no_query = search("slate", &integration, "?field=x").await;
    no_query.reads(400, r#"{"detail":"query is a required parameter"}"#);
    for (provider, integration) in [("slate", "999999999"), ("github", integration.as_str())] {
        let unknown = search(provider, integration, "?field=externalIssue&query=x").await;
        assert_eq!(unknown.status, 404, "{provider}");
    }
    server.slate.world().fails = Some(Failure::refused("Unable to fetch users from Slate"));
    let failed = search("slate", &integration, "?field=assignee&query=wren").await;
    failed.reads(400, r#"{"detail":"Unable to fetch users from Slate"}"#);
}
