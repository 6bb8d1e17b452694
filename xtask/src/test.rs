//! `cargo xtask test`: all tests.

use clap::Args;

use crate::cargo::{self, cargo, has};
use crate::node;
use crate::octokit;
use crate::python;
use crate::servers::Servers;

/// Options of `cargo xtask test`.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Arguments of the test runner, for example `-p patchbay-db` or the name of a test.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Runs all tests, including ignored ones.
pub(crate) fn run_with(servers: &Servers, options: &Options) -> anyhow::Result<()> {
    // System tests start the service binaries. Building the tests with them selects the features that the tests need, so that
    // libraries are built once only.
    cargo::run(&mut cargo(&["build", "--workspace", "--bins", "--tests"]))?;
    let python = python::interpreter()?;
    let node = node::interpreter()?;
    let octokit = octokit::folder()?;
    // Tests that need servers, Python, Node.js or root are ignored unless this command runs them.
    let with_nextest = has("nextest");
    let mut tests = cargo(if with_nextest { &["nextest", "run", "--run-ignored", "all"] } else { &["test"] });
    let selected = options.arguments.iter().any(|argument| argument.starts_with("-p"));
    if !selected {
        tests.arg("--workspace");
    }
    tests.args(&options.arguments);
    if !with_nextest {
        if !options.arguments.iter().any(|argument| argument == "--") {
            tests.arg("--");
        }
        tests.arg("--include-ignored");
    }
    tests.env("PATCHBAY_TEST_PYTHON", python).env("PATCHBAY_TEST_NODE", node);
    tests.env("PATCHBAY_TEST_OCTOKIT", octokit);
    servers.give_to(&mut tests);
    cargo::run(&mut tests)?;
    if with_nextest && options.arguments.is_empty() {
        // nextest does not run the examples in the documentation.
        let mut examples = cargo(&["test", "--workspace", "--doc", "--quiet"]);
        servers.give_to(&mut examples);
        cargo::run(&mut examples)?;
    }
    Ok(())
}

/// Starts the servers and runs every test.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let servers = Servers::start()?;
    run_with(&servers, options)
}
