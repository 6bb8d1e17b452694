//! Random changes on both sides, lost order, duplicates and outages end in equal states, after a bounded number of writes.
//!
//! `PATCHBAY_TEST_SIMULATIONS` sets the number of runs, `PATCHBAY_TEST_SEED` the first seed.

use std::time::Duration;

use patchbay_domain::Random;
use patchbay_proto::tracker::Issue;
use patchbay_testkit::eventually;
use serde_json::Value;

use crate::outbound::{connected, link};
use crate::service::{Service, each};

const HOSTS: [&str; 3] = ["one.test", "two.test", "three.test"];
const PEOPLE: [&str; 3] = ["ada@example.org", "wren@example.org", "finch@example.org"];
/// Changes in one run.
const STEPS: usize = 12;
/// Writes that may follow one change: one for each tracker, and one more if the issue changes meanwhile.
const WRITES_PER_CHANGE: usize = 2 * HOSTS.len();
const LONG: Duration = Duration::from_secs(60);

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// One issue that is linked to a ticket at each tracker.
struct Run<'a> {
    service: &'a Service,
    users: &'a [i64],
    issue: Issue,
    seed: u64,
    random: Random,
    deliveries: usize,
}

impl Run<'_> {
    fn below(&self, limit: usize) -> usize {
        (self.random.fraction() * limit as f64) as usize
    }

    fn key(&self, host: usize) -> String {
        format!("R{}-{}", self.seed, host)
    }

    async fn step(&mut self) {
        let (host, person) = (self.below(HOSTS.len()), self.below(PEOPLE.len() + 1));
        match self.below(10) {
            0..=1 => {
                let to = self.users.get(person).map(|id| format!("user:{id}")).unwrap_or_default();
                self.service.change(&self.issue, Some(&to), None).await;
            }
            2 => {
                let status = ["resolved", "unresolved"][self.below(2)];
                self.service.change(&self.issue, None, Some(status)).await;
            }
            3..=4 => {
                let email = PEOPLE.get(person).copied().unwrap_or_default();
                self.service.slate.world().assign(HOSTS[host], &self.key(host), email);
            }
            5 => {
                let status = ["done", "open"][self.below(2)];
                self.service.slate.world().set_status(HOSTS[host], &self.key(host), status);
            }
            6 => {
                self.service.slate.world().down.insert(HOSTS[host].to_owned());
            }
            7 => {
                self.service.slate.world().down.clear();
            }
            _ => self.deliver().await,
        }
        self.service.clock.advance(Duration::from_millis(300));
        tokio::task::yield_now().await;
    }

    /// Sends some webhook, not the oldest one, and sometimes not for the last time.
    async fn deliver(&mut self) {
        let (host, event) = {
            let mut world = self.service.slate.world();
            if world.events.is_empty() {
                return;
            }
            let position = self.below(world.events.len());
            match self.below(4) {
                0 => world.events[position].clone(),
                _ => world.events.remove(position),
            }
        };
        self.send(&host, event).await;
    }

    async fn send(&mut self, host: &str, event: Value) {
        self.deliveries += 1;
        let delivery = format!("{}-{}", self.seed, self.deliveries);
        let answer = self.service.webhook_of(host, "hush-hush", &delivery, event).await;
        assert_eq!(answer.status, 200);
    }

    /// Ends outages and sends what was not sent, until nothing happens any more. Returns the number of webhooks.
    async fn settle(&mut self) -> usize {
        self.service.slate.world().down.clear();
        let mut sent = 0;
        loop {
            eventually(LONG, "nothing waits", async || {
                self.service.clock.advance(Duration::from_secs(1));
                (self.waiting().await == 0).then_some(())
            })
            .await;
            let events = std::mem::take(&mut self.service.slate.world().events);
            if events.is_empty() {
                return sent;
            }
            for (host, event) in events {
                sent += 1;
                assert!(sent <= STEPS * WRITES_PER_CHANGE, "seed {}: it does not end", self.seed);
                self.send(&host, event).await;
            }
        }
    }

    /// Work that is left. A change may be on its way over the bus, so it has to be nothing twice.
    async fn waiting(&self) -> i64 {
        let mut waiting = 0;
        for _ in 0..2 {
            for table in ["inbound_changes", "outbound_tasks"] {
                let text = patchbay_db::AssertSqlSafe(format!("select count(*) from {table}"));
                waiting += self.service.db.query(text).fetch_scalar::<i64>().await.unwrap();
            }
            waiting += self.service.unpublished().await;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        waiting
    }

    async fn check(&self) {
        let document = self.service.document(&self.issue).await;
        let email = document["assignedTo"]["email"].as_str().unwrap_or_default();
        let status = if document["status"] == "resolved" { "done" } else { "open" };
        let world = self.service.slate.world();
        for (host, name) in HOSTS.iter().enumerate() {
            let key = self.key(host);
            let assignee = world.assignees.get(&key).map(String::as_str).unwrap_or_default();
            let ticket = (assignee, world.tickets[&key].status.as_str());
            assert_eq!(ticket, (email, status), "seed {}: the ticket at {name} and the issue", self.seed);
        }
    }
}

#[tokio::test]
async fn changes_on_all_sides_end_in_equal_states() {
    let (runs, first) = (number("PATCHBAY_TEST_SIMULATIONS", 12), number("PATCHBAY_TEST_SEED", 1));
    each(|service| async move {
        let mut users = Vec::new();
        for email in PEOPLE {
            users.push(service.member_with_address(email).await);
        }
        let mut integrations = Vec::new();
        for host in HOSTS {
            integrations.push(connected(&service, host).await);
        }
        for seed in first..first + runs {
            eprintln!("seed {seed}");
            let issue = service.issue("shop").await;
            let random = Random::seeded(seed);
            let mut run = Run { service: &service, users: &users, issue, seed, random, deliveries: 0 };
            // Clocks of trackers are wrong by up to an hour.
            for host in HOSTS {
                let skew = run.below(7200) as i64 - 3600;
                service.slate.world().skew.insert(host.to_owned(), skew);
            }
            for (host, integration) in integrations.iter().enumerate() {
                link(&service, integration, &run.issue, &run.key(host)).await;
            }
            for _ in 0..STEPS {
                run.step().await;
            }
            run.settle().await;
            run.check().await;
        }
    })
    .await;
}
