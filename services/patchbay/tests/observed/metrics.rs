//! The metrics with which an operator observes deliveries.

use std::time::Duration;

use patchbay_testkit::receiver::Answer;
use patchbay_testkit::{Receiver, eventually};
use serde_json::json;

use crate::platform::{Platform, SOON};

const DOCUMENTED: &str = include_str!("../../../../docs/metrics.md");

/// Samples that are missing or zero without traffic, and positive after traffic.
const FIGURES: &[&str] = &[
    "patchbay_event_fanout_accepted_total{source=\"grpc\"}",
    "patchbay_event_fanout_handed_over_total",
    "patchbay_webhook_sender_delivered_total",
    "patchbay_webhook_sender_attempts_total{outcome=\"delivered\",cause=\"\"}",
    "patchbay_webhook_sender_attempts_total{outcome=\"5xx\",cause=\"\"}",
    "patchbay_webhook_sender_given_up_total",
    "patchbay_webhook_sender_backlog",
    "patchbay_webhook_sender_backlog_oldest_seconds",
    "patchbay_webhook_sender_delivery_seconds_count",
    "patchbay_webhook_sender_delivery_seconds_sum",
    "patchbay_webhook_sender_broken_endpoints{state=\"open\"}",
    "patchbay_webhook_sender_window_used",
    "patchbay_webhook_sender_places_used",
    "patchbay_webhook_sender_database_connections",
];

/// The value of a sample, or the sum over all labels if `figure` has none.
fn value(page: &str, figure: &str) -> f64 {
    let lines = page.lines().filter(|line| {
        let rest = line.strip_prefix(figure);
        rest.is_some_and(|rest| rest.starts_with(' ') || (!figure.ends_with('}') && rest.starts_with('{')))
    });
    lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_metric_that_is_served_is_documented() {
    let platform = Platform::start(&[]).await;
    let page = platform.metrics().await;
    platform.stop().await;
    let served = page.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    let missing: Vec<String> = served
        .map(|(name, kind)| if kind == "counter" { format!("{name}_total") } else { name.to_owned() })
        .filter(|name| !DOCUMENTED.contains(&format!("| `{name}` |")))
        .collect();
    assert!(page.contains("# TYPE patchbay_connections_open gauge"), "metrics of every port are served");
    assert_eq!(missing, Vec::<String>::new(), "run `cargo xtask docs`");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_figures_of_deliveries_move_with_traffic() {
    let settings = [
        ("RETRY_SCHEDULE", "100ms"),
        ("BREAKER_MIN_FAILURES", "3"),
        ("BREAKER_PROBE_PAUSE", "1h"),
        ("BREAKER_PROBE_PAUSE_MAX", "1h"),
        ("WEBHOOK_TIMEOUT", "30s"),
    ];
    let (platform, receiver) = (Platform::start(&settings).await, Receiver::start().await);
    receiver.answer_with(|_, request| match request.path.as_str() {
        "/fails" | "/waits" | "/breaks" => Answer::status(500),
        // Longer than the test observes the metrics.
        "/hangs" => Answer::status(200).after(Duration::from_secs(25)),
        _ => Answer::status(200),
    });
    let before = platform.metrics().await;
    let moving = |figure: &&&str| !figure.contains("database_connections");
    for figure in FIGURES.iter().filter(moving) {
        assert_eq!(value(&before, figure), 0.0, "{figure} before any traffic");
    }

    let far_off = json!({ "delivery": { "retrySchedule": [86400] } });
    platform.app("Works", &receiver.url("/works"), json!({})).await;
    platform.app("Fails", &receiver.url("/fails"), json!({})).await;
    platform.app("Waits", &receiver.url("/waits"), far_off.clone()).await;
    platform.app("Hangs", &receiver.url("/hangs"), json!({})).await;
    platform.publish(platform.event("error", "created")).await;
    // This app receives three more errors than the others, and fails on them.
    platform.app("Breaks", &receiver.url("/breaks"), far_off).await;
    let all_there = |all: &[patchbay_testkit::receiver::Received]| {
        // The second failure of that app opens its breaker.
        [("/works", 1), ("/fails", 2), ("/waits", 1), ("/hangs", 1)]
            .iter()
            .all(|(path, times)| all.iter().filter(|one| one.path == *path).count() >= *times)
    };
    receiver.wait_until(all_there, SOON).await;
    for _ in 0..3 {
        platform.publish(platform.event("error", "created")).await;
    }

    // Not all at once: a message that hangs leaves the window after a second.
    let mut still = FIGURES.to_vec();
    let page = eventually(SOON, "every figure has moved", async || {
        let page = platform.metrics().await;
        still.retain(|figure| value(&page, figure) == 0.0);
        still.is_empty().then_some(page)
    })
    .await;
    assert_eq!(value(&page, FIGURES[0]), 4.0);
    assert!(page.contains("patchbay_webhook_sender_delivery_seconds_bucket{le="), "it is a histogram");
    drop(receiver);
    platform.stop().await;
}
