//! An alert rule of Globex notifies the app.

use patchbay_proto::tracker::{NewEvent, RecordErrorRequest};
use patchbay_rpc::request;
use serde_json::json;

use super::{Installed, People, Registered, Story};
use crate::demo::app::ALERT;
use crate::demo::checks::{same, text};

impl Story {
    /// Returns the id of the issue that triggered the rule.
    pub(super) async fn an_alert_rule_notifies_the_app(
        &mut self,
        people: &People,
        app: &Registered,
        installed: &Installed,
    ) -> anyhow::Result<String> {
        self.printer.step("A manager of Globex creates an alert rule that notifies the app");
        let settings = json!([{ "name": "channel", "value": "#front-end" }]);
        let rule = json!({
            "name": "Something new",
            "conditions": [{ "id": "sentry.rules.conditions.first_seen_event.FirstSeenEventCondition" }],
            "actions": [{
                "id": "sentry.rules.actions.notify_event_sentry_app.NotifyEventSentryAppAction",
                "sentryAppInstallationUuid": installed.uuid,
                "settings": settings,
            }],
        });
        let path = "/api/0/projects/globex/front-end/rules/";
        self.rest.post(path, &people.manager, rule).await?.expect(201)?;
        let received = self.app.request_to(ALERT).await?.signed(&app.secret)?;
        same("settings", &received["fields"], &settings)?;
        self.printer.checked("the app was asked first, with a signed request, and accepted the channel");

        let event = json!({ "message": "TypeError: x is undefined", "culprit": "render(app.js)" });
        let errors = RecordErrorRequest {
            organization: "globex".to_owned(),
            project: "front-end".to_owned(),
            events: vec![NewEvent { event_json: event.to_string().into() }],
        };
        let recorded = self.clients.issues.clone().record_error(request(errors)).await?.into_inner();
        let issue = recorded.events.first().map(|event| event.issue_id.to_string()).unwrap_or_default();
        for event in ["issue.created", "error.created"] {
            self.app.next(event).await?.verified(event, &app.secret)?;
        }
        let webhook = self.app.next("event_alert.triggered").await?;
        let body = webhook.verified("event_alert.triggered", &app.secret)?;
        same("rule", text(&body, "/data/triggered_rule")?, "Something new")?;
        same("issue", text(&body, "/data/event/issue_id")?, issue.as_str())?;
        same("settings", &body["data"]["issue_alert"]["settings"], &settings)?;
        self.printer.checked("the next new error arrived as event_alert.triggered, with the channel");
        self.printer.body(&webhook.body);
        Ok(issue)
    }
}
