//! Node.js, for the test that webhook bodies are unchanged by `JSON.stringify(JSON.parse(body))`.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::Context;

use crate::cargo::run;

const NODE: &str = "node";

/// Node.js, installed if it is missing.
pub(crate) fn interpreter() -> anyhow::Result<PathBuf> {
    if !is_there() {
        run(Command::new("apt-get").args(["--quiet=2", "install", "--yes", "nodejs"]))
            .context("Node.js is needed")?;
        anyhow::ensure!(is_there(), "Node.js was installed and cannot be run");
    }
    Ok(PathBuf::from(NODE))
}

fn is_there() -> bool {
    let mut probe = Command::new(NODE);
    probe.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    probe.status().is_ok_and(|status| status.success())
}
