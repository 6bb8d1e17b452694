//! No key of a body is dropped where the call acts: it is kept or refused. Answers can be sent back.

use patchbay_proto::tracker::issues_client::IssuesClient;
use patchbay_proto::tracker::{NewEvent, RecordErrorRequest};
use patchbay_proto::webhook_sender::CallResponse;
use patchbay_rpc::request;
use serde_json::{Value, json};

use crate::platform::Platform;

const PROJECTS: &str = "/api/0/organizations/acme/projects/";
const RULES: &str = "/api/0/projects/acme/front-end/rules/";
const NUMBERS: &str = "/api/0/organizations/acme/alert-rules/";

/// A project of `acme` with an issue and an app that takes alerts, and a token of an owner.
struct Acme {
    platform: Platform,
    owner: String,
    issue: String,
}

impl Acme {
    async fn start() -> Self {
        let platform = Platform::with_organizations().await;
        let user_id = platform.member_id("acme", "owner").await;
        let scopes =
            ["org:admin", "event:admin", "project:admin", "team:admin", "member:admin", "alerts:write"];
        let wanted = patchbay_proto::auth_token::MintUserTokenRequest {
            user_id,
            scopes: scopes.map(str::to_owned).into(),
            name: "test".into(),
        };
        let owner = platform.tokens().mint_user_token(request(wanted)).await.unwrap().into_inner().token;
        let made = platform.post(PROJECTS, &owner, json!({ "name": "Front End" })).await;
        assert_eq!(made.status, 201, "{made:?}");
        let errors = RecordErrorRequest {
            organization: "acme".into(),
            project: "front-end".into(),
            events: vec![NewEvent { event_json: (&br#"{"message":"boom"}"#[..]).into() }],
        };
        let mut issues = IssuesClient::new(platform.channel.clone());
        let recorded = issues.record_error(request(errors)).await.unwrap().into_inner();
        platform.app(&owner, json!({ "verifyInstall": false, "isAlertable": true })).await;
        let installations = "/api/0/organizations/acme/sentry-app-installations/";
        let installed = platform.post(installations, &owner, json!({ "slug": "hooks" })).await;
        assert!(matches!(installed.status, 200 | 201), "{installed:?}");
        let answer = CallResponse { response_code: 200, ..CallResponse::default() };
        platform.log.answer_with(move |_| answer.clone());
        Self { platform, owner, issue: format!("/api/0/issues/{}/", recorded.events[0].issue_id) }
    }

    async fn create(&self, path: &str, body: Value) -> Value {
        let answer = self.platform.post(path, &self.owner, body).await;
        assert!(matches!(answer.status, 200 | 201), "{path}: {answer:?}");
        answer.json()
    }
}

fn rule() -> Value {
    let action = json!({
        "id": "sentry.rules.actions.notify_event_service.NotifyEventServiceAction",
        "service": "hooks",
    });
    json!({ "name": "All", "frequency": 30, "actions": [action] })
}

fn metric_rule() -> Value {
    let trigger = json!({ "label": "critical", "alertThreshold": 10, "actions": rule()["actions"] });
    json!({ "name": "Many", "projects": ["front-end"], "timeWindow": 5, "triggers": [trigger] })
}

#[tokio::test]
async fn a_key_that_is_not_known_is_named_as_it_was_written_and_nothing_happens() {
    let acme = Acme::start().await;
    let rule_path = format!("{RULES}{}/", acme.create(RULES, rule()).await["id"].as_str().unwrap());
    let comments = format!("{}comments/", acme.issue);
    let comment = acme.create(&comments, json!({ "text": "Hm." })).await;
    let comment = format!("{comments}{}/", comment["id"].as_str().unwrap());
    let in_organization = acme.issue.replace("/issues/", "/organizations/acme/issues/");
    for (method, path, body) in [
        ("PUT", acme.issue.as_str(), json!({ "status": "resolved" })),
        ("PUT", &in_organization, json!({ "status": "resolved" })),
        ("PUT", "/api/0/organizations/acme/issues/?query=boom", json!({ "status": "resolved" })),
        ("PUT", "/api/0/projects/acme/front-end/issues/?query=boom", json!({ "status": "resolved" })),
        ("POST", &comments, json!({ "text": "x" })),
        ("PUT", &comment, json!({ "text": "x" })),
        ("POST", PROJECTS, json!({ "name": "x" })),
        ("PUT", "/api/0/projects/acme/front-end/", json!({ "name": "x" })),
        ("POST", "/api/0/organizations/acme/teams/", json!({ "name": "x" })),
        (
            "POST",
            "/api/0/organizations/acme/members/",
            json!({ "email": "x@example.com", "orgRole": "member" }),
        ),
        ("PUT", "/api/0/organizations/acme/members/me/", json!({ "orgRole": "member" })),
        ("PUT", "/api/0/organizations/acme/", json!({ "name": "x" })),
        ("POST", "/api/0/organizations/", json!({ "name": "x" })),
        ("POST", RULES, rule()),
        ("PUT", &rule_path, rule()),
        ("POST", NUMBERS, metric_rule()),
    ] {
        for key in ["nmae", "Status", "priority", "has_seen"] {
            let mut wrong = body.clone();
            wrong[key] = json!("high");
            let answer = acme.platform.call(method, path, &acme.owner, Some(wrong)).await;
            assert_eq!(answer.status, 400, "{method} {path} {key}: {answer:?}");
            assert_eq!(answer.json(), json!({ key: ["This field is not known here."] }), "{method} {path}");
        }
    }
    for key in ["orgRole", "role"] {
        let body = json!({ "email": "x@example.com", key: "boss" });
        let answer = acme.platform.post("/api/0/organizations/acme/members/", &acme.owner, body).await;
        assert_eq!(answer.json(), json!({ key: ["Must be one of member, admin, manager, owner."] }));
    }
    let issue = acme.platform.get(&acme.issue, &acme.owner).await.json();
    assert_eq!((&issue["status"], &issue["numComments"]), (&json!("unresolved"), &json!(1)));
    assert_eq!(acme.platform.log.called().len(), 0, "no app was asked");
}

#[tokio::test]
async fn what_patchbay_does_not_have_is_refused_unless_it_is_left_out() {
    let acme = Acme::start().await;
    let with = |body: &Value, key: &str, value: Value| {
        let mut body = body.clone();
        body[key] = value;
        body
    };
    let (rule, metric) = (rule(), metric_rule());
    let issue = json!({});
    for (method, path, body, key, value) in [
        ("PUT", acme.issue.as_str(), &issue, "isPublic", json!(true)),
        ("POST", RULES, &rule, "environment", json!("production")),
        ("POST", RULES, &rule, "owner", json!("user:1")),
        ("POST", RULES, &rule, "status", json!("disabled")),
        ("POST", NUMBERS, &metric, "environment", json!("production")),
        ("POST", NUMBERS, &metric, "owner", json!("team:1")),
        ("POST", NUMBERS, &metric, "query", json!("release:1")),
        ("POST", NUMBERS, &metric, "aggregate", json!("count_unique(user)")),
        ("POST", NUMBERS, &metric, "dataset", json!("transactions")),
        ("POST", NUMBERS, &metric, "eventTypes", json!(["transaction"])),
        ("POST", NUMBERS, &metric, "queryType", json!(1)),
        ("POST", NUMBERS, &metric, "thresholdType", json!(1)),
        ("POST", NUMBERS, &metric, "comparisonDelta", json!(60)),
        ("PUT", "/api/0/organizations/acme/", &issue, "slug", json!("other")),
    ] {
        let body = with(body, key, value);
        let answer = acme.platform.call(method, path, &acme.owner, Some(body)).await;
        assert_eq!(answer.status, 400, "{path} {key}: {answer:?}");
        assert!(answer.json().get(key).is_some(), "{path}: {answer:?}");
    }
    let nested = [
        (
            RULES,
            with(&rule, "actions", json!([{ "id": rule["actions"][0]["id"], "sevrice": "hooks" }])),
            "actions",
        ),
        (NUMBERS, with(&metric, "triggers", json!([{ "label": "critical", "threshold": 10 }])), "triggers"),
    ];
    for (path, body, key) in nested {
        let answer = acme.platform.post(path, &acme.owner, body).await;
        assert_eq!(answer.status, 400, "{path} {key}: {answer:?}");
        assert!(answer.json()[key][0].as_str().unwrap().starts_with("Unknown field"), "{answer:?}");
    }
    // Sentry's own client says what Patchbay does anyway.
    let mut sentrys = metric.clone();
    for (key, value) in [
        ("environment", json!(null)),
        ("owner", json!(null)),
        ("comparisonDelta", json!(null)),
        ("query", json!("")),
        ("aggregate", json!("count()")),
        ("dataset", json!("events")),
        ("eventTypes", json!(["error"])),
        ("queryType", json!(0)),
        ("thresholdType", json!(0)),
    ] {
        sentrys[key] = value;
    }
    let made = acme.create(NUMBERS, sentrys).await;
    assert_eq!((&made["query"], &made["aggregate"]), (&json!(""), &json!("count()")), "kept");
    assert_eq!(acme.create(NUMBERS, metric).await["query"], "event.type:error");
}

#[tokio::test]
async fn an_answer_can_be_sent_back() {
    let acme = Acme::start().await;
    let (platform, owner) = (&acme.platform, &acme.owner);
    let user = platform.member_id("acme", "member").await;
    let assign = json!({ "assignedTo": format!("user:{user}"), "hasSeen": true, "isBookmarked": true, "isSubscribed": true });
    let changed = platform.put(&acme.issue, owner, assign).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    for key in ["hasSeen", "isBookmarked", "isSubscribed"] {
        assert_eq!(changed.json()[key], true, "{key} is kept");
    }
    let ignore = json!({ "status": "ignored", "statusDetails": { "ignoreDuration": 60 } });
    assert_eq!(platform.put(&acme.issue, owner, ignore).await.status, 200);
    let rule = acme.create(RULES, rule()).await;
    let rule = format!("{RULES}{}/", rule["id"].as_str().unwrap());
    let member = format!("/api/0/organizations/acme/members/{user}/");
    for path in
        [acme.issue.as_str(), "/api/0/organizations/acme/", "/api/0/projects/acme/front-end/", &member, &rule]
    {
        let read = platform.get(path, owner).await.json();
        let answer = platform.put(path, owner, read.clone()).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        assert_eq!(platform.get(path, owner).await.json(), read, "{path}: nothing has changed");
    }
    let bulk = "/api/0/organizations/acme/issues/?query=is:ignored";
    let answer = platform.put(bulk, owner, json!({ "hasSeen": false })).await;
    assert_eq!((answer.status, answer.json()), (200, json!({ "hasSeen": false })));
}
