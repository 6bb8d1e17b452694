//! The command line that all service binaries share.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use patchbay_db::Migrations;
use patchbay_runtime::{Settings, exit};

use crate::process::{Process, block_on};

/// What tells one service binary from another.
#[derive(Clone, Copy, Debug)]
pub struct Binary {
    /// The service, for example `auth-token`; also its database schema or file.
    pub name: &'static str,
    /// What its database looks like; `None` when it has none.
    pub migrations: Option<&'static Migrations>,
}

#[derive(Parser)]
#[command(version, about = "A service of Patchbay. Without a command it serves until it is told to stop.")]
struct Arguments {
    /// TOML file with settings; `PATCHBAY_*` variables win over it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand, Clone, Copy)]
enum Command {
    /// Serve until told to stop (the default).
    Serve,
    /// Bring the database up to date and exit.
    Migrate,
    /// Ask the admin port whether the service running here is ready; exit 0 if so.
    Healthcheck,
}

/// Runs a service binary: parses the command line and does what it says.
///
/// Exits with 64 when the settings are wrong, 1 on any other failure.
pub fn main<R>(binary: Binary, run: impl FnOnce(Process) -> R + Send + 'static) -> ExitCode
where
    R: Future<Output = anyhow::Result<()>> + Send,
{
    let command = Arguments::command().display_name(format!("patchbay-{}", binary.name));
    let arguments = match Arguments::from_arg_matches(&command.get_matches()) {
        Ok(arguments) => arguments,
        Err(error) => error.exit(),
    };
    exit(block_on(async move {
        let settings = settings(binary, Settings::load_with(arguments.config)?);
        match arguments.command.unwrap_or(Command::Serve) {
            Command::Serve => run(Process::new(binary, settings)).await,
            Command::Migrate => migrate(binary, settings).await,
            Command::Healthcheck => crate::healthcheck(&settings).await,
        }
    }))
}

/// A service without a database has no use for the addresses and passwords of storage and broker: whoever
/// runs it need not hand them to the process that stands at the edge.
fn settings(binary: Binary, settings: Settings) -> Settings {
    match binary.migrations {
        Some(_) => settings,
        None => settings
            .with_default_override("DATABASE_URL", "unused")
            .with_default_override("BUS_URL", "memory"),
    }
}

async fn migrate(binary: Binary, settings: Settings) -> anyhow::Result<()> {
    let Some(migrations) = binary.migrations else { anyhow::bail!("{} has no database", binary.name) };
    let process = Process::new(binary, settings);
    process.configured()?;
    process.migrate(binary.name, migrations).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_without_a_database_is_asked_neither_for_one_nor_for_a_broker() {
        let given = Settings::from_pairs([("SERVICE_SECRET", "secret")]);
        let edge = Binary { name: "edge", migrations: None };
        let process = Process::new(edge, settings(edge, given.clone()));
        process.settings().finish().unwrap();

        static MIGRATIONS: Migrations = Migrations::new(&[]);
        let owner = Binary { name: "owner", migrations: Some(&MIGRATIONS) };
        let process = Process::new(owner, settings(owner, given));
        let problems = process.settings().finish().unwrap_err().to_string();
        assert!(
            problems.contains("PATCHBAY_DATABASE_URL") && problems.contains("PATCHBAY_BUS_URL"),
            "{problems}"
        );
    }
}
