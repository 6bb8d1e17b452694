//! Who may install, read, confirm and remove installations.

use patchbay_domain::{Caller, Error, Scope};
use uuid::Uuid;

/// Any of these lets a user read apps and installations of an organization.
pub(crate) const READERS: &[Scope] =
    &[Scope::OrgRead, Scope::OrgIntegrations, Scope::OrgWrite, Scope::OrgAdmin];
/// Any of these lets a user install and uninstall.
const WRITERS: &[Scope] = &[Scope::OrgIntegrations, Scope::OrgWrite, Scope::OrgAdmin];

pub(crate) fn organization_not_found() -> Error {
    Error::not_found("ORGANIZATION_NOT_FOUND", "Could not find requested organization")
}

pub(crate) fn installation_not_found() -> Error {
    Error::not_found("INSTALLATION_NOT_FOUND", "Could not find given sentry app installation")
}

/// The caller has to be known to belong to the organization, or to act on all of them.
pub(crate) fn may_list(caller: &Caller, organization: i64) -> Result<(), Error> {
    allowed(caller.app().is_none() && caller.has_any(organization, READERS))
}

/// Like [`may_list`].
pub(crate) fn may_install(caller: &Caller, organization: i64) -> Result<(), Error> {
    allowed(caller.app().is_none() && caller.has_any(organization, WRITERS))
}

/// The app itself, with a token of any organization, or a reader of the installing organization. Changes are bound to the installation
/// of the token, because each organization decides about its own.
pub(crate) fn may_read(caller: &Caller, organization: i64, app: i64) -> Result<(), Error> {
    match caller {
        Caller::App(own) => allowed(own.app_id == app),
        _ => user_has_any(caller, organization, READERS),
    }
}

pub(crate) fn may_uninstall(caller: &Caller, organization: i64) -> Result<(), Error> {
    match caller {
        Caller::App(_) => Err(Error::permission_denied()),
        _ => user_has_any(caller, organization, WRITERS),
    }
}

/// The app with the token of this installation, or a writer of the installing organization.
pub(crate) fn may_filter(caller: &Caller, organization: i64, installation: Uuid) -> Result<(), Error> {
    match caller {
        Caller::App(own) => allowed(own.installation_id == installation),
        _ => user_has_any(caller, organization, WRITERS),
    }
}

/// Only the app itself can confirm that it is ready, with the token of this installation.
pub(crate) fn may_confirm(caller: &Caller, installation: Uuid) -> Result<(), Error> {
    match caller {
        Caller::Anonymous => Err(Error::no_credentials()),
        Caller::App(own) => allowed(own.installation_id == installation),
        _ => Err(Error::permission_denied()),
    }
}

/// Whether the caller may see the grant code.
pub(crate) fn sees_code(caller: &Caller, organization: i64) -> bool {
    caller.has_any(organization, &[Scope::OrgIntegrations])
}

fn user_has_any(caller: &Caller, organization: i64, scopes: &[Scope]) -> Result<(), Error> {
    if matches!(caller, Caller::Anonymous) {
        return Err(Error::no_credentials());
    }
    match caller.scopes_in(organization) {
        None => Err(Error::not_found("ORGANIZATION_NOT_VALID", "Given organization is not valid")),
        Some(held) => allowed(held.contains_any(scopes)),
    }
}

fn allowed(yes: bool) -> Result<(), Error> {
    if yes { Ok(()) } else { Err(Error::permission_denied()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::test_callers::{app, member, member_with_token, stranger, superuser};
    use patchbay_domain::Role;

    /// The installation of [`app`].
    const OWN: Uuid = Uuid::from_u128(1);
    /// Another one of the same app.
    const SIBLING: Uuid = Uuid::from_u128(2);

    fn reason(result: Result<(), Error>) -> String {
        result.map_or_else(|error| error.reason.into_owned(), |()| "ok".to_owned())
    }

    #[test]
    fn who_reads_and_removes_an_installation_of_app_5_in_organization_7() {
        for (caller, reads, removes) in [
            (Caller::Anonymous, "NO_CREDENTIALS", "NO_CREDENTIALS"),
            (stranger(), "ORGANIZATION_NOT_VALID", "ORGANIZATION_NOT_VALID"),
            (member(Role::Member), "ok", "PERMISSION_DENIED"),
            (member(Role::Admin), "ok", "ok"),
            (member(Role::Owner), "ok", "ok"),
            (member_with_token(Role::Owner, &[Scope::OrgRead]), "ok", "PERMISSION_DENIED"),
            (member_with_token(Role::Owner, &[Scope::EventRead]), "PERMISSION_DENIED", "PERMISSION_DENIED"),
            (superuser(), "ok", "ok"),
            (app(), "ok", "PERMISSION_DENIED"),
            (Caller::Operator, "ok", "ok"),
        ] {
            assert_eq!(reason(may_read(&caller, 7, 5)), reads, "{caller:?}");
            assert_eq!(reason(may_uninstall(&caller, 7)), removes, "{caller:?}");
        }
        assert_eq!(reason(may_read(&app(), 7, 6)), "PERMISSION_DENIED", "another app's installation");
        assert_eq!(reason(may_filter(&app(), 7, OWN)), "ok");
        assert_eq!(reason(may_filter(&app(), 7, SIBLING)), "PERMISSION_DENIED");
        assert_eq!(reason(may_filter(&member(Role::Member), 7, OWN)), "PERMISSION_DENIED");
        assert_eq!(reason(may_filter(&member(Role::Admin), 7, OWN)), "ok");
    }

    #[test]
    fn members_list_but_do_not_install_and_apps_do_neither() {
        assert!(may_list(&member(Role::Member), 7).is_ok());
        assert!(may_install(&member(Role::Member), 7).is_err());
        assert!(may_install(&member(Role::Admin), 7).is_ok());
        assert!(may_list(&app(), 7).is_err());
        assert!(may_install(&app(), 7).is_err());
    }

    #[test]
    fn only_the_app_itself_confirms() {
        assert_eq!(reason(may_confirm(&app(), OWN)), "ok");
        assert_eq!(reason(may_confirm(&app(), SIBLING)), "PERMISSION_DENIED");
        assert_eq!(reason(may_confirm(&superuser(), OWN)), "PERMISSION_DENIED");
        assert_eq!(reason(may_confirm(&Caller::Operator, OWN)), "PERMISSION_DENIED");
        assert_eq!(reason(may_confirm(&Caller::Anonymous, OWN)), "NO_CREDENTIALS");
    }

    #[test]
    fn members_never_see_the_code() {
        assert!(!sees_code(&member(Role::Member), 7));
        assert!(sees_code(&member(Role::Admin), 7));
        assert!(!sees_code(&member_with_token(Role::Owner, &[Scope::OrgWrite]), 7));
        assert!(!sees_code(&member(Role::Owner), 8));
    }
}
