use std::time::Duration;

use patchbay_runtime::Settings;

/// Settings of the installation service.
#[derive(Debug, Clone)]
pub struct Config {
    /// How often each stream looks for changes that another replica made; those of its own replica it is told.
    pub poll_interval: Duration,
}

impl Config {
    /// Reads and declares the settings; problems are kept for [`Settings::finish`].
    pub fn read(settings: &Settings) -> Self {
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
        Self { poll_interval }
    }
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
    fn nothing_has_to_be_given() {
        let settings = Settings::from_pairs([("", ""); 0]);
        assert_eq!(Config::read(&settings).poll_interval, Duration::from_secs(1));
        settings.finish().unwrap();
    }
}
