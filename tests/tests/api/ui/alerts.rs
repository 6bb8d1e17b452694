//! Alert rules with settings that an app defines.

use serde_json::{Value, json};

use super::Stage;
use crate::people::HOME;

fn path() -> String {
    format!("/api/0/projects/{HOME}/front-end/rules/")
}

fn rule(stage: &Stage<'_>, channel: &str) -> Value {
    json!({
        "name": "Something new",
        "conditions": [{ "id": "sentry.rules.conditions.first_seen_event.FirstSeenEventCondition" }],
        "actions": [{
            "id": "sentry.rules.actions.notify_event_sentry_app.NotifyEventSentryAppAction",
            "sentryAppInstallationUuid": stage.app.installation,
            "settings": [{ "name": "channel", "value": channel }],
        }],
    })
}

/// The elements of the form for rules.
async fn the_form_offers_the_app(stage: &Stage<'_>) {
    let form = stage.owner("GET", &format!("{}configuration/", path()), None).await;
    assert_eq!(form.status, 200, "{form:?}");
    let form = form.json();
    let action =
        form["actions"].as_array().unwrap().iter().find(|action| action["service"] == stage.app.slug);
    let action = action.unwrap();
    assert_eq!((&action["actionType"], &action["enabled"]), (&json!("sentryapp"), &json!(true)));
    assert_eq!(action["sentryAppInstallationUuid"], stage.app.installation);
    assert_eq!(action["prompt"], "Every Component");
    assert_eq!(action["label"], "Tell a channel with these ");
    let settings = &action["formFields"];
    assert_eq!((&settings["type"], &settings["uri"]), (&json!("alert-rule-settings"), &json!("/alert")));
    assert_eq!(settings["optional_fields"][0]["choices"], json!([["high", "High"]]));
    let without_form = stage.world.fixtures.apps.alertable().await;
    let service = stage.owner("GET", &format!("{}configuration/", path()), None).await.json();
    let choices = service["actions"][0]["formFields"]["service"]["choices"].as_array().unwrap().clone();
    assert!(choices.iter().any(|choice| choice[0] == without_form), "{choices:?}");
    assert!(choices.iter().all(|choice| choice[0] != stage.app.slug), "it has a form of its own");
    let conditions: Vec<_> =
        form["conditions"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert!(conditions.contains(&rule(stage, "")["conditions"][0]["id"]), "{conditions:?}");
}

pub(super) async fn ask_the_app_and_tell_it(stage: &Stage<'_>) {
    the_form_offers_the_app(stage).await;
    let made = stage.owner("POST", &path(), Some(rule(stage, "#front-end"))).await;
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.json();
    let settings = json!([{ "name": "channel", "value": "#front-end" }]);
    let asked = stage.app.asked("/alert").await.json();
    assert_eq!(asked, json!({ "fields": settings, "installationId": stage.app.installation }));

    let issue = stage.error("to be reported").await;
    let webhook = stage.app.webhook_about("event_alert").await;
    assert_eq!((webhook.path.as_str(), webhook.query.as_str()), ("/hook", "its=own"));
    let body = webhook.json();
    assert_eq!(
        (&body["action"], &body["data"]["triggered_rule"]),
        (&json!("triggered"), &json!("Something new"))
    );
    assert_eq!(body["data"]["event"]["issue_id"], issue.to_string());
    let alert = &body["data"]["issue_alert"];
    assert_eq!((&alert["settings"], &alert["title"]), (&settings, &json!("Something new")));
    assert_eq!(alert["id"].to_string(), made["id"].as_str().unwrap());

    let one = format!("{}{}/", path(), made["id"].as_str().unwrap());
    let changed = stage.owner("PUT", &one, Some(rule(stage, "#back-end"))).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(stage.app.asked("/alert").await.json()["fields"][0]["value"], "#back-end");
    let refused = json!({ "actions": ["Every Component: There is no such channel."] });
    stage.owner("PUT", &one, Some(rule(stage, "#nowhere"))).await.is(422, &refused);
    let kept = stage.owner("GET", &one, None).await.json();
    assert_eq!(
        kept["actions"][0]["settings"][0]["value"], "#back-end",
        "what the app refuses changes nothing"
    );
}

pub(super) async fn are_refused_in_the_apps_words(stage: &Stage<'_>) {
    let before = stage.owner("GET", &path(), None).await.json();
    let cases = [
        ("#nowhere", 422, "Every Component: There is no such channel."),
        ("#silent", 500, "Every Component: Something went wrong!"),
        ("#hung-up", 502, "Every Component: Something went wrong!"),
    ];
    for (channel, status, message) in cases {
        let refused = json!({ "actions": [message] });
        stage.owner("POST", &path(), Some(rule(stage, channel))).await.is(status, &refused);
    }
    let without_form = stage.world.fixtures.apps.alertable_installation().await;
    let mut action = rule(stage, "#x");
    action["actions"][0]["sentryAppInstallationUuid"] = json!(without_form);
    let message = "Request url for alert-rule-action not found, please check your integration schema";
    stage.owner("POST", &path(), Some(action)).await.is(400, &json!({ "actions": [message] }));
    assert_eq!(stage.owner("GET", &path(), None).await.json(), before, "none of them is kept");
}
