//! `patchbay migrate`: the databases of all services.

use patchbay_db::Migrations;
use patchbay_process::{Binary, Process};
use patchbay_runtime::Settings;

/// The services with a database, and their migrations.
pub const DATABASES: [(&str, &Migrations); 6] = [
    (patchbay_tracker::NAME, &patchbay_tracker::MIGRATIONS),
    (patchbay_auth_token::NAME, &patchbay_auth_token::MIGRATIONS),
    (patchbay_installation::NAME, &patchbay_installation::MIGRATIONS),
    (patchbay_event_fanout::NAME, &patchbay_event_fanout::MIGRATIONS),
    (patchbay_webhook_sender::NAME, &patchbay_webhook_sender::MIGRATIONS),
    (patchbay_issue_sync::NAME, &patchbay_issue_sync::MIGRATIONS),
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use patchbay_db::Engine;

    use super::*;

    /// One line for each derived migration: the checksum of its SQLite text, and its name. The lines of released migrations stay as
    /// they are, because databases have recorded the checksums.
    const CHECKSUMS: &str = include_str!("migrate/derived.sha256");

    #[test]
    fn the_sqlite_text_of_every_derived_migration_is_the_one_that_was_released() {
        let mut checksums = String::new();
        for (service, migrations) in DATABASES {
            for migration in migrations.iter().filter(|migration| migration.sqlite.is_none()) {
                let checksum = migration.checksum(Engine::Sqlite);
                let checksum: String = checksum.iter().map(|byte| format!("{byte:02x}")).collect();
                checksums.push_str(&format!("{checksum}  {service}/{}\n", migration.name));
            }
        }
        let (found, expected): (Vec<_>, Vec<_>) = (checksums.lines().collect(), CHECKSUMS.lines().collect());
        assert_eq!(found, expected, "a new derived migration needs its line in migrate/derived.sha256");
    }

    #[test]
    fn a_derived_migration_has_no_file_for_sqlite() {
        let services = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for (service, migrations) in DATABASES {
            for migration in migrations.iter().filter(|migration| migration.sqlite.is_none()) {
                let file = format!("{service}/migrations/sqlite/{}.sql", migration.name);
                assert!(
                    !services.join(&file).exists(),
                    "{file} is not used: delete it, or the mark `derived`"
                );
            }
        }
    }
}
