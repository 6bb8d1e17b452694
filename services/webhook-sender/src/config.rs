//! What an operator can set.

use std::time::Duration;

use patchbay_domain::SecretString;
use patchbay_egress::{AllowRule, EgressPolicy};
use patchbay_runtime::Settings;

use crate::domain::auto_disable::AutoDisableRules;
use crate::domain::breaker::BreakerRules;
use crate::domain::retry_schedule::RetrySchedule;
use crate::domain::timeout_bounds::TimeoutBounds;

/// The settings of this service.
#[derive(Debug, Clone)]
pub struct Config {
    /// Which addresses webhooks may go to.
    pub egress: EgressPolicy,
    /// By way of which HTTP proxy webhooks are sent; may hold a password.
    pub egress_proxy: Option<SecretString>,
    /// How long one attempt may take.
    pub webhook_timeout: Duration,
    /// The pauses between attempts.
    pub retry_schedule: RetrySchedule,
    /// How long connecting may take: DNS, TCP and TLS together.
    pub connect_timeout: Duration,
    /// The shortest and the longest time that an app may choose for itself.
    pub(crate) timeout_bounds: TimeoutBounds,
    /// When an endpoint's webhooks wait, and how they are sent afterwards.
    pub(crate) breaker: BreakerRules,
    /// Which apps are disabled.
    pub(crate) auto_disable: AutoDisableRules,
    /// How long requests and ended webhooks are kept.
    pub retention: Duration,
    /// Webhooks a second that a recovery may send at most.
    pub recovery_rate: u32,
    /// How long an app may take to answer a UI component.
    pub component_timeout: Duration,
    /// Requests of UI components that may run at once in one process.
    pub component_concurrency: u32,
    /// The most attempts that may run at once at one app's endpoint.
    pub endpoint_concurrency: u32,
    /// Attempts that may run at once in one process.
    pub attempt_concurrency: u32,
    /// Webhooks that may be in memory at once.
    pub delivery_window: u32,
    /// For how long nothing may move, although there is work, before the process is not ready.
    pub stall_after: Duration,
}

impl Config {
    /// Declares and reads the settings.
    pub fn read(settings: &Settings) -> Self {
        let settings = settings.section("Webhooks");
        Self {
            egress: egress(&settings),
            egress_proxy: settings.secret(
                "EGRESS_PROXY",
                "URL of an HTTP proxy by way of which webhooks are sent, such as `http://proxy.corp.example:3128`. Addresses that are not public are refused all the same, but the proxy looks hosts up once more by itself: it should refuse them, too.",
            ),
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
            connect_timeout: settings.get(
                "WEBHOOK_CONNECT_TIMEOUT",
                "3s",
                "How long connecting to an app may take: DNS, TCP and TLS together.",
            ),
            timeout_bounds: TimeoutBounds {
                shortest: Duration::from_millis(500),
                longest: settings.get(
                    "WEBHOOK_TIMEOUT_MAX",
                    "30s",
                    "The longest `PATCHBAY_WEBHOOK_TIMEOUT` that an app may choose for itself.",
                ),
            },
            breaker: breaker(&settings),
            auto_disable: AutoDisableRules {
                days: settings.get(
                    "BROKEN_DAYS",
                    "7",
                    "An app of which no webhook was delivered for so many days, although each day some were tried, is disabled. 0: never.",
                ),
                timeouts: settings.get(
                    "BROKEN_TIMEOUTS",
                    "1000",
                    "An app that did not answer so many webhooks of one day in time, and more than it took, is disabled. 0: never.",
                ),
            },
            retention: settings.get(
                "RETENTION",
                "30d",
                "How long the log of requests and webhooks that have ended are kept. The newest 100 requests and failures of each app and event type are always kept. What still waits after this time is given up.",
            ),
            recovery_rate: at_least_one(
                &settings,
                "RECOVERY_RATE",
                "100",
                "Webhooks a second, at most, that are sent again when all given-up ones of an app are.",
            ),
            component_timeout: settings.get(
                "COMPONENT_TIMEOUT",
                "30s",
                "How long an app may take to answer a request of one of its UI components.",
            ),
            component_concurrency: at_least_one(
                &settings,
                "COMPONENT_CONCURRENCY",
                "64",
                "Requests of UI components that each process makes at the same time; a quarter of them for one app.",
            ),
            endpoint_concurrency: at_least_one(
                &settings,
                "ENDPOINT_CONCURRENCY",
                "64",
                "The most webhooks that each process sends to one app at the same time. It begins with 8 and finds out how many the app takes without getting slow.",
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
            stall_after: settings.get(
                "DELIVERY_STALL_AFTER",
                "2m",
                "For how long no webhook may be recorded, although some came from the bus or are due, before `/readyz` says 503. At least twice `PATCHBAY_WEBHOOK_TIMEOUT_MAX` is used.",
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

fn breaker(settings: &Settings) -> BreakerRules {
    BreakerRules {
        window: settings.get(
            "BREAKER_WINDOW",
            "1m",
            "An app whose attempts fail too often within this time is sent no more for a while: its webhooks wait, in their order, and none of their attempts is used up.",
        ),
        failure_percent: at_least_one(
            settings,
            "BREAKER_FAILURE_PERCENT",
            "50",
            "So many of a hundred attempts within the window are too many failures,",
        ),
        min_failures: at_least_one(settings, "BREAKER_FLOOR", "10", "but at least so many."),
        probe_pause: settings.get(
            "BREAKER_PROBE_PAUSE",
            "30s",
            "After this time a single webhook is sent to find out whether the app works again. Each failed one doubles the time,",
        ),
        longest_probe_pause: settings.get("BREAKER_PROBE_PAUSE_MAX", "5m", "up to this."),
        drain_rate: at_least_one(
            settings,
            "BREAKER_DRAIN_RATE",
            "100",
            "Webhooks a second that an app is sent when it works again, oldest first. Doubles every minute until none waits.",
        ),
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
