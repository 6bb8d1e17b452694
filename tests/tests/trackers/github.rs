//! A company connects its GitHub: setup in the steps of the API, a linked issue, changes in both directions, another name of the
//! repository, and the end of the installation at GitHub.

use patchbay::data_folder::DataFolder;
use patchbay_domain::Clock;
use patchbay_testkit::eventually;
use patchbay_testkit::github::{
    APP_ID, CLIENT_ID, CLIENT_SECRET, GitHubStandIn, INSTALLATION, SLUG, WEBHOOK_SECRET,
};
use serde_json::json;

use crate::platform::{Platform, SOON};

fn settings(github: &GitHubStandIn) -> Vec<(&'static str, String)> {
    vec![
        ("GITHUB_APP_ID", APP_ID.to_string()),
        ("GITHUB_APP_SLUG", SLUG.to_owned()),
        ("GITHUB_PRIVATE_KEY", github.private_key()),
        ("GITHUB_WEBHOOK_SECRET", WEBHOOK_SECRET.to_owned()),
        ("GITHUB_CLIENT_ID", CLIENT_ID.to_owned()),
        ("GITHUB_CLIENT_SECRET", CLIENT_SECRET.to_owned()),
        ("GITHUB_URL", github.url()),
    ]
}

/// Connects the account, maps the person and switches everything on. Returns the id of the integration.
async fn connect(platform: &Platform, github: &GitHubStandIn) -> String {
    let pipeline = "/api/0/organizations/acme/pipeline/integration_pipeline/";
    let start =
        platform.done("POST", pipeline, json!({ "action": "initialize", "provider": "github" })).await;
    let address: reqwest::Url = start["data"]["oauthUrl"].as_str().unwrap().parse().unwrap();
    let state = address.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    platform.done("POST", pipeline, json!({ "code": github.code("wren"), "state": state })).await;
    let chosen = json!({ "installationId": INSTALLATION.to_string() });
    let complete = platform.done("POST", pipeline, chosen).await;
    assert_eq!((&complete["status"], &complete["data"]["name"]), (&json!("complete"), &json!("acme")));
    let id = complete["data"]["id"].as_str().unwrap().to_owned();
    let settings = json!({
        "sync_status_forward": { "acme/shop": { "on_resolve": "closed", "on_unresolve": "open" } },
        "sync_forward_assignment": true, "sync_reverse_assignment": true, "sync_status_reverse": true,
        "sync_comments": true,
    });
    platform.done("POST", &format!("/api/0/organizations/acme/integrations/{id}/"), settings).await;
    let wren = json!({
        "userId": platform.wren, "externalName": "@wren", "provider": "github",
        "integrationId": id.parse::<i64>().unwrap(),
    });
    platform.done("POST", "/api/0/organizations/acme/external-users/", wren).await;
    id
}

/// Posts the webhooks of all changes since the last call, each of them twice as GitHub may.
async fn deliver(platform: &Platform, github: &GitHubStandIn) {
    for (headers, body) in github.take_webhooks() {
        for _ in 0..2 {
            let mut call = platform.http.post(platform.url("/extensions/github/webhook/")).body(body.clone());
            for (name, value) in &headers {
                call = call.header(name, value);
            }
            assert_eq!(call.send().await.unwrap().status(), 204);
        }
    }
}

/// GitHub tells whole seconds. Within one second the order of changes is not known.
async fn next_second() {
    let start = Clock::system().now().timestamp();
    eventually(SOON, "the next second", async || (Clock::system().now().timestamp() > start).then_some(()))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_of_github_and_its_issue_follow_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let data = DataFolder::open(&folder.path().join("data")).unwrap();
    let github = GitHubStandIn::start().await;
    let platform = Platform::start(&data, &settings(&github)).await;
    let integration = connect(&platform, &github).await;

    let of_issue = format!("/api/0/issues/{}/integrations/{integration}/", platform.issue);
    let ticket = json!({ "repo": "acme/shop", "title": "Printer on fire", "description": "Hot." });
    let ticket = platform.done("POST", &of_issue, ticket).await;
    assert_eq!((&ticket["key"], &ticket["displayName"]), (&json!("acme/shop#1"), &json!("acme/shop#1")));

    // From us to GitHub.
    platform.change(json!({ "assignedTo": format!("user:{}", platform.wren), "status": "resolved" })).await;
    let comments = format!("/api/0/issues/{}/comments/", platform.issue);
    platform.done("POST", &comments, json!({ "text": "It broke." })).await;
    eventually(SOON, "the issue at GitHub is assigned, closed and commented", async || {
        let world = github.world();
        let issue = &world.issues["acme/shop#1"];
        let is_commented = issue.comments.iter().any(|(_, text)| text.contains("> It broke."));
        (issue.assignees == ["wren"] && issue.is_closed && is_commented).then_some(())
    })
    .await;

    // From GitHub to us, after the echoes of our own changes.
    deliver(&platform, &github).await;
    platform.settled(&integration).await;
    next_second().await;
    github.world().close("acme/shop#1", false);
    github.world().assign("acme/shop#1", &[]);
    deliver(&platform, &github).await;
    eventually(SOON, "the issue is open and unassigned", async || {
        let issue = platform.issue().await;
        (issue["assignedTo"].is_null() && issue["status"] == "unresolved").then_some(())
    })
    .await;

    next_second().await;
    github.world().rename_repository("acme/shop", "acme/store");
    github.world().assign("acme/store#1", &["wren"]);
    deliver(&platform, &github).await;
    eventually(SOON, "the repository has another name, and the assignee comes back", async || {
        let issue = platform.issue().await;
        let is_shown = issue["annotations"][0]["displayName"] == "acme/store#1";
        (is_shown && issue["assignedTo"]["email"] == "wren@example.org").then_some(())
    })
    .await;
    platform.change(json!({ "status": "resolved" })).await;
    eventually(SOON, "the mapping of the repository goes with its name", async || {
        github.world().issues["acme/store#1"].is_closed.then_some(())
    })
    .await;

    // Removed at GitHub: the integration stays, disabled.
    let (headers, body) = github.webhook("installation", "deleted", json!({}));
    let mut call = platform.http.post(platform.url("/extensions/github/webhook/")).body(body);
    for (name, value) in &headers {
        call = call.header(name, value);
    }
    assert_eq!(call.send().await.unwrap().status(), 204);
    let path = format!("/api/0/organizations/acme/integrations/{integration}/?includeConfig=0");
    assert_eq!(platform.call("GET", &path, None).await.1["status"], "disabled");
}
