//! `cargo xtask docs`: the generated pages of the documentation.

use std::fs;

use anyhow::ensure;

use crate::cargo::{cargo, workspace};

/// The generated pages, and the hidden command of `patchbay` that prints each.
const PAGES: [(&str, &str); 2] = [("docs/configuration.md", "settings"), ("docs/metrics.md", "metrics")];

/// Writes the generated pages. A test of `patchbay` fails while a page differs from the code.
pub(crate) fn write() -> anyhow::Result<()> {
    for (page, command) in PAGES {
        let output = cargo(&["run", "--quiet", "--package", "patchbay", "--", command]).output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::write(workspace().join(page), output.stdout)?;
    }
    Ok(())
}
