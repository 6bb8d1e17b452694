//! `wide`: whether installations of other organizations slow anything down.

use patchbay_domain::Clock;
use uuid::Uuid;

use super::Figures;
use crate::bench::Sizes;
use crate::bench::load::Product;
use crate::bench::receiver::Receiver;
use crate::bench::running::Running;

const ROWS_AT_ONCE: usize = 10_000;
/// Larger than any allocated id.
const FIRST_ID: i64 = 1_000_000_000;

pub(super) async fn play(running: &Running, receiver: &Receiver, sizes: &Sizes) -> anyhow::Result<Figures> {
    let product = Product::of(running.customer("Wide", 1, &receiver.url("/webhook")).await?);
    let (events, callers) = (sizes.events / 2, sizes.callers);
    let before = product.flood(running, receiver, events, callers).await?;
    let app = running.app("Wide Others", &receiver.url("/other")).await?;
    add_installations(running, app, sizes.subscriptions).await?;
    let last = running.customer("Wide Last", 1, &receiver.url("/webhook")).await?;
    Product::of(last).until_known(running, receiver).await?;
    let after = product.flood(running, receiver, events, callers).await?;
    let note = format!(
        "wide: with {} installations in other organizations, {:.2} times as many webhooks a second as without them",
        sizes.subscriptions,
        after.delivered_rate / before.delivered_rate
    );
    Ok(Figures::default().load("wide, without others", before).load("wide, with others", after).note(note))
}

/// Each is in a separate organization. They are inserted directly, because creating them over the API would
/// take minutes. The streams that carry them are the same.
async fn add_installations(running: &Running, app_id: i64, count: usize) -> anyhow::Result<()> {
    let db = running.database(patchbay_installation::NAME, &patchbay_installation::MIGRATIONS).await?;
    let columns =
        &["id", "uuid", "app_id", "organization_id", "organization_slug", "status", "created_at", "version"];
    let now = Clock::system().now();
    for begin in (0..count).step_by(ROWS_AT_ONCE) {
        let mut tx = db.begin().await?;
        let (version,): (i64,) =
            tx.query("update change_counter set version = version + 1 returning version").fetch_one().await?;
        let ids = (begin..count.min(begin + ROWS_AT_ONCE)).map(|number| FIRST_ID + number as i64);
        tx.insert_rows("installations", columns, ids, |row, id| {
            row.bind(id)
                .bind(Uuid::new_v4())
                .bind(app_id)
                .bind(id)
                .bind(format!("other-{id}"))
                .bind("installed")
                .bind(now)
                .bind(version);
        })
        .execute()
        .await?;
        tx.commit().await?;
    }
    db.close().await;
    Ok(())
}
