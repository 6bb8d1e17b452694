use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

/// A certificate with its chain and its private key.
pub(crate) type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// Reads certificate and key from PEM; `None` if one is missing or damaged.
pub(crate) fn identity(certificate: &[u8], key: &[u8]) -> Option<Identity> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(certificate).collect::<Result<_, _>>().ok()?;
    let key = PrivateKeyDer::from_pem_slice(key).ok()?;
    (!chain.is_empty()).then_some((chain, key))
}

/// TLS 1.2 and 1.3 with ring, trusting the certificates of the machine and the extra ones. The provider is
/// set explicitly, because the process-wide default depends on other code.
pub(crate) fn config(
    extra: &[CertificateDer<'static>],
    identity: Option<Identity>,
) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots(extra)?);
    let mut config = match identity {
        Some((chain, key)) => builder.with_client_auth_cert(chain, key)?,
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn roots(extra: &[CertificateDer<'static>]) -> Result<RootCertStore, rustls::Error> {
    let mut roots = RootCertStore::empty();
    // `SSL_CERT_FILE` and `SSL_CERT_DIR` are respected. A damaged file does not affect the others.
    let native = rustls_native_certs::load_native_certs();
    for error in &native.errors {
        tracing::warn!(%error, "some root certificates of the machine cannot be read and are not trusted");
    }
    roots.add_parsable_certificates(native.certs);
    for certificate in extra {
        roots.add(certificate.clone())?;
    }
    if roots.is_empty() {
        tracing::warn!("this machine has no root certificates: no https URL can be reached");
    }
    Ok(roots)
}
