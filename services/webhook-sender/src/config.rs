//! What an operator can set.

use std::time::Duration;

use patchbay_egress::{AllowRule, EgressPolicy};
use patchbay_runtime::Settings;

use crate::RetrySchedule;

/// The settings of this service.
#[derive(Debug, Clone)]
pub struct Config {
    /// Which addresses webhooks may go to.
    pub egress: EgressPolicy,
    /// How long one attempt may take.
    pub webhook_timeout: Duration,
    /// The pauses between attempts.
    pub retry_schedule: RetrySchedule,
    /// Attempts that may run at once at one app's endpoint.
    pub endpoint_concurrency: u32,
    /// Attempts that may run at once in one process.
    pub attempt_concurrency: u32,
    /// Webhooks that may be in memory at once.
    pub delivery_window: u32,
}

impl Config {
    /// Declares and reads the settings.
    pub fn read(settings: &Settings) -> Self {
        let settings = settings.section("Webhooks");
        Self {
            egress: egress(&settings),
            webhook_timeout: settings.get(
                "WEBHOOK_TIMEOUT",
                "5s",
                "How long an app may take to answer a webhook, from connecting to the last byte.",
            ),
            retry_schedule: settings.get(
                "RETRY_SCHEDULE",
                "5s,5m,30m,2h,5h,10h,14h,20h,24h",
                "Pauses between the attempts of a webhook; each is made up to a fifth longer by chance. After the last one it is given up.",
            ),
            endpoint_concurrency: at_least_one(
                &settings,
                "ENDPOINT_CONCURRENCY",
                "8",
                "Webhooks that each process sends to one app at the same time.",
            ),
            attempt_concurrency: at_least_one(
                &settings,
                "ATTEMPT_CONCURRENCY",
                "512",
                "Webhooks that each process sends at the same time, over all apps.",
            ),
            delivery_window: at_least_one(
                &settings,
                "DELIVERY_WINDOW",
                "2048",
                "Webhooks from the bus, and as many from the database, that each process holds in memory.",
            ),
        }
    }
}

fn egress(settings: &Settings) -> EgressPolicy {
    let allow: Vec<String> = settings.get(
        "EGRESS_ALLOW",
        "",
        "Host names, addresses and subnets to which webhooks may go although they are not public, such as `jira.corp.example` or `10.20.0.0/16`.",
    );
    let allow = allow.iter().filter_map(|rule| {
        rule.parse::<AllowRule>()
            .inspect_err(|problem| settings.problem(format!("PATCHBAY_EGRESS_ALLOW: {problem}")))
            .ok()
    });
    EgressPolicy {
        allow: allow.collect(),
        https_only: settings.get("EGRESS_HTTPS_ONLY", "false", "Refuse to send webhooks to `http` URLs."),
        allow_loopback: false,
    }
}

fn at_least_one(settings: &Settings, name: &str, default: &str, meaning: &str) -> u32 {
    let value: u32 = settings.get(name, default, meaning);
    if value == 0 {
        settings.problem(format!("PATCHBAY_{name}: has to be 1 or more"));
    }
    value.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_standard_webhooks() {
        let settings = Settings::from_pairs::<&str, &str>([]);
        let config = Config::read(&settings);
        settings.finish().unwrap();
        assert_eq!(config.webhook_timeout, Duration::from_secs(5));
        assert_eq!(config.retry_schedule.pause(9, 0.0), Some(Duration::from_secs(24 * 3600)));
        assert_eq!(config.retry_schedule.pause(10, 0.0), None);
        assert_eq!(config.egress, EgressPolicy::default());
    }

    #[test]
    fn every_problem_is_told() {
        let settings = Settings::from_pairs([
            ("EGRESS_ALLOW", "10.0.0.0/8, http://x"),
            ("ENDPOINT_CONCURRENCY", "0"),
            ("RETRY_SCHEDULE", "soon"),
        ]);
        assert_eq!(Config::read(&settings).egress.allow.len(), 1);
        let problems = settings.finish().unwrap_err().to_string();
        for name in ["EGRESS_ALLOW", "ENDPOINT_CONCURRENCY", "RETRY_SCHEDULE"] {
            assert!(problems.contains(name), "{problems}");
        }
    }
}
