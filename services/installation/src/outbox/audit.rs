use chrono::{DateTime, Utc};
use patchbay_audit::Entry;
use patchbay_domain::{AuditEvent, Caller};

use crate::domain::app::App;
use crate::domain::installation::Installation;

/// An entry about an app in the audit log of its owner.
pub(crate) fn of_app(event: AuditEvent, app: &App, caller: &Caller, now: DateTime<Utc>) -> Entry {
    Entry::new(event, app.owner.id, caller, now)
        .target("sentry-app", app.id, &app.name)
        .detail("app", app.slug.as_str())
}

/// An entry about an installation in the audit log of the installing organization.
pub(crate) fn of_installation(
    event: AuditEvent,
    installation: &Installation,
    caller: &Caller,
    now: DateTime<Utc>,
) -> Entry {
    Entry::new(event, installation.organization.id, caller, now)
        .target("installation", installation.uuid, &installation.app.name)
        .detail("app", installation.app.slug.as_str())
}
