//! What happens here and what apps are told of it.

use patchbay_domain::Actor;
use serde::Serialize;
use serde_json::json;

use super::alert_rule::{Action, AlertRule};
use super::comment::Comment;
use super::error_event::ErrorEvent;
use super::event_document::EventDocument;
use super::happening::Happening;
use super::issue::Issue;
use super::issue_document::IssueDocument;
use super::links::Links;
use super::project::Project;
use crate::record::Place;

/// Something that happened here and that apps may have asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) organization_id: i64,
    pub(crate) project_id: i64,
    pub(crate) resource: &'static str,
    pub(crate) action: &'static str,
    pub(crate) actor: Actor,
    /// Whom it is for, where that is not whoever subscribed.
    pub(crate) target: Option<Target>,
    /// The `data` of the webhook.
    pub(crate) data_json: Vec<u8>,
    /// The same for the same happening, however often it is told.
    pub(crate) idempotency_key: String,
}

/// An app that an alert rule names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    App(String),
    Installation(String),
}

/// Where something happens to an issue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) issue: &'a Issue,
    pub(crate) project: &'a Project,
    pub(crate) organization_slug: &'a str,
    pub(crate) emails_are_private: bool,
    pub(crate) links: &'a Links,
}

impl Scene<'_> {
    /// An issue was opened. No user action does that, the first error does.
    pub(crate) fn opened(&self) -> Event {
        let key = format!("issue.created:{}", self.issue.id);
        self.event("issue", "created", Actor::System, json_object([("issue", &self.document())]), key)
    }

    /// What `activity_id` tells of an issue; `None` for what no app can hear of.
    pub(crate) fn event_of(&self, happening: &Happening, actor: Actor, activity_id: i64) -> Option<Event> {
        let issue = self.document();
        let (action, data) = match happening {
            Happening::Opened => return Some(self.opened()),
            Happening::Resolved { resolution_type, .. } => (
                "resolved",
                json_object([("resolution_type", resolution_type as &dyn Json), ("issue", &issue)]),
            ),
            Happening::Unresolved | Happening::Regressed | Happening::Escalated => {
                ("unresolved", json_object([("issue", &issue)]))
            }
            Happening::Ignored => ("ignored", json_object([("issue", &issue)])),
            Happening::Assigned(assignee) => {
                let assignee = json!(assignee.event_document(self.emails_are_private));
                ("assigned", json_object([("assignee", &assignee as &dyn Json), ("issue", &issue)]))
            }
            Happening::Unassigned | Happening::Linked { .. } => return None,
        };
        Some(self.event("issue", action, actor, data, format!("issue.{action}:{activity_id}")))
    }

    /// `action` happened to a comment; `occasion` tells one change of it from another.
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
            ("timestamp", &super::moment::text(comment.created_at)),
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

/// What can stand in a JSON object.
pub(crate) trait Json {
    fn json(&self) -> Vec<u8>;
}

impl<T: Serialize> Json for T {
    fn json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts, numbers and JSON that was checked when it was read")
    }
}

/// A compact object with these members in this order. The keys need no escaping.
pub(crate) fn json_object<const N: usize>(members: [(&str, &dyn Json); N]) -> Vec<u8> {
    let mut json = Vec::with_capacity(1024);
    for (position, (key, value)) in members.into_iter().enumerate() {
        json.extend_from_slice(if position == 0 { b"{\"" } else { b",\"" });
        json.extend_from_slice(key.as_bytes());
        json.extend_from_slice(b"\":");
        json.extend_from_slice(&value.json());
    }
    json.push(b'}');
    json
}

/// An error was recorded.
pub(crate) fn error_created(event: &ErrorEvent, issue_id: i64, place: &Place, links: &Links) -> Event {
    let document = EventDocument::new(&event.document, event.event_id, issue_id, place, links);
    Event {
        organization_id: place.project.organization_id,
        project_id: place.project.id,
        resource: "error",
        action: "created",
        actor: Actor::System,
        target: None,
        data_json: json_object([("error", &document as &dyn Json)]),
        idempotency_key: format!("error.created:{}:{}", place.project.id, event.event_id.simple()),
    }
}

/// A rule speaks of an error to one app.
pub(crate) fn alert_triggered(
    rule: &AlertRule,
    action: &Action,
    event: &ErrorEvent,
    issue_id: i64,
    place: &Place,
    links: &Links,
) -> Event {
    let document = EventDocument::new(&event.document, event.event_id, issue_id, place, links);
    let alert = json!({
        "id": rule.id, "title": rule.name, "sentry_app_id": action.app_id, "settings": action.settings,
    });
    let data_json = match action.settings.is_null() {
        true => json_object([("event", &document as &dyn Json), ("triggered_rule", &rule.name)]),
        false => json_object([
            ("event", &document as &dyn Json),
            ("triggered_rule", &rule.name),
            ("issue_alert", &alert),
        ]),
    };
    let key = format!("event_alert.triggered:{}:{}:{}", rule.id, event.event_id.simple(), action.app_slug);
    Event {
        organization_id: place.project.organization_id,
        project_id: place.project.id,
        resource: "event_alert",
        action: "triggered",
        actor: Actor::System,
        target: Some(action.target()),
        data_json,
        idempotency_key: key,
    }
}
