//! `patchbay`: the whole platform in one program.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use patchbay::{demo, migrate, operator, reference, up};
use patchbay_runtime::{Settings, exit};

/// A self-hosted integration platform: apps, installations, tokens and webhooks for your product.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// TOML file with settings; `PATCHBAY_*` environment variables take precedence.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run all services in this process, with SQLite databases in a data folder.
    Up(up::Options),
    /// Demonstrate the life of an app, from registration to uninstallation, and check every step.
    Demo(demo::Options),
    /// Migrate the databases of all services and exit.
    Migrate,
    /// Exit with 0 if the process on this machine is ready, according to its admin port.
    Healthcheck,
    /// Print the reference of all settings as Markdown.
    #[command(hide = true)]
    Settings,
    /// Print the reference of all metrics as Markdown.
    #[command(hide = true)]
    Metrics,
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
            Command::Settings => reference::print(&reference::settings()),
            Command::Metrics => reference::print(&reference::metrics()),
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
