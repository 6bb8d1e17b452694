use std::time::Duration;

use patchbay_domain::feature;
use patchbay_runtime::Settings;
use url::Url;

use crate::domain::features;

/// Settings of the tracker.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where people and apps reach the platform; the beginning of every link in events.
    pub public_url: Url,
    /// How long entries of the audit log are kept.
    pub audit_retention: Duration,
    /// What new organizations may use, sorted.
    pub default_features: Vec<String>,
    /// Numbers of projects are made of the moment, as Sentry's are, instead of counted.
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
            settings.problem("PATCHBAY_PUBLIC_URL has to be an http or https address without a query.");
        }
        let tracker = settings.section("Tracker");
        let features: String = tracker.get(
            "DEFAULT_FEATURES",
            &feature::DEFAULT.join(","),
            "Features of new organizations, separated by commas.",
        );
        let default_features = features::read(features.split(',').map(str::trim)).unwrap_or_else(|problem| {
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
            default_features,
            snowflake_ids: tracker.get(
                "SNOWFLAKE_IDS",
                "false",
                "Whether numbers of new projects are made of the moment, as Sentry's are, instead of counted.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_cannot_begin_a_link_is_a_problem() {
        for address in ["ftp://files.example", "https://example.com/?tenant=1"] {
            let settings = Settings::from_pairs([("PUBLIC_URL", address)]);
            Config::read(&settings);
            assert!(settings.finish().is_err(), "{address}");
        }
    }

    #[test]
    fn nothing_has_to_be_given() {
        let settings = Settings::from_pairs([("", ""); 0]);
        assert_eq!(Config::read(&settings).public_url.as_str(), "http://127.0.0.1:8080/");
        settings.finish().unwrap();
    }
}
