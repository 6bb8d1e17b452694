use std::ops::RangeInclusive;
use std::time::Duration;

use patchbay_runtime::Settings;
use url::Url;

use crate::mail::MailConfig;

/// Settings of the installation service.
#[derive(Debug, Clone)]
pub struct Config {
    /// How often each stream looks for changes that another replica made; those of its own replica it is told.
    pub poll_interval: Duration,
    /// Where people and apps reach the platform; the beginning of links in mail.
    pub public_url: Url,
    /// How mail leaves, and to whom.
    pub mail: MailConfig,
    /// What apps may set as the timeout of their webhooks, in milliseconds.
    pub app_timeouts: RangeInclusive<u32>,
}

impl Config {
    /// Reads and declares the settings; problems are kept for [`Settings::finish`].
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
            "How long it takes at most until a change of an app or installation made through one replica of the \
             installation service is seen by those who watch another.",
        );
        if poll_interval == Duration::ZERO {
            settings.problem("PATCHBAY_INSTALLATION_POLL_INTERVAL has to be longer than nothing.");
        }
        Self { poll_interval, public_url, mail, app_timeouts: app_timeouts(&settings) }
    }
}

fn app_timeouts(settings: &Settings) -> RangeInclusive<u32> {
    let shortest: Duration = settings.get(
        "APP_TIMEOUT_MIN",
        "1s",
        "The shortest time that an app may set for itself to answer a webhook.",
    );
    let longest: Duration = settings.get(
        "APP_TIMEOUT_MAX",
        "30s",
        "The longest time that an app may set for itself to answer a webhook.",
    );
    let millis = |time: Duration| u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
    if shortest.is_zero() || shortest > longest {
        settings.problem(
            "PATCHBAY_APP_TIMEOUT_MIN has to be longer than nothing and at most PATCHBAY_APP_TIMEOUT_MAX.",
        );
    }
    millis(shortest)..=millis(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polling_without_a_pause_is_a_problem() {
        let settings = Settings::from_pairs([("INSTALLATION_POLL_INTERVAL", "0s")]);
        Config::read(&settings);
        assert!(settings.finish().is_err());
    }

    #[test]
    fn bounds_that_nothing_fits_between_are_a_problem() {
        for (shortest, longest) in [("0s", "1s"), ("2s", "1s")] {
            let settings =
                Settings::from_pairs([("APP_TIMEOUT_MIN", shortest), ("APP_TIMEOUT_MAX", longest)]);
            Config::read(&settings);
            assert!(settings.finish().is_err(), "{shortest} to {longest}");
        }
    }

    #[test]
    fn nothing_has_to_be_given() {
        let settings = Settings::from_pairs([("", ""); 0]);
        let config = Config::read(&settings);
        assert_eq!(config.poll_interval, Duration::from_secs(1));
        assert_eq!(config.app_timeouts, 1_000..=30_000);
        settings.finish().unwrap();
    }
}
