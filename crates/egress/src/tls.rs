use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

/// A certificate, its chain and its key.
pub(crate) type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// Reads certificate and key from PEM; `None` when either is missing or damaged.
pub(crate) fn identity(certificate: &[u8], key: &[u8]) -> Option<Identity> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(certificate).collect::<Result<_, _>>().ok()?;
    let key = PrivateKeyDer::from_pem_slice(key).ok()?;
    (!chain.is_empty()).then_some((chain, key))
}

/// TLS 1.2 and 1.3 on ring, trusting the machine's certificates and the extra ones. The provider is named here
/// because the process-wide default may be set by anyone, or by no one.
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
    // `SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured. A damaged file costs its own certificates only.
    let native = rustls_native_certs::load_native_certs();
    for error in &native.errors {
        tracing::warn!(%error, "some of the machine's root certificates cannot be read");
    }
    roots.add_parsable_certificates(native.certs);
    for certificate in extra {
        roots.add(certificate.clone())?;
    }
    if roots.is_empty() {
        tracing::warn!("there are no root certificates on this machine: no https URL can be reached");
    }
    Ok(roots)
}
