//! The app receives a comment.

use anyhow::ensure;
use serde_json::json;

use super::{People, Registered, Story};
use crate::demo::checks::{same, text};

impl Story {
    pub(super) async fn a_comment_reaches_the_app(
        &mut self,
        people: &People,
        app: &Registered,
        issue: &str,
    ) -> anyhow::Result<()> {
        self.printer.step("The manager comments on the issue");
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
        self.printer.checked("comment.created arrived in the manager's name");
        self.printer.body(&webhook.body);
        Ok(())
    }
}
