//! Acme registers a public app, and the operator publishes it.

use patchbay_webhook_signature::Secret;
use serde_json::{Value, json};

use super::{People, Registered, Story};
use crate::demo::app::ALERT;
use crate::demo::checks::{same, text};

impl Story {
    pub(super) async fn an_owner_registers_an_app(&mut self, people: &People) -> anyhow::Result<Registered> {
        self.printer.step("The owner of Acme registers a public app");
        let request = json!({
            "name": "Webhooks Galore",
            "organization": "acme",
            "author": "Acme",
            "isInternal": false,
            "isAlertable": true,
            "verifyInstall": true,
            "scopes": ["event:read", "project:read"],
            "events": ["issue", "error", "comment"],
            "schema": schema(),
            "webhookUrl": self.app.webhook_url,
            "redirectUrl": "http://localhost/setup",
        });
        let app = self.rest.post("/api/0/sentry-apps/", &people.owner, request).await?.expect(201)?;
        same("slug", text(&app, "/slug")?, "webhooks-galore")?;
        same("status", text(&app, "/status")?, "unpublished")?;
        same("events", &app["events"], &json!(["comment", "error", "issue"]))?;
        let client_secret = text(&app, "/clientSecret")?.to_owned();
        let secret = Secret::from_client_secret(&client_secret)?;
        same("webhookSecret", text(&app, "/webhookSecret")?, secret.webhook_secret().as_str())?;
        self.printer
            .checked("registered as webhooks-galore, with client id, client secret and webhook secret");
        let slug = text(&app, "/slug")?.to_owned();
        Ok(Registered { slug, client_id: text(&app, "/clientId")?.to_owned(), client_secret, secret })
    }

    pub(super) async fn a_reviewer_publishes_it(
        &mut self,
        people: &People,
        app: &Registered,
    ) -> anyhow::Result<()> {
        self.printer.step("A reviewer of the operator publishes the app");
        let path = format!("/api/0/sentry-apps/{}/", app.slug);
        self.rest.get(&path, &people.manager).await?.expect(403)?;
        self.printer.checked("before that, other organizations may not even look at it (403)");
        let published =
            self.rest.put(&path, &people.reviewer, json!({"status": "published"})).await?.expect(200)?;
        same("status", text(&published, "/status")?, "published")?;
        self.printer.checked("status published");
        Ok(())
    }
}

/// The UI components of the app: issue links and an alert rule action.
fn schema() -> Value {
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
            "title": "Notify a channel",
            "settings": { "type": "alert-rule-settings", "uri": ALERT, "required_fields": [channel] },
        },
    ] })
}
