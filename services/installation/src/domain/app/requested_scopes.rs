//! The scopes that an app may request: those that its creator holds.

use patchbay_domain::{Scope, ScopeSet};

use crate::domain::problems::Messages;
use crate::domain::problems::one;

/// The scopes in the requested order, without duplicates and without implied scopes.
pub(crate) fn check(given: bool, names: &[String], requester: ScopeSet) -> Result<Vec<Scope>, Messages> {
    if !given {
        return Err(one("This field is required."));
    }
    let (mut scopes, mut problems) = (Vec::new(), Vec::new());
    for name in names {
        match name.parse::<Scope>() {
            Err(unknown) => problems.push(unknown.to_string()),
            Ok(scope) if !requester.contains(scope) && !scope.is_token_only() => problems.push(format!(
                "Requested permission of {scope} exceeds requester's permission. \
                 Please contact an administrator to make the requested change."
            )),
            Ok(scope) if scopes.contains(&scope) => {}
            Ok(scope) => scopes.push(scope),
        }
    }
    if problems.is_empty() { Ok(scopes) } else { Err(problems) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use patchbay_domain::Role;

    fn checked(names: &[&str]) -> Result<Vec<Scope>, Messages> {
        let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
        check(true, &names, Role::Manager.scopes())
    }

    #[test]
    fn scopes_are_kept_as_sent() {
        let scopes = checked(&["event:write", "org:read", "event:write"]).unwrap();
        assert_eq!(scopes, [Scope::EventWrite, Scope::OrgRead]);
    }

    #[test]
    fn the_key_is_required_but_may_be_empty() {
        assert_eq!(check(false, &[], ScopeSet::EMPTY).unwrap_err(), ["This field is required."]);
        assert!(checked(&[]).unwrap().is_empty());
    }

    #[test]
    fn every_scope_that_is_unknown_or_not_held_is_named() {
        assert_eq!(
            checked(&["org:fly", "org:admin", "event:read"]).unwrap_err(),
            [
                "org:fly not a valid scope",
                "Requested permission of org:admin exceeds requester's permission. \
                 Please contact an administrator to make the requested change."
            ]
        );
    }

    #[test]
    fn every_caller_may_request_scopes_that_only_tokens_hold() {
        assert_eq!(checked(&["project:distribution"]).unwrap(), [Scope::ProjectDistribution]);
    }
}
