//! Patchbay beside a real Roundup, which a program connects.

use std::time::Duration;

use patchbay_testkit::eventually;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;

use crate::platform_process::PlatformProcess;
use crate::roundup_tracker::{ACCOUNT, RoundupTracker};

const ISSUES: usize = 10;
const CHANGES: usize = 500;
/// How long both sides may differ after the last change.
const PATIENCE: Duration = Duration::from_secs(180);
/// Roundup's ids of statuses and of the person.
const RESOLVED: &str = "8";
const OPEN: &str = "1";
const YOU: &str = "4";

/// An issue with its ticket.
struct Pair {
    issue: String,
    ticket: String,
}

/// Connects the tracker, switches everything on and links the first issues. Returns the id of the integration.
async fn connect(platform: &PlatformProcess, roundup: &RoundupTracker) -> (String, Vec<Pair>) {
    let pipeline = platform.organization("pipeline/integration_pipeline/");
    platform.call("POST", &pipeline, &json!({"action": "initialize", "provider": "roundup"})).await;
    let account = json!({"url": roundup.url, "username": ACCOUNT.0, "password": ACCOUNT.1});
    let complete = platform.call("POST", &pipeline, &account).await;
    let id = complete["data"]["id"].as_str().unwrap().to_owned();
    let settings = json!({
        "sync_forward_assignment": true, "sync_reverse_assignment": true, "sync_status_reverse": true,
        "sync_status_forward": {"tracker": {"on_resolve": RESOLVED, "on_unresolve": OPEN}},
    });
    platform.call("POST", &platform.organization(&format!("integrations/{id}/")), &settings).await;
    let issues = platform.get(&platform.organization("issues/?query=")).await;
    let mut pairs = Vec::new();
    for issue in &issues.as_array().unwrap()[..ISSUES] {
        let issue = issue["id"].as_str().unwrap().to_owned();
        let path = format!("issues/{issue}/integrations/{id}/");
        let ticket = platform.call("POST", &path, &json!({"title": format!("Issue {issue}")})).await;
        pairs.push(Pair { issue, ticket: ticket["key"].as_str().unwrap().to_owned() });
    }
    (id, pairs)
}

/// One change of a person, on either side.
async fn change(platform: &PlatformProcess, roundup: &RoundupTracker, pair: &Pair, random: &mut StdRng) {
    let (is_ours, is_status, is_set): (bool, bool, bool) = random.random();
    if is_ours {
        let body = match (is_status, is_set) {
            (true, true) => json!({"status": "resolved"}),
            (true, false) => json!({"status": "unresolved"}),
            (false, true) => json!({"assignedTo": "you@example.com"}),
            (false, false) => json!({"assignedTo": ""}),
        };
        platform.call("PUT", &format!("issues/{}/", pair.issue), &body).await;
    } else {
        let values = match (is_status, is_set) {
            (true, true) => json!({"status": RESOLVED}),
            (true, false) => json!({"status": OPEN}),
            (false, true) => json!({"assignedto": YOU}),
            (false, false) => json!({"assignedto": ""}),
        };
        roundup.change(&pair.ticket, values).await;
    }
}

/// Whether the issue is resolved and assigned, and the same of its ticket.
async fn states(
    platform: &PlatformProcess,
    roundup: &RoundupTracker,
    pair: &Pair,
) -> ((bool, bool), (bool, bool)) {
    let issue = platform.get(&format!("issues/{}/", pair.issue)).await;
    let ticket = roundup.item(&format!("issue/{}", pair.ticket)).await;
    let ours = (issue["status"] == "resolved", issue["assignedTo"]["email"] == "you@example.com");
    (ours, (ticket["status"]["id"] == RESOLVED, ticket["assignedto"]["id"] == YOU))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the Python environment of cargo xtask test"]
async fn both_sides_are_equal_after_500_changes_during_which_every_process_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut roundup = RoundupTracker::start(folder.path()).await;
    let mut platform = PlatformProcess::start(folder.path(), &roundup.providers).await;
    let (integration, pairs) = connect(&platform, &roundup).await;
    let given = std::env::var("PATCHBAY_TEST_SEED").ok().map(|seed| seed.parse().unwrap());
    #[expect(clippy::disallowed_methods, reason = "a fault by chance")]
    let seed = given.unwrap_or_else(rand::random);
    eprintln!("PATCHBAY_TEST_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    for n in 1..=CHANGES {
        let pair = &pairs[random.random_range(0..ISSUES)];
        change(&platform, &roundup, pair, &mut random).await;
        match n {
            100 | 250 | 400 => platform.kill_and_restart().await,
            175 => roundup.kill_and_restart_program().await,
            325 => {
                roundup.kill_tracker();
                roundup.start_tracker().await;
            }
            _ => {}
        }
    }
    let health = platform.organization(&format!("integrations/{integration}/health/"));
    eventually(PATIENCE, "both sides are equal, and nothing waits", async || {
        for pair in &pairs {
            let (ours, theirs) = states(&platform, &roundup, pair).await;
            if ours != theirs {
                eprintln!("issue {} is {ours:?}, its ticket {} {theirs:?}", pair.issue, pair.ticket);
                return None;
            }
        }
        (platform.get(&health).await["queue"]["pending"] == 0).then_some(())
    })
    .await;
    assert_eq!(platform.get(&health).await["state"], "healthy");
}
