use patchbay_domain::{SecretString, email};
use patchbay_runtime::Settings;
use url::{Host, Url};

/// The OpenID Connect provider at which users sign in.
#[derive(Debug, Clone)]
pub struct OidcConfig {
    /// The provider's issuer identifier; its metadata is read from `/.well-known/openid-configuration` below it.
    pub issuer: Url,
    pub client_id: String,
    /// Public clients have none.
    pub client_secret: Option<SecretString>,
    /// The provider's name on the sign-in page.
    pub label: String,
    /// Domains of e-mail addresses, in ASCII; empty allows all.
    pub allowed_domains: Vec<String>,
    /// Whether a sign-in with an unknown e-mail address creates a user.
    pub register_users: bool,
}

impl OidcConfig {
    /// Declares and reads the settings; `None` when no provider is configured.
    pub(super) fn read(settings: &Settings) -> Option<Self> {
        let s = settings.section("Signing in");
        let issuer: Option<Url> = s.optional(
            "OIDC_ISSUER",
            "Issuer of the OpenID Connect provider at which users sign in; an `https://` URL.",
        );
        let client_id: Option<String> =
            s.optional("OIDC_CLIENT_ID", "Client id at the OpenID Connect provider.");
        let client_secret = s.secret("OIDC_CLIENT_SECRET", "Client secret at the OpenID Connect provider.");
        let config = Self {
            client_id: client_id.clone().unwrap_or_default(),
            client_secret,
            label: s.get("OIDC_LABEL", "single sign-on", "Name of the provider on the sign-in page."),
            allowed_domains: s.get(
                "OIDC_ALLOWED_DOMAINS",
                "",
                "Domains of the e-mail addresses that may sign in, separated by commas. All domains when empty.",
            ),
            register_users: s.get(
                "OIDC_REGISTER_USERS",
                "false",
                "Create a user, without an organization, when an unknown e-mail address signs in.",
            ),
            issuer: issuer?,
        };
        if let Some(domain) = config.allowed_domains.iter().find(|domain| !email::is_domain(domain)) {
            s.problem(format!(
                "PATCHBAY_OIDC_ALLOWED_DOMAINS: {domain:?} is not the domain of an e-mail address (`example.com`, \
                 international names in their ASCII form `xn--…`)"
            ));
        }
        if client_id.is_none() {
            s.problem("PATCHBAY_OIDC_ISSUER needs PATCHBAY_OIDC_CLIENT_ID");
        }
        if config.issuer.scheme() != "https" && !is_this_machine(&config.issuer) {
            s.problem("PATCHBAY_OIDC_ISSUER must start with https://");
        }
        Some(config)
    }
}

/// Whether the provider runs on this machine, as in development, where the connection needs no encryption.
fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> (Option<OidcConfig>, String) {
        let settings = Settings::from_pairs(pairs.iter().copied());
        let config = OidcConfig::read(&settings);
        (config, settings.finish().err().map(|error| error.to_string()).unwrap_or_default())
    }

    #[test]
    fn without_an_issuer_there_is_no_provider() {
        assert!(matches!(read(&[]), (None, problems) if problems.is_empty()));
    }

    #[test]
    fn a_provider_needs_https_and_a_client_id() {
        let id = ("OIDC_CLIENT_ID", "patchbay");
        let (config, problems) = read(&[
            ("OIDC_ISSUER", "https://id.example"),
            id,
            ("OIDC_ALLOWED_DOMAINS", "a.example, b.example"),
        ]);
        assert_eq!((problems.as_str(), config.unwrap().allowed_domains.len()), ("", 2));
        for wrong in ["\u{212a}orp.io", "@korp.io", "a.example, münchen.example", "korp"] {
            let pairs = [("OIDC_ISSUER", "https://id.example"), id, ("OIDC_ALLOWED_DOMAINS", wrong)];
            assert!(read(&pairs).1.contains("OIDC_ALLOWED_DOMAINS"), "{wrong}");
        }
        assert!(read(&[("OIDC_ISSUER", "https://id.example")]).1.contains("OIDC_CLIENT_ID"));
        assert!(read(&[("OIDC_ISSUER", "http://id.example"), id]).1.contains("https://"));
        assert_eq!(read(&[("OIDC_ISSUER", "http://127.0.0.1:8000"), id]).1, "");
    }
}
