//! Who may see an app's client secret, and for how long.

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::{Caller, Scope, ScopeSet};

/// Replaces a secret that the caller may not see.
pub(crate) const MASK: &str = "****************************************************************";

const SHOWN_FOR: TimeDelta = TimeDelta::hours(24);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visibility {
    Shown,
    Masked,
    /// A day after the creation of the app its secret is never shown again; it can only be rotated.
    Gone,
}

/// For callers who see the owner view of the app.
pub(crate) fn visibility(
    caller: &Caller,
    owner_organization: i64,
    app_scopes: ScopeSet,
    created_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Visibility {
    if now - created_at > SHOWN_FOR {
        return Visibility::Gone;
    }
    if caller.is_superuser() || caller.is_internal() {
        return Visibility::Shown;
    }
    // The secret grants the scopes of the app, so callers must hold these themselves.
    let needed: ScopeSet = app_scopes.iter().filter(|scope| !scope.is_token_only()).collect();
    let held = caller.scopes_in(owner_organization).unwrap_or_default();
    if held.contains(Scope::OrgWrite) && held.is_superset(needed) {
        Visibility::Shown
    } else {
        Visibility::Masked
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::test_callers::{member, superuser};
    use patchbay_domain::Role;

    fn seen_by(caller: &Caller, scopes: &[Scope], age: TimeDelta) -> Visibility {
        let created_at = DateTime::UNIX_EPOCH;
        visibility(caller, 7, ScopeSet::of(scopes), created_at, created_at + age)
    }

    #[test]
    fn callers_with_all_scopes_of_the_app_see_the_secret_for_a_day() {
        let cases = [
            (member(Role::Manager), &[Scope::OrgWrite][..], Visibility::Shown),
            (member(Role::Manager), &[Scope::OrgAdmin], Visibility::Masked),
            (member(Role::Owner), &[Scope::OrgAdmin], Visibility::Shown),
            (member(Role::Owner), &[Scope::ProjectDistribution], Visibility::Shown),
            (member(Role::Member), &[], Visibility::Masked),
            (superuser(), &[Scope::OrgAdmin], Visibility::Shown),
        ];
        for (caller, scopes, expected) in cases {
            assert_eq!(seen_by(&caller, scopes, TimeDelta::hours(24)), expected, "{caller:?} {scopes:?}");
            let later = TimeDelta::hours(24) + TimeDelta::microseconds(1);
            assert_eq!(seen_by(&caller, scopes, later), Visibility::Gone);
        }
    }

    #[test]
    fn the_mask_is_as_long_as_a_secret() {
        assert_eq!(MASK.len(), 64);
    }
}
