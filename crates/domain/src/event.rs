//! The event catalogue: the existing event types, whether an app can subscribe to them, and the scope it
//! needs.

use std::fmt;
use std::str::FromStr;

use crate::scope::Scope;
use crate::shortened;

/// How the receivers of an event are determined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Every installation of the organization whose app subscribed to it and holds the scope.
    Subscribers(Scope),
    /// Only the installation that the event names: events about the installation, and alert rules that chose
    /// the app.
    Named,
}

/// An event type: `issue.created` has the resource `issue` and the action `created`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventType {
    /// Value of the `Sentry-Hook-Resource` header.
    pub resource: &'static str,
    /// Value of `action` in the body.
    pub action: &'static str,
    pub reach: Reach,
}

const fn subscribable(resource: &'static str, action: &'static str, scope: Scope) -> EventType {
    EventType { resource, action, reach: Reach::Subscribers(scope) }
}

const fn named(resource: &'static str, action: &'static str) -> EventType {
    EventType { resource, action, reach: Reach::Named }
}

/// All event types; the actions of a resource are in alphabetical order.
pub const CATALOGUE: &[EventType] = &[
    subscribable("issue", "assigned", Scope::EventRead),
    subscribable("issue", "created", Scope::EventRead),
    subscribable("issue", "ignored", Scope::EventRead),
    subscribable("issue", "resolved", Scope::EventRead),
    subscribable("issue", "unresolved", Scope::EventRead),
    subscribable("error", "created", Scope::EventRead),
    subscribable("comment", "created", Scope::EventRead),
    subscribable("comment", "deleted", Scope::EventRead),
    subscribable("comment", "updated", Scope::EventRead),
    subscribable("seer", "coding_completed", Scope::EventRead),
    subscribable("seer", "coding_started", Scope::EventRead),
    subscribable("seer", "iteration_completed", Scope::EventRead),
    subscribable("seer", "iteration_started", Scope::EventRead),
    subscribable("seer", "pr_created", Scope::EventRead),
    subscribable("seer", "root_cause_completed", Scope::EventRead),
    subscribable("seer", "root_cause_started", Scope::EventRead),
    subscribable("seer", "solution_completed", Scope::EventRead),
    subscribable("seer", "solution_started", Scope::EventRead),
    subscribable("preprod_artifact", "build_distribution_completed", Scope::ProjectRead),
    subscribable("preprod_artifact", "size_analysis_completed", Scope::ProjectRead),
    // Not one of Sentry's: it informs the other apps of an organization that one of its apps was disabled.
    subscribable("endpoint", "disabled", Scope::OrgRead),
    named("installation", "created"),
    named("installation", "deleted"),
    named("event_alert", "triggered"),
    named("metric_alert", "critical"),
    named("metric_alert", "open"),
    named("metric_alert", "resolved"),
    named("metric_alert", "warning"),
    named("activity_alert", "triggered"),
];

impl EventType {
    pub fn find(resource: &str, action: &str) -> Option<&'static EventType> {
        CATALOGUE.iter().find(|event| event.resource == resource && event.action == action)
    }

    /// The event types that a subscription to `name` covers: all of a resource for `issue`, one for
    /// `issue.created`. Empty if `name` cannot be subscribed to.
    ///
    /// `issue.archived` is a name that Sentry once stored for `issue.ignored`.
    pub fn expand_subscription(name: &str) -> Vec<&'static EventType> {
        let name = if name == "issue.archived" { "issue.ignored" } else { name };
        CATALOGUE
            .iter()
            .filter(|event| matches!(event.reach, Reach::Subscribers(_)))
            .filter(|event| event.resource == name || event.name() == name)
            .collect()
    }

    /// `issue.created`
    pub fn name(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.resource, self.action)
    }
}

/// The text does not name an event type. Holds the beginning of the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not an event type")]
pub struct UnknownEventType(pub String);

impl FromStr for &'static EventType {
    type Err = UnknownEventType;

    fn from_str(text: &str) -> Result<Self, UnknownEventType> {
        text.split_once('.')
            .and_then(|(resource, action)| EventType::find(resource, action))
            .ok_or_else(|| UnknownEventType(shortened(text).into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(subscription: &str) -> Vec<String> {
        EventType::expand_subscription(subscription).into_iter().map(EventType::name).collect()
    }

    #[test]
    fn a_resource_expands_to_all_its_events_in_order() {
        assert_eq!(
            names("issue"),
            ["issue.assigned", "issue.created", "issue.ignored", "issue.resolved", "issue.unresolved"]
        );
    }

    #[test]
    fn a_single_event_can_be_subscribed_to() {
        assert_eq!(names("error.created"), ["error.created"]);
        assert_eq!(names("issue.archived"), ["issue.ignored"]);
    }

    #[test]
    fn targeted_events_cannot_be_subscribed_to() {
        for name in
            ["installation", "installation.created", "event_alert", "metric_alert.open", "nothing", ""]
        {
            assert!(names(name).is_empty(), "{name}");
        }
    }
}
