//! `patchbay migrate` and `patchbay settings`: every service at once.

use patchbay_db::Migrations;
use patchbay_process::{Binary, Process};
use patchbay_runtime::Settings;

/// Every service that has a database, and what that looks like.
pub const DATABASES: [(&str, &Migrations); 5] = [
    (patchbay_tracker::NAME, &patchbay_tracker::MIGRATIONS),
    (patchbay_auth_token::NAME, &patchbay_auth_token::MIGRATIONS),
    (patchbay_installation::NAME, &patchbay_installation::MIGRATIONS),
    (patchbay_event_fanout::NAME, &patchbay_event_fanout::MIGRATIONS),
    (patchbay_webhook_sender::NAME, &patchbay_webhook_sender::MIGRATIONS),
];

/// Brings every database up to date. Running it again, or from two places at once, does no harm.
///
/// # Errors
/// Wrong settings, a database that cannot be reached, a migration that fails.
pub async fn run(settings: Settings) -> anyhow::Result<()> {
    // Neither the broker nor other services are asked for anything here.
    let settings =
        settings.with_default_override("BUS_URL", "memory").with_default_override("SERVICE_SECRET", "unused");
    let process = Process::new(Binary { name: "patchbay", migrations: None }, settings);
    process.configured()?;
    for (service, migrations) in DATABASES {
        process.migrate(service, migrations).await?;
    }
    Ok(())
}

/// The reference of every setting of every service, as `docs/configuration.md` holds it.
pub fn settings_reference() -> String {
    let settings = Settings::from_pairs::<&str, &str>([]);
    let process = Process::new(Binary { name: "patchbay", migrations: None }, settings);
    let settings = process.settings();
    process.sealing_keys();
    crate::up::data_dir(settings);
    patchbay_gateway::http_listen(settings);
    patchbay_gateway::Config::read(settings);
    patchbay_installation::Config::read(settings);
    patchbay_auth_token::Config::read(settings);
    patchbay_event_fanout::Config::read(settings);
    patchbay_webhook_sender::Config::read(settings);
    patchbay_tracker::Config::read(settings);
    for (name, _) in patchbay_process::PEERS {
        process.peer(name);
    }
    settings.reference_markdown()
}

/// Prints [`settings_reference`].
///
/// # Errors
/// Never; the signature is that of every command.
#[expect(clippy::print_stdout, reason = "printing is what this command is for")]
pub fn print_settings() -> anyhow::Result<()> {
    print!("{}", settings_reference());
    Ok(())
}
