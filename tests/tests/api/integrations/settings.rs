use serde_json::{Value, json};

use super::{Owner, short};
use crate::server::Server;

#[tokio::test(flavor = "multi_thread")]
async fn providers_are_listed_as_the_contract_says() {
    let server = Server::start().await;
    let owner = Owner::new(&server).await;
    let expected = concat!(
        r#"{"providers":[{"key":"slate","slug":"slate","name":"Slate","metadata":{"description":"A tracker in memory.","#,
        r#""features":[],"author":"The tests","noun":"Installation","issue_url":"https://example.org","#,
        r#""source_url":"https://example.org","aspects":{}},"canAdd":true,"canDisable":false,"#,
        r#""features":["issue-basic","issue-sync","ticket-rules","user-mapping"],"#,
        r#""setupDialog":{"url":"/organizations/acme/integrations/slate/setup/","width":600,"height":600}}]}"#,
    );
    let found: Value = serde_json::from_str(expected).unwrap();
    let answer = owner.home("GET", "config/integrations/?provider_key=slate", None).await;
    assert_eq!((answer.status, answer.json()), (200, found));
    let all = owner.home("GET", "config/integrations/", None).await.json();
    let keys: Vec<_> = all["providers"].as_array().unwrap().iter().map(|one| one["key"].clone()).collect();
    assert!(keys.is_sorted_by_key(|key| key.as_str()) && keys.contains(&json!("slate")), "{keys:?}");
    let none = owner.home("GET", "config/integrations/?provider_key=nothing", None).await;
    none.reads(404, r#"{"detail":"Providers do not exist"}"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn integrations_are_listed_as_the_contract_says() {
    let server = Server::start().await;
    let owner = Owner::new(&server).await;
    let id = owner.connected("one.test").await;
    let organization = owner.world.people.all[0].home;
    let rest = format!(
        r#""externalId":"one.test","organizationId":{organization},"organizationIntegrationStatus":"active","gracePeriodEnd":null"#
    );
    let without_form = format!(r#"[{{{},"configData":null,{rest}}}]"#, short(&id, "one.test"));
    let calls = server.slate.world().calls;
    let query = "integrations/?providerKey=slate&features=commits&features=Issue_Basic&includeConfig=0";
    owner.home("GET", query, None).await.reads(200, &without_form);
    let older = "integrations/?provider_key=slate&integrationType=project_management&includeConfig=0";
    owner.home("GET", older, None).await.reads(200, &without_form);
    assert_eq!(server.slate.world().calls, calls, "the tracker was not asked");
    for none in ["providerKey=github", "features=commits", "integrationType=messaging"] {
        owner.home("GET", &format!("integrations/?{none}"), None).await.reads(200, "[]");
    }
    let odd = owner.home("GET", "integrations/?integrationType=odd", None).await;
    odd.reads(400, r#"{"detail":"Invalid integration type"}"#);
    let with_form = owner.home("GET", "integrations/", None).await.json();
    assert_eq!(with_form[0]["configOrganization"][0]["name"], "sync_status_forward");
    assert_eq!(with_form[0]["configData"]["sync_status_forward"], json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_integration_shows_its_form_or_that_of_a_ticket() {
    let server = Server::start().await;
    let owner = Owner::new(&server).await;
    let id = owner.connected("one.test").await;
    let path = format!("integrations/{id}/");
    let shown = owner.home("GET", &path, None).await.json();
    let names: Vec<_> = shown["configOrganization"].as_array().unwrap().iter().map(|f| &f["name"]).collect();
    let expected = [
        "sync_status_forward",
        "sync_forward_assignment",
        "sync_comments",
        "sync_status_reverse",
        "sync_reverse_assignment",
        "resolution_strategy",
    ];
    assert_eq!(names, expected);
    let mapper = &shown["configOrganization"][0];
    let statuses =
        json!({ "choices": [["done", "Done"], ["open", "Open"]], "placeholder": "Select a status" });
    assert_eq!(mapper["label"], "Sync Sentry Status to Slate");
    assert_eq!(mapper["mappedSelectors"], json!({ "on_resolve": statuses, "on_unresolve": statuses }));
    assert_eq!(
        mapper["columnLabels"],
        json!({ "on_resolve": "When resolved", "on_unresolve": "When unresolved" })
    );

    let organization = owner.world.people.all[0].home;
    let form = owner.home("GET", &format!("{path}?action=create"), None).await;
    let expected = format!(
        r#"{{{},"configOrganization":[],"configData":null,"externalId":"one.test","organizationId":{organization},"organizationIntegrationStatus":"active","gracePeriodEnd":null,"createIssueConfig":[{{"name":"project","type":"select","label":"Project","default":"p1","required":true}},{{"name":"title","type":"string","label":"Title","default":"","required":true}}]}}"#,
        short(&id, "one.test"),
    );
    form.reads(200, &expected);
    for nothing in [
        "integrations/999999999/",
        "integrations/x/",
        "integrations/-1/",
        "integrations/99999999999999999999/",
    ] {
        assert_eq!(owner.home("GET", nothing, None).await.status, 404, "{nothing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_says_that_a_tracker_is_not_reachable() {
    let server = Server::start().await;
    let owner = Owner::new(&server).await;
    let id = owner.connected("one.test").await;
    server.slate.world().fails = Some(patchbay_provider::Failure::refused("No."));
    let shown = owner.home("GET", &format!("integrations/{id}/"), None).await;
    let first = &shown.json()["configOrganization"][0];
    let expected = "Unable to communicate with the Slate instance.";
    assert_eq!(
        (shown.status, &first["disabled"], &first["disabledReason"]),
        (200, &json!(true), &json!(expected))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_changed_and_refused_as_the_contract_says() {
    let server = Server::start().await;
    let owner = Owner::new(&server).await;
    let path = format!("integrations/{}/", owner.connected("one.test").await);
    let mapping = json!({ "p1": { "on_resolve": "done", "on_unresolve": "open" } });
    let change = json!({ "sync_comments": true, "sync_status_forward": mapping });
    owner.home("POST", &path, Some(change)).await.reads(200, "");
    owner.home("PUT", &path, Some(json!({ "sync_status_reverse": true }))).await.reads(200, "");
    let values = owner.home("GET", &path, None).await.json()["configData"].clone();
    assert_eq!(
        (&values["sync_comments"], &values["sync_status_reverse"], &values["sync_status_forward"]),
        (&json!(true), &json!(true), &mapping)
    );
    for (change, detail) in [
        (json!({ "x": 1 }), "Unknown setting: x"),
        (
            json!({ "sync_status_forward": { "p1": { "on_resolve": "done" } } }),
            "Resolve and unresolve status are required.",
        ),
    ] {
        let refused = owner.home("POST", &path, Some(change)).await;
        refused.reads(400, &json!({ "detail": detail }).to_string());
    }
    for odd in [json!({ "sync_status_forward": "x" }), json!({ "sync_comments": "perhaps" })] {
        let refused = owner.home("POST", &path, Some(odd)).await;
        assert!(refused.status == 400 && refused.json()["detail"].is_string(), "{refused:?}");
    }
    owner.home("POST", &path, Some(json!({ "sync_status_forward": { "p1": null } }))).await.reads(200, "");
    let values = owner.home("GET", &path, None).await.json()["configData"].clone();
    assert_eq!(values["sync_status_forward"], json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_integration_is_healthy() {
    let server = Server::start().await;
    let owner = Owner::new(&server).await;
    let id = owner.connected("one.test").await;
    let health = owner.home("GET", &format!("integrations/{id}/health/"), None).await;
    let mut shown = health.json();
    assert!(shown["since"].is_string(), "{shown}");
    shown["since"] = Value::Null;
    let expected = json!({
        "state": "healthy", "since": null, "lastSuccess": null, "lastFailure": null, "rateLimit": null,
        "queue": { "pending": 0, "oldest": null }, "webhook": { "lastReceived": null, "invalidTokens": 0 },
        "days": [], "problems": [],
    });
    assert_eq!((health.status, shown), (200, expected));
    assert_eq!(owner.home("GET", "integrations/999999999/health/", None).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_integration_is_removed_once() {
    let server = Server::start().await;
    let owner = Owner::new(&server).await;
    let path = format!("integrations/{}/", owner.connected("one.test").await);
    owner.home("DELETE", &path, None).await.reads(204, "");
    assert_eq!(owner.home("DELETE", "integrations/999999999/", None).await.status, 404);
    let again = owner.home("DELETE", &path, None).await.status;
    assert!([204, 404].contains(&again), "pending, or gone already: {again}");
}
