//! The application at GitHub, as it is registered there.

use patchbay_domain::SecretString;
use thiserror::Error;
use url::Url;

/// The application as it is registered at GitHub.
#[derive(Debug, Clone)]
pub struct Config {
    /// Its id.
    pub app_id: u64,
    /// Its name in addresses.
    pub slug: String,
    /// PEM, PKCS#1 or PKCS#8.
    pub private_key: SecretString,
    /// Signs webhooks.
    pub webhook_secret: SecretString,
    /// Its id for OAuth.
    pub client_id: String,
    /// Its secret for OAuth.
    pub client_secret: SecretString,
    /// `https://github.com`, or the address of a GitHub Enterprise Server, with or without `/api/v3`.
    pub base_url: Url,
    /// Whether webhooks with a SHA-1 signature alone are accepted.
    pub accepts_sha1: bool,
}

/// A setting that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// The private key.
    #[error("the private key is not an RSA key in PEM format")]
    PrivateKey,
    /// The base URL.
    #[error("the address of GitHub is not like https://github.com or https://github.example.com")]
    BaseUrl,
}
