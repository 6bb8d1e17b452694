//! Python environments under `target/`: one for tests, others for tools of checks. The one for tests has `grpcio-tools` to generate a
//! client from `proto/`, `schemathesis` and `openapi-spec-validator` to check the REST API against its description, `oauthlib` and
//! `jira` to check calls to Jira and the server that stands in for it, and `roundup`, a real tracker.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;

use crate::cargo::{run, workspace};

/// Pinned, so that test runs are reproducible.
const PACKAGES: [&str; 7] = [
    "grpcio==1.76.0",
    "grpcio-tools==1.76.0",
    "jira==3.10.5",
    "oauthlib[signedtoken]==3.3.1",
    "openapi-spec-validator==0.9.0",
    "roundup==2.6.0",
    "schemathesis==4.32.5",
];
/// Fails if a package is missing.
const PROBE: &str =
    "import grpc_tools.protoc, grpc, jira, jwt, oauthlib, openapi_spec_validator, roundup, schemathesis";

/// The interpreter for tests.
pub(crate) fn interpreter() -> anyhow::Result<PathBuf> {
    environment(&workspace().join("target/python"), &PACKAGES, PROBE)
}

/// The interpreter of a virtual environment in `folder`. It is created again if `probe`, a Python program, fails in it.
pub(crate) fn environment(folder: &Path, packages: &[&str], probe: &str) -> anyhow::Result<PathBuf> {
    let python = folder.join("bin/python");
    let mut probing = Command::new(&python);
    probing.args(["-c", probe]).stdout(Stdio::null()).stderr(Stdio::null());
    if probing.status().is_ok_and(|status| status.success()) {
        return Ok(python);
    }
    let venv = || run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder));
    if venv().is_err() {
        // Debian has it in a separate package.
        run(Command::new("apt-get").args(["--quiet=2", "install", "--yes", "python3-venv"]))
            .context("Python 3 with venv is needed")?;
        venv()?;
    }
    // Python compiles the modules that are used; compiling all at once takes as long as the rest of the installation.
    let mut pip = Command::new(&python);
    run(pip
        .args(["-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check"])
        .args(packages))?;
    Ok(python)
}
