//! The command line of all service binaries.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use patchbay_db::Migrations;
use patchbay_runtime::{Settings, exit};

use crate::process::{Process, block_on};

/// Describes a service binary.
#[derive(Clone, Copy, Debug)]
pub struct Binary {
    /// The name of the service, for example `auth-token`, and of its database schema or file.
    pub name: &'static str,
    /// The migrations of its database; `None` if it has none.
    pub migrations: Option<&'static Migrations>,
}

#[derive(Parser)]
#[command(version, about = "A service of Patchbay. Without a command it serves until a stop is requested.")]
struct Arguments {
    /// TOML file with settings; `PATCHBAY_*` environment variables take precedence.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand, Clone, Copy)]
enum Command {
    /// Serve until a stop is requested (the default).
    Serve,
    /// Migrate the database and exit.
    Migrate,
    /// Exit with 0 if the service on this machine is ready, according to its admin port.
    Healthcheck,
}

/// Runs a service binary: parses the command line and executes the command.
///
/// Exits with 64 if the settings are invalid, with 1 on any other failure.
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

/// A service without a database does not need the addresses and passwords of database and broker, so they
/// need not be given to a process at the edge of the network.
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
        let given = Settings::from_pairs([("SERVICE_SECRET", "a secret of this test")]);
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
