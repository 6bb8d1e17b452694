use patchbay_domain::Actor;
use serde_json::json;

use super::alert_action::Action;
use super::alert_rule::AlertRule;
use super::error_event::ErrorEvent;
use super::error_source::ErrorSource;
use super::event::{Event, Json, json_object};
use super::event_document::EventDocument;
use super::links::Links;

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
