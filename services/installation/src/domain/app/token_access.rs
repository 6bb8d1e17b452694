//! Who may create, see and revoke the tokens of an internal app.

use patchbay_domain::{Caller, Error, Scope, ScopeSet};

use crate::domain::app::App;
use crate::domain::app::access;
use crate::domain::app::removal::partnership_restricted;

/// Whether the caller may manage the tokens of this app.
///
/// Users need a session: with a stolen token an attacker could create tokens that outlive its revocation.
pub(crate) fn may_manage(caller: &Caller, app: &App) -> Result<(), Error> {
    access::may_read(caller, app.owner.id, app.status)?;
    if !caller.is_internal() && !caller.is_session() {
        return Err(Error::forbidden("SESSION_REQUIRED", "Authentication credentials were not provided."));
    }
    if caller.has_any(app.owner.id, &[Scope::OrgWrite, Scope::OrgAdmin]) {
        Ok(())
    } else {
        Err(Error::permission_denied())
    }
}

/// Whether tokens of this app can be created and revoked manually.
pub(crate) fn may_change(app: &App) -> Result<(), Error> {
    if app.is_partnership_restricted() {
        return Err(partnership_restricted());
    }
    if app.is_internal() {
        return Ok(());
    }
    Err(Error::forbidden("NOT_INTERNAL", "This route is limited to internal integrations only"))
}

/// Whether the caller may see a token. They must hold its scopes, so that it does not extend their rights.
pub(crate) fn sees(caller: &Caller, app: &App) -> bool {
    let needed: ScopeSet = app.scopes.iter().copied().filter(|scope| !scope.is_token_only()).collect();
    caller.scopes_in(app.owner.id).is_some_and(|held| held.is_superset(needed))
}

#[cfg(test)]
mod tests {
    use patchbay_domain::Role;

    use super::*;
    use crate::domain::app::AppStatus;
    use crate::domain::test_app;
    use crate::domain::test_callers::{app as an_app, member, member_with_token, staff, stranger, superuser};

    fn app(status: AppStatus, scopes: &[Scope]) -> App {
        App { scopes: scopes.to_vec(), ..test_app::app(status) }
    }

    #[test]
    fn managers_and_owners_manage_tokens_in_their_sessions() {
        let cases = [
            (member(Role::Owner), "ok"),
            (member(Role::Manager), "ok"),
            (member(Role::Admin), "PERMISSION_DENIED"),
            (member(Role::Member), "PERMISSION_DENIED"),
            (member_with_token(Role::Owner, &[Scope::OrgAdmin]), "SESSION_REQUIRED"),
            (superuser(), "ok"),
            (staff(), "PERMISSION_DENIED"),
            (stranger(), "NOT_IN_OWNER_ORGANIZATION"),
            (an_app(), "NOT_IN_OWNER_ORGANIZATION"),
            (Caller::Anonymous, "NO_CREDENTIALS"),
            (Caller::Operator, "ok"),
        ];
        for (caller, expected) in cases {
            let found = may_manage(&caller, &app(AppStatus::Internal, &[]));
            let found = found.map_or_else(|error| error.reason.into_owned(), |()| "ok".to_owned());
            assert_eq!(found, expected, "{caller:?}");
        }
    }

    #[test]
    fn only_internal_apps_have_tokens_that_are_created_manually() {
        assert!(may_change(&app(AppStatus::Internal, &[])).is_ok());
        for status in [AppStatus::Unpublished, AppStatus::Published, AppStatus::DeletionInProgress] {
            assert_eq!(may_change(&app(status, &[])).unwrap_err().reason, "NOT_INTERNAL");
        }
        let mut partners = app(AppStatus::Internal, &[]);
        partners.metadata.insert("partnership_restricted".to_owned(), true.into());
        assert_eq!(may_change(&partners).unwrap_err().reason, "PARTNERSHIP_RESTRICTED");
    }

    #[test]
    fn a_token_is_shown_to_those_who_hold_its_scopes_themselves() {
        let wide = app(AppStatus::Internal, &[Scope::OrgAdmin]);
        assert!(sees(&member(Role::Owner), &wide) && sees(&superuser(), &wide));
        assert!(!sees(&member(Role::Manager), &wide));
        let narrow = app(AppStatus::Internal, &[Scope::OrgWrite, Scope::ProjectDistribution]);
        assert!(sees(&member(Role::Manager), &narrow), "scopes of tokens only do not count");
        assert!(!sees(&stranger(), &app(AppStatus::Internal, &[])));
    }
}
