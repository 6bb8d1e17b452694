//! `cargo xtask soak`: endurance of a release build.

use clap::Args;

use crate::cargo::{self, cargo};

/// Options of `cargo xtask soak`.
#[derive(Args)]
pub(crate) struct Options {
    /// Passed on to the run; `cargo xtask soak -- --help` lists what it takes.
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Builds everything in release mode and runs, with servers of its own.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    patchbay_test_servers::install_missing()?;
    cargo::run(&mut cargo(&["build", "--release", "--workspace", "--bins"]))?;
    let mut soak =
        cargo(&["run", "--release", "--quiet", "--package", "patchbay-tests", "--bin", "soak", "--"]);
    cargo::run(soak.args(&options.arguments))
}
