//! The steps in which the app is part of the product's own pages: alert rules, links between issues, comments.

use anyhow::ensure;
use patchbay_proto::tracker::{NewEvent, RecordErrorRequest};
use patchbay_rpc::request;
use serde_json::{Value, json};

use super::{Installed, People, Registered, Story};
use crate::demo::app::ALERT;
use crate::demo::checks::{same, text};

/// What the app adds to the product's pages.
pub(super) fn schema() -> Value {
    let project = json!({ "type": "select", "label": "Project", "name": "project", "uri": "/projects" });
    let title = json!({ "type": "text", "label": "Title", "name": "title", "default": "issue.title" });
    let number = json!({ "type": "text", "label": "Number", "name": "number" });
    let channel = json!({ "type": "text", "label": "Channel", "name": "channel" });
    json!({ "elements": [
        {
            "type": "issue-link",
            "create": { "uri": "/issues", "required_fields": [title, project] },
            "link": { "uri": "/issues/link", "required_fields": [number] },
        },
        {
            "type": "alert-rule-action",
            "title": "Tell a channel",
            "settings": { "type": "alert-rule-settings", "uri": ALERT, "required_fields": [channel] },
        },
    ] })
}

impl Story {
    /// Gives the number of the issue that it is about.
    pub(super) async fn an_alert_rule_tells_the_app(
        &mut self,
        people: &People,
        app: &Registered,
        installed: &Installed,
    ) -> anyhow::Result<String> {
        self.narrator.step("A manager of Globex makes an alert rule that tells the app");
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
        let asked = self.app.asked(ALERT).await?.signed(&app.secret)?;
        same("settings", &asked["fields"], &settings)?;
        self.narrator.holds("the app was asked first, signed, and agreed with the channel");

        let event = json!({ "message": "TypeError: x is undefined", "culprit": "render(app.js)" });
        let wanted = RecordErrorRequest {
            organization: "globex".to_owned(),
            project: "front-end".to_owned(),
            events: vec![NewEvent { event_json: event.to_string().into() }],
        };
        let recorded = self.clients.issues.clone().record_error(request(wanted)).await?.into_inner();
        let issue = recorded.events.first().map(|event| event.issue_id.to_string()).unwrap_or_default();
        for event in ["issue.created", "error.created"] {
            self.app.next(event).await?.verified(event, &app.secret)?;
        }
        let webhook = self.app.next("event_alert.triggered").await?;
        let body = webhook.verified("event_alert.triggered", &app.secret)?;
        same("rule", text(&body, "/data/triggered_rule")?, "Something new")?;
        same("issue", text(&body, "/data/event/issue_id")?, issue.as_str())?;
        same("settings", &body["data"]["issue_alert"]["settings"], &settings)?;
        self.narrator
            .holds("the next error of a new kind reached it as event_alert.triggered, with the channel");
        self.narrator.body(&webhook.body);
        Ok(issue)
    }

    pub(super) async fn the_issue_is_linked_to_one_of_the_apps(
        &mut self,
        people: &People,
        app: &Registered,
        installed: &Installed,
        issue: &str,
    ) -> anyhow::Result<()> {
        self.narrator.step("The manager creates an issue in the app's tracker from the product's page");
        let path = "/api/0/organizations/globex/sentry-app-components/?filter=issue-link";
        let components = self.rest.get(path, &people.manager).await?.expect(200)?;
        let project = &components[0]["schema"]["create"]["required_fields"][1];
        same("choices", &project["choices"], &json!([["web", "Web"], ["api", "API"]]))?;
        let asked = self.app.asked("/projects").await?;
        asked.signed_without_body(&app.secret)?;
        self.narrator.holds("the app's form is shown, with the projects that the app was asked for");

        let form = json!({
            "groupId": issue, "action": "create", "uri": "/issues",
            "title": "TypeError: x is undefined", "project": "web",
        });
        let path = format!("/api/0/sentry-app-installations/{}/external-issue-actions/", installed.uuid);
        let link = self.rest.post(&path, &people.manager, form).await?.expect(200)?;
        let asked = self.app.asked("/issues").await?.signed(&app.secret)?;
        same("fields", &asked["fields"], &json!({ "title": "TypeError: x is undefined", "project": "web" }))?;
        same("name", text(&link, "/displayName")?, "web#1")?;
        let path = format!("/api/0/organizations/globex/issues/{issue}/external-issues/");
        let links = self.rest.get(&path, &people.manager).await?.expect(200)?;
        same("links", links, json!([link]))?;
        self.narrator.holds("the app made web#1 of it, and the issue shows the link");
        Ok(())
    }

    pub(super) async fn a_comment_reaches_the_app(
        &mut self,
        people: &People,
        app: &Registered,
        issue: &str,
    ) -> anyhow::Result<()> {
        self.narrator.step("The manager comments on the issue");
        let path = format!("/api/0/issues/{issue}/comments/");
        self.rest.post(&path, &people.manager, json!({ "text": "On it." })).await?.expect(201)?;
        let webhook = self.app.next("comment.created").await?;
        let body = webhook.verified("comment.created", &app.secret)?;
        same("comment", text(&body, "/data/comment")?, "On it.")?;
        same("actor", text(&body, "/actor/name")?, "Manuel Manager")?;
        ensure!(
            body["data"]["issue_id"].as_i64() == issue.parse().ok(),
            "the comment is of another issue: {body}"
        );
        self.narrator.holds("comment.created arrived in the manager's name");
        self.narrator.body(&webhook.body);
        Ok(())
    }
}
