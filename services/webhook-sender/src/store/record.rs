//! Writes records: all of a batch or none.

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use patchbay_db::{Blob, Db, Json, Result, Values};
use uuid::Uuid;

use super::status::{HELD, PENDING};
use crate::domain::attempt::Attempt;
use crate::domain::delivery::{Delivery, State};
use crate::recording::record::Record;

const ATTEMPT_COLUMNS: &[&str] = &[
    "event_id",
    "delivery_id",
    "number",
    "sequence",
    "installation_id",
    "app_id",
    "organization_id",
    "resource",
    "action",
    "webhook_url",
    "accepted_at",
    "started_at",
    "duration_ms",
    "delivered",
    "response_code",
    "error",
    "error_id",
    "error_project",
    "request_headers",
    "request_body",
    "response_body",
    "body",
    "traceparent",
    "unconditional",
];

const DELIVERY_COLUMNS: &[&str] = &[
    "delivery_id",
    "event_id",
    "installation_id",
    "app_id",
    "organization_id",
    "resource",
    "action",
    "body",
    "grant_code",
    "accepted_at",
    "traceparent",
    "unconditional",
    "ordering_key",
    "sequence",
    "schedule_from",
    "status",
    "attempts",
    "due_at",
    "response_code",
    "reason",
    "updated_at",
];

/// `schedule_from` only grows: resending moves it to all attempts so far, also while one of them is under way.
///
/// Two workers may send the same webhook, after a lease expired or when a message came twice. The one with fewer attempts changes nothing,
/// and a webhook that has ended stays ended.
static PROGRESS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "on conflict (delivery_id) do update set
    status = excluded.status, attempts = excluded.attempts, due_at = excluded.due_at,
    schedule_from = case when excluded.schedule_from > deliveries.schedule_from
        then excluded.schedule_from else deliveries.schedule_from end,
    response_code = excluded.response_code, reason = excluded.reason, updated_at = excluded.updated_at,
    grant_code = excluded.grant_code
    where deliveries.status in ({PENDING}, {HELD}) and deliveries.attempts <= excluded.attempts"
    )
});

/// Writes attempts, and their webhooks unless they were delivered at once.
pub(crate) async fn record(db: &Db, records: &[Record], now: DateTime<Utc>) -> Result<()> {
    let attempts: Vec<_> =
        records.iter().filter_map(|record| Some((record, record.attempt.as_ref()?))).collect();
    // A statement may change a row once: the last record of a webhook counts.
    let deliveries: HashMap<Uuid, &Record> = records
        .iter()
        .filter(|record| record.needs_row())
        .map(|record| (record.delivery.id, record))
        .collect();
    if deliveries.is_empty() {
        let insert = db.insert_rows("attempts", ATTEMPT_COLUMNS, attempts, bind_attempt);
        insert.suffix("on conflict do nothing").execute().await?;
        return Ok(());
    }
    // Every writer locks rows in the same order, so that no two deadlock.
    let mut deliveries: Vec<_> = deliveries.into_values().collect();
    deliveries.sort_unstable_by_key(|record| record.delivery.id);
    let mut tx = db.begin().await?;
    let insert = tx.insert_rows("attempts", ATTEMPT_COLUMNS, attempts, bind_attempt);
    insert.suffix("on conflict do nothing").execute().await?;
    let insert = tx.insert_rows("deliveries", DELIVERY_COLUMNS, deliveries, |row, record| {
        bind_delivery(row, record, now);
    });
    insert.suffix(&PROGRESS).execute().await?;
    tx.commit().await
}

fn bind_attempt(row: &mut Values<'_, '_>, (record, attempt): (&Record, &Attempt)) {
    let delivery: &Delivery = &record.delivery;
    let exchange = attempt.exchange.as_ref();
    let app_error = exchange.and_then(|exchange| exchange.app_error.as_ref());
    let body = (!record.needs_row()).then(|| Blob(delivery.split_body().0));
    row.bind(delivery.event_id)
        .bind(delivery.id)
        .bind(attempt.number)
        .bind(delivery.sequence)
        .bind(delivery.installation_id)
        .bind(delivery.app_id)
        .bind(delivery.organization_id)
        .bind(delivery.resource.as_str())
        .bind(delivery.action.as_str())
        .bind(&*attempt.url)
        .bind(delivery.accepted_at)
        .bind(attempt.started_at)
        .bind(i64::try_from(attempt.took.as_millis()).unwrap_or(i64::MAX))
        .bind(attempt.outcome.is_success())
        .bind(attempt.response_code())
        .bind(attempt.error())
        .bind(app_error.map(|(error, _)| error.as_str()))
        .bind(app_error.map(|(_, project)| project.as_str()))
        .bind(exchange.and_then(|exchange| exchange.request_headers.as_ref()).map(Json))
        .bind(exchange.and_then(|exchange| exchange.request_body.as_deref()))
        .bind(exchange.map(|exchange| exchange.response_body.as_str()))
        .bind(body)
        .bind(delivery.traceparent.as_deref())
        .bind(delivery.unconditional);
}

fn bind_delivery(row: &mut Values<'_, '_>, record: &Record, now: DateTime<Utc>) {
    let delivery = &record.delivery;
    let due_at = match record.state {
        State::Pending { due_at, .. } => due_at,
        _ => now,
    };
    let (body, code) = delivery.split_body();
    // A webhook that has ended needs its code no longer.
    let code = code.filter(|_| matches!(record.state, State::Pending { .. } | State::Held { .. }));
    row.bind(delivery.id)
        .bind(delivery.event_id)
        .bind(delivery.installation_id)
        .bind(delivery.app_id)
        .bind(delivery.organization_id)
        .bind(delivery.resource.as_str())
        .bind(delivery.action.as_str())
        .bind(Blob(body))
        .bind(code)
        .bind(delivery.accepted_at)
        .bind(delivery.traceparent.as_deref())
        .bind(delivery.unconditional)
        .bind(delivery.ordering_key.as_str())
        .bind(delivery.sequence)
        .bind(delivery.schedule_from)
        .bind(record.state.status() as i32)
        .bind(delivery.attempts)
        .bind(due_at)
        .bind(record.attempt.as_ref().map_or(0, Attempt::response_code))
        .bind(record.state.reason())
        .bind(now);
}
