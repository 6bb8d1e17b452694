//! Who may disable and enable apps, and stop and resume the webhooks of one installation.

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::{Caller, Error, Scope};

use crate::domain::app::AppStatus;
use crate::domain::app::access::foreign_or_denied;
use crate::domain::app::access::{is_elevated, reads_all};
use crate::domain::installation::Installation;
use crate::domain::installation::access::READERS;
use crate::domain::installation::access::may_read;

const WRITERS: &[Scope] = &[Scope::OrgWrite, Scope::OrgAdmin];

/// An endpoint that keeps failing and recovering must not fill the mailboxes of its owners.
pub(crate) const MAIL_INTERVAL: TimeDelta = TimeDelta::hours(24);

/// Whether the caller may disable and enable an app. An app may not switch itself.
pub(crate) fn may_switch_app(caller: &Caller, owner: i64, status: AppStatus) -> Result<(), Error> {
    match caller {
        Caller::Anonymous => Err(Error::no_credentials()),
        Caller::App(_) => Err(Error::permission_denied()),
        caller if is_elevated(caller) || caller.has_any(owner, WRITERS) => Ok(()),
        caller => Err(foreign_or_denied(caller, owner, status)),
    }
}

/// Only those who read all apps see a disabled one. Its owners can enable it without reading it.
pub(crate) fn may_see(caller: &Caller, is_disabled: bool) -> Result<(), Error> {
    if is_disabled && !reads_all(caller) { Err(Error::permission_denied()) } else { Ok(()) }
}

/// Callers who may read the installation, and users of the organization that owns its app.
pub(crate) fn may_read_webhooks(caller: &Caller, installation: &Installation) -> Result<(), Error> {
    if caller.user().is_some() && caller.has_any(installation.app.owner.id, READERS) {
        return Ok(());
    }
    may_read(caller, installation.organization.id, installation.app.id)
}

/// The receiving side: the app itself, with the token of this installation, and users of the organization that owns it. The installing organization uninstalls
/// the app instead.
pub(crate) fn may_switch_webhooks(caller: &Caller, installation: &Installation) -> Result<(), Error> {
    let is_allowed = match caller {
        Caller::App(app) => app.installation_id == installation.uuid,
        caller => is_elevated(caller) || caller.has_any(installation.app.owner.id, WRITERS),
    };
    if is_allowed {
        return Ok(());
    }
    may_read(caller, installation.organization.id, installation.app.id)?;
    Err(Error::permission_denied())
}

pub(crate) fn may_notify_owners(notified_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    notified_at.is_none_or(|notified_at| now - notified_at >= MAIL_INTERVAL)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::organization::Organization;
    use crate::domain::test_app;
    use crate::domain::test_callers::{
        app, member, member_with_token, staff, staff_with_token, stranger, superuser,
    };
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
    fn a_disabled_app_is_visible_to_those_who_read_all_apps_only() {
        for (caller, sees) in [
            (member(Role::Owner), false),
            (superuser(), true),
            (staff(), true),
            (staff_with_token(&[Scope::OrgRead]), false),
            (Caller::Operator, true),
        ] {
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
        let elsewhere = Caller::App(AppCaller {
            app_id: 12,
            installation_id: Uuid::from_u128(2),
            organization_id: 7,
            scopes: Scope::ALL.iter().copied().collect(),
        });
        for (caller, reads, switches) in [
            (itself, "ok", "ok"),
            (elsewhere, "ok", "PERMISSION_DENIED"),
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
    fn owners_get_at_most_one_mail_a_day() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(10);
        assert!(may_notify_owners(None, now));
        assert!(!may_notify_owners(Some(now - TimeDelta::hours(23)), now));
        assert!(may_notify_owners(Some(now - TimeDelta::hours(24)), now));
    }
}
