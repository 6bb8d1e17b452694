mod oidc;

use std::time::Duration;

use chrono::TimeDelta;
use patchbay_domain::{SecretBytes, SecretString};
use patchbay_runtime::Settings;

pub use oidc::OidcConfig;

/// Bytes a key needs to be worth its name.
const MIN_KEY_BYTES: usize = 16;

/// Long enough for anybody, short enough for the calendar.
const MAX_LIFETIME: Duration = Duration::from_secs(366 * 86_400);

/// Settings of this service.
#[derive(Debug, Clone)]
pub struct Config {
    /// What grant codes, refreshed tokens and sign-ins at a provider are derived from.
    pub key: SecretBytes,
    /// With what some may have been derived that are still open.
    pub old_keys: Vec<SecretBytes>,
    /// How long a token of an installation works before it has to be refreshed.
    pub token_lifetime: TimeDelta,
    /// How long the same refresh token is answered with the same pair.
    pub refresh_retry_window: TimeDelta,
    /// Where people sign in, besides by link.
    pub oidc: Option<OidcConfig>,
}

impl Config {
    /// Declares and reads the settings.
    pub fn read(settings: &Settings) -> Self {
        let s = settings.section("Tokens");
        let key = s.required_secret(
            "AUTH_TOKEN_KEY",
            "Key that grant codes, refreshed tokens and sign-ins at a provider are derived from, 16 bytes or more, the same in all \
             replicas. Tokens go on working when it is changed; how that is done without a trace: docs/keys.md.",
        );
        let old_keys = s.secrets(
            "AUTH_TOKEN_OLD_KEYS",
            "Further values of that key, separated by commas or lines, with which what is open is found: earlier ones for ten minutes, and \
             the next one before it becomes the key.",
        );
        let is_short = |key: &SecretString| (1..MIN_KEY_BYTES).contains(&key.expose().len());
        if is_short(&key) {
            s.problem(format!("PATCHBAY_AUTH_TOKEN_KEY is shorter than {MIN_KEY_BYTES} bytes"));
        }
        if old_keys.iter().any(is_short) {
            s.problem(format!("one of PATCHBAY_AUTH_TOKEN_OLD_KEYS is shorter than {MIN_KEY_BYTES} bytes"));
        }
        let config = Self {
            key: SecretBytes::new(key.expose()),
            old_keys: old_keys.iter().map(|key| SecretBytes::new(key.expose())).collect(),
            token_lifetime: span(
                s.get("AUTH_TOKEN_LIFETIME", "8h", "How long a token of an installation works until it is refreshed."),
            ),
            refresh_retry_window: span(s.get(
                "AUTH_TOKEN_REFRESH_RETRY_WINDOW",
                "60s",
                "How long after a refresh the same refresh token gets the same answer; later it ends the installation's tokens.",
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

    /// The key and then the old ones.
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
    fn a_key_is_all_that_is_needed() {
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
