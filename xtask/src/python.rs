//! A Python with `grpcio-tools`, for the test that a product team's client can be generated from `proto/`.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::Context;

use crate::cargo::{run, workspace};

/// Kept at one version so that a test run today and one next year do the same.
const PACKAGES: [&str; 2] = ["grpcio==1.76.0", "grpcio-tools==1.76.0"];

/// The interpreter of a virtual environment under `target/`, made on the first run.
pub(crate) fn interpreter() -> anyhow::Result<PathBuf> {
    let folder = workspace().join("target/python");
    let python = folder.join("bin/python");
    let mut probe = Command::new(&python);
    probe.args(["-c", "import grpc_tools.protoc, grpc"]).stdout(Stdio::null()).stderr(Stdio::null());
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
