//! `a`, `b` and `c`: the maximum throughput.

use super::Figures;
use crate::bench::Sizes;
use crate::bench::load::Product;
use crate::bench::receiver::Receiver;
use crate::bench::running::Running;

pub(super) async fn one_endpoint(
    running: &Running,
    receiver: &Receiver,
    sizes: &Sizes,
) -> anyhow::Result<Figures> {
    let organization_id = running.customer("Flood", 1, &receiver.url("/webhook")).await?;
    let product = Product::of(organization_id);
    Ok(Figures::default().load("a", product.flood(running, receiver, sizes.events, sizes.callers).await?))
}

/// An organization has at most one installation of an app, so the ten installations belong to ten apps.
pub(super) async fn ten_installations(
    running: &Running,
    receiver: &Receiver,
    sizes: &Sizes,
) -> anyhow::Result<Figures> {
    let organization_id = running.customer("Fan Out", 10, &receiver.url("/webhook")).await?;
    let product = Product { webhooks_per_event: 10, ..Product::of(organization_id) };
    Ok(Figures::default().load("b", product.flood(running, receiver, sizes.events / 4, sizes.callers).await?))
}

pub(super) async fn many_apps(
    running: &Running,
    receiver: &Receiver,
    sizes: &Sizes,
) -> anyhow::Result<Figures> {
    let mut organizations = Vec::new();
    for number in 1..=200 {
        organizations.push(running.customer(&format!("Many {number}"), 1, &receiver.url("/webhook")).await?);
    }
    let product = Product { organizations: organizations.into(), webhooks_per_event: 1 };
    Ok(Figures::default().load("c", product.flood(running, receiver, sizes.events, sizes.callers).await?))
}
