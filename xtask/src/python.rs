//! A Python with what tests need of it: `grpcio-tools`, to generate a product team's client from `proto/`, and
//! `schemathesis` and `openapi-spec-validator`, to hold the REST API against its description.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::Context;

use crate::cargo::{run, workspace};

/// Kept at one version so that a test run today and one next year do the same.
const PACKAGES: [&str; 4] =
    ["grpcio==1.76.0", "grpcio-tools==1.76.0", "openapi-spec-validator==0.9.0", "schemathesis==4.32.5"];
/// Fails where one of them is missing.
const PROBE: &str = "import grpc_tools.protoc, grpc, openapi_spec_validator, schemathesis";

/// The interpreter of a virtual environment under `target/`, made on the first run.
pub(crate) fn interpreter() -> anyhow::Result<PathBuf> {
    let folder = workspace().join("target/python");
    let python = folder.join("bin/python");
    let mut probe = Command::new(&python);
    probe.args(["-c", PROBE]).stdout(Stdio::null()).stderr(Stdio::null());
    if probe.status().is_ok_and(|status| status.success()) {
        return Ok(python);
    }
    let venv = || run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
    if venv().is_err() {
        // Debian keeps it in a package of its own.
        run(Command::new("apt-get").args(["--quiet=2", "install", "--yes", "python3-venv"]))
            .context("Python 3 with venv is needed")?;
        venv()?;
    }
    let mut pip = Command::new(&python);
    run(pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(PACKAGES))?;
    Ok(python)
}
