//! Who may register, read and publish apps.

use patchbay_domain::{Caller, Error, Scope, ScopeSet, shortened};

use crate::domain::app::AppStatus;
use crate::domain::installation::access::READERS;

/// Any of these lets a user change apps of their organization.
pub(crate) const EDITORS: &[Scope] = &[Scope::OrgWrite, Scope::OrgAdmin];
/// Any of these lets a caller see all apps of an organization.
const OWNERS_READERS: &[Scope] = &[Scope::OrgRead, Scope::OrgWrite, Scope::OrgAdmin];

/// Superusers, services and operators may act on every app.
pub(crate) fn is_elevated(caller: &Caller) -> bool {
    caller.is_superuser() || caller.is_internal()
}

/// Returns the scopes that the caller holds in the organization, if they may register apps there.
pub(crate) fn may_create(caller: &Caller, organization: i64) -> Result<ScopeSet, Error> {
    // By registering apps, an app could obtain more scopes than it was granted.
    if caller.app().is_some() {
        return Err(Error::permission_denied());
    }
    caller
        .scopes_in(organization)
        .filter(|held| held.contains_any(&[Scope::OrgWrite, Scope::OrgAdmin]))
        .ok_or_else(Error::permission_denied)
}

/// The error for staff, who know that the organization exists and yet register no apps in it.
pub(crate) fn not_in_organization() -> Error {
    let message = "User must be a part of the Org they're trying to create the app in";
    Error::unauthenticated("NOT_IN_ORGANIZATION", message)
}

pub(crate) fn not_a_member(organization: &str) -> Error {
    let organization = shortened(organization);
    Error::forbidden("NOT_A_MEMBER", format!("User does not belong to the '{organization}' organization."))
}

pub(crate) fn may_read(caller: &Caller, owner: i64, status: AppStatus) -> Result<(), Error> {
    if matches!(caller, Caller::Anonymous) {
        return Err(Error::no_credentials());
    }
    if status == AppStatus::Published || reads_all(caller) {
        return Ok(());
    }
    if !belongs_to(caller, owner) {
        return Err(not_in_owner_organization());
    }
    if caller.has_any(owner, READERS) { Ok(()) } else { Err(Error::permission_denied()) }
}

/// The error for a caller without the required scopes. It differs for users outside of the owner of an unpublished app.
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

/// Whether the caller may see the owner and the credentials of the app.
pub(crate) fn sees_owner_view(caller: &Caller, owner: i64) -> bool {
    is_elevated(caller) || belongs_to(caller, owner)
}

pub(crate) fn app_not_found() -> Error {
    Error::not_found("APP_NOT_FOUND", "Could not find the requested sentry app")
}

/// Whether the caller reviews apps: reviewers decide about status and popularity, which owners cannot.
pub(crate) fn reviews(caller: &Caller) -> bool {
    sets_metadata(caller) || caller.is_staff()
}

/// Whether the caller sets the metadata of apps, with which the operator restricts what owners may do.
pub(crate) fn sets_metadata(caller: &Caller) -> bool {
    matches!(caller, Caller::Operator) || caller.is_superuser()
}

/// Whether the caller lists and reads the apps of all organizations.
pub(crate) fn reads_all(caller: &Caller) -> bool {
    is_elevated(caller) || caller.is_staff()
}

pub(crate) fn may_review(caller: &Caller) -> Result<(), Error> {
    match caller {
        Caller::Anonymous => Err(Error::no_credentials()),
        caller if reviews(caller) => Ok(()),
        _ => Err(Error::permission_denied()),
    }
}

/// Users of the owning organization, and staff.
pub(crate) fn may_edit(caller: &Caller, owner: i64, status: AppStatus) -> Result<(), Error> {
    if caller.is_staff() {
        return Ok(());
    }
    acts_on(caller, owner, status, EDITORS)
}

/// Whether the caller may see which organizations installed the app.
pub(crate) fn may_list_installations(caller: &Caller, owner: i64, status: AppStatus) -> Result<(), Error> {
    acts_on(caller, owner, status, EDITORS)
}

pub(crate) fn may_remove(caller: &Caller, owner: i64, status: AppStatus) -> Result<(), Error> {
    acts_on(caller, owner, status, &[Scope::OrgAdmin])
}

/// Whether the caller may read usage counts. They are private to the owner, even for published apps.
pub(crate) fn may_count(caller: &Caller, owner: i64, status: AppStatus) -> Result<(), Error> {
    if caller.is_staff() {
        return Ok(());
    }
    acts_on(caller, owner, status, READERS)
}

pub(crate) fn may_count_all(caller: &Caller) -> Result<(), Error> {
    match caller {
        Caller::Anonymous => Err(Error::no_credentials()),
        _ if reads_all(caller) => Ok(()),
        _ => Err(Error::permission_denied()),
    }
}

/// The caller has to be known to belong to the organization, or to act on all of them.
pub(crate) fn may_list(caller: &Caller, organization: i64) -> Result<(), Error> {
    if caller.has_any(organization, OWNERS_READERS) { Ok(()) } else { Err(Error::permission_denied()) }
}

/// The organizations whose unpublished and internal apps the caller sees in the list of all apps.
pub(crate) fn homes(caller: &Caller) -> Vec<i64> {
    let memberships = caller.user().map(|user| user.memberships.as_slice()).unwrap_or_default();
    let readable = |id: &i64| caller.has_any(*id, &[Scope::OrgRead]);
    memberships.iter().map(|membership| membership.organization_id).filter(readable).collect()
}

fn acts_on(caller: &Caller, owner: i64, status: AppStatus, scopes: &[Scope]) -> Result<(), Error> {
    if matches!(caller, Caller::Anonymous) {
        return Err(Error::no_credentials());
    }
    if status != AppStatus::Published && !is_elevated(caller) && !belongs_to(caller, owner) {
        return Err(not_in_owner_organization());
    }
    // Otherwise an app could obtain more scopes than it was granted.
    let allowed = caller.app().is_none() && caller.has_any(owner, scopes);
    if allowed { Ok(()) } else { Err(Error::permission_denied()) }
}

/// The streams contain secrets, so only services may watch them.
pub(crate) fn may_watch(caller: &Caller) -> Result<(), Error> {
    if matches!(caller, Caller::Service(_)) { Ok(()) } else { Err(Error::permission_denied()) }
}

fn belongs_to(caller: &Caller, organization: i64) -> bool {
    caller.user().is_some_and(|user| user.membership(organization).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::test_callers::{
        app, member, member_with_token, staff, staff_with_token, stranger, superuser,
    };
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
    fn every_authenticated_caller_reads_published_apps() {
        for caller in [stranger(), app(), member(Role::Member), Caller::Operator] {
            assert_eq!(reason(may_read(&caller, 7, AppStatus::Published)), "ok", "{caller:?}");
        }
        assert_eq!(reason(may_read(&Caller::Anonymous, 7, AppStatus::Published)), "NO_CREDENTIALS");
    }

    #[test]
    fn an_unpublished_app_is_visible_to_its_organization() {
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
    fn superusers_staff_and_operators_review() {
        let ranked = staff_with_token(&[Scope::OrgAdmin]);
        for caller in [superuser(), staff(), ranked, Caller::Operator] {
            assert!(reviews(&caller), "{caller:?}");
        }
        assert!(sets_metadata(&superuser()) && sets_metadata(&Caller::Operator) && !sets_metadata(&staff()));
        let narrow = staff_with_token(&[Scope::OrgRead, Scope::EventRead]);
        for caller in [member(Role::Owner), narrow, app(), Caller::Service("x".into()), Caller::Anonymous] {
            assert!(!reviews(&caller), "{caller:?}");
        }
    }

    #[test]
    fn members_read_managers_edit_and_owners_remove() {
        const OUTSIDE: &str = "NOT_IN_OWNER_ORGANIZATION";
        const DENIED: &str = "PERMISSION_DENIED";
        for (caller, [edits, removes, counts], [edits_published, removes_published, counts_published]) in [
            (Caller::Anonymous, ["NO_CREDENTIALS"; 3], ["NO_CREDENTIALS"; 3]),
            (stranger(), [OUTSIDE; 3], [DENIED; 3]),
            (app(), [OUTSIDE; 3], [DENIED; 3]),
            (member(Role::Member), [DENIED, DENIED, "ok"], [DENIED, DENIED, "ok"]),
            (member(Role::Admin), [DENIED, DENIED, "ok"], [DENIED, DENIED, "ok"]),
            (member(Role::Manager), ["ok", DENIED, "ok"], ["ok", DENIED, "ok"]),
            (member(Role::Owner), ["ok"; 3], ["ok"; 3]),
            (member_with_token(Role::Owner, &[Scope::OrgWrite]), ["ok", DENIED, "ok"], ["ok", DENIED, "ok"]),
            (member_with_token(Role::Owner, &[Scope::EventRead]), [DENIED; 3], [DENIED; 3]),
            (staff(), ["ok", OUTSIDE, "ok"], ["ok", DENIED, "ok"]),
            (superuser(), ["ok"; 3], ["ok"; 3]),
            (Caller::Operator, ["ok"; 3], ["ok"; 3]),
        ] {
            for (status, [edit, remove, count]) in [
                (AppStatus::Unpublished, [edits, removes, counts]),
                (AppStatus::Internal, [edits, removes, counts]),
                (AppStatus::Published, [edits_published, removes_published, counts_published]),
            ] {
                assert_eq!(reason(may_edit(&caller, 7, status)), edit, "{caller:?} {status:?}");
                assert_eq!(reason(may_remove(&caller, 7, status)), remove, "{caller:?} {status:?}");
                assert_eq!(reason(may_count(&caller, 7, status)), count, "{caller:?} {status:?}");
            }
        }
    }

    #[test]
    fn a_list_shows_hidden_apps_of_ones_own_organizations() {
        assert_eq!(homes(&member(Role::Member)), [7]);
        assert!(homes(&member_with_token(Role::Owner, &[Scope::EventRead])).is_empty());
        assert!(homes(&stranger()).is_empty() && homes(&app()).is_empty());
        assert!(may_list(&member(Role::Member), 7).is_ok() && may_list(&app(), 7).is_ok());
        assert!(may_list(&member_with_token(Role::Owner, &[Scope::OrgIntegrations]), 7).is_err());
        assert!(may_count_all(&staff()).is_ok() && may_count_all(&superuser()).is_ok());
        assert!(may_count_all(&member(Role::Owner)).is_err());
    }
}
