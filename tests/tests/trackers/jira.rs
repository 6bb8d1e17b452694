//! A company connects its Jira: setup over REST, a linked ticket, changes in both directions, and removal.

use patchbay::data_folder::DataFolder;
use patchbay_testkit::eventually;
use patchbay_testkit::jira::{CONSUMER, Standin};
use serde_json::{Value, json};

use crate::platform::{Platform, SOON};

/// Connects the Jira and switches everything on. Returns the id of the integration.
async fn connect(platform: &Platform, jira: &Standin) -> String {
    let pipeline = "/api/0/organizations/acme/pipeline/integration_pipeline/";
    let start = json!({ "action": "initialize", "provider": "jira_server" });
    assert_eq!(platform.done("POST", pipeline, start).await["step"], "installation_config");
    let config = json!({ "url": jira.url, "consumerKey": CONSUMER, "privateKey": jira.private_key });
    let step = platform.done("POST", pipeline, config).await;
    let address = step["data"]["oauthUrl"].as_str().unwrap();
    let token = address.rsplit_once('=').unwrap().1;
    let complete = platform.done("POST", pipeline, json!({ "oauthToken": token })).await;
    assert_eq!((&complete["status"], &complete["data"]["name"]), (&json!("complete"), &json!(CONSUMER)));
    let id = complete["data"]["id"].as_str().unwrap().to_owned();
    let settings = json!({
        "sync_status_forward": { "20400": { "on_resolve": "6", "on_unresolve": "1" } },
        "sync_forward_assignment": true, "sync_reverse_assignment": true, "sync_status_reverse": true,
        "sync_comments": true,
    });
    platform.done("POST", &format!("/api/0/organizations/acme/integrations/{id}/"), settings).await;
    id
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the Python environment of cargo xtask test"]
async fn a_ticket_of_jira_and_its_issue_follow_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let data = DataFolder::open(&folder.path().join("data")).unwrap();
    let (platform, jira) = (Platform::start(&data, &[]).await, Standin::start(&[]));
    let integration = connect(&platform, &jira).await;

    let of_issue = format!("/api/0/issues/{}/integrations/{integration}/", platform.issue);
    let fields = json!({ "project": "20400", "issuetype": "1", "title": "Printer on fire" });
    let ticket = platform.done("POST", &of_issue, fields).await;
    let key = ticket["key"].as_str().unwrap().to_owned();
    let control = format!("issue/{key}");
    let shown = json!([{ "url": format!("{}/browse/{key}", jira.url), "displayName": key }]);
    assert_eq!(platform.issue().await["annotations"], shown);
    assert_eq!(platform.done("PUT", &of_issue, json!({ "externalIssue": key })).await["id"], ticket["id"]);

    // From us to Jira.
    platform.change(json!({ "assignedTo": format!("user:{}", platform.wren), "status": "resolved" })).await;
    eventually(SOON, "the ticket is assigned and shipped", async || {
        let fields = jira.control(&control, &Value::Null)["fields"].take();
        (fields["assignee"]["name"] == "wren" && fields["status"]["id"] == "6").then_some(())
    })
    .await;
    let comments = format!("/api/0/issues/{}/comments/", platform.issue);
    platform.done("POST", &comments, json!({ "text": "It broke." })).await;
    eventually(SOON, "the comment is at the ticket", async || {
        let seen = jira.control(&control, &Value::Null);
        let body = seen["fields"]["comment"]["comments"][0]["body"].as_str().unwrap_or_default();
        body.contains("{quote}It broke.{quote}").then_some(())
    })
    .await;

    platform.settled(&integration).await;

    // From Jira to us. The webhooks that our own changes caused were echoes.
    jira.control(&control, &json!({ "assignee": null, "status": "1" }));
    eventually(SOON, "the issue is open and unassigned", async || {
        let issue = platform.issue().await;
        (issue["assignedTo"].is_null() && issue["status"] == "unresolved").then_some(())
    })
    .await;
    jira.control(&control, &json!({ "assignee": "wren" }));
    eventually(SOON, "the assignee comes back", async || {
        (platform.issue().await["assignedTo"]["email"] == "wren@example.org").then_some(())
    })
    .await;
    let health = format!("/api/0/organizations/acme/integrations/{integration}/health/");
    let (_, health) = platform.call("GET", &health, None).await;
    assert_eq!((&health["state"], &health["webhook"]["invalidTokens"]), (&json!("healthy"), &json!(0)));
    assert!(health["webhook"]["lastReceived"].is_string());

    let path = format!("/api/0/organizations/acme/integrations/{integration}/");
    assert_eq!(platform.call("DELETE", &path, None).await.0, 204);
    eventually(SOON, "everything is removed", async || {
        let is_gone = platform.call("GET", &path, None).await.0 == 404;
        let is_hidden = platform.issue().await["annotations"] == json!([]);
        let is_silent = jira.control("webhooks", &Value::Null) == json!([]);
        (is_gone && is_hidden && is_silent).then_some(())
    })
    .await;
    assert_eq!(jira.control(&control, &Value::Null)["key"], json!(key), "the ticket stays");
}
