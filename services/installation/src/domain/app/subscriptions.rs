//! The events that an app subscribes to.

use std::collections::BTreeSet;

use patchbay_domain::event::Reach;
use patchbay_domain::{Error, EventType, Scope, shortened};

use crate::domain::custom_event_type::CustomEventType;
use crate::domain::problems::Messages;

/// Expands resources to their events; sorted and without duplicates.
///
/// As in Sentry, an app without scopes may subscribe to any event. Its scopes at the time of an event decide whether it
/// receives the event.
pub(crate) fn check(
    names: &[String],
    scopes: &[Scope],
    own: &[CustomEventType],
) -> Result<Vec<String>, Messages> {
    let (mut events, mut problems) = (BTreeSet::new(), Vec::new());
    for name in names {
        let Some((expanded, needed)) = expand(name, own) else {
            problems.push(format!("Invalid event subscription: {}", shortened(name)));
            continue;
        };
        if let Some(needed) = needed
            && !scopes.is_empty()
            && !scopes.contains(&needed)
        {
            problems.push(format!("{name} webhooks require the {needed} permission."));
        }
        events.extend(expanded);
    }
    if problems.is_empty() { Ok(events.into_iter().collect()) } else { Err(problems) }
}

/// The first subscription whose scope is missing, with that scope.
pub(crate) fn missing_scope<'n>(
    names: &'n [String],
    scopes: &[Scope],
    own: &[CustomEventType],
) -> Option<(&'n str, Scope)> {
    names.iter().find_map(|name| {
        let (_, needed) = expand(name, own)?;
        needed.filter(|scope| !scopes.contains(scope)).map(|scope| (name.as_str(), scope))
    })
}

/// Whether the names include the `error` resource, which needs a feature of the organization.
pub(crate) fn has_errors(names: &[String]) -> bool {
    names.iter().any(|name| name == "error" || name == "error.created")
}

pub(crate) fn errors_not_allowed() -> Error {
    let message = "Your organization does not have access to the 'error' resource subscription.";
    Error::forbidden("FEATURE_NOT_ENABLED", message).with_field("non_field_errors", message)
}

/// The events of a name, and the scope that they need. All events of a resource need the same scope.
fn expand(name: &str, own: &[CustomEventType]) -> Option<(Vec<String>, Option<Scope>)> {
    let built_in = EventType::expand_subscription(name);
    if let Some(first) = built_in.first() {
        let needed = match first.reach {
            Reach::Subscribers(needed) => Some(needed),
            Reach::Named => None,
        };
        return Some((built_in.into_iter().map(EventType::name).collect(), needed));
    }
    let own: Vec<_> = own.iter().filter(|event| event.resource == name || event.name() == name).collect();
    let needed = own.first()?.scope;
    Some((own.into_iter().map(CustomEventType::name).collect(), Some(needed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deploy() -> CustomEventType {
        CustomEventType {
            resource: "deploy".into(),
            action: "finished".into(),
            scope: Scope::ProjectRead,
            schema_json: None,
        }
    }

    fn checked(names: &[&str], scopes: &[Scope]) -> Result<Vec<String>, Messages> {
        check(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>(), scopes, &[deploy()])
    }

    #[test]
    fn resources_and_events_become_sorted_events() {
        assert_eq!(
            checked(&["issue", "comment.created", "issue.created"], &[Scope::EventRead]).unwrap(),
            [
                "comment.created",
                "issue.assigned",
                "issue.created",
                "issue.ignored",
                "issue.resolved",
                "issue.unresolved"
            ]
        );
        assert!(checked(&[], &[]).unwrap().is_empty());
    }

    #[test]
    fn custom_events_are_subscribed_to_like_built_in_ones() {
        let scopes = [Scope::ProjectRead, Scope::EventRead];
        assert_eq!(checked(&["deploy", "error"], &scopes).unwrap(), ["deploy.finished", "error.created"]);
        assert_eq!(checked(&["deploy.finished"], &[]).unwrap(), ["deploy.finished"]);
        let expected = ["deploy webhooks require the project:read permission."];
        assert_eq!(checked(&["deploy"], &[Scope::EventRead]).unwrap_err(), expected);
        assert_eq!(
            checked(&["deploy.began"], &[]).unwrap_err(),
            ["Invalid event subscription: deploy.began"]
        );
    }

    #[test]
    fn invalid_subscriptions_are_named() {
        assert_eq!(
            checked(&["team", "installation"], &[]).unwrap_err(),
            ["Invalid event subscription: team", "Invalid event subscription: installation"]
        );
    }

    #[test]
    fn a_subscription_needs_its_scope_once_there_are_scopes() {
        let expected = ["issue webhooks require the event:read permission."];
        assert_eq!(checked(&["issue"], &[Scope::OrgRead]).unwrap_err(), expected);
        assert!(checked(&["issue"], &[]).is_ok());
    }
}
