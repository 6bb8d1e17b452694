//! Who may register, read and publish apps.

use patchbay_domain::{Caller, Error, Scope, ScopeSet};

use super::app::AppStatus;
use super::installation_access::READERS;

/// May act on every app: superusers, and whoever runs the deployment.
pub(crate) fn is_elevated(caller: &Caller) -> bool {
    caller.is_superuser() || caller.is_internal()
}

/// The scopes with which the caller registers an app in an organization they are at home in.
pub(crate) fn may_create(caller: &Caller, organization: i64) -> Result<ScopeSet, Error> {
    // An app that made apps could give itself more scopes than it was allowed.
    if caller.app().is_some() {
        return Err(Error::permission_denied());
    }
    caller
        .scopes_in(organization)
        .filter(|held| held.contains_any(&[Scope::OrgWrite, Scope::OrgAdmin]))
        .ok_or_else(Error::permission_denied)
}

pub(crate) fn not_a_member(organization: &str) -> Error {
    Error::forbidden("NOT_A_MEMBER", format!("User does not belong to the '{organization}' organization."))
}

pub(crate) fn may_read(caller: &Caller, owner: i64, status: AppStatus) -> Result<(), Error> {
    if matches!(caller, Caller::Anonymous) {
        return Err(Error::no_credentials());
    }
    let is_staff = caller.user().is_some_and(|user| user.is_staff);
    if status == AppStatus::Published || is_elevated(caller) || is_staff {
        return Ok(());
    }
    if !belongs_to(caller, owner) {
        return Err(not_in_owner_organization());
    }
    if caller.has_any(owner, READERS) { Ok(()) } else { Err(Error::permission_denied()) }
}

/// Why a user who lacks the rights is refused: of an app that is not published, strangers are told whose it is.
pub(crate) fn foreign_or_denied(caller: &Caller, owner: i64, status: AppStatus) -> Error {
    let is_foreign = status != AppStatus::Published && caller.user().is_some() && !belongs_to(caller, owner);
    if is_foreign { not_in_owner_organization() } else { Error::permission_denied() }
}

fn not_in_owner_organization() -> Error {
    Error::forbidden(
        "NOT_IN_OWNER_ORGANIZATION",
        "User must be in the app owner's organization for unpublished apps",
    )
}

/// Whether the caller learns who owns the app and its client id.
pub(crate) fn sees_owner_view(caller: &Caller, owner: i64) -> bool {
    is_elevated(caller) || belongs_to(caller, owner)
}

pub(crate) fn may_set_status(caller: &Caller) -> Result<(), Error> {
    match caller {
        Caller::Anonymous => Err(Error::no_credentials()),
        Caller::Operator => Ok(()),
        caller if caller.is_superuser() => Ok(()),
        _ => Err(Error::permission_denied()),
    }
}

/// Secrets are streamed to services only.
pub(crate) fn may_watch(caller: &Caller) -> Result<(), Error> {
    if matches!(caller, Caller::Service(_)) { Ok(()) } else { Err(Error::permission_denied()) }
}

fn belongs_to(caller: &Caller, organization: i64) -> bool {
    caller.user().is_some_and(|user| user.membership(organization).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::test_callers::{app, member, member_with_token, staff, stranger, superuser};
    use patchbay_domain::Role;

    fn reason(result: Result<(), Error>) -> String {
        result.map_or_else(|error| error.reason.into_owned(), |()| "ok".to_owned())
    }

    #[test]
    fn managers_and_owners_register_apps_and_apps_never_do() {
        for (caller, allowed) in [
            (member(Role::Owner), true),
            (member(Role::Manager), true),
            (member(Role::Admin), false),
            (member(Role::Member), false),
            (member_with_token(Role::Owner, &[Scope::OrgRead]), false),
            (superuser(), true),
            (staff(), false),
            (stranger(), false),
            (app(), false),
            (Caller::Operator, true),
        ] {
            assert_eq!(may_create(&caller, 7).is_ok(), allowed, "{caller:?}");
        }
    }

    #[test]
    fn a_published_app_is_for_everybody_who_is_signed_in() {
        for caller in [stranger(), app(), member(Role::Member), Caller::Operator] {
            assert_eq!(reason(may_read(&caller, 7, AppStatus::Published)), "ok", "{caller:?}");
        }
        assert_eq!(reason(may_read(&Caller::Anonymous, 7, AppStatus::Published)), "NO_CREDENTIALS");
    }

    #[test]
    fn an_app_that_is_not_published_is_for_its_organization() {
        let hidden = [
            AppStatus::Unpublished,
            AppStatus::Internal,
            AppStatus::PublishRequestInProgress,
            AppStatus::DeletionInProgress,
        ];
        for status in hidden {
            for (caller, expected) in [
                (member(Role::Member), "ok"),
                (member_with_token(Role::Owner, &[Scope::OrgIntegrations]), "ok"),
                (member_with_token(Role::Owner, &[Scope::EventRead]), "PERMISSION_DENIED"),
                (stranger(), "NOT_IN_OWNER_ORGANIZATION"),
                (app(), "NOT_IN_OWNER_ORGANIZATION"),
                (superuser(), "ok"),
                (staff(), "ok"),
                (Caller::Service("gateway".into()), "ok"),
            ] {
                assert_eq!(reason(may_read(&caller, 7, status)), expected, "{caller:?}");
            }
        }
    }

    #[test]
    fn staff_read_apps_but_not_their_credentials() {
        assert!(!sees_owner_view(&staff(), 7));
        assert!(!sees_owner_view(&stranger(), 7));
        assert!(!sees_owner_view(&app(), 7));
        assert!(sees_owner_view(&member(Role::Member), 7));
        assert!(sees_owner_view(&superuser(), 7));
    }

    #[test]
    fn superusers_and_operators_publish() {
        assert!(may_set_status(&superuser()).is_ok());
        assert!(may_set_status(&Caller::Operator).is_ok());
        for caller in [member(Role::Owner), staff(), app(), Caller::Service("x".into()), Caller::Anonymous] {
            assert!(may_set_status(&caller).is_err(), "{caller:?}");
        }
    }
}
