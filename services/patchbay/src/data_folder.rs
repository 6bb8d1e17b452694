//! The folder of an all-in-one Patchbay: databases, the secrets made on the first start, and a lock.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use patchbay_domain::{SecretString, token};

/// What `patchbay up` says of itself in its folder, for the operator's commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// Where its gRPC port can be reached from this machine.
    pub grpc: SocketAddr,
    /// `http://host:port` of the REST API.
    pub base_url: String,
}

/// Holds an [`Announcement`] while there is somebody to announce, and afterwards until the folder is opened again.
const ANNOUNCEMENT: &str = "running";

/// An opened data folder. It stays locked against a second process while this lives, and no longer, however the process ends.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Opens the folder, creating it where it is missing.
    ///
    /// # Errors
    /// A folder that cannot be created or written, and one that another process is using.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        match Self::open_if_free(path)? {
            Some(data) => Ok(data),
            None => bail!("another Patchbay is running on the data folder {}", path.display()),
        }
    }

    /// As [`DataFolder::open`]; `None` while another process is using it.
    ///
    /// # Errors
    /// A folder that cannot be created or written.
    pub fn open_if_free(path: &Path) -> anyhow::Result<Option<Self>> {
        let name = path.display();
        fs::create_dir_all(path).with_context(|| format!("cannot create the data folder {name}"))?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(path.join("lock"));
        let lock = lock.with_context(|| format!("the data folder {name} is not writable"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => {
                return Err(error).context(format!("cannot lock the data folder {name}"));
            }
        }
        let path = path.canonicalize().with_context(|| format!("cannot open the data folder {name}"))?;
        // Left by a process that was killed. Nobody may take its port for ours.
        match fs::remove_file(path.join(ANNOUNCEMENT)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).context(format!("the data folder {name} is not writable"))
            }
            _ => Ok(Some(Self { path, _lock: lock })),
        }
    }

    /// Tells the operator's commands where this process can be reached.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn announce(&self, announcement: &Announcement) -> std::io::Result<()> {
        let Announcement { grpc, base_url } = announcement;
        // Whole or not at all: somebody may be reading it.
        let written = self.path.join("running.new");
        fs::write(&written, format!("{grpc}\n{base_url}\n"))?;
        fs::rename(written, self.path.join(ANNOUNCEMENT))
    }

    /// Who is using the folder, if they have said so.
    pub fn who_runs(path: &Path) -> Option<Announcement> {
        let text = fs::read_to_string(path.join(ANNOUNCEMENT)).ok()?;
        let (grpc, base_url) = text.trim_end().split_once('\n')?;
        Some(Announcement { grpc: grpc.parse().ok()?, base_url: base_url.to_owned() })
    }

    /// A secret of a folder that another process is using.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn known_secret(path: &Path, name: &str) -> anyhow::Result<SecretString> {
        let file = path.join("secrets").join(name);
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok(SecretString::new(text.trim()))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The secret of that name; it is made when first asked for and stays the same from then on.
    ///
    /// # Errors
    /// When its file cannot be read or written.
    pub fn secret(&self, name: &str) -> anyhow::Result<SecretString> {
        let folder = self.path.join("secrets");
        let file = folder.join(name);
        match fs::read_to_string(&file) {
            Ok(text) if !text.trim().is_empty() => return Ok(SecretString::new(text.trim())),
            // An empty file is what a crash between creating and writing leaves.
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error).context(format!("cannot read {}", file.display())),
        }
        let secret = token::generate();
        write_private(&folder, &file, &secret).with_context(|| format!("cannot write {}", file.display()))?;
        Ok(secret)
    }
}

/// Writes a file that only its owner can read, and returns once it is on disk: what it encrypts may be there next.
fn write_private(folder: &Path, file: &Path, secret: &SecretString) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(file)?;
    writeln!(file, "{}", secret.expose())?;
    file.sync_all()?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_stays_the_same_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::open(&folder.path().join("new/data")).unwrap();
        let secret = data.secret("service-secret").unwrap();
        assert_eq!(data.secret("service-secret").unwrap(), secret);
        assert_ne!(data.secret("encryption-key").unwrap(), secret);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(data.path().join("secrets/service-secret")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_second_process_is_turned_away() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataFolder::open(folder.path()).unwrap();
        let error = DataFolder::open(folder.path()).unwrap_err();
        assert!(error.to_string().contains("another Patchbay is running"), "{error}");
        drop(first);
        DataFolder::open(folder.path()).unwrap();
    }

    #[test]
    fn who_runs_is_known_while_they_run_and_forgotten_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataFolder::open(folder.path()).unwrap();
        assert_eq!(DataFolder::who_runs(folder.path()), None);
        let announcement =
            Announcement { grpc: "127.0.0.1:50051".parse().unwrap(), base_url: "http://x".to_owned() };
        first.announce(&announcement).unwrap();
        assert_eq!(DataFolder::who_runs(folder.path()), Some(announcement));
        assert!(DataFolder::open_if_free(folder.path()).unwrap().is_none());
        drop(first);
        let _second = DataFolder::open(folder.path()).unwrap();
        assert_eq!(DataFolder::who_runs(folder.path()), None);
    }

    #[test]
    fn a_folder_that_cannot_be_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let error = DataFolder::open(&file).unwrap_err();
        assert!(error.to_string().contains("cannot create the data folder"), "{error}");
    }
}
