use patchbay_domain::Actor;
use serde_json::json;

use crate::domain::alert::action::Action;
use crate::domain::alert::rule::AlertRule;
use crate::domain::error::document::EventDocument;
use crate::domain::error::error_event::ErrorEvent;
use crate::domain::error::source::ErrorSource;
use crate::domain::event::{Event, Json, json_object};
use crate::domain::links::Links;

/// The event by which a rule notifies one app of an error.
pub(crate) fn alert_triggered(
    rule: &AlertRule,
    action: &Action,
    event: &ErrorEvent,
    issue_id: i64,
    source: &ErrorSource,
    links: &Links,
) -> Event {
    let document = EventDocument::new(&event.document, event.event_id, issue_id, source, links);
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
        organization_id: source.project.organization_id,
        project_id: source.project.id,
        resource: "event_alert",
        action: "triggered",
        actor: Actor::System,
        target: Some(action.target()),
        data_json,
        idempotency_key: key,
    }
}
