//! What is told to the audit log of an organization, with the change it tells of.

use chrono::{DateTime, Utc};
use patchbay_audit::Entry;
use patchbay_domain::{AuditEvent, Caller};

use crate::domain::app::App;
use crate::domain::installation::Installation;

/// About an app, to the organization that owns it.
pub(crate) fn of_app(event: AuditEvent, app: &App, caller: &Caller, now: DateTime<Utc>) -> Entry {
    Entry::new(event, app.owner.id, caller, now)
        .target("sentry-app", app.id, &app.name)
        .detail("app", app.slug.as_str())
}

/// About an installation, to the organization that installed the app.
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
