//! `cargo xtask bench` and `cargo xtask soak`: programs in a release build.

use clap::Args;

use crate::cargo::{self, cargo};

/// Arguments of the program.
#[derive(Args)]
pub(crate) struct Options {
    /// Options of the program; `-- --help` lists them.
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Builds everything in release mode and runs `program`, which starts the servers it needs.
pub(crate) fn run(program: &str, options: &Options) -> anyhow::Result<()> {
    patchbay_test_servers::install_missing()?;
    cargo::run(&mut cargo(&["build", "--release", "--workspace", "--bins"]))?;
    let mut running =
        cargo(&["run", "--release", "--quiet", "--package", "patchbay-tests", "--bin", program, "--"]);
    cargo::run(running.args(&options.arguments))
}
