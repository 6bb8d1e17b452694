//! The components of installed apps, as a page gets them.

use serde_json::{Value, json};

use super::Stage;
use crate::people::HOME;

pub(super) async fn are_listed_and_prepared(stage: &Stage<'_>) {
    let list = async |query: &str| {
        let path = format!("/api/0/organizations/{HOME}/sentry-app-components/{query}");
        let answer = stage.owner("GET", &path, None).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    };
    let all = list("").await;
    let types: Vec<_> = all.as_array().unwrap().iter().map(|one| one["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["issue-link", "alert-rule-action", "stacktrace-link", "issue-media"]);
    for component in all.as_array().unwrap() {
        assert_eq!(
            (&component["error"], &component["sentryApp"]["slug"]),
            (&json!(""), &json!(stage.app.slug))
        );
    }
    prepared_issue_link(&all[0]["schema"]);
    assert_eq!(stage.app.count("/projects"), 1, "asked once for both forms");
    assert_eq!(stage.app.count("/boards") + stage.app.count("/sprints"), 0, "not before they are opened");
    let asked = stage.app.asked("/projects").await;
    assert_eq!(
        (asked.method.as_str(), asked.query),
        ("GET", format!("installationId={}", stage.app.installation))
    );

    let settings = &all[1]["schema"]["settings"];
    assert_eq!(settings["optional_fields"][0]["choices"], json!([["high", "High"]]));
    let address = stage.app.receiver.url("/code");
    assert_eq!(all[2]["schema"]["url"], format!("{address}?installationId={}", stage.app.installation));
    assert_eq!(all[3]["schema"]["elements"][0], json!({ "type": "video", "url": "/video" }));

    let project = stage.owner("GET", &format!("/api/0/projects/{HOME}/front-end/"), None).await.json();
    let project = project["id"].as_str().unwrap();
    let links = list(&format!("?filter=stacktrace-link&projectId={project}")).await;
    let expected = format!("{address}?installationId={}&projectSlug=front-end", stage.app.installation);
    assert_eq!((links.as_array().unwrap().len(), &links[0]["schema"]["url"]), (1, &json!(expected)));
    assert_eq!(list("?filter=open-in").await, json!([]));

    let own =
        stage.owner("GET", &format!("/api/0/sentry-apps/{}/components/", stage.app.slug), None).await.json();
    assert_eq!(own[0]["uuid"], all[0]["uuid"]);
    assert!(
        own[0]["schema"]["create"]["required_fields"][1].get("choices").is_none(),
        "as it was registered"
    );
}

fn prepared_issue_link(schema: &Value) {
    let projects = json!([["1", "One"], [2, "Two"]]);
    for field in [&schema["create"]["required_fields"][1], &schema["link"]["required_fields"][0]] {
        assert_eq!((&field["choices"], &field["defaultValue"]), (&projects, &json!(2)), "{field}");
        assert_eq!(field["uri"], "/projects");
    }
    let optional = &schema["create"]["optional_fields"];
    assert_eq!(optional[0]["choices"], json!([]), "nothing is chosen that it depends on");
    assert_eq!(optional[1]["choices"], json!([["high", "High"], ["low", "Low"]]));
    assert!(optional[2].get("choices").is_none(), "it is asked for when it is opened");
}
