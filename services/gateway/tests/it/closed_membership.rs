//! An organization closes itself: its members reach only the projects of their teams.

use patchbay_proto::tracker::issues_client::IssuesClient;
use patchbay_proto::tracker::{NewEvent, RecordErrorRequest};
use patchbay_proto::webhook_sender::{ListRequestsResponse, Request};
use patchbay_rpc::request;
use serde_json::json;

use crate::platform::Platform;

const ACME: &str = "/api/0/organizations/acme/";

#[tokio::test]
async fn an_organization_closes_itself_and_hides_the_projects_of_other_teams() {
    let platform = Platform::with_organizations().await;
    let (owner, member) = (platform.member("acme", "owner").await, platform.member("acme", "member").await);
    let made =
        platform.post("/api/0/organizations/acme/projects/", &owner, json!({ "name": "Front End" })).await;
    assert_eq!(made.status, 201, "{made:?}");
    let errors = RecordErrorRequest {
        organization: "acme".into(),
        project: "front-end".into(),
        events: vec![NewEvent { event_json: (&br#"{"message":"boom"}"#[..]).into() }],
    };
    let mut issues = IssuesClient::new(platform.channel.clone());
    let id = issues.record_error(request(errors)).await.unwrap().into_inner().events[0].issue_id;
    let paths = [
        "/api/0/projects/acme/front-end/".to_owned(),
        "/api/0/projects/acme/front-end/events/".to_owned(),
        "/api/0/projects/acme/front-end/issues/".to_owned(),
        format!("/api/0/issues/{id}/"),
        format!("/api/0/issues/{id}/comments/"),
        format!("/api/0/organizations/acme/issues/{id}/external-issues/"),
        format!("/organizations/acme/issues/{id}/"),
    ];
    let read = platform.get(ACME, &member).await.json();
    assert_eq!(read["openMembership"], true, "as in a new organization of Sentry");
    for path in &paths {
        assert_eq!(platform.get(path, &member).await.status, 200, "{path}");
    }
    assert_eq!(platform.put(ACME, &member, json!({ "openMembership": false })).await.status, 403);
    let closed = platform.put(ACME, &owner, json!({ "openMembership": false })).await;
    assert_eq!((closed.status, &closed.json()["openMembership"]), (200, &json!(false)));
    for path in &paths {
        assert_eq!(platform.get(path, &member).await.status, 404, "{path}");
        assert_eq!(platform.get(path, &owner).await.status, 200, "{path}");
    }
    for list in ["/api/0/organizations/acme/projects/", "/api/0/organizations/acme/issues/?query="] {
        assert_eq!(platform.get(list, &member).await.json(), json!([]), "{list}");
        assert_eq!(platform.get(list, &owner).await.json().as_array().unwrap().len(), 1, "{list}");
    }
    let issue = format!("/api/0/issues/{id}/");
    assert_eq!(platform.put(&issue, &member, json!({ "status": "resolved" })).await.status, 404);
    assert_eq!(platform.delete(&issue, &member).await.status, 404);
}

#[tokio::test]
async fn the_log_of_webhooks_shows_no_bodies_to_members_whom_teams_limit() {
    let platform = Platform::with_organizations().await;
    let (owner, member) = (platform.member("acme", "owner").await, platform.member("acme", "member").await);
    let organization_id = platform.get(ACME, &owner).await.json()["id"].as_str().unwrap().parse().unwrap();
    let attempt = Request {
        organization_id,
        event_type: "issue.created".into(),
        request_body: "secret".into(),
        response_body: "secret".into(),
        ..Request::default()
    };
    let (requests, app_slug) = (vec![attempt], "hooks".to_owned());
    platform.log.put(ListRequestsResponse {
        requests,
        app_slug,
        app_is_internal: true,
        ..Default::default()
    });
    let log = "/api/0/sentry-apps/hooks/webhook-requests/?full=1";
    let search = "/api/0/sentry-apps/hooks/webhook-requests/?query=secret";
    for open in [true, false] {
        assert_eq!(platform.put(ACME, &owner, json!({ "openMembership": open })).await.status, 200);
        let shown = platform.get(log, &member).await;
        assert_eq!((shown.status, shown.text().contains("secret")), (200, open), "{shown:?}");
        let found = platform.get(search, &member).await.json();
        assert_eq!(found.as_array().unwrap().len(), usize::from(open));
        assert!(platform.get(log, &owner).await.text().contains("secret"));
    }
}
