//! `cargo xtask bench`: the throughput of Patchbay compared with the bare limit of the machine.

use std::process::ExitCode;

use clap::Parser;
use patchbay_tests::bench;

fn main() -> ExitCode {
    let options = bench::Options::parse();
    patchbay_runtime::exit(patchbay_process::block_on(bench::run(options)))
}
