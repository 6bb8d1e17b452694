//! `cargo xtask soak`: whether Patchbay keeps its guarantees for longer than a test runs.

use std::process::ExitCode;

use clap::Parser;
use patchbay_tests::soak;

fn main() -> ExitCode {
    let options = soak::Options::parse();
    patchbay_runtime::exit(patchbay_process::block_on(soak::run(options)))
}
