//! The app receives an issue of the tracker.

use patchbay_proto::tracker::CreateIssueRequest;
use patchbay_rpc::request;
use serde_json::json;

use super::{Installed, Registered, Story};
use crate::demo::checks::{same, text};

impl Story {
    pub(super) async fn an_issue_reaches_the_app(
        &mut self,
        app: &Registered,
        installed: &Installed,
    ) -> anyhow::Result<()> {
        self.printer.step("Something breaks in Globex's front end, an issue is opened in the tracker");
        let issue = CreateIssueRequest {
            organization: "globex".to_owned(),
            project: "front-end".to_owned(),
            title: "ReferenceError: blooopy is not defined".to_owned(),
            culprit: "?(runner)".to_owned(),
            ..Default::default()
        };
        let issue = self.clients.issues.clone().create_issue(request(issue)).await?.into_inner();
        let webhook = self.app.next("issue.created").await?;
        let body = webhook.verified("issue.created", &app.secret)?;
        let id = issue.id.to_string();
        same("issue", text(&body, "/data/issue/id")?, id.as_str())?;
        same("actor", &body["actor"], &json!({"type": "application", "id": "sentry", "name": "Sentry"}))?;
        self.printer.checked(&format!("issue.created arrived, signed: {}", issue.short_id));
        self.printer.body(&webhook.body);

        let fetched = self.rest.get(&format!("/api/0/issues/{id}/"), &installed.token).await?.expect(200)?;
        same("title", &fetched["title"], &body["data"]["issue"]["title"])?;
        self.rest
            .get(&format!("/api/0/organizations/acme/issues/{id}/"), &installed.token)
            .await?
            .expect(403)?;
        self.printer
            .checked("the app fetches the issue with its token, and nothing of other organizations (403)");
        Ok(())
    }
}
