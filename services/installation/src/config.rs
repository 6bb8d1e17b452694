use std::ops::RangeInclusive;
use std::time::Duration;

use patchbay_runtime::Settings;
use url::Url;

use crate::mail::MailConfig;

/// Settings of the installation service.
#[derive(Debug, Clone)]
pub struct Config {
    /// How often each stream polls for changes that other replicas made.
    pub poll_interval: Duration,
    /// Public URL of the platform; links in mail start with it.
    pub public_url: Url,
    /// Settings of outgoing mail.
    pub mail: MailConfig,
    /// Bounds of the webhook timeout that an app may set, in milliseconds.
    pub app_timeouts: RangeInclusive<u32>,
}

impl Config {
    /// Reads and declares the settings; [`Settings::finish`] reports problems.
    pub fn read(settings: &Settings) -> Self {
        let public_url = settings.section("General").get(
            "PUBLIC_URL",
            "http://127.0.0.1:8080",
            "Address under which people and apps reach the platform; links in events begin with it.",
        );
        let mail = MailConfig::read(settings);
        let settings = settings.section("Apps and installations");
        let poll_interval = settings.get(
            "INSTALLATION_POLL_INTERVAL",
            "1s",
            "The longest delay until a change of an app or installation, made through one replica of the installation \
             service, reaches clients that are connected to another replica.",
        );
        if poll_interval == Duration::ZERO {
            settings.problem("PATCHBAY_INSTALLATION_POLL_INTERVAL has to be greater than 0.");
        }
        Self { poll_interval, public_url, mail, app_timeouts: app_timeouts(&settings) }
    }
}

fn app_timeouts(settings: &Settings) -> RangeInclusive<u32> {
    let shortest: Duration =
        settings.get("APP_TIMEOUT_MIN", "1s", "The shortest webhook timeout that an app may set. A shorter one that was set before applies as this one.");
    let longest: Duration =
        settings.get("APP_TIMEOUT_MAX", "30s", "The longest webhook timeout that an app may set. A longer one that was set before applies as this one.");
    let millis = |time: Duration| u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
    if shortest.is_zero() || shortest > longest {
        settings.problem(
            "PATCHBAY_APP_TIMEOUT_MIN has to be greater than 0 and at most PATCHBAY_APP_TIMEOUT_MAX.",
        );
    }
    millis(shortest)..=millis(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_poll_interval_of_zero_is_a_problem() {
        let settings = Settings::from_pairs([("INSTALLATION_POLL_INTERVAL", "0s")]);
        Config::read(&settings);
        assert!(settings.finish().is_err());
    }

    #[test]
    fn empty_ranges_of_timeouts_are_a_problem() {
        for (shortest, longest) in [("0s", "1s"), ("2s", "1s")] {
            let settings =
                Settings::from_pairs([("APP_TIMEOUT_MIN", shortest), ("APP_TIMEOUT_MAX", longest)]);
            Config::read(&settings);
            assert!(settings.finish().is_err(), "{shortest} to {longest}");
        }
    }

    #[test]
    fn all_settings_are_optional() {
        let settings = Settings::from_pairs([("", ""); 0]);
        let config = Config::read(&settings);
        assert_eq!(config.poll_interval, Duration::from_secs(1));
        assert_eq!(config.app_timeouts, 1_000..=30_000);
        settings.finish().unwrap();
    }
}
