//! The client certificate that the platform presents to an app's endpoint (mutual TLS).

use patchbay_domain::SecretString;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use crate::domain::problems::Messages;
use crate::domain::problems::one;

const MAX_BYTES: usize = 32 * 1024;
const MAX_CHAIN: usize = 8;

/// A certificate with its chain, and its private key; both PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClientCertificate {
    pub(crate) pem: String,
    pub(crate) key: SecretString,
}

/// `None` if both are empty, which removes the certificate.
pub(crate) fn check(pem: String, key: SecretString) -> Result<Option<ClientCertificate>, Messages> {
    if pem.trim().is_empty() && key.expose().trim().is_empty() {
        return Ok(None);
    }
    if pem.len() > MAX_BYTES || key.expose().len() > MAX_BYTES {
        return Err(one(format!("Certificate and key may not have more than {MAX_BYTES} bytes.")));
    }
    let chain: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|_| one("certificate has to be a certificate and its chain in PEM."))?;
    if chain.is_empty() || chain.len() > MAX_CHAIN {
        return Err(one(format!("certificate has to hold 1 to {MAX_CHAIN} certificates in PEM.")));
    }
    let unreadable = || one("privateKey has to be an unencrypted private key in PEM.");
    let private = PrivateKeyDer::from_pem_slice(key.expose().as_bytes()).map_err(|_| unreadable())?;
    let signing = default_provider().key_provider.load_private_key(private).map_err(|_| unreadable())?;
    match CertifiedKey::new(chain, signing).keys_match() {
        Ok(()) => Ok(Some(ClientCertificate { pem, key })),
        Err(rustls::Error::InconsistentKeys(_)) => Err(one("privateKey does not belong to certificate.")),
        Err(_) => Err(one("certificate cannot be read.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CERTIFICATE: &str = include_str!("../../../tests/certificates/app.pem");
    const KEY: &str = include_str!("../../../tests/certificates/app.key");
    const OTHER_KEY: &str = include_str!("../../../tests/certificates/other.key");

    fn checked(pem: &str, key: &str) -> Result<Option<ClientCertificate>, Messages> {
        check(pem.to_owned(), SecretString::new(key))
    }

    #[test]
    fn a_certificate_comes_with_its_key() {
        assert_eq!(checked(CERTIFICATE, KEY).unwrap().unwrap().pem, CERTIFICATE);
        assert_eq!(checked("", " ").unwrap(), None);
    }

    #[test]
    fn mismatched_and_unreadable_pairs_are_refused() {
        let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for (pem, key, expected) in [
            (CERTIFICATE, OTHER_KEY, "privateKey does not belong to certificate."),
            (CERTIFICATE, "", "privateKey has to be an unencrypted private key in PEM."),
            (CERTIFICATE, CERTIFICATE, "privateKey has to be an unencrypted private key in PEM."),
            ("", KEY, "certificate has to hold 1 to 8 certificates in PEM."),
            ("x", KEY, "certificate has to hold 1 to 8 certificates in PEM."),
            (&CERTIFICATE.repeat(9), KEY, "certificate has to hold 1 to 8 certificates in PEM."),
            (garbage, KEY, "certificate cannot be read."),
        ] {
            assert_eq!(checked(pem, key).unwrap_err(), [expected], "{pem}");
        }
        assert!(checked(&"x".repeat(MAX_BYTES + 1), KEY).is_err());
    }
}
