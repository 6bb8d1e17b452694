//! Commands for contributors and CI: `cargo xtask <command>`.

mod cargo;
mod check;
mod deploy_tools;
mod docs;
mod node;
mod octokit;
mod python;
mod release;
mod servers;
mod test;

use clap::{Parser, Subcommand};

/// Development tasks beyond plain cargo commands.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run all tests, on both databases and both buses. Starts the servers and installs missing programs.
    Test(test::Options),
    /// Check the layout of the tree and the language of its prose; takes a second.
    Rules,
    /// Check formatting, lints, which crate may depend on which library, and the files in `deploy/`.
    Check,
    /// Check the Helm chart, the Kubernetes files, the alerts and the dashboard; part of `check`.
    Deploy {
        /// First render the base of kustomize from the Helm chart.
        #[arg(long)]
        write: bool,
    },
    /// Measure a release build in both modes, compared with the bare limit of the machine.
    Bench(release::Options),
    /// Run a release build under a steady load with faults for ten minutes or longer. Fails if an event is
    /// lost or memory grows.
    Soak(release::Options),
    /// Write the generated pages of `docs/`.
    Docs,
    /// Run what CI runs: check, then test.
    Ci,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Test(options) => test::run(&options),
        Command::Rules => check::rules(),
        Command::Check => check::run(),
        Command::Deploy { write } => check::deploy(write),
        Command::Bench(options) => release::run("bench", &options),
        Command::Soak(options) => release::run("soak", &options),
        Command::Docs => docs::write(),
        Command::Ci => {
            check::run()?;
            test::run(&test::Options::default())
        }
    }
}
