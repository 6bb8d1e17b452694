//! A server that stands in for Jira: `jira.py`, which verifies the OAuth signature of each request with oauthlib.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
use serde_json::Value;
use tempfile::TempDir;

/// The key of the consumer that the server knows.
pub const CONSUMER: &str = "patchbay-trial";

/// The server, which stops when it is dropped.
pub struct Standin {
    /// Without a slash at the end.
    pub url: String,
    /// PEM.
    pub private_key: String,
    port: u16,
    child: Child,
    folder: TempDir,
}

/// An interpreter with oauthlib; `cargo xtask test` makes one.
pub fn python() -> PathBuf {
    std::env::var_os("PATCHBAY_TEST_PYTHON")
        .map(PathBuf::from)
        .expect("cargo xtask test sets PATCHBAY_TEST_PYTHON")
}

/// Making a key takes seconds, so all tests have the same one.
fn key() -> &'static RsaPrivateKey {
    static KEY: OnceLock<RsaPrivateKey> = OnceLock::new();
    KEY.get_or_init(|| RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 1024).unwrap())
}

impl Standin {
    /// Starts it with these options of `jira.py`.
    pub fn start(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = key();
        let public = key.to_public_key().to_public_key_pem(LineEnding::LF).unwrap();
        let public_key = folder.path().join("public.pem");
        std::fs::write(&public_key, public).unwrap();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/src/jira.py");
        let mut child = Command::new(python())
            .arg(script)
            .arg("--public-key")
            .arg(&public_key)
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port: u16 = line.trim().parse().unwrap();
        let path =
            options.iter().skip_while(|option| **option != "--path").nth(1).copied().unwrap_or_default();
        let private_key = key.to_pkcs8_pem(LineEnding::LF).unwrap().to_string();
        Self { url: format!("http://127.0.0.1:{port}{path}"), private_key, port, child, folder }
    }

    /// Writes the private key to a file, for programs.
    pub fn key_file(&self) -> PathBuf {
        let path = self.folder.path().join("private.pem");
        std::fs::write(&path, &self.private_key).unwrap();
        path
    }

    /// Does something at Jira as a person, or breaks it.
    pub fn control(&self, path: &str, body: &Value) -> Value {
        let body = body.to_string();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let length = body.len();
        write!(
            stream,
            "POST /_control/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        serde_json::from_str(body).unwrap_or_default()
    }
}

impl std::fmt::Debug for Standin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Standin").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Drop for Standin {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
