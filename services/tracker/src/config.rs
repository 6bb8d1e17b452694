use std::time::Duration;

use patchbay_domain::feature;
use patchbay_runtime::Settings;
use url::Url;

use crate::domain::organization::features;

const DAY: u64 = 86_400;
const MAX_ERROR_DAYS: u32 = 3650;

/// Settings of the tracker.
#[derive(Debug, Clone)]
pub struct Config {
    /// Public address of the platform, the beginning of every link in events.
    pub public_url: Url,
    /// How long entries of the audit log are kept.
    pub audit_retention: Duration,
    /// Number of days for which errors are kept.
    pub error_days: u32,
    /// Features of new organizations, sorted.
    pub default_features: Vec<String>,
    /// Maximum number of organizations that a user may create and join.
    pub max_organizations: u32,
    /// New projects get ids made of the time, like Sentry's, instead of counted ones.
    pub snowflake_ids: bool,
}

impl Config {
    /// Reads and declares the settings; problems are kept for [`Settings::finish`].
    pub fn read(settings: &Settings) -> Self {
        let public_url: Url = settings.get(
            "PUBLIC_URL",
            "http://127.0.0.1:8080",
            "Address under which people and apps reach the platform; links in events begin with it.",
        );
        if !matches!(public_url.scheme(), "http" | "https") || public_url.query().is_some() {
            settings.problem("PATCHBAY_PUBLIC_URL must be an http or https URL without a query.");
        }
        let tracker = settings.section("Tracker");
        let features: Vec<String> = tracker.get(
            "DEFAULT_FEATURES",
            &feature::DEFAULT.join(","),
            "Features of new organizations, separated by commas.",
        );
        let default_features =
            features::read(features.iter().map(String::as_str)).unwrap_or_else(|problem| {
                settings.problem(format!("PATCHBAY_DEFAULT_FEATURES: {problem}"));
                Vec::new()
            });
        Self {
            public_url,
            audit_retention: tracker.get(
                "AUDIT_RETENTION",
                "730d",
                "How long entries of the audit log are kept.",
            ),
            error_days: error_days(&tracker),
            default_features,
            max_organizations: tracker.get(
                "ORGANIZATIONS_PER_USER",
                "100",
                "Maximum number of organizations that a user can create and join. Operators can add users to more.",
            ),
            snowflake_ids: tracker.get(
                "SNOWFLAKE_IDS",
                "false",
                "Whether new projects get ids made of the time, like Sentry's, instead of counted ones.",
            ),
        }
    }
}

fn error_days(tracker: &Settings) -> u32 {
    let keep: Duration = tracker.get(
        "ERROR_RETENTION",
        "30d",
        "How long errors are kept and can be read by the URLs in webhooks, at most ten years. Errors are deleted by whole days.",
    );
    let days = u32::try_from(keep.as_secs().div_ceil(DAY)).unwrap_or(u32::MAX);
    if !(1..=MAX_ERROR_DAYS).contains(&days) {
        tracker.problem("PATCHBAY_ERROR_RETENTION must be greater than zero and at most 3650d.");
    }
    days.min(MAX_ERROR_DAYS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_that_cannot_begin_a_link_is_refused() {
        for address in ["ftp://files.example", "https://example.com/?tenant=1"] {
            let settings = Settings::from_pairs([("PUBLIC_URL", address)]);
            Config::read(&settings);
            assert!(settings.finish().is_err(), "{address}");
        }
    }

    #[test]
    fn all_settings_have_defaults() {
        let settings = Settings::from_pairs([("", ""); 0]);
        let config = Config::read(&settings);
        assert_eq!((config.public_url.as_str(), config.error_days), ("http://127.0.0.1:8080/", 30));
        settings.finish().unwrap();
    }

    #[test]
    fn errors_are_kept_for_whole_days_and_at_most_ten_years() {
        for (given, expected) in [("1h", 1), ("36h", 2), ("90d", 90)] {
            let settings = Settings::from_pairs([("ERROR_RETENTION", given)]);
            assert_eq!(Config::read(&settings).error_days, expected, "{given}");
            settings.finish().unwrap();
        }
        for given in ["0s", "3651d"] {
            let settings = Settings::from_pairs([("ERROR_RETENTION", given)]);
            Config::read(&settings);
            assert!(settings.finish().is_err(), "{given}");
        }
    }
}
