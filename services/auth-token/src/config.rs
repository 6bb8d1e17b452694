mod oidc;

use std::time::Duration;

use chrono::TimeDelta;
use patchbay_domain::secret::weakness;
use patchbay_domain::{SecretBytes, SecretString};
use patchbay_runtime::Settings;

pub use oidc::OidcConfig;

const MIN_KEY_BYTES: usize = 16;

/// Keeps the end of a lifetime within the range of dates.
const MAX_LIFETIME: Duration = Duration::from_secs(366 * 86_400);

/// Settings of this service.
#[derive(Debug, Clone)]
pub struct Config {
    /// Grant codes, refreshed tokens and OpenID Connect sign-ins are derived from it.
    pub key: SecretBytes,
    /// Further keys: earlier ones, from which open grants and sign-ins were derived, and the next one.
    pub old_keys: Vec<SecretBytes>,
    /// A token of an installation expires after this time unless it is refreshed.
    pub token_lifetime: TimeDelta,
    /// The same refresh token gets the same pair during this time.
    pub refresh_retry_window: TimeDelta,
    /// The OpenID Connect provider at which users can sign in.
    pub oidc: Option<OidcConfig>,
}

impl Config {
    /// Declares and reads the settings.
    pub fn read(settings: &Settings) -> Self {
        let s = settings.section("Tokens");
        let key = s.required_secret(
            "AUTH_TOKEN_KEY",
            "Key from which grant codes, refreshed tokens and OpenID Connect sign-ins are derived: 16 bytes or more, the same in \
             all replicas. Tokens stay valid when it changes; docs/keys.md describes a change without interruption.",
        );
        let old_keys = s.secrets(
            "AUTH_TOKEN_OLD_KEYS",
            "Further accepted values of PATCHBAY_AUTH_TOKEN_KEY, separated by commas or lines: keep an earlier key for ten minutes after \
             the change, and add the next key before the change.",
        );
        let is_short = |key: &SecretString| (1..MIN_KEY_BYTES).contains(&key.expose().len());
        if let Some(why) = weakness(key.expose()).filter(|_| !key.expose().is_empty()) {
            s.problem(format!("PATCHBAY_AUTH_TOKEN_KEY {why}"));
        }
        if old_keys.iter().any(is_short) {
            s.problem(format!("one of PATCHBAY_AUTH_TOKEN_OLD_KEYS is shorter than {MIN_KEY_BYTES} bytes"));
        }
        let config = Self {
            key: SecretBytes::new(key.expose()),
            old_keys: old_keys.iter().map(|key| SecretBytes::new(key.expose())).collect(),
            token_lifetime: span(
                s.get("AUTH_TOKEN_LIFETIME", "8h", "Lifetime of a token of an installation."),
            ),
            refresh_retry_window: span(s.get(
                "AUTH_TOKEN_REFRESH_RETRY_WINDOW",
                "60s",
                "Time after a refresh in which the same refresh token gets the same response. A later use revokes the token family.",
            )),
            oidc: OidcConfig::read(settings),
        };
        if config.token_lifetime < TimeDelta::seconds(1) {
            s.problem("PATCHBAY_AUTH_TOKEN_LIFETIME is less than a second");
        }
        if config.refresh_retry_window >= config.token_lifetime {
            s.problem(
                "PATCHBAY_AUTH_TOKEN_REFRESH_RETRY_WINDOW is not shorter than PATCHBAY_AUTH_TOKEN_LIFETIME",
            );
        }
        config
    }

    /// The current key, then the further ones.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &SecretBytes> {
        std::iter::once(&self.key).chain(&self.old_keys)
    }
}

fn span(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration.min(MAX_LIFETIME)).unwrap_or(TimeDelta::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(pairs: &[(&str, &str)]) -> String {
        let settings = Settings::from_pairs(pairs.iter().copied());
        Config::read(&settings);
        settings.finish().err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn only_the_key_is_required() {
        let settings = Settings::from_pairs([("AUTH_TOKEN_KEY", "0123456789abcdef")]);
        let config = Config::read(&settings);
        settings.finish().unwrap();
        assert_eq!(config.token_lifetime, TimeDelta::hours(8));
        assert_eq!(config.refresh_retry_window, TimeDelta::seconds(60));
        assert!(!format!("{config:?}").contains("0123456789abcdef"));
    }

    #[test]
    fn settings_that_cannot_work_are_refused() {
        assert!(problems(&[]).contains("AUTH_TOKEN_KEY"));
        assert!(problems(&[("AUTH_TOKEN_KEY", "short")]).contains("shorter than 16 bytes"));
        let key = ("AUTH_TOKEN_KEY", "0123456789abcdef");
        let old = problems(&[key, ("AUTH_TOKEN_OLD_KEYS", "fedcba9876543210, tiny")]);
        assert!(old.contains("AUTH_TOKEN_OLD_KEYS is shorter") && !old.contains("tiny"), "{old}");
        assert!(problems(&[key, ("AUTH_TOKEN_LIFETIME", "30s")]).contains("not shorter"));
        assert!(problems(&[key, ("AUTH_TOKEN_LIFETIME", "0")]).contains("less than a second"));
        assert!(!problems(&[("AUTH_TOKEN_KEY", "short")]).contains("\"short\""));
    }
}
