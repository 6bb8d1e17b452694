//! Links between issues and issues in the service of an app.

use patchbay_domain::Role;
use serde_json::{Value, json};

use super::Stage;
use crate::people::{ABROAD, HOME};

pub(super) async fn are_made_by_the_app_and_by_people(stage: &Stage<'_>) {
    let issue = stage.error("to be linked").await;
    let links = format!("/api/0/organizations/{HOME}/issues/{issue}/external-issues/");
    let actions = stage.installation("external-issue-actions/");
    let created = json!({
        "groupId": issue, "action": "create", "uri": "/create", "title": "It broke", "project": 2, "board": null,
    });
    let created = stage.owner("POST", &actions, Some(created)).await;
    assert_eq!(created.status, 200, "{created:?}");
    let created = created.json();
    let expected = json!({
        "id": created["id"], "issueId": issue.to_string(), "serviceType": stage.app.slug,
        "displayName": "APP#7", "webUrl": "https://tracker.example/APP-7",
    });
    assert_eq!(created, expected);
    let asked = stage.app.asked("/create").await.json();
    assert_eq!(asked["fields"], json!({ "title": "It broke", "project": 2, "board": null }));
    assert_eq!(
        (&asked["issueId"], &asked["installationId"]),
        (&json!(issue), &json!(stage.app.installation))
    );
    assert_eq!((&asked["project"]["slug"], asked["project"]["id"].is_i64()), (&json!("front-end"), true));
    assert_eq!((&asked["actor"]["type"], &asked["actor"]["name"]), (&json!("user"), &json!("owner")));
    assert!(asked["webUrl"].as_str().unwrap().ends_with(&format!("/organizations/{HOME}/issues/{issue}/")));

    let linked = json!({ "groupId": issue.to_string(), "action": "link", "uri": "/link", "number": "7" });
    let linked = stage.owner("POST", &actions, Some(linked)).await;
    assert_eq!(
        (linked.status, &linked.json()["id"]),
        (200, &created["id"]),
        "one link for an issue and an app"
    );
    assert_eq!(stage.app.asked("/link").await.json()["fields"], json!({ "number": "7" }));
    assert_eq!(stage.owner("GET", &links, None).await.json(), json!([created]));

    let own = json!({
        "issueId": issue, "webUrl": "https://tracker.example/APP-8", "project": "<APP>", "identifier": "8",
    });
    let external = stage.installation("external-issues/");
    let own = stage.app("POST", &external, Some(own)).await;
    assert_eq!((own.status, &own.json()["displayName"]), (200, &json!("&lt;APP&gt;#8")));
    let old_path = stage.app("GET", &format!("/api/0/issues/{issue}/external-issues/"), None).await;
    assert_eq!(old_path.json(), json!([own.json()]));

    let one = format!("{external}{}/", created["id"].as_str().unwrap());
    assert_eq!(stage.app("DELETE", &one, None).await.status, 204);
    assert_eq!(stage.app("DELETE", &one, None).await.status, 404);
    assert_eq!(stage.owner("GET", &links, None).await.json(), json!([]));
}

pub(super) async fn are_refused_in_the_right_words(stage: &Stage<'_>) {
    let issue = stage.error("never to be linked").await;
    let slug = &stage.app.slug;
    let detail = |text: &str| json!({ "detail": text });
    let form = |changes: Value| {
        let mut form = json!({ "groupId": issue, "action": "create", "uri": "/create", "title": "x" });
        form.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        form
    };
    let missing = detail("Missing groupId, action, uri in request body");
    let no_issue = detail("Could not find the corresponding issue for the given groupId");
    let other_host = detail("URI must not alter the webhook host");
    let no_path = detail("Invalid URI: must be a relative path starting with '/'.");
    let no_contact = detail(&format!("Issue occurred while trying to contact {slug} to link issue"));
    let incomplete = detail(&format!("Invalid response format from sentry app {slug} when linking issue"));
    let cases = [
        (json!({}), 400, missing.clone()),
        (form(json!({ "uri": null })), 400, missing),
        (form(json!({ "action": "delete" })), 400, detail("Invalid action 'delete'")),
        (form(json!({ "uri": "//evil.example" })), 400, other_host),
        (form(json!({ "uri": "/@evil.example" })), 400, no_path),
        (form(json!({ "groupId": 999_999_999 })), 400, no_issue.clone()),
        (form(json!({ "groupId": "x" })), 400, no_issue),
        (form(json!({ "title": "refused" })), 409, detail("There is one already.")),
        (form(json!({ "title": "silent" })), 500, no_contact.clone()),
        (form(json!({ "title": "hung-up" })), 502, no_contact),
        (form(json!({ "title": "html" })), 500, detail(&format!("Unable to parse response from {slug}"))),
        (form(json!({ "title": "incomplete" })), 500, incomplete),
    ];
    let actions = stage.installation("external-issue-actions/");
    for (form, status, body) in cases {
        stage.owner("POST", &actions, Some(form)).await.is(status, &body);
    }
    let links = format!("/api/0/organizations/{HOME}/issues/{issue}/external-issues/");
    assert_eq!(
        stage.owner("GET", &links, None).await.json(),
        json!([]),
        "where the app fails, nothing is kept"
    );
    the_apps_own(stage, issue).await;
}

async fn the_apps_own(stage: &Stage<'_>, issue: i64) {
    let external = stage.installation("external-issues/");
    let required = "This field is required.";
    let empty = json!({
        "issueId": ["A valid integer is required."], "webUrl": [required], "project": [required], "identifier": [required],
    });
    stage.app("POST", &external, Some(json!({}))).await.is(400, &empty);
    let link = |issue: i64| json!({ "issueId": issue, "webUrl": "https://x.example/", "project": "A", "identifier": "1" });
    assert_eq!(stage.app("POST", &external, Some(link(999_999_999))).await.status, 404);
    let apps = &stage.world.fixtures.apps;
    for organization in [HOME, ABROAD] {
        let other = apps.caller(organization, Role::Owner.scopes()).await;
        let answer = stage.call("POST", &external, &other, Some(link(issue))).await;
        assert_eq!(answer.status, 403, "{answer:?}");
    }
    for (id, status) in [("999999999", 404), ("x", 400)] {
        assert_eq!(stage.app("DELETE", &format!("{external}{id}/"), None).await.status, status, "{id}");
    }
}
