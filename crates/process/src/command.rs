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
        let settings = Settings::load_with(arguments.config)?;
        match arguments.command.unwrap_or(Command::Serve) {
            Command::Serve => run(Process::new(binary, settings)).await,
            Command::Migrate => migrate(binary, settings).await,
            Command::Healthcheck => crate::healthcheck(&settings).await,
        }
    }))
}

async fn migrate(binary: Binary, settings: Settings) -> anyhow::Result<()> {
    let Some(migrations) = binary.migrations else { anyhow::bail!("{} has no database", binary.name) };
    let process = Process::new(binary, settings);
    process.configured()?;
    process.migrate(binary.name, migrations).await
}
