//! The application at GitHub: its addresses, and its proof of identity.

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use patchbay_domain::SecretString;
use patchbay_provider::oauth1::private_key;
use patchbay_provider::{Failure, Kind, Result};
use rsa::pkcs1::EncodeRsaPrivateKey;
use serde_json::json;
use url::Url;

use crate::config::{Config, ConfigError};

/// Clocks may differ by this, in seconds.
const BACK: i64 = 60;
/// GitHub accepts ten minutes between the two times of a token, in seconds.
const AHEAD: i64 = 9 * 60;
/// The interface of a GitHub Enterprise Server.
const ENTERPRISE_API: &str = "/api/v3";

/// The application, with its key parsed.
pub(crate) struct App {
    id: u64,
    slug: String,
    key: EncodingKey,
    pub(crate) webhook_secret: SecretString,
    pub(crate) client_id: String,
    pub(crate) client_secret: SecretString,
    web: String,
    api: String,
    pub(crate) accepts_sha1: bool,
}

impl std::fmt::Debug for App {
    /// Omits everything secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("id", &self.id).field("web", &self.web).finish_non_exhaustive()
    }
}

impl App {
    pub(crate) fn new(config: &Config) -> Result<Self, ConfigError> {
        let key = private_key(config.private_key.expose().trim()).ok_or(ConfigError::PrivateKey)?;
        let der = key.to_pkcs1_der().map_err(|_| ConfigError::PrivateKey)?;
        let (web, api) = addresses(&config.base_url).ok_or(ConfigError::BaseUrl)?;
        Ok(Self {
            id: config.app_id,
            slug: config.slug.clone(),
            key: EncodingKey::from_rsa_der(der.as_bytes()),
            webhook_secret: config.webhook_secret.clone(),
            client_id: config.client_id.clone(),
            client_secret: config.client_secret.clone(),
            web,
            api,
            accepts_sha1: config.accepts_sha1,
        })
    }

    /// The value of `Authorization` for calls of the application itself.
    pub(crate) fn authorization(&self, now: DateTime<Utc>) -> Result<SecretString> {
        let now = now.timestamp();
        let claims = json!({ "iat": now - BACK, "exp": now + AHEAD, "iss": self.id.to_string() });
        let token = jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &self.key);
        let token = token.map_err(|_| {
            Failure::new(Kind::Unauthorized, "The private key of the GitHub App cannot sign.")
        })?;
        Ok(bearer(&token))
    }

    /// An address of the interface. The parts of the path are encoded already.
    pub(crate) fn api(&self, path: &str, query: &[(&str, &str)]) -> Result<Url> {
        address(&format!("{}/{path}", self.api), query)
    }

    /// An address of a page.
    pub(crate) fn page(&self, path: &str, query: &[(&str, &str)]) -> Result<Url> {
        address(&format!("{}/{path}", self.web), query)
    }

    /// The address of pages, without a slash at the end.
    pub(crate) fn web(&self) -> &str {
        &self.web
    }

    /// The host of pages, with its port unless it is the default one.
    pub(crate) fn host(&self) -> &str {
        self.web.split_once("://").map_or(&self.web, |(_, host)| host)
    }

    /// Whether an address belongs to the interface, so that it may get credentials.
    pub(crate) fn is_api(&self, url: &Url) -> bool {
        let Ok(api) = self.api.parse::<Url>() else { return false };
        let path = api.path().trim_end_matches('/');
        url.origin() == api.origin() && url.path().starts_with(&format!("{path}/"))
    }

    /// The page on which a person installs the application.
    pub(crate) fn install_page(&self, state: &str) -> Result<Url> {
        let folder = if self.api.ends_with(ENTERPRISE_API) { "github-apps" } else { "apps" };
        let path = format!("{folder}/{}/installations/new", part(&self.slug));
        self.page(&path, &[("state", state)])
    }
}

/// The value of `Authorization` for a token.
pub(crate) fn bearer(token: &str) -> SecretString {
    SecretString::new(format!("Bearer {token}"))
}

/// A part of a path.
pub(crate) fn part(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

fn address(text: &str, query: &[(&str, &str)]) -> Result<Url> {
    let mut url: Url = text.parse().map_err(|_| Failure::refused("The address of GitHub is not a URL."))?;
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Ok(url)
}

/// The addresses of pages and of the interface, without slashes at their ends.
fn addresses(base: &Url) -> Option<(String, String)> {
    let has_more = base.query().is_some() || base.fragment().is_some();
    if !matches!(base.scheme(), "http" | "https") || has_more || !base.username().is_empty() {
        return None;
    }
    let path = base.path().trim_end_matches('/');
    if !matches!(path, "" | ENTERPRISE_API) {
        return None;
    }
    let host = base.host_str()?;
    if matches!(host, "github.com" | "www.github.com" | "api.github.com") {
        return Some(("https://github.com".to_owned(), "https://api.github.com".to_owned()));
    }
    if host.ends_with(".ghe.com") {
        let host = host.strip_prefix("api.").unwrap_or(host);
        return Some((format!("https://{host}"), format!("https://api.{host}")));
    }
    let port = base.port().map(|port| format!(":{port}")).unwrap_or_default();
    let web = format!("{}://{host}{port}", base.scheme());
    Some((web.clone(), format!("{web}{ENTERPRISE_API}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interface_is_found_from_the_address_of_pages() {
        for (base, web, api) in [
            ("https://github.com", "https://github.com", "https://api.github.com"),
            ("https://github.com/", "https://github.com", "https://api.github.com"),
            ("https://api.github.com", "https://github.com", "https://api.github.com"),
            ("https://acme.ghe.com", "https://acme.ghe.com", "https://api.acme.ghe.com"),
            ("https://git.acme.test", "https://git.acme.test", "https://git.acme.test/api/v3"),
            (
                "https://git.acme.test:8443/api/v3/",
                "https://git.acme.test:8443",
                "https://git.acme.test:8443/api/v3",
            ),
        ] {
            let found = addresses(&base.parse().unwrap());
            assert_eq!(found, Some((web.to_owned(), api.to_owned())), "{base}");
        }
        for base in ["ftp://github.com", "https://a:b@git.test", "https://git.test/x", "https://git.test?x"] {
            assert_eq!(addresses(&base.parse().unwrap()), None, "{base}");
        }
    }
}
