use std::time::Duration;

use patchbay_proto::webhook_sender::{CallRequest, CallResponse};
use serde_json::{Value, json};

use crate::platform::Platform;

const COMPONENTS: &str = "/api/0/organizations/acme/sentry-app-components/";

/// An app of `acme` that is installed there, with this schema.
async fn installed(platform: &Platform, owner: &str, name: &str, elements: Value) -> String {
    let schema = json!({ "elements": elements });
    let changes = json!({ "name": name, "verifyInstall": false, "isAlertable": true, "schema": schema });
    let app = platform.app(owner, changes).await;
    let path = "/api/0/organizations/acme/sentry-app-installations/";
    let answer = platform.post(path, owner, json!({ "slug": app["slug"] })).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["uuid"].as_str().unwrap().to_owned()
}

fn select(uri: &str) -> Value {
    json!({ "type": "select", "label": "L", "name": "n", "uri": uri })
}

fn settings(fields: &[Value]) -> Value {
    let settings = json!({ "type": "alert-rule-settings", "uri": "/alert", "required_fields": fields });
    json!([{ "type": "alert-rule-action", "title": "Tell", "settings": settings }])
}

fn answer(status: i32, body: &str) -> CallResponse {
    CallResponse { response_code: status, body: body.to_owned().into(), ..CallResponse::default() }
}

fn uris(called: &[CallRequest]) -> Vec<&str> {
    called.iter().map(|call| call.uri.as_str()).collect()
}

#[tokio::test]
async fn an_app_is_asked_once_until_its_answer_is_old_or_the_app_is_changed() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let uuid = installed(&platform, &owner, "Hooks", settings(&[select("/a")])).await;
    platform.log.answer_with(|_| answer(200, r#"[{"value":"1","label":"One"}]"#));
    let choices = async || {
        let list = platform.get(COMPONENTS, &owner).await;
        assert_eq!(list.status, 200, "{list:?}");
        list.json()[0]["schema"]["settings"]["required_fields"][0]["choices"].clone()
    };
    for _ in 0..2 {
        assert_eq!(choices().await, json!([["1", "One"]]));
    }
    let direct = format!("/api/0/sentry-app-installations/{uuid}/external-requests/?uri=/a");
    assert_eq!(platform.get(&direct, &owner).await.json(), json!({ "choices": [["1", "One"]] }));
    assert_eq!(uris(&platform.log.called()), ["/a"], "the list and the field share what they know");

    for other in ["query=x", "dependentData=%7B%7D"] {
        platform.get(&format!("{direct}&{other}"), &owner).await;
    }
    assert_eq!(platform.log.called().len(), 3, "other questions are other questions");
    platform.hand.advance(Duration::from_secs(10));
    choices().await;
    assert_eq!(platform.log.called().len(), 4, "the answer was old");
    platform.put("/api/0/sentry-apps/hooks/", &owner, json!({ "author": "Else" })).await;
    choices().await;
    assert_eq!(platform.log.called().len(), 5, "the app was changed");
}

#[tokio::test]
async fn what_went_wrong_is_not_remembered() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    installed(&platform, &owner, "Hooks", settings(&[select("/a"), select("/b")])).await;
    platform.log.answer_with(|call| match call.uri.as_str() {
        "/a" => answer(200, "[]"),
        _ => answer(418, r#"{"message":"No tea."}"#),
    });
    let component = platform.get(COMPONENTS, &owner).await.json()[0].clone();
    assert_eq!(component["error"], "No tea.");
    assert_eq!(component["schema"]["settings"]["required_fields"][0]["choices"], json!([]));
    platform.log.answer_with(|_| answer(200, "[]"));
    let component = platform.get(COMPONENTS, &owner).await.json()[0].clone();
    assert_eq!(component["error"], "");
}

#[tokio::test]
async fn fields_without_end_are_asked_for_up_to_an_end() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    platform.log.answer_with(|_| answer(200, "[]"));
    let many: Vec<_> = (0..1000).map(|number| select(&format!("/{number}"))).collect();
    for number in 0..6 {
        installed(&platform, &owner, &format!("Hooks {number}"), settings(&many)).await;
    }
    installed(&platform, &owner, "Last", settings(&[json!({ "type": "text", "label": "L", "name": "n" })]))
        .await;
    let list = platform.get(COMPONENTS, &owner).await.json();
    let errors: Vec<_> =
        list.as_array().unwrap().iter().map(|item| item["error"].as_str().unwrap()).collect();
    let too_many = "Too many select fields want options from their apps.";
    assert_eq!(errors, [[too_many; 6].as_slice(), &[""]].concat());
    let called = platform.log.called();
    assert_eq!(called.len(), 100);
    assert_eq!(called.iter().filter(|call| call.app == "hooks-0").count(), 20);
}

#[tokio::test]
async fn components_come_page_by_page_and_for_members_only() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    for number in 0..3 {
        let link = json!([{ "type": "stacktrace-link", "uri": format!("/{number}") }]);
        installed(&platform, &owner, &format!("Hooks {number}"), link).await;
    }
    let (first, second) =
        (format!("{COMPONENTS}?per_page=2"), format!("{COMPONENTS}?per_page=2&cursor=2:1:0"));
    let first = platform.get(&first, &owner).await;
    assert_eq!(first.json().as_array().unwrap().len(), 2);
    assert!(first.header("link").contains(r#"rel="next"; results="true""#));
    let second = platform.get(&second, &owner).await;
    assert_eq!(second.json()[0]["sentryApp"]["slug"], "hooks-2");
    assert!(second.header("link").contains(r#"rel="next"; results="false""#));
    let wrong = "Invalid per_page value. Must be between 1 and 50.";
    platform
        .get(&format!("{COMPONENTS}?per_page=51"), &owner)
        .await
        .is(400, &json!({ "detail": wrong }).to_string());
    platform
        .get(&format!("{COMPONENTS}?projectId=x"), &owner)
        .await
        .is(400, r#"{"projectId":["A valid integer is required."]}"#);
    let stranger = platform.member("globex", "owner").await;
    assert!(matches!(platform.get(COMPONENTS, &stranger).await.status, 403 | 404));
}
