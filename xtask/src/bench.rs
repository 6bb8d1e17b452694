//! `cargo xtask bench`: figures of a release build.

use clap::Args;

use crate::cargo::{self, cargo};

/// Options of `cargo xtask bench`.
#[derive(Args)]
pub(crate) struct Options {
    /// Passed on to the benchmark; `cargo xtask bench -- --help` lists what it takes.
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Builds everything in release mode and runs the benchmark, which starts the servers it needs.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    patchbay_test_servers::install_missing()?;
    cargo::run(&mut cargo(&["build", "--release", "--workspace", "--bins"]))?;
    let mut bench =
        cargo(&["run", "--release", "--quiet", "--package", "patchbay-tests", "--bin", "bench", "--"]);
    cargo::run(bench.args(&options.arguments))
}
