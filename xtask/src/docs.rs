//! `cargo xtask docs`: the parts of the documentation that are written by the code.

use std::fs;

use anyhow::ensure;

use crate::cargo::{cargo, workspace};

/// Writes `docs/configuration.md`. A test fails while the file says something else than the code.
pub(crate) fn write() -> anyhow::Result<()> {
    let output = cargo(&["run", "--quiet", "--package", "patchbay", "--", "settings"]).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::write(workspace().join("docs/configuration.md"), output.stdout)?;
    Ok(())
}
