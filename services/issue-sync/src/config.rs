use std::num::NonZeroU32;

use patchbay_process::EgressSettings;
use patchbay_runtime::Settings;
use url::Url;

/// Settings of the issue-sync service.
#[derive(Debug, Clone)]
pub struct Config {
    /// The addresses that trackers may have.
    pub egress: EgressSettings,
    /// Public URL of the platform; webhook URLs at trackers start with it.
    pub public_url: Url,
    /// Name of the product in texts.
    pub product: String,
    /// Changes of one integration that may wait.
    pub inbound_limit: NonZeroU32,
}

impl Config {
    /// Reads and declares the settings; [`Settings::finish`] reports problems.
    pub fn read(settings: &Settings) -> Self {
        let public_url = settings.section("General").get(
            "PUBLIC_URL",
            "http://127.0.0.1:8080",
            "Address under which people and apps reach the platform; links in events begin with it.",
        );
        let integrations = settings.section("Integrations with trackers");
        Self {
            egress: EgressSettings::read(settings),
            public_url,
            product: integrations.get(
                "PRODUCT_NAME",
                "Sentry",
                "Name of the product, in comments and links at trackers and in the forms of integrations.",
            ),
            inbound_limit: integrations.get(
                "INBOUND_QUEUE",
                "10000",
                "Number of changes from one integration that may wait until they are applied, at least 1. A tracker that sends more gets the status 429.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_settings_are_optional() {
        let settings = Settings::from_pairs([("", ""); 0]);
        let config = Config::read(&settings);
        assert_eq!((config.product.as_str(), config.inbound_limit.get()), ("Sentry", 10_000));
        settings.finish().unwrap();
    }

    #[test]
    fn a_queue_without_room_is_a_problem() {
        let settings = Settings::from_pairs([("INBOUND_QUEUE", "0")]);
        Config::read(&settings);
        assert!(settings.finish().is_err());
    }
}
