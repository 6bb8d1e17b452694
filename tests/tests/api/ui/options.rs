//! The options of a select while a user fills in the form.

use serde_json::json;
use uuid::Uuid;

use super::Stage;
use crate::people::HOME;

pub(super) async fn are_fetched(stage: &Stage<'_>) {
    let project = stage.owner("GET", &format!("/api/0/projects/{HOME}/front-end/"), None).await.json();
    let project = project["id"].as_str().unwrap();
    let rest = format!(
        "external-requests/?uri=/boards&projectId={project}&query=b%20c&dependentData=%7B%22project%22%3A%221%22%7D"
    );
    stage
        .owner("GET", &stage.installation(&rest), None)
        .await
        .is(200, &json!({ "choices": [["b", "Board"]] }));
    let asked = stage.app.asked("/boards").await;
    let expected = format!(
        "installationId={}&projectSlug=front-end&query=b+c&dependentData=%7B%22project%22%3A%221%22%7D",
        stage.app.installation
    );
    assert_eq!((&asked.query, asked.body.len()), (&expected, 0));
    assert_eq!(asked.header("content-type"), Some("application/json"));
    assert_eq!(asked.header("request-id").unwrap().len(), 32);

    let sprints = stage.installation("external-requests/?uri=/sprints");
    stage.app("GET", &sprints, None).await.is(200, &json!({ "choices": [["s", "Sprint"]] }));
    let projects = stage.installation("external-requests/?uri=/projects");
    let expected = json!({ "choices": [["1", "One"], [2, "Two"]], "defaultValue": 2 });
    stage.owner("GET", &projects, None).await.is(200, &expected);
    assert_eq!(stage.app.count("/projects"), 1, "the page gets the options of a moment ago again");
}

pub(super) async fn are_refused_in_the_right_words(stage: &Stage<'_>) {
    let slug = &stage.app.slug;
    let no_path = json!({ "uri": ["Invalid URI: must be a relative path starting with '/'."] });
    let went_wrong = json!({ "detail": format!("Something went wrong while getting options for Select FormField from {slug}") });
    let invalid = |uri: &str| {
        let detail = format!("Invalid response format for Select FormField in {slug} from uri: {uri}");
        json!({ "detail": detail })
    };
    let incomplete = json!({ "detail": "Missing `value` or `label` in option data for Select FormField" });
    let cases = [
        ("", 400, no_path.clone()),
        ("uri=projects", 400, no_path.clone()),
        ("uri=//evil.example/x", 400, no_path.clone()),
        ("uri=https://evil.example/x", 400, no_path.clone()),
        ("uri=/@evil.example", 400, no_path),
        ("uri=/known&projectId=one", 400, json!({ "projectId": ["A valid integer is required."] })),
        ("uri=/refused", 418, json!({ "detail": "No teapots." })),
        ("uri=/silent", 500, went_wrong.clone()),
        ("uri=/hung-up", 502, went_wrong),
        ("uri=/object", 400, invalid("/object")),
        ("uri=/moved", 400, invalid("/moved")),
        ("uri=/incomplete", 500, incomplete),
    ];
    for (query, status, body) in cases {
        let path = stage.installation(&format!("external-requests/?{query}"));
        stage.owner("GET", &path, None).await.is(status, &body);
    }
    let path = stage.installation("external-requests/?uri=/known");
    let anonymous = stage.server.send("GET", &path, &[], None).await;
    anonymous.is(401, &json!({ "detail": "Authentication credentials were not provided." }));
    let nothing = format!("/api/0/sentry-app-installations/{}/external-requests/?uri=/known", Uuid::new_v4());
    let unknown = json!({ "detail": "Could not find given sentry app installation" });
    stage.owner("GET", &nothing, None).await.is(404, &unknown);
    an_app_without_an_address_cannot_be_asked(stage).await;
}

async fn an_app_without_an_address_cannot_be_asked(stage: &Stage<'_>) {
    let body = json!({
        "organization": HOME, "name": "Without Address", "author": "Acme", "scopes": [], "events": [],
        "isInternal": true, "isAlertable": false, "verifyInstall": false,
        "schema": { "elements": [{ "type": "stacktrace-link", "uri": "/code" }] },
    });
    let apps = &stage.world.fixtures.apps;
    let app = apps.owner("POST", "/api/0/sentry-apps/", &body).await;
    let installations = format!("/api/0/organizations/{HOME}/sentry-app-installations/");
    let installations = stage.owner("GET", &installations, None).await.json();
    let installations = installations.as_array().unwrap();
    let own = installations.iter().find(|one| one["app"]["slug"] == app["slug"]).unwrap();
    let path = format!(
        "/api/0/sentry-app-installations/{}/external-requests/?uri=/x",
        own["uuid"].as_str().unwrap()
    );
    let answer = patchbay_testkit::eventually(super::KNOWN_WITHIN, "the new app is known", async || {
        let answer = stage.owner("GET", &path, None).await;
        (answer.status != 404).then_some(answer)
    });
    let missing = "Sentry app webhook_url is not configured";
    answer.await.is(500, &json!({ "detail": missing }));
    let path = format!("/api/0/organizations/{HOME}/sentry-app-components/?filter=stacktrace-link");
    let listed = stage.owner("GET", &path, None).await.json();
    assert_eq!((&listed[1]["error"], listed[1]["schema"].get("url")), (&json!(missing), None));
}
