//! Authentication between services.

use std::path::PathBuf;

use anyhow::Context;
use patchbay_domain::SecretString;
use tonic::transport::{Certificate, ClientTlsConfig, Identity, ServerTlsConfig};

/// The credentials that services present to each other.
#[derive(Debug, Clone)]
pub struct Security {
    /// The secret of every call; all services of a deployment have the same one.
    pub secret: SecretString,
    /// Certificates for TCP connections. Without them TCP is not encrypted, which is acceptable on loopback and in encrypted
    /// networks.
    pub tls: Option<TlsFiles>,
}

/// PEM files for mutual TLS: both sides present a certificate of the same authority.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The authority that signed every service's certificate.
    pub authority: PathBuf,
    /// This service's certificate chain.
    pub certificate: PathBuf,
    /// The private key of the certificate.
    pub private_key: PathBuf,
}

impl Security {
    /// Authentication by the secret, without TLS.
    pub fn secret(secret: SecretString) -> Self {
        Self { secret, tls: None }
    }
}

impl TlsFiles {
    pub(crate) fn server(&self) -> anyhow::Result<ServerTlsConfig> {
        Ok(ServerTlsConfig::new().identity(self.identity()?).client_ca_root(self.authority()?))
    }

    pub(crate) fn client(&self) -> anyhow::Result<ClientTlsConfig> {
        Ok(ClientTlsConfig::new().identity(self.identity()?).ca_certificate(self.authority()?))
    }

    fn identity(&self) -> anyhow::Result<Identity> {
        Ok(Identity::from_pem(read(&self.certificate)?, read(&self.private_key)?))
    }

    fn authority(&self) -> anyhow::Result<Certificate> {
        Ok(Certificate::from_pem(read(&self.authority)?))
    }
}

fn read(file: &PathBuf) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}
