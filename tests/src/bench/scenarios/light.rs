//! `light`: the latency of a webhook under a light load.

use super::Figures;
use crate::bench::Sizes;
use crate::bench::load::{LIGHT_RATE, Product};
use crate::bench::receiver::Receiver;
use crate::bench::running::Running;

pub(super) async fn play(running: &Running, receiver: &Receiver, sizes: &Sizes) -> anyhow::Result<Figures> {
    let product = Product::of(running.customer("Light", 1, &receiver.url("/webhook")).await?);
    // Opens the connections.
    product.flood(running, receiver, 200, 1).await?;
    let (rate, seconds) = (LIGHT_RATE, sizes.seconds);
    Ok(Figures::default()
        .load("light", product.trickle(running, receiver, rate, seconds, rate * seconds).await?))
}
