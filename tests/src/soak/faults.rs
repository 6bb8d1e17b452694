//! Random faults.

use std::sync::atomic::Ordering;
use std::time::Duration;

use patchbay_test_servers::Shutdown;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use super::stage::{Patchbay, Stage};

const SERVICES: [&str; 7] =
    ["installation", "auth-token", "tracker", "issue-sync", "gateway", "event-fanout", "webhook-sender"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Kill,
    Receiver,
    Connections,
    Broker,
    Database,
}

/// The time of the next fault, and the random generator.
pub(super) struct Faults {
    chance: StdRng,
    every: u64,
    due: tokio::time::Instant,
}

impl Faults {
    pub(super) fn new(seed: u64, every: u64) -> Self {
        let mut faults =
            Self { chance: StdRng::seed_from_u64(seed), every, due: tokio::time::Instant::now() };
        faults.plan();
        faults
    }

    /// Waits for the time of the next fault.
    pub(super) async fn next(&self) {
        if self.every == 0 {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep_until(self.due).await;
    }

    /// Causes a fault and repairs what an operator would repair. Returns a description.
    pub(super) async fn strike(&mut self, stage: &mut Stage, may_kill: bool) -> anyhow::Result<String> {
        self.plan();
        let kinds: &[Fault] = match (&stage.patchbay, may_kill) {
            (Patchbay::Embedded(_), true) => &[Fault::Kill, Fault::Receiver],
            (Patchbay::Embedded(_), false) => &[Fault::Receiver],
            (Patchbay::Distributed { .. }, true) => &[
                Fault::Kill,
                Fault::Kill,
                Fault::Receiver,
                Fault::Connections,
                Fault::Broker,
                Fault::Database,
            ],
            (Patchbay::Distributed { .. }, false) => {
                &[Fault::Receiver, Fault::Connections, Fault::Broker, Fault::Database]
            }
        };
        let fault = *kinds.choose(&mut self.chance).unwrap_or(&Fault::Receiver);
        let away = Duration::from_millis(self.chance.random_range(0..3_000));
        match (fault, &mut stage.patchbay) {
            (Fault::Kill, Patchbay::Embedded(embedded)) => {
                embedded.program.kill()?;
                embedded.program.start()?;
                Ok("the process was killed".to_owned())
            }
            (Fault::Kill, Patchbay::Distributed { deployment, .. }) => {
                let victim = *SERVICES.choose(&mut self.chance).unwrap_or(&"webhook-sender");
                deployment.program(victim).kill()?;
                tokio::time::sleep(away).await;
                deployment.program(victim).start()?;
                Ok(format!("{victim} was killed, and away for {away:?}"))
            }
            (Fault::Connections, Patchbay::Distributed { proxy, .. }) => {
                proxy.cut();
                tokio::time::sleep(away).await;
                proxy.restore();
                Ok(format!("the broker was cut off for {away:?}"))
            }
            (Fault::Broker, Patchbay::Distributed { servers, .. }) => {
                servers.rabbitmq.kill();
                servers.rabbitmq.restart()?;
                Ok("the broker was killed".to_owned())
            }
            (Fault::Database, Patchbay::Distributed { servers, .. }) => {
                let ways = [Shutdown::Fast, Shutdown::Immediate, Shutdown::Kill];
                let way = *ways.choose(&mut self.chance).unwrap_or(&Shutdown::Fast);
                servers.postgres.stop(way);
                tokio::time::sleep(away).await;
                servers.postgres.restart()?;
                Ok(format!("the database was stopped ({way:?}) for {away:?}"))
            }
            (Fault::Receiver | Fault::Connections | Fault::Broker | Fault::Database, _) => {
                let is_down = !stage.down.fetch_xor(true, Ordering::Relaxed);
                Ok(format!("the flaky app {}", if is_down { "is down" } else { "is back" }))
            }
        }
    }

    /// A random pause between half and one and a half of the average.
    fn plan(&mut self) {
        let every = self.every.max(1) * 1000;
        let pause = self.chance.random_range(every / 2..every * 3 / 2);
        self.due = tokio::time::Instant::now() + Duration::from_millis(pause);
    }
}
