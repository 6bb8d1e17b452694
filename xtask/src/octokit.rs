//! GitHub's own descriptions, as the npm packages of Octokit: examples of webhooks, and the OpenAPI document.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Context;

use crate::cargo::{run, workspace};

const REGISTRY: &str = "https://registry.npmjs.org/@octokit";
/// Package, version, and the file that is needed.
const PACKAGES: [(&str, &str, &str); 2] = [
    ("webhooks-examples", "7.6.1", "package/api.github.com/index.json"),
    ("openapi", "23.0.2", "package/generated/api.github.com.json"),
];

/// The folder with `webhooks-examples.json` and `openapi.json`, downloaded if they are missing.
pub(crate) fn folder() -> anyhow::Result<PathBuf> {
    let folder = workspace().join("target/octokit");
    std::fs::create_dir_all(&folder)?;
    for (package, version, file) in PACKAGES {
        let wanted = folder.join(format!("{package}.json"));
        if wanted.exists() {
            continue;
        }
        let archive = folder.join(format!("{package}-{version}.tgz"));
        let url = format!("{REGISTRY}/{package}/-/{package}-{version}.tgz");
        run(Command::new("curl")
            .args(["--silent", "--show-error", "--fail", "--output"])
            .arg(&archive)
            .arg(url))?;
        run(Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(&folder).arg(file))?;
        std::fs::rename(folder.join(file), &wanted).context("the package has other files than expected")?;
        std::fs::remove_file(&archive)?;
    }
    Ok(folder)
}
