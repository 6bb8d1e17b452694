//! The issue is linked to an issue in the app's own tracker.

use serde_json::json;

use super::{Installed, People, Registered, Story};
use crate::demo::checks::{same, text};

impl Story {
    pub(super) async fn the_issue_is_linked_to_one_of_the_apps(
        &mut self,
        people: &People,
        app: &Registered,
        installed: &Installed,
        issue: &str,
    ) -> anyhow::Result<()> {
        self.printer.step("The manager creates an issue in the app's tracker from the product's page");
        let path = "/api/0/organizations/globex/sentry-app-components/?filter=issue-link";
        let components = self.rest.get(path, &people.manager).await?.expect(200)?;
        let project = &components[0]["schema"]["create"]["required_fields"][1];
        same("choices", &project["choices"], &json!([["web", "Web"], ["api", "API"]]))?;
        let request = self.app.request_to("/projects").await?;
        request.signed_without_body(&app.secret)?;
        self.printer.checked("the form of the app is shown with the projects that the app returned");

        let form = json!({
            "groupId": issue, "action": "create", "uri": "/issues",
            "title": "TypeError: x is undefined", "project": "web",
        });
        let path = format!("/api/0/sentry-app-installations/{}/external-issue-actions/", installed.uuid);
        let link = self.rest.post(&path, &people.manager, form).await?.expect(200)?;
        let request = self.app.request_to("/issues").await?.signed(&app.secret)?;
        same(
            "fields",
            &request["fields"],
            &json!({ "title": "TypeError: x is undefined", "project": "web" }),
        )?;
        same("name", text(&link, "/displayName")?, "web#1")?;
        let path = format!("/api/0/organizations/globex/issues/{issue}/external-issues/");
        let links = self.rest.get(&path, &people.manager).await?.expect(200)?;
        same("links", links, json!([link]))?;
        self.printer.checked("the app created web#1, and the issue shows the link");
        Ok(())
    }
}
