//! `cargo xtask soak`: whether Patchbay keeps its promises for longer than a test lasts.

use std::process::ExitCode;

use clap::Parser;
use patchbay_tests::soak;

fn main() -> ExitCode {
    let options = soak::Options::parse();
    patchbay_runtime::exit(patchbay_process::block_on(soak::run(options)))
}
