use std::time::Duration;

use patchbay_process::EgressSettings;
use patchbay_runtime::Settings;

use crate::domain::auto_disable::AutoDisableRules;
use crate::domain::breaker::BreakerRules;
use crate::domain::retry_schedule::RetrySchedule;

/// The settings of this service.
#[derive(Debug, Clone)]
pub struct Config {
    /// The addresses that webhooks may be sent to.
    pub egress: EgressSettings,
    /// Default timeout of one attempt.
    pub webhook_timeout: Duration,
    /// The pauses between attempts.
    pub retry_schedule: RetrySchedule,
    /// Timeout of DNS, TCP and TLS together.
    pub connect_timeout: Duration,
    /// When breakers open and how they close.
    pub(crate) breaker: BreakerRules,
    /// When failing apps are disabled.
    pub(crate) auto_disable: AutoDisableRules,
    /// Time between two looks for apps to disable.
    pub auto_disable_every: Duration,
    /// How long the request log and ended webhooks are kept.
    pub retention: Duration,
    /// Highest rate of a recovery, in webhooks per second.
    pub recovery_rate: u32,
    /// Timeout of a component call.
    pub component_timeout: Duration,
    /// Component calls that may run at once in one process.
    pub component_concurrency: u32,
    /// Attempts that may run at once at one endpoint, per process.
    pub endpoint_concurrency: u32,
    /// Attempts that may run at once, per process.
    pub attempt_concurrency: u32,
    /// Webhooks from the bus that may be in memory at once, and the same number from the database.
    pub delivery_window: u32,
    /// How long progress may stop, while there is work, before the process is not ready.
    pub stall_after: Duration,
}

impl Config {
    /// Declares and reads the settings.
    pub fn read(settings: &Settings) -> Self {
        let egress = EgressSettings::read(settings);
        let settings = settings.section("Webhooks");
        Self {
            egress,
            webhook_timeout: settings.get(
                "WEBHOOK_TIMEOUT",
                "5s",
                "Timeout of a webhook, from connecting to the last byte of the response. An app may set its own, within `PATCHBAY_APP_TIMEOUT_MIN` and `PATCHBAY_APP_TIMEOUT_MAX`.",
            ),
            retry_schedule: settings.get(
                "RETRY_SCHEDULE",
                "5s,5m,30m,2h,5h,10h,14h,20h,24h",
                "Pauses between the attempts of a webhook. Each pause is randomly up to a fifth longer. After the last attempt the webhook is given up.",
            ),
            connect_timeout: settings.get(
                "WEBHOOK_CONNECT_TIMEOUT",
                "3s",
                "Timeout of connecting to an app: DNS, TCP and TLS together.",
            ),
            breaker: breaker(&settings),
            auto_disable: AutoDisableRules {
                days: settings.get(
                    "BROKEN_DAYS",
                    "7",
                    "Disable an app after this many days in a row with failed attempts and without a delivered webhook. 0 for never.",
                ),
                timeouts: settings.get(
                    "BROKEN_TIMEOUTS",
                    "1000",
                    "Disable an app after this many timeouts in one day, if they are more than the delivered webhooks. 0 for never.",
                ),
            },
            auto_disable_every: settings.get(
                "BROKEN_CHECK_PERIOD",
                "10m",
                "Time between two looks for apps to disable by `PATCHBAY_BROKEN_DAYS` and `PATCHBAY_BROKEN_TIMEOUTS`.",
            ),
            retention: settings.get(
                "RETENTION",
                "30d",
                "How long the request log and ended webhooks are kept. The newest 100 requests and failures of each app and event type are always kept. Webhooks that still wait after this time are given up.",
            ),
            recovery_rate: at_least_one(
                &settings,
                "RECOVERY_RATE",
                "100",
                "Highest rate of a recovery of given-up webhooks, in webhooks per second.",
            ),
            component_timeout: settings.get(
                "COMPONENT_TIMEOUT",
                "30s",
                "Timeout of a request for a UI component of an app.",
            ),
            component_concurrency: at_least_one(
                &settings,
                "COMPONENT_CONCURRENCY",
                "64",
                "Requests for UI components that each process makes at once. One app gets at most a quarter of them.",
            ),
            endpoint_concurrency: at_least_one(
                &settings,
                "ENDPOINT_CONCURRENCY",
                "64",
                "Webhooks that each process sends to one app at once. The actual limit starts at 8 and adapts to the response times of the app, up to this number.",
            ),
            attempt_concurrency: at_least_one(
                &settings,
                "ATTEMPT_CONCURRENCY",
                "512",
                "Webhooks that each process sends at once, over all apps.",
            ),
            delivery_window: at_least_one(
                &settings,
                "DELIVERY_WINDOW",
                "2048",
                "Webhooks from the bus that each process holds in memory, and the same number from the database.",
            ),
            stall_after: settings.get(
                "DELIVERY_STALL_AFTER",
                "2m",
                "`/readyz` answers 503 when no webhook was recorded for this long, while webhooks came from the bus or are due. At least twice the longest webhook timeout of any app is used.",
            ),
        }
    }
}

fn breaker(settings: &Settings) -> BreakerRules {
    BreakerRules {
        window: settings.get(
            "BREAKER_WINDOW",
            "1m",
            "The breaker of an app opens when too many attempts within this time find its endpoint broken. A response 4xx other than 408 and 425 does not. Its webhooks then wait in order, without using up attempts.",
        ),
        failure_percent: at_least_one(
            settings,
            "BREAKER_FAILURE_PERCENT",
            "50",
            "Failure rate within the window that opens the breaker, in percent.",
        ),
        min_failures: at_least_one(settings, "BREAKER_MIN_FAILURES", "10", "Minimum number of failures within the window before the breaker opens."),
        probe_pause: settings.get(
            "BREAKER_PROBE_PAUSE",
            "30s",
            "Pause before a single webhook is sent to an app with an open breaker, as a probe. Each failed probe doubles the pause.",
        ),
        longest_probe_pause: settings.get("BREAKER_PROBE_PAUSE_MAX", "5m", "Longest pause between two probes."),
        drain_rate: at_least_one(
            settings,
            "BREAKER_DRAIN_RATE",
            "100",
            "Rate at which waiting webhooks are sent after a successful probe, in webhooks per second, oldest first. It doubles every minute until none waits.",
        ),
    }
}

fn at_least_one(settings: &Settings, name: &str, default: &str, help: &str) -> u32 {
    let value: u32 = settings.get(name, default, help);
    if value == 0 {
        settings.problem(format!("PATCHBAY_{name}: has to be 1 or more"));
    }
    value.max(1)
}

#[cfg(test)]
mod tests {
    use patchbay_egress::EgressPolicy;

    use super::*;

    #[test]
    fn the_defaults_are_those_of_standard_webhooks() {
        let settings = Settings::from_pairs::<&str, &str>([]);
        let config = Config::read(&settings);
        settings.finish().unwrap();
        assert_eq!(config.webhook_timeout, Duration::from_secs(5));
        assert_eq!(config.retry_schedule.pause(9, 0.0), Some(Duration::from_secs(24 * 3600)));
        assert_eq!(config.retry_schedule.pause(10, 0.0), None);
        assert_eq!(config.egress.policy, EgressPolicy::default());
    }

    #[test]
    fn every_problem_is_reported() {
        let settings = Settings::from_pairs([
            ("EGRESS_ALLOW", "10.0.0.0/8, http://x"),
            ("ENDPOINT_CONCURRENCY", "0"),
            ("RETRY_SCHEDULE", "soon"),
        ]);
        assert_eq!(Config::read(&settings).egress.policy.allow.len(), 1);
        let problems = settings.finish().unwrap_err().to_string();
        for name in ["EGRESS_ALLOW", "ENDPOINT_CONCURRENCY", "RETRY_SCHEDULE"] {
            assert!(problems.contains(name), "{problems}");
        }
    }
}
