//! The files of the workspace that rules are held against.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, ensure};

use crate::cargo::workspace;

/// A text file under version control.
pub(crate) struct File {
    /// From the top of the workspace, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// Whether the file holds only tests.
    pub(crate) fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("tests.rs") || self.path.starts_with("tests/")
    }

    /// The text of a Rust file above its first test module.
    pub(crate) fn code(&self) -> &str {
        self.text.split("#[cfg(test)]").next().unwrap_or(&self.text)
    }
}

/// The files with one of these extensions that git knows, also those not yet committed.
pub(crate) fn files(extensions: &[&str]) -> anyhow::Result<Vec<File>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard"]).current_dir(workspace());
    let listed = git.output().context("cannot run git")?;
    ensure!(listed.status.success(), "git ls-files failed");
    let listed = String::from_utf8(listed.stdout)?;
    let with_extension = listed.lines().map(PathBuf::from).filter(|path| {
        path.extension().and_then(|found| found.to_str()).is_some_and(|found| extensions.contains(&found))
    });
    let mut files = Vec::new();
    for path in with_extension {
        // A file that was deleted and not yet committed is still listed.
        if let Ok(text) = fs::read_to_string(workspace().join(&path)) {
            files.push(File { path: path.to_string_lossy().into_owned(), text });
        }
    }
    ensure!(!files.is_empty(), "git lists no file with {extensions:?}");
    Ok(files)
}
