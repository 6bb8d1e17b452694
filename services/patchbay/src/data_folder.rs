//! The data folder of an all-in-one Patchbay: databases, secrets, and a lock.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use patchbay_domain::{SecretString, token};

/// The addresses of a running `patchbay up`, which the operator's commands read from the data folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// Address of the gRPC port, reachable from this machine.
    pub grpc: SocketAddr,
    /// `http://host:port` of the REST API.
    pub base_url: String,
}

/// File with the [`Announcement`]. It is removed when the folder is opened the next time.
const ANNOUNCEMENT: &str = "running";

/// An open data folder. It is locked against other processes until this is dropped or the process ends.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Opens the folder; creates it if it is missing.
    ///
    /// # Errors
    /// The folder cannot be created or written, or another process has locked it.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        match Self::open_if_free(path)? {
            Some(data) => Ok(data),
            None => bail!("another Patchbay is running on the data folder {}", path.display()),
        }
    }

    /// As [`DataFolder::open`], but `None` if another process has locked the folder.
    ///
    /// # Errors
    /// The folder cannot be created or written.
    pub fn open_if_free(path: &Path) -> anyhow::Result<Option<Self>> {
        let name = path.display();
        create_folder(path).with_context(|| format!("cannot create the data folder {name}"))?;
        close_to_others(path);
        let lock = private_file().create(true).truncate(false).write(true).open(path.join("lock"));
        let lock = lock.with_context(|| format!("the data folder {name} is not writable"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => {
                return Err(error).context(format!("cannot lock the data folder {name}"));
            }
        }
        let path = path.canonicalize().with_context(|| format!("cannot open the data folder {name}"))?;
        // A killed process leaves its announcement behind; its port may belong to another program now.
        match fs::remove_file(path.join(ANNOUNCEMENT)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).context(format!("the data folder {name} is not writable"))
            }
            _ => Ok(Some(Self { path, _lock: lock })),
        }
    }

    /// Writes the addresses of this process for the operator's commands.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn announce(&self, announcement: &Announcement) -> std::io::Result<()> {
        let Announcement { grpc, base_url } = announcement;
        // Renaming is atomic, so a reader never sees half a file.
        let written = self.path.join("running.new");
        let mut file = private_file().create(true).truncate(true).write(true).open(&written)?;
        write!(file, "{grpc}\n{base_url}\n")?;
        fs::rename(written, self.path.join(ANNOUNCEMENT))
    }

    /// The addresses of the process that uses the folder, if it has announced them.
    pub fn announcement(path: &Path) -> Option<Announcement> {
        let text = fs::read_to_string(path.join(ANNOUNCEMENT)).ok()?;
        let (grpc, base_url) = text.trim_end().split_once('\n')?;
        Some(Announcement { grpc: grpc.parse().ok()?, base_url: base_url.to_owned() })
    }

    /// Reads a secret of a folder that another process has locked.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn known_secret(path: &Path, name: &str) -> anyhow::Result<SecretString> {
        let file = path.join("secrets").join(name);
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok(SecretString::new(text.trim()))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the secret with this name; the first call generates it.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn secret(&self, name: &str) -> anyhow::Result<SecretString> {
        let folder = self.path.join("secrets");
        let file = folder.join(name);
        match fs::read_to_string(&file) {
            Ok(text) if !text.trim().is_empty() => return Ok(SecretString::new(text.trim())),
            // A crash between creating and writing the file leaves it empty.
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error).context(format!("cannot read {}", file.display())),
        }
        let secret = token::generate();
        write_private(&folder, &file, &secret).with_context(|| format!("cannot write {}", file.display()))?;
        Ok(secret)
    }
}

/// Writes a file that only its owner can read and flushes it to disk, before anything is encrypted with the secret.
fn write_private(folder: &Path, file: &Path, secret: &SecretString) -> std::io::Result<()> {
    create_folder(folder)?;
    let mut file = private_file().create(true).truncate(true).write(true).open(file)?;
    writeln!(file, "{}", secret.expose())?;
    file.sync_all()?;
    File::open(folder)?.sync_all()
}

/// Creates a folder that only its owner can read. It holds databases, secrets and mails.
fn create_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Takes the rights of others away from a folder that was created before, by an earlier version for example.
fn close_to_others(folder: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let closed = fs::metadata(folder).and_then(|found| {
            let mode = found.permissions().mode();
            match mode & 0o077 {
                0 => Ok(()),
                _ => fs::set_permissions(folder, fs::Permissions::from_mode(mode & 0o7700)),
            }
        });
        if let Err(error) = closed {
            tracing::warn!(%error, folder = %folder.display(), "the data folder stays open to other users of this machine");
        }
    }
}

fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
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

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_a_data_folder_new_or_old() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let old = folder.path().join("old");
        fs::create_dir(&old).unwrap();
        fs::set_permissions(&old, fs::Permissions::from_mode(0o755)).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        for path in [old, folder.path().join("new/data")] {
            let data = DataFolder::open(&path).unwrap();
            data.secret("service-secret").unwrap();
            let announcement =
                Announcement { grpc: "127.0.0.1:50051".parse().unwrap(), base_url: "http://x".to_owned() };
            data.announce(&announcement).unwrap();
            assert_eq!(mode(&path), 0o700, "{}", path.display());
            for entry in fs::read_dir(&path).unwrap() {
                let entry = entry.unwrap().path();
                let expected = if entry.is_dir() { 0o700 } else { 0o600 };
                assert_eq!(mode(&entry), expected, "{}", entry.display());
            }
        }
    }

    #[test]
    fn a_second_process_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataFolder::open(folder.path()).unwrap();
        let error = DataFolder::open(folder.path()).unwrap_err();
        assert!(error.to_string().contains("another Patchbay is running"), "{error}");
        drop(first);
        DataFolder::open(folder.path()).unwrap();
    }

    #[test]
    fn the_announcement_lasts_until_the_folder_is_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataFolder::open(folder.path()).unwrap();
        assert_eq!(DataFolder::announcement(folder.path()), None);
        let announcement =
            Announcement { grpc: "127.0.0.1:50051".parse().unwrap(), base_url: "http://x".to_owned() };
        first.announce(&announcement).unwrap();
        assert_eq!(DataFolder::announcement(folder.path()), Some(announcement));
        assert!(DataFolder::open_if_free(folder.path()).unwrap().is_none());
        drop(first);
        let _second = DataFolder::open(folder.path()).unwrap();
        assert_eq!(DataFolder::announcement(folder.path()), None);
    }

    #[test]
    fn an_error_names_a_folder_that_cannot_be_created() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let error = DataFolder::open(&file).unwrap_err();
        assert!(error.to_string().contains("cannot create the data folder"), "{error}");
    }
}
