//! `deep`: whether a long backlog slows other endpoints down, and whether it uses memory.

use patchbay_db::{Db, Engine};
use patchbay_domain::Clock;

use super::Figures;
use crate::bench::Sizes;
use crate::bench::load::{LIGHT_RATE, Product};
use crate::bench::receiver::Receiver;
use crate::bench::running::Running;

const ROWS_AT_ONCE: usize = 20_000;

pub(super) async fn play(running: &Running, receiver: &Receiver, sizes: &Sizes) -> anyhow::Result<Figures> {
    let product = Product::of(running.customer("Deep", 1, &receiver.url("/webhook")).await?);
    let hanging = running.installed("Deep Hanging", &receiver.url("/hang")).await?;
    product.flood(running, receiver, 200, 1).await?;
    let (rate, seconds) = (LIGHT_RATE, sizes.seconds);
    let before = product.trickle(running, receiver, rate, seconds, rate * seconds).await?;
    add_backlog(running, &hanging, sizes.backlog).await?;
    let after = product.trickle(running, receiver, rate, seconds, rate * seconds).await?;
    let peaks: Vec<String> =
        after.usage.iter().map(|(name, _, peak)| format!("{name} {peak:.0} MiB")).collect();
    let note = format!(
        "deep: with {} webhooks due at an endpoint that hangs, p50 is {:.2} and p99 {:.2} times that without them; {}",
        sizes.backlog,
        after.arrived.p50 / before.arrived.p50,
        after.arrived.p99 / before.arrived.p99,
        peaks.join(", ")
    );
    Ok(Figures::default().load("deep, without backlog", before).load("deep, with backlog", after).note(note))
}

/// Rows as webhook-sender writes them for waiting webhooks.
async fn add_backlog(
    running: &Running,
    (organization_id, app_id, installation): &(i64, i64, uuid::Uuid),
    count: usize,
) -> anyhow::Result<()> {
    let db: Db =
        running.database(patchbay_webhook_sender::NAME, &patchbay_webhook_sender::MIGRATIONS).await?;
    let now = Clock::system().now();
    let body = String::from_utf8(crate::bench::data(1))?;
    for begin in (0..count).step_by(ROWS_AT_ONCE) {
        let rows = ROWS_AT_ONCE.min(count - begin) as i64;
        // A number instead of random bits: the ids only have to differ.
        db.query_per_engine(
            "insert into deliveries (delivery_id, event_id, installation_id, app_id, organization_id, resource, action, body,
                 accepted_at, unconditional, status, attempts, due_at, response_code, reason, updated_at, sequence)
             select md5('d' || n)::uuid, md5('e' || n)::uuid, $1, $2, $3, 'error', 'created', convert_to($4, 'UTF8'),
                 $5, false, 1, 0, $5, 0, 'busy', $5, n
             from generate_series($6::bigint + 1, $6::bigint + $7::bigint) as n",
            "insert into deliveries (delivery_id, event_id, installation_id, app_id, organization_id, resource, action, body,
                 accepted_at, unconditional, status, attempts, due_at, response_code, reason, updated_at, sequence)
             with recursive numbers (n) as (select $6 + 1 union all select n + 1 from numbers where n < $6 + $7)
             select randomblob(16), randomblob(16), $1, $2, $3, 'error', 'created', cast($4 as blob),
                 $5, 0, 1, 0, $5, 0, 'busy', $5, n
             from numbers",
        )
        .bind(*installation)
        .bind(*app_id)
        .bind(*organization_id)
        .bind(body.as_str())
        .bind(now)
        .bind(begin as i64)
        .bind(rows)
        .execute()
        .await?;
    }
    settle(&db).await?;
    db.close().await;
    Ok(())
}

/// A real backlog of this size takes hours to build up, and databases run maintenance in the meantime.
async fn settle(db: &Db) -> anyhow::Result<()> {
    match db.engine() {
        // The tables of the service, which are in the search path of the connection.
        Engine::Postgres => {
            db.query("vacuum analyze deliveries").execute().await?;
            db.query("checkpoint").execute().await?;
        }
        Engine::Sqlite => drop(db.query("pragma wal_checkpoint(truncate)").execute().await?),
    }
    Ok(())
}
