//! The platform sends nothing to its own ports, although it allows loopback addresses.

use patchbay_testkit::{Receiver, eventually};
use serde_json::json;

use crate::platform::{Platform, SOON};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webhooks_reach_other_programs_of_this_machine_but_never_the_platform_itself() {
    let (platform, receiver) = (Platform::start(&[]).await, Receiver::start().await);
    let rest = platform.running.base_url.clone();
    let (admin, grpc) = (platform.running.admin.unwrap(), platform.running.grpc.unwrap());
    let own = [rest, format!("http://localhost:{}/metrics", admin.port()), format!("http://{grpc}/")];
    for (number, url) in own.iter().enumerate() {
        platform.app(&format!("own-{number}"), url, json!({})).await;
    }
    platform.app("other", &receiver.url("/"), json!({})).await;
    platform.publish(platform.event("error", "created")).await;
    eventually(SOON, "three webhooks are refused and one arrives", async || {
        (refused(&platform).await >= 3 && !receiver.received().is_empty()).then_some(())
    })
    .await;
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_word_none_takes_the_exception_for_loopback_away() {
    let (platform, receiver) = (Platform::start(&[("EGRESS_ALLOW", "none")]).await, Receiver::start().await);
    platform.app("local", &receiver.url("/"), json!({})).await;
    platform.publish(platform.event("error", "created")).await;
    eventually(SOON, "the webhook is refused", async || (refused(&platform).await >= 1).then_some(())).await;
    assert!(receiver.received().is_empty());
    platform.stop().await;
}

/// Attempts that the egress client refused.
async fn refused(platform: &Platform) -> u64 {
    let blocked = r#"patchbay_webhook_sender_attempts_total{outcome="no_answer",cause="blocked"} "#;
    let page = platform.metrics().await;
    page.lines().find_map(|line| line.strip_prefix(blocked)?.parse().ok()).unwrap_or_default()
}
