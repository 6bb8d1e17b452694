//! The effect of a change of a tracker on issues.

use patchbay_provider::Action;

/// The status that an issue gets; `None` to leave it as it is.
pub(crate) fn new_status(action: Action, current: &str) -> Option<&'static str> {
    match (action, current) {
        (Action::Resolve, "resolved" | "ignored") | (Action::Unresolve, "unresolved") => None,
        (Action::Resolve, _) => Some("resolved"),
        (Action::Unresolve, _) => Some("unresolved"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resolved_ticket_leaves_ignored_issues_ignored() {
        assert_eq!(new_status(Action::Resolve, "unresolved"), Some("resolved"));
        assert_eq!(new_status(Action::Resolve, "ignored"), None);
        assert_eq!(new_status(Action::Resolve, "resolved"), None);
        assert_eq!(new_status(Action::Unresolve, "resolved"), Some("unresolved"));
        assert_eq!(new_status(Action::Unresolve, "unresolved"), None);
    }
}
