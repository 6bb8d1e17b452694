//! `patchbay`: the whole platform as one program.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use patchbay::{demo, migrate, operator, up};
use patchbay_runtime::{Settings, exit};

/// A self-hosted integration platform: apps, installations, tokens and webhooks for your product.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// TOML file with settings; `PATCHBAY_*` variables win over it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run everything in this process, on SQLite in a folder.
    Up(up::Options),
    /// Play the life of an app from registration to uninstallation, and check every step.
    Demo(demo::Options),
    /// Bring the databases of all services up to date and exit.
    Migrate,
    /// Ask the admin port of the process running here whether it is ready; exit 0 if so.
    Healthcheck,
    /// Print the reference of all settings as Markdown.
    Settings,
    #[command(flatten)]
    Operator(operator::Command),
}

fn main() -> ExitCode {
    let Arguments { config, command } = Arguments::parse();
    exit(patchbay_process::block_on(async move {
        let settings = Settings::load_with(config)?;
        match command {
            Command::Up(options) => up::run(settings, options).await,
            Command::Demo(options) => demo::run(options).await,
            Command::Migrate => migrate::run(settings).await,
            Command::Healthcheck => patchbay_process::healthcheck(&settings).await,
            Command::Settings => migrate::print_settings(),
            Command::Operator(command) => operator::run(settings, command).await,
        }
    }))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Arguments::command().debug_assert();
    }
}
