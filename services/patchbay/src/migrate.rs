//! `patchbay migrate`: the databases of all services.

use patchbay_db::Migrations;
use patchbay_process::{Binary, Process};
use patchbay_runtime::Settings;

/// The services with a database, and their migrations.
pub const DATABASES: [(&str, &Migrations); 5] = [
    (patchbay_tracker::NAME, &patchbay_tracker::MIGRATIONS),
    (patchbay_auth_token::NAME, &patchbay_auth_token::MIGRATIONS),
    (patchbay_installation::NAME, &patchbay_installation::MIGRATIONS),
    (patchbay_event_fanout::NAME, &patchbay_event_fanout::MIGRATIONS),
    (patchbay_webhook_sender::NAME, &patchbay_webhook_sender::MIGRATIONS),
];

/// Applies all migrations. It can be repeated, and several processes may run it at the same time.
///
/// # Errors
/// Invalid settings, an unreachable database, a failing migration.
pub async fn run(settings: Settings) -> anyhow::Result<()> {
    // Migrating uses neither the broker nor other services.
    let settings = settings
        .with_default_override("BUS_URL", "memory")
        .with_default_override("SERVICE_SECRET", "unused while migrating");
    let process = Process::new(Binary { name: "patchbay", migrations: None }, settings);
    process.configured()?;
    for (service, migrations) in DATABASES {
        process.migrate(service, migrations).await?;
    }
    Ok(())
}
