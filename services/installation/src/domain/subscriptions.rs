//! The events an app subscribes to.

use std::collections::BTreeSet;

use patchbay_domain::event::Reach;
use patchbay_domain::{Error, EventType, Scope};

use super::problems::Messages;

/// The single events behind the given resources and events, sorted, each once.
///
/// An app without any scope may subscribe to anything, as in Sentry: whether it is sent something is
/// decided by the scopes it holds then.
pub(crate) fn check(names: &[String], scopes: &[Scope]) -> Result<Vec<String>, Messages> {
    let (mut events, mut problems) = (BTreeSet::new(), Vec::new());
    for name in names {
        let expanded = EventType::expand_subscription(name);
        let Some(first) = expanded.first() else {
            problems.push(format!("Invalid event subscription: {name}"));
            continue;
        };
        // All events of a resource need the same scope.
        if let Reach::Subscribers(needed) = first.reach
            && !scopes.is_empty()
            && !scopes.contains(&needed)
        {
            problems.push(format!("{name} webhooks require the {needed} permission."));
        }
        events.extend(expanded.into_iter().map(EventType::name));
    }
    if problems.is_empty() { Ok(events.into_iter().collect()) } else { Err(problems) }
}

/// The first of these subscriptions for which a scope is missing, with that scope.
pub(crate) fn missing_scope<'n>(names: &'n [String], scopes: &[Scope]) -> Option<(&'n str, Scope)> {
    names.iter().find_map(|name| {
        let needed = EventType::expand_subscription(name).first().map(|event| event.reach)?;
        match needed {
            Reach::Subscribers(scope) if !scopes.contains(&scope) => Some((name.as_str(), scope)),
            _ => None,
        }
    })
}

/// Whether every stored error is asked for, which an organization has to be allowed.
pub(crate) fn has_errors(names: &[String]) -> bool {
    names.iter().any(|name| name == "error" || name == "error.created")
}

/// The organization may not forward every stored error.
pub(crate) fn errors_not_allowed() -> Error {
    let message = "Your organization does not have access to the 'error' resource subscription.";
    Error::forbidden("FEATURE_NOT_ENABLED", message).with_field("non_field_errors", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(names: &[&str], scopes: &[Scope]) -> Result<Vec<String>, Messages> {
        check(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>(), scopes)
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
    fn what_cannot_be_subscribed_to_is_named() {
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
