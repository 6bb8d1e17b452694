//! How services know each other.

use std::path::PathBuf;

use anyhow::Context;
use patchbay_domain::SecretString;
use tonic::transport::{Certificate, ClientTlsConfig, Identity, ServerTlsConfig};

/// What a service shows to others and asks of them.
#[derive(Debug, Clone)]
pub struct Security {
    /// The secret that every call carries, the same in all services of a deployment.
    pub secret: SecretString,
    /// Certificates for connections over TCP; without them TCP is in the clear, which suits loopback and
    /// networks that encrypt by themselves.
    pub tls: Option<TlsFiles>,
}

/// PEM files. Both sides show a certificate of the same authority (mutual TLS).
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
    /// Authentication by secret alone.
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
