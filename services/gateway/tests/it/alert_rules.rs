//! An app is asked about a rule only if the caller may write it.

use patchbay_proto::auth_token::MintUserTokenRequest;
use patchbay_proto::tracker::CreateProjectRequest;
use patchbay_proto::tracker::projects_client::ProjectsClient;
use patchbay_proto::webhook_sender::CallResponse;
use patchbay_rpc::request;
use serde_json::{Value, json};

use crate::platform::Platform;

const RULES: &str = "/api/0/projects/acme/front-end/rules/";
const NUMBERS: &str = "/api/0/organizations/acme/alert-rules/";

/// A project, and an app with settings for alerts: its action.
async fn action(platform: &Platform, owner: &str) -> Value {
    let wanted = CreateProjectRequest {
        organization: "acme".into(),
        name: "Front End".into(),
        ..CreateProjectRequest::default()
    };
    ProjectsClient::new(platform.channel.clone()).create_project(request(wanted)).await.unwrap();
    let field = json!({ "type": "text", "label": "Channel", "name": "channel" });
    let settings = json!({ "type": "alert-rule-settings", "uri": "/alert", "required_fields": [field] });
    let schema =
        json!({ "elements": [{ "type": "alert-rule-action", "title": "Tell", "settings": settings }] });
    let changes = json!({ "verifyInstall": false, "isAlertable": true, "schema": schema });
    platform.app(owner, changes).await;
    let path = "/api/0/organizations/acme/sentry-app-installations/";
    let installation = platform.post(path, owner, json!({ "slug": "hooks" })).await.json();
    json!({
        "id": "sentry.rules.actions.notify_event_sentry_app.NotifyEventSentryAppAction",
        "sentryAppInstallationUuid": installation["uuid"],
        "settings": [{ "name": "channel", "value": "#general" }],
    })
}

fn metric_rule(action: &Value) -> Value {
    let trigger = json!({ "label": "critical", "alertThreshold": 10, "actions": [action] });
    json!({ "name": "Many", "projects": ["front-end"], "timeWindow": 5, "triggers": [trigger] })
}

#[tokio::test]
async fn no_app_is_asked_for_somebody_who_may_not_write_the_rule() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let action = action(&platform, &owner).await;
    let agreed = CallResponse { response_code: 200, ..CallResponse::default() };
    platform.log.answer_with(move |_| agreed.clone());
    let rule = json!({ "name": "All", "actions": [action] });
    let made = platform.post(RULES, &owner, rule.clone()).await;
    assert_eq!(made.status, 201, "{made:?}");
    let one = format!("{RULES}{}/", made.json()["id"].as_str().unwrap());
    assert_eq!(platform.put(&one, &owner, rule.clone()).await.status, 200);
    assert_eq!(platform.post(NUMBERS, &owner, metric_rule(&action)).await.status, 201);
    assert_eq!(platform.log.called().len(), 3, "the app is asked each time");

    let reader = platform.user("reader@acme.example", false).await;
    let member = patchbay_proto::tracker::SetMemberRequest {
        organization: "acme".into(),
        user_id: reader,
        role: "owner".into(),
    };
    platform.directory().set_member(request(member)).await.unwrap();
    let scopes = ["alerts:read", "project:read", "event:admin"].map(str::to_owned).into();
    let minted = MintUserTokenRequest { user_id: reader, scopes, name: "reads".to_owned() };
    let reader = platform.tokens().mint_user_token(request(minted)).await.unwrap().into_inner().token;
    let stranger = platform.member("globex", "owner").await;
    assert_eq!(platform.get(RULES, &reader).await.status, 200, "reading is allowed");
    for token in [&reader, &stranger] {
        for answer in [
            platform.post(RULES, token, rule.clone()).await,
            platform.put(&one, token, rule.clone()).await,
            platform.post(NUMBERS, token, metric_rule(&action)).await,
        ] {
            assert!(matches!(answer.status, 403 | 404), "{answer:?}");
        }
    }
    let missing = platform.put(&format!("{RULES}999999999/"), &owner, rule.clone()).await;
    assert_eq!(missing.status, 404, "{missing:?}");
    let elsewhere = platform.post("/api/0/projects/acme/nothing/rules/", &owner, rule).await;
    assert_eq!(elsewhere.status, 404, "{elsewhere:?}");
    assert_eq!(platform.log.called().len(), 3, "and the app has heard of none of it");
}

#[tokio::test]
async fn an_app_that_refuses_a_rule_is_passed_on() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let action = action(&platform, &owner).await;
    let rule = json!({ "name": "All", "actions": [action] });
    let cases = [
        (422, r#"{"message":"No such channel."}"#, 422, "Hooks: No such channel."),
        (500, "oops", 500, "Hooks: Something went wrong!"),
        (0, "", 502, "Hooks: Something went wrong!"),
    ];
    for (response_code, body, status, message) in cases {
        platform.log.answer_with(move |_| CallResponse {
            response_code,
            body: body.into(),
            ..CallResponse::default()
        });
        let expected = json!({ "actions": [message] }).to_string();
        platform.post(RULES, &owner, rule.clone()).await.is(status, &expected);
    }
    assert_eq!(platform.get(RULES, &owner).await.json(), json!([]), "nothing is kept");
}
