use patchbay_proto::tracker::issues_client::IssuesClient;
use patchbay_proto::tracker::projects_client::ProjectsClient;
use patchbay_proto::tracker::{CreateIssueRequest, CreateProjectRequest, NewEvent, RecordErrorRequest};
use patchbay_rpc::request;
use serde_json::json;

use crate::platform::Platform;

/// A project of `acme` and the number of an issue in it.
async fn issue(platform: &Platform) -> i64 {
    let wanted = CreateProjectRequest {
        organization: "acme".into(),
        name: "Front End".into(),
        platform: "javascript".into(),
        ..Default::default()
    };
    ProjectsClient::new(platform.channel.clone()).create_project(request(wanted)).await.unwrap();
    let wanted = CreateIssueRequest {
        organization: "acme".into(),
        project: "front-end".into(),
        title: "ReferenceError: heck is not defined".into(),
        ..Default::default()
    };
    IssuesClient::new(platform.channel.clone()).create_issue(request(wanted)).await.unwrap().into_inner().id
}

#[tokio::test]
async fn an_issue_is_read_by_its_number_and_in_its_organization() {
    let platform = Platform::with_organizations().await;
    let (member, stranger) =
        (platform.member("acme", "member").await, platform.member("globex", "owner").await);
    let id = issue(&platform).await;
    for path in [format!("/api/0/issues/{id}/"), format!("/api/0/organizations/acme/issues/{id}/")] {
        let answer = platform.get(&path, &member).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
        let issue = answer.json();
        assert_eq!(issue["id"], id.to_string());
        assert_eq!(issue["title"], "ReferenceError: heck is not defined");
        // Whether a stranger learns that the organization exists is the tracker's decision.
        assert!(matches!(platform.get(&path, &stranger).await.status, 403 | 404));
    }
    let elsewhere = platform.get(&format!("/api/0/organizations/globex/issues/{id}/"), &member).await;
    assert!(matches!(elsewhere.status, 403 | 404));
    for odd in ["0", "-1", "x", "99999999999999999999", "1.0", "%00"] {
        assert_eq!(platform.get(&format!("/api/0/issues/{odd}/"), &member).await.status, 404, "{odd}");
    }
}

#[tokio::test]
async fn a_project_is_told_with_its_organization() {
    let platform = Platform::with_organizations().await;
    let member = platform.member("acme", "member").await;
    issue(&platform).await;
    let project = platform.get("/api/0/projects/acme/front-end/", &member).await;
    assert_eq!(project.status, 200, "{project:?}");
    let project = project.json();
    assert_eq!(project["slug"], "front-end");
    assert_eq!(project["platform"], "javascript");
    assert_eq!(project["organization"]["name"], json!("Acme"));
    assert_eq!(platform.get("/api/0/projects/acme/nothing/", &member).await.status, 404);
}

/// Records an error in `front-end`; its id and the number of its issue.
async fn error(platform: &Platform, message: &str) -> (String, i64) {
    let event = json!({ "message": message, "culprit": "<b>main</b>" });
    let wanted = RecordErrorRequest {
        organization: "acme".into(),
        project: "front-end".into(),
        events: vec![NewEvent { event_json: event.to_string().into() }],
    };
    let mut issues = IssuesClient::new(platform.channel.clone());
    let recorded = issues.record_error(request(wanted)).await.unwrap().into_inner().events.remove(0);
    (recorded.event_id, recorded.issue_id)
}

#[tokio::test]
async fn issues_are_listed_page_by_page_changed_and_deleted() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let mut ids = vec![issue(&platform).await];
    for n in 0..3 {
        ids.push(error(&platform, &format!("boom {n}")).await.1);
    }
    let first = platform.get("/api/0/organizations/acme/issues/?per_page=3", &owner).await;
    assert_eq!((first.status, first.json().as_array().unwrap().len()), (200, 3));
    let link = first.header("link").to_owned();
    assert!(link.contains(r#"rel="previous"; results="false""#), "{link}");
    let next = link.split(", ").find(|link| link.contains("rel=\"next\"")).unwrap();
    let next = next.split(['<', '>']).nth(1).unwrap().split("patchbay.example").nth(1).unwrap().to_owned();
    let second = platform.get(&next, &owner).await;
    assert_eq!(second.json().as_array().unwrap().len(), 1, "{next}");
    assert!(second.header("link").contains(r#"rel="next"; results="false""#));

    let change = json!({ "status": "resolved", "hasSeen": true });
    let changed = platform.put(&format!("/api/0/issues/{}/", ids[0]), &owner, change.clone()).await;
    assert_eq!((changed.status, &changed.json()["status"]), (200, &json!("resolved")));
    let path = format!("/api/0/organizations/acme/issues/?id={}&id={}", ids[1], ids[2]);
    let bulk = platform.put(&path, &owner, change).await;
    assert_eq!((bulk.status, bulk.json()), (200, json!({ "hasSeen": true, "status": "resolved" })));
    let left = platform.get("/api/0/projects/acme/front-end/issues/", &owner).await;
    assert_eq!(left.json().as_array().unwrap().len(), 1, "resolved ones are not looked for");
    let all = platform.get("/api/0/projects/acme/front-end/issues/?query=", &owner).await;
    assert_eq!(all.json().as_array().unwrap().len(), 4);

    let wrong =
        platform.put(&format!("/api/0/issues/{}/", ids[0]), &owner, json!({ "status": "gone" })).await;
    assert_eq!((wrong.status, wrong.json()), (400, json!({ "status": ["\"gone\" is not a valid choice."] })));
    for (path, expected) in [
        ("/api/0/organizations/acme/issues/?query=is:open", 400),
        ("/api/0/organizations/acme/issues/?cursor=x", 400),
        ("/api/0/organizations/acme/issues/?per_page=0", 400),
        ("/api/0/organizations/acme/issues/?project=nothing", 404),
        ("/api/0/organizations/unknown/issues/", 403),
    ] {
        assert_eq!(platform.get(path, &owner).await.status, expected, "{path}");
    }
    assert_eq!(platform.delete(&format!("/api/0/issues/{}/", ids[0]), &owner).await.status, 202);
    assert_eq!(platform.delete(&path, &owner).await.status, 204);
    assert_eq!(platform.get(&format!("/api/0/issues/{}/", ids[0]), &owner).await.status, 404);
}

#[tokio::test]
async fn every_address_that_a_webhook_names_leads_somewhere() {
    let platform = Platform::with_organizations().await;
    let (member, stranger) =
        (platform.member("acme", "member").await, platform.member("globex", "owner").await);
    issue(&platform).await;
    let (event_id, issue_id) = error(&platform, "<script>boom").await;
    for path in [
        format!("/api/0/issues/{issue_id}/"),
        format!("/api/0/organizations/acme/issues/{issue_id}/"),
        "/api/0/projects/acme/front-end/".to_owned(),
        format!("/api/0/projects/acme/front-end/events/{event_id}/"),
        format!("/api/0/issues/{issue_id}/events/latest/"),
        format!("/api/0/organizations/acme/issues/{issue_id}/events/{event_id}/"),
        format!("/api/0/issues/{issue_id}/events/"),
        "/api/0/projects/acme/front-end/events/".to_owned(),
        format!("/organizations/acme/issues/{issue_id}/"),
        format!("/organizations/acme/issues/{issue_id}/events/{event_id}/"),
    ] {
        let answer = platform.get(&path, &member).await;
        assert_eq!(answer.status, 200, "{path} {answer:?}");
        assert!(!format!("{answer:?}").contains("<script>boom") || !path.starts_with("/org"), "{path}");
        assert_eq!(platform.get(&path, "").await.status, 401, "{path}");
        assert!(matches!(platform.get(&path, &stranger).await.status, 403 | 404), "{path}");
    }
}

#[tokio::test]
async fn comments_and_what_happened_are_read_and_written() {
    let platform = Platform::with_organizations().await;
    let member = platform.member("acme", "member").await;
    let id = issue(&platform).await;
    let comments = format!("/api/0/issues/{id}/comments/");
    let written = platform.post(&comments, &member, json!({ "text": "It is broken." })).await;
    assert_eq!((written.status, &written.json()["data"]["text"]), (201, &json!("It is broken.")));
    let one =
        format!("/api/0/organizations/acme/issues/{id}/comments/{}/", written.json()["id"].as_str().unwrap());
    let changed = platform.put(&one, &member, json!({ "text": "It was." })).await;
    assert_eq!((changed.status, &changed.json()["data"]["text"]), (200, &json!("It was.")));
    assert_eq!(platform.get(&comments, &member).await.json().as_array().unwrap().len(), 1);
    let activity = platform.get(&format!("/api/0/issues/{id}/activities/"), &member).await.json();
    assert_eq!(activity["activity"].as_array().unwrap().len(), 2);
    let wrong = platform.post(&comments, &member, json!({ "text": "" })).await;
    assert_eq!((wrong.status, wrong.json()), (400, json!({ "text": ["This field may not be blank."] })));
    assert_eq!(platform.delete(&one, &member).await.status, 204);
    assert_eq!(platform.delete(&one, &member).await.status, 404);
}

#[tokio::test]
async fn projects_and_teams_are_made_and_unmade() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let team = platform.post("/api/0/organizations/acme/teams/", &owner, json!({ "slug": "core" })).await;
    assert_eq!((team.status, &team.json()["name"]), (201, &json!("core")));
    let project = json!({ "name": "Settings" });
    let project = platform.post("/api/0/teams/acme/core/projects/", &owner, project).await;
    assert_eq!((project.status, &project.json()["slug"]), (201, &json!("settings-1")), "a page is called so");
    let path = "/api/0/projects/acme/settings-1/";
    let renamed = platform.put(path, &owner, json!({ "slug": "back" })).await;
    assert_eq!((renamed.status, &renamed.json()["slug"]), (200, &json!("back")));
    assert_eq!(platform.get(path, &owner).await.status, 404);
    let listed = platform.get("/api/0/organizations/acme/projects/", &owner).await.json();
    assert_eq!(listed[0]["slug"], "back");
    assert_eq!(platform.delete("/api/0/projects/acme/back/teams/core/", &owner).await.status, 200);
    assert_eq!(platform.delete("/api/0/projects/acme/back/", &owner).await.status, 204);
    assert_eq!(platform.get("/api/0/projects/acme/back/", &owner).await.status, 404);
    assert_eq!(
        platform.delete("/api/0/teams/acme/core/", &owner).await.status,
        403,
        "the token lacks team:admin"
    );
}

#[tokio::test]
async fn a_rule_names_an_installed_app_that_takes_alerts() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    issue(&platform).await;
    let internal = |alertable: bool, name: &str| json!({ "name": name, "isInternal": true, "verifyInstall": false, "isAlertable": alertable });
    let alertable = platform.app(&owner, internal(true, "Pager")).await["slug"].as_str().unwrap().to_owned();
    let silent = platform.app(&owner, internal(false, "Quiet")).await["slug"].as_str().unwrap().to_owned();
    let rule = |service: &str| {
        json!({
            "name": "Tell us",
            "actionMatch": "any",
            "frequency": 30,
            "conditions": [{ "id": "sentry.rules.conditions.first_seen_event.FirstSeenEventCondition" }],
            "actions": [{ "id": "sentry.rules.actions.notify_event_service.NotifyEventServiceAction", "service": service }],
        })
    };
    let rules = "/api/0/projects/acme/front-end/rules/";
    let made = platform.post(rules, &owner, rule(&alertable)).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.json()["actions"][0]["service"], json!(alertable));
    let one = format!("{rules}{}/", made.json()["id"].as_str().unwrap());
    assert_eq!(platform.get(&one, &owner).await.json()["name"], "Tell us");
    for (service, expected) in
        [(silent.as_str(), "Quiet takes no alerts."), ("nothing", "Invalid integration: nothing")]
    {
        let refused = platform.post(rules, &owner, rule(service)).await;
        assert_eq!((refused.status, refused.json()), (400, json!({ "actions": [expected] })));
    }
    let changed = platform.put(&one, &owner, rule(&alertable)).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(platform.delete(&one, &owner).await.status, 202);
    assert_eq!(platform.get(&one, &owner).await.status, 404);
}

#[tokio::test]
async fn large_errors_are_listed_on_short_pages_and_none_is_missed() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    issue(&platform).await;
    let filler = "x".repeat(150 * 1024);
    let events = (0..30).map(|n| {
        let event = json!({ "message": format!("boom {}", n % 3), "extra": { "filler": filler } });
        NewEvent { event_json: event.to_string().into() }
    });
    let errors = RecordErrorRequest {
        organization: "acme".into(),
        project: "front-end".into(),
        events: events.collect(),
    };
    IssuesClient::new(platform.channel.clone()).record_error(request(errors)).await.unwrap();
    let mut path = "/api/0/projects/acme/front-end/events/?per_page=20".to_owned();
    let (mut found, mut pages) = (std::collections::BTreeSet::new(), 0);
    loop {
        let page = platform.get(&path, &owner).await;
        assert_eq!(page.status, 200);
        for event in page.json().as_array().unwrap() {
            assert!(found.insert(event["id"].as_str().unwrap().to_owned()), "an error is listed twice");
        }
        pages += 1;
        let next =
            page.header("link").split(", ").find(|link| link.contains("rel=\"next\"")).unwrap().to_owned();
        if next.contains("results=\"false\"") {
            break;
        }
        let url = next.split(['<', '>']).nth(1).unwrap();
        path = url.split("patchbay.example").nth(1).unwrap().to_owned();
    }
    assert_eq!(found.len(), 30);
    assert!(pages > 2, "the bytes of a page are limited");
}
