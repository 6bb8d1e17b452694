//! Switching apps off and on, and stopping the webhooks of one installation: who may, and who is told.

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::{Caller, Error, Scope};

use super::app::AppStatus;
use super::app_access::{foreign_or_denied, is_elevated};
use super::installation::Installation;
use super::installation_access::{READERS, may_read};

const WRITERS: &[Scope] = &[Scope::OrgWrite, Scope::OrgAdmin];

/// An endpoint that goes on and off must not fill anybody's mailbox.
const BETWEEN_MAILS: TimeDelta = TimeDelta::hours(24);

/// Whether the caller may disable and enable an app. An app never switches itself.
pub(crate) fn may_switch_app(caller: &Caller, owner: i64, status: AppStatus) -> Result<(), Error> {
    match caller {
        Caller::Anonymous => Err(Error::no_credentials()),
        Caller::App(_) => Err(Error::permission_denied()),
        caller if is_elevated(caller) || caller.has_any(owner, WRITERS) => Ok(()),
        caller => Err(foreign_or_denied(caller, owner, status)),
    }
}

/// A disabled app is shown to those who run the platform; its owners can put it into use again without reading it.
pub(crate) fn may_see(caller: &Caller, is_disabled: bool) -> Result<(), Error> {
    if is_disabled && !is_elevated(caller) { Err(Error::permission_denied()) } else { Ok(()) }
}

/// Whoever may read the installation, and the people behind its app.
pub(crate) fn may_read_webhooks(caller: &Caller, installation: &Installation) -> Result<(), Error> {
    if caller.user().is_some() && caller.has_any(installation.app.owner.id, READERS) {
        return Ok(());
    }
    may_read(caller, installation.organization.id, installation.app.id)
}

/// The receiving side: the app itself and the people behind it. Who installed the app uninstalls it instead.
pub(crate) fn may_switch_webhooks(caller: &Caller, installation: &Installation) -> Result<(), Error> {
    let is_allowed = match caller {
        Caller::App(app) => app.app_id == installation.app.id,
        caller => is_elevated(caller) || caller.has_any(installation.app.owner.id, WRITERS),
    };
    if is_allowed {
        return Ok(());
    }
    may_read(caller, installation.organization.id, installation.app.id)?;
    Err(Error::permission_denied())
}

pub(crate) fn are_owners_told(told_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    told_at.is_none_or(|told_at| now - told_at >= BETWEEN_MAILS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::organization::Organization;
    use crate::domain::test_app;
    use crate::domain::test_callers::{app, member, member_with_token, staff, stranger, superuser};
    use patchbay_domain::{AppCaller, Role, ScopeSet};
    use uuid::Uuid;

    fn reason(result: Result<(), Error>) -> String {
        result.map_or_else(|error| error.reason.into_owned(), |()| "ok".to_owned())
    }

    #[test]
    fn managers_of_the_owner_switch_their_app() {
        for (caller, expected) in [
            (member(Role::Manager), "ok"),
            (superuser(), "ok"),
            (Caller::Operator, "ok"),
            (Caller::Service("webhook-sender".into()), "ok"),
            (member(Role::Admin), "PERMISSION_DENIED"),
            (member_with_token(Role::Owner, &[Scope::OrgRead]), "PERMISSION_DENIED"),
            (stranger(), "NOT_IN_OWNER_ORGANIZATION"),
            (staff(), "NOT_IN_OWNER_ORGANIZATION"),
            (app(), "PERMISSION_DENIED"),
            (Caller::Anonymous, "NO_CREDENTIALS"),
        ] {
            assert_eq!(reason(may_switch_app(&caller, 7, AppStatus::Internal)), expected, "{caller:?}");
        }
        assert_eq!(reason(may_switch_app(&stranger(), 7, AppStatus::Published)), "PERMISSION_DENIED");
    }

    #[test]
    fn a_disabled_app_is_hidden_from_all_but_those_who_run_the_platform() {
        for (caller, sees) in [(member(Role::Owner), false), (superuser(), true), (Caller::Operator, true)] {
            assert_eq!(may_see(&caller, true).is_ok(), sees, "{caller:?}");
            assert!(may_see(&caller, false).is_ok());
        }
    }

    #[test]
    fn webhooks_are_switched_by_the_side_that_receives_them() {
        let organization = Organization { id: 8, slug: "other".into() };
        let installation = Installation::new(
            3,
            Uuid::nil(),
            &test_app::app(AppStatus::Published),
            organization,
            DateTime::UNIX_EPOCH,
        );
        let itself = Caller::App(AppCaller {
            app_id: 12,
            installation_id: Uuid::nil(),
            organization_id: 8,
            scopes: ScopeSet::EMPTY,
        });
        for (caller, reads, switches) in [
            (itself, "ok", "ok"),
            (app(), "PERMISSION_DENIED", "PERMISSION_DENIED"),
            (member(Role::Owner), "ok", "ok"),
            (member(Role::Member), "ok", "ORGANIZATION_NOT_VALID"),
            (stranger(), "ORGANIZATION_NOT_VALID", "ORGANIZATION_NOT_VALID"),
            (Caller::Service("webhook-sender".into()), "ok", "ok"),
            (Caller::Anonymous, "NO_CREDENTIALS", "NO_CREDENTIALS"),
        ] {
            assert_eq!(reason(may_read_webhooks(&caller, &installation)), reads, "{caller:?}");
            assert_eq!(reason(may_switch_webhooks(&caller, &installation)), switches, "{caller:?}");
        }
    }

    #[test]
    fn owners_are_told_once_a_day() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(10);
        assert!(are_owners_told(None, now));
        assert!(!are_owners_told(Some(now - TimeDelta::hours(23)), now));
        assert!(are_owners_told(Some(now - TimeDelta::hours(24)), now));
    }
}
