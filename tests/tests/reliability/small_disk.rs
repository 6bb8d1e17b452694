//! A file system of a few MiB that can be filled and freed.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use patchbay_test_servers::is_root;
use tempfile::TempDir;

const BALLAST: &str = "ballast";

/// Mounted until it is dropped.
pub(crate) struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    pub(crate) fn mount(mib: usize) -> Self {
        assert!(is_root(), "only root can mount a file system");
        let folder = tempfile::tempdir().unwrap();
        let options = format!("size={mib}m,mode=0755");
        run(Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder.path()));
        Self { folder }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Fills the disk to the last byte.
    pub(crate) fn fill(&self) {
        let mut ballast = File::create(self.path().join(BALLAST)).unwrap();
        for size in [1024 * 1024, 4096, 1] {
            let chunk = vec![0; size];
            while ballast.write_all(&chunk).is_ok() {}
        }
    }

    pub(crate) fn free(&self) {
        std::fs::remove_file(self.path().join(BALLAST)).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily, so that a process that a failed test has left behind does not block the unmount.
        run(Command::new("umount").arg("--lazy").arg(self.path()));
    }
}

fn run(command: &mut Command) {
    let status = command.status().unwrap();
    assert!(status.success(), "{command:?}: {status}");
}
