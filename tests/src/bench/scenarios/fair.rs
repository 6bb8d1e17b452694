//! `fair`: whether an endpoint that does not answer slows the others down.

use super::Figures;
use crate::bench::Sizes;
use crate::bench::load::{LIGHT_RATE, Product};
use crate::bench::receiver::Receiver;
use crate::bench::running::Running;

const HEALTHY: usize = 49;

pub(super) async fn play(running: &Running, receiver: &Receiver, sizes: &Sizes) -> anyhow::Result<Figures> {
    let mut healthy = Vec::new();
    for number in 1..=HEALTHY {
        healthy.push(running.customer(&format!("Fair {number}"), 1, &receiver.url("/webhook")).await?);
    }
    let hanging = running.customer("Fair Hanging", 1, &receiver.url("/hang")).await?;
    let alone = Product { organizations: healthy.clone().into(), webhooks_per_event: 1 };
    // Every second event goes to the endpoint that hangs.
    let beside = healthy.iter().flat_map(|organization| [*organization, hanging]).collect();
    let beside = Product { organizations: beside, webhooks_per_event: 1 };

    alone.flood(running, receiver, 400, 4).await?;
    let (rate, seconds) = (LIGHT_RATE, sizes.seconds);
    let without = alone.trickle(running, receiver, rate, seconds, rate * seconds).await?;
    let with = beside.trickle(running, receiver, 2 * rate, seconds, rate * seconds).await?;
    let ratio = with.arrived.p99 / without.arrived.p99;
    let note = format!(
        "fair: with half of the traffic going to an endpoint that hangs, the p99 of the other {HEALTHY} is {ratio:.2} times that without it"
    );
    Ok(Figures::default().load("fair, without it", without).load("fair, with it", with).note(note))
}
