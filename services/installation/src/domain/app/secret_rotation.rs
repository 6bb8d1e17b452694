//! Who may rotate an app's client secret.

use chrono::TimeDelta;
use patchbay_domain::{Caller, Error, Scope};

use crate::domain::app::App;
use crate::domain::app::access::EDITORS;
use crate::domain::app::access::app_not_found;

/// Long enough to release a new version of the receiver, short enough for a secret that may have leaked.
const MAX_GRACE_SECONDS: u32 = 7 * 24 * 3600;

/// To users of other organizations the app does not exist. Callers must hold every scope that the secret grants.
pub(crate) fn check(caller: &Caller, app: &App) -> Result<(), Error> {
    if caller.app().is_some() {
        return Err(Error::permission_denied());
    }
    let held = caller.scopes_in(app.owner.id).ok_or_else(app_not_found)?;
    if !held.contains_any(EDITORS) {
        return Err(Error::permission_denied());
    }
    let exceeds = |scope: &&Scope| !scope.is_token_only() && !held.contains(**scope);
    match app.scopes.iter().find(exceeds) {
        None => Ok(()),
        Some(scope) => Err(Error::forbidden(
            "SCOPE_EXCEEDED",
            format!(
                "Requested permission of {scope} exceeds requester's permission. \
                 Please contact an owner to make the requested change."
            ),
        )),
    }
}

/// How long the old secret continues to sign.
pub(crate) fn grace(seconds: u32) -> Result<TimeDelta, Error> {
    if seconds > MAX_GRACE_SECONDS {
        let message = format!("Ensure this value is less than or equal to {MAX_GRACE_SECONDS}.");
        return Err(Error::field("gracePeriodSeconds", message));
    }
    Ok(TimeDelta::seconds(seconds.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::app::AppStatus;
    use crate::domain::test_callers::{app as app_caller, member, staff, stranger, superuser};
    use patchbay_domain::Role;

    #[test]
    fn only_callers_with_all_scopes_of_the_app_rotate_its_secret() {
        for (caller, scope, expected) in [
            (member(Role::Manager), Scope::EventAdmin, "ok"),
            (member(Role::Manager), Scope::OrgAdmin, "SCOPE_EXCEEDED"),
            (member(Role::Owner), Scope::OrgAdmin, "ok"),
            (member(Role::Owner), Scope::ProjectDistribution, "ok"),
            (member(Role::Admin), Scope::EventRead, "PERMISSION_DENIED"),
            (member(Role::Member), Scope::EventRead, "PERMISSION_DENIED"),
            (stranger(), Scope::EventRead, "APP_NOT_FOUND"),
            (staff(), Scope::EventRead, "PERMISSION_DENIED"),
            (app_caller(), Scope::EventRead, "PERMISSION_DENIED"),
            (superuser(), Scope::OrgAdmin, "ok"),
            (Caller::Operator, Scope::OrgAdmin, "ok"),
        ] {
            let app = App { scopes: vec![scope], ..crate::domain::test_app::app(AppStatus::Unpublished) };
            let reason =
                check(&caller, &app).map_or_else(|error| error.reason.into_owned(), |()| "ok".into());
            assert_eq!(reason, expected, "{caller:?} {scope}");
        }
    }

    #[test]
    fn the_grace_period_is_at_most_a_week() {
        assert_eq!(grace(604_800).unwrap(), TimeDelta::days(7));
        assert!(grace(604_801).is_err());
    }
}
