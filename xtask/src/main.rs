//! The commands of people who work on Patchbay, and of CI: `cargo xtask <command>`.

mod cargo;
mod check;
mod docs;
mod node;
mod python;
mod release;
mod servers;
mod test;

use clap::{Parser, Subcommand};

/// Everything that cargo alone does not know how to do here.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the whole test suite on both engines and both buses, starting and installing what is missing.
    Test(test::Options),
    /// Check the layout of the tree and the language of its prose only; takes a second.
    Rules,
    /// Check formatting, lints and which crate may use which.
    Check,
    /// Measure a release build in both modes, next to the bare limit of the machine.
    Bench(release::Options),
    /// Run a release build under a steady load with faults, ten minutes or longer; fails when anything is lost or memory grows.
    Soak(release::Options),
    /// Write the generated parts of `docs/`.
    Docs,
    /// What CI runs: check, then test.
    Ci,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Test(options) => test::run(&options),
        Command::Rules => check::rules(),
        Command::Check => check::run(),
        Command::Bench(options) => release::run("bench", &options),
        Command::Soak(options) => release::run("soak", &options),
        Command::Docs => docs::write(),
        Command::Ci => {
            check::run()?;
            test::run(&test::Options::default())
        }
    }
}
