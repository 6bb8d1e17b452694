use patchbay_domain::Actor;
use serde_json::json;

use crate::domain::event::{Event, Json, json_object};
use crate::domain::issue::Issue;
use crate::domain::issue::change::IssueChange;
use crate::domain::issue::comment::Comment;
use crate::domain::issue::document::IssueDocument;
use crate::domain::links::Links;
use crate::domain::project::Project;
use crate::domain::time_format;

/// An issue, and everything else that its events show.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IssueContext<'a> {
    pub(crate) issue: &'a Issue,
    pub(crate) project: &'a Project,
    pub(crate) organization_slug: &'a str,
    pub(crate) emails_are_private: bool,
    pub(crate) links: &'a Links,
}

impl IssueContext<'_> {
    /// The event of a new issue. Its actor is the system, because errors open issues.
    pub(crate) fn opened(&self) -> Event {
        let key = format!("issue.created:{}", self.issue.id);
        self.event("issue", "created", Actor::System, json_object([("issue", &self.document())]), key)
    }

    /// The event of a change; `None` for changes that are not published. `activity_id` is the id of its activity record.
    pub(crate) fn event_of(
        &self,
        issue_change: &IssueChange,
        actor: Actor,
        activity_id: i64,
    ) -> Option<Event> {
        let issue = self.document();
        let (action, data) = match issue_change {
            IssueChange::Opened => return Some(self.opened()),
            IssueChange::Resolved { resolution_type, .. } => (
                "resolved",
                json_object([("resolution_type", resolution_type as &dyn Json), ("issue", &issue)]),
            ),
            IssueChange::Unresolved | IssueChange::Regressed | IssueChange::Escalated => {
                ("unresolved", json_object([("issue", &issue)]))
            }
            IssueChange::Ignored => ("ignored", json_object([("issue", &issue)])),
            IssueChange::Assigned(assignee) => {
                let assignee = json!(assignee.event_document(self.emails_are_private));
                ("assigned", json_object([("assignee", &assignee as &dyn Json), ("issue", &issue)]))
            }
            IssueChange::Unassigned | IssueChange::Linked { .. } => return None,
        };
        Some(self.event("issue", action, actor, data, format!("issue.{action}:{activity_id}")))
    }

    /// The event of a comment that was created, updated or deleted. `occasion` distinguishes the updates of one comment.
    pub(crate) fn commented(
        &self,
        action: &'static str,
        comment: &Comment,
        actor: Actor,
        occasion: i64,
    ) -> Event {
        let data = json_object([
            ("comment_id", &comment.id as &dyn Json),
            ("issue_id", &self.issue.id),
            ("project_slug", &self.project.slug),
            ("timestamp", &time_format::text(comment.created_at)),
            ("comment", &comment.text),
        ]);
        let key = format!("comment.{action}:{}:{occasion}", comment.id);
        self.event("comment", action, actor, data, key)
    }

    fn document(&self) -> IssueDocument<'_> {
        let document =
            IssueDocument::new(self.issue, self.project).with_links(self.links, self.organization_slug);
        if self.emails_are_private { document.without_emails() } else { document }
    }

    fn event(
        &self,
        resource: &'static str,
        action: &'static str,
        actor: Actor,
        data_json: Vec<u8>,
        idempotency_key: String,
    ) -> Event {
        let (organization_id, project_id) = (self.issue.organization_id, self.issue.project_id);
        Event {
            organization_id,
            project_id,
            resource,
            action,
            actor,
            target: None,
            data_json,
            idempotency_key,
        }
    }
}
