use patchbay_proto::tracker::GetOrganizationRequest;
use patchbay_proto::webhook_sender::{ListRequestsResponse, Request};
use patchbay_rpc::request;
use prost_types::Timestamp;
use serde_json::json;

use crate::platform::Platform;

async fn organization_id(platform: &Platform, slug: &str) -> i64 {
    let asked = GetOrganizationRequest { organization: slug.to_owned() };
    platform.directory().get_organization(request(asked)).await.unwrap().into_inner().id
}

fn attempt(organization_id: i64, response_code: i32) -> Request {
    Request {
        webhook_url: "https://hooks.example/sentry".into(),
        event_type: "issue.created".into(),
        started_at: Some(Timestamp { seconds: 1_786_849_394, nanos: 123_456_000 }),
        response_code,
        organization_id,
        request_body: "{}".into(),
        ..Request::default()
    }
}

#[tokio::test]
async fn the_log_names_organizations_and_filters_are_handed_on() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let globex = organization_id(&platform, "globex").await;
    platform.log.put(ListRequestsResponse {
        requests: vec![attempt(globex, 200), attempt(globex, 500), attempt(999, 0)],
        app_slug: "hooks".into(),
        app_is_internal: false,
        ..Default::default()
    });
    let path = "/api/0/sentry-apps/hooks/webhook-requests/?eventType=issue.created&errorsOnly=true\
                &organizationSlug=globex&start=2026-08-16%2003:03:14&end=2026-08-17%2003:03:14";
    let shown = platform.get(path, &owner).await;
    assert_eq!(shown.status, 200, "{shown:?}");
    let shown = shown.json();
    assert_eq!(shown[0]["organization"], json!({ "name": "Globex", "id": globex, "slug": "globex" }));
    assert_eq!(shown[0]["date"], "2026-08-16 03:03:14.123456+00:00");
    assert!(shown[0].get("request_body").is_none() && shown[1].get("request_body").is_some());
    assert!(shown[2].get("organization").is_none(), "an organization that is gone has no name");
    let asked = platform.log.asked().pop().unwrap();
    assert_eq!((asked.app.as_str(), asked.errors_only, asked.organization_id), ("hooks", true, globex));
    assert_eq!(asked.start.unwrap().seconds, 1_786_849_394);
    assert_eq!(asked.end.unwrap().seconds, 1_786_849_394 + 86_400);
}

#[tokio::test]
async fn an_internal_app_has_one_organization_which_is_not_named() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let acme = organization_id(&platform, "acme").await;
    platform.log.put(ListRequestsResponse {
        requests: vec![attempt(acme, 200)],
        app_slug: "hooks-1a2b3c".into(),
        app_is_internal: true,
        ..Default::default()
    });
    let shown = platform.get("/api/0/sentry-apps/hooks-1a2b3c/webhook-requests/", &owner).await.json();
    assert!(shown[0].get("organization").is_none());
}

#[tokio::test]
async fn a_filter_that_makes_no_sense_is_refused_by_name() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let cases = [
        ("eventType=issue.flown", r#"{"eventType":["\"issue.flown\" is not a valid choice."]}"#),
        ("errorsOnly=perhaps", r#"{"errorsOnly":["Must be a valid boolean."]}"#),
        ("organizationSlug=nowhere", r#"{"detail":"Invalid organization."}"#),
        (
            "start=2026-08-17%2003:03:14&end=2026-08-16%2003:03:14",
            r#"{"non_field_errors":["Invalid timestamp (start must be before end)."]}"#,
        ),
        (
            "end=now",
            r#"{"end":["Datetime has wrong format. Use one of these formats instead: YYYY-MM-DD hh:mm:ss."]}"#,
        ),
    ];
    for (query, expected) in cases {
        let path = format!("/api/0/sentry-apps/hooks/webhook-requests/?{query}");
        platform.get(&path, &owner).await.is(400, expected);
    }
}
