//! Claims webhooks, so that no other worker sends them.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use patchbay_db::{AssertSqlSafe, Blob, Db, FromRow, Result};
use uuid::Uuid;

use super::status::{HELD, PENDING};
use crate::domain::delivery::Delivery;

#[derive(FromRow)]
struct Row {
    delivery_id: Uuid,
    event_id: Uuid,
    installation_id: Uuid,
    app_id: i64,
    organization_id: i64,
    resource: String,
    action: String,
    body: Blob,
    grant_code: Option<String>,
    accepted_at: DateTime<Utc>,
    traceparent: Option<String>,
    unconditional: bool,
    ordering_key: String,
    sequence: i64,
    attempts: i32,
    schedule_from: i32,
    reason: Option<String>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct ClaimQuery {
    pub app_id: i64,
    pub now: DateTime<Utc>,
    /// The claimed webhooks are due again at this time.
    pub lease_end: DateTime<Utc>,
    pub limit: u32,
}

const RETURNING: &str =
    "returning delivery_id, event_id, installation_id, app_id, organization_id, resource, action,
     body, grant_code, accepted_at, traceparent, unconditional, ordering_key, sequence, attempts, schedule_from, reason";

/// The order in which webhooks are tried as probes.
const LEAST_TRIED: &str = "attempts, updated_at, event_id";

/// Every installation of the app with pending webhooks, found by jumps in the index.
static INSTALLATIONS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "with recursive lines (installation_id) as (
         select (
             select installation_id from deliveries where app_id = $1 and status = {PENDING}
             order by installation_id limit 1
         )
         union all
         select (
             select waiting.installation_id from deliveries waiting
             where waiting.app_id = $1 and waiting.status = {PENDING}
                 and waiting.installation_id > lines.installation_id
             order by waiting.installation_id limit 1
         )
         from lines where lines.installation_id is not null
     )"
    )
});

/// The share of an installation in a claim, if there is room for it.
pub(crate) const LEAST_SHARE: u32 = 8;

/// Claims due webhooks: a share for each installation, the longest overdue first.
pub(crate) async fn claim_due(db: &Db, query: ClaimQuery) -> Result<Vec<Delivery>> {
    let installations = &*INSTALLATIONS;
    let postgres = format!(
        "{installations}, claimed as (
             select due.delivery_id as id
             from (select installation_id from lines where installation_id is not null) line
             cross join lateral (
                 select picked.delivery_id, picked.due_at, row_number() over (order by picked.due_at) as place
                 from (
                     select delivery_id, due_at from deliveries
                     where app_id = $1 and installation_id = line.installation_id and status = {PENDING}
                         and due_at <= $2
                     order by due_at limit greatest({LEAST_SHARE}, $3 / (select count(*) from lines))
                     for update skip locked
                 ) picked
             ) due
             order by due.place, due.due_at limit $3
         )
         update deliveries set due_at = $4, updated_at = $2 from claimed where delivery_id = claimed.id {RETURNING}"
    );
    let sqlite = format!(
        "update deliveries set due_at = $4, updated_at = $2 where delivery_id in (
             {installations}
             select due.delivery_id from lines join deliveries due on due.delivery_id in (
                 select delivery_id from deliveries picked
                 where picked.app_id = $1 and picked.installation_id = lines.installation_id
                     and picked.status = {PENDING} and picked.due_at <= $2
                 order by picked.due_at limit max({LEAST_SHARE}, $3 / (select count(*) from lines))
             )
             order by due.due_at limit $3
         ) {RETURNING}"
    );
    fetch(db, postgres, sqlite, query, None).await
}

/// Claims due webhooks to probe an endpoint: any but those that failed most often, so that the endpoint is not judged by the
/// same webhook again. They are taken from both ends of the queue, because either may be a run of webhooks that always fail.
pub(crate) async fn claim_probe(db: &Db, query: ClaimQuery) -> Result<Vec<Delivery>> {
    let end = |order: &str| {
        format!(
            "select delivery_id from (
                 select delivery_id from deliveries where app_id = $1 and status = {PENDING} and due_at <= $2
                 order by event_id {order} limit 50
             ) {order}_end"
        )
    };
    let chosen = format!(
        "select delivery_id as id from deliveries where status = {PENDING} and delivery_id in ({} union {})
         order by {LEAST_TRIED} limit $3",
        end("asc"),
        end("desc"),
    );
    claim_chosen(db, &chosen, query, None).await
}

/// Like [`claim_probe`], but only the first webhook of each installation and ordering key.
pub(crate) async fn claim_probe_in_order(db: &Db, query: ClaimQuery) -> Result<Vec<Delivery>> {
    let chosen = format!("{} and due_at <= $2 order by {LEAST_TRIED} limit $3", *HEADS);
    claim_chosen(db, &chosen, query, None).await
}

/// Claims in the order of acceptance: due webhooks, and those last updated before `untouched_since`.
pub(crate) async fn claim_oldest(
    db: &Db,
    query: ClaimQuery,
    untouched_since: DateTime<Utc>,
) -> Result<Vec<Delivery>> {
    let oldest = format!(
        "select delivery_id as id from deliveries
         where app_id = $1 and status = {PENDING} and (due_at <= $2 or updated_at < $5)
         order by event_id limit $3"
    );
    claim_chosen(db, &oldest, query, Some(untouched_since)).await
}

/// Like [`claim_oldest`], but only the first webhook of each installation and ordering key.
pub(crate) async fn claim_in_order(
    db: &Db,
    query: ClaimQuery,
    untouched_since: DateTime<Utc>,
) -> Result<Vec<Delivery>> {
    let heads = format!("{} and (due_at <= $2 or updated_at < $5) order by event_id limit $3", *HEADS);
    claim_chosen(db, &heads, query, Some(untouched_since)).await
}

/// The first webhook of each installation and ordering key of the app, found by jumps in the index.
static HEADS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select delivery_id as id from deliveries
         where app_id = $1 and status = {PENDING} and delivery_id in (
             with recursive heads (delivery_id) as (
                 select (
                     select delivery_id from deliveries where app_id = $1 and status in ({PENDING}, {HELD})
                     order by installation_id, ordering_key, sequence, event_id limit 1
                 )
                 union all
                 select (
                     select later.delivery_id from deliveries later
                     where later.app_id = $1 and later.status in ({PENDING}, {HELD})
                         and (later.installation_id, later.ordering_key) > (head.installation_id, head.ordering_key)
                     order by later.installation_id, later.ordering_key, later.sequence, later.event_id limit 1
                 )
                 from heads join deliveries head on head.delivery_id = heads.delivery_id
             )
             select delivery_id from heads where delivery_id is not null
         )"
    )
});

/// Claims the webhooks that a query selects as `id`.
pub(super) async fn claim_chosen(
    db: &Db,
    chosen: &str,
    query: ClaimQuery,
    untouched_since: Option<DateTime<Utc>>,
) -> Result<Vec<Delivery>> {
    let postgres = format!(
        "with claimed as ({chosen} for update skip locked)
         update deliveries set due_at = $4, updated_at = $2 from claimed where delivery_id = claimed.id {RETURNING}"
    );
    let sqlite = format!(
        "update deliveries set due_at = $4, updated_at = $2 where delivery_id in ({chosen}) {RETURNING}"
    );
    let mut claimed = fetch(db, postgres, sqlite, query, untouched_since).await?;
    claimed.sort_unstable_by_key(|delivery| delivery.event_id);
    Ok(claimed)
}

async fn fetch(
    db: &Db,
    postgres: String,
    sqlite: String,
    query: ClaimQuery,
    untouched_since: Option<DateTime<Utc>>,
) -> Result<Vec<Delivery>> {
    let statement = db
        .query_per_engine(AssertSqlSafe(postgres), AssertSqlSafe(sqlite))
        .bind(query.app_id)
        .bind(query.now)
        .bind(i64::from(query.limit))
        .bind(query.lease_end);
    let statement = match untouched_since {
        Some(moment) => statement.bind(moment),
        None => statement,
    };
    Ok(statement.fetch_all::<Row>().await?.into_iter().map(Row::into_delivery).collect())
}

impl Row {
    fn into_delivery(self) -> Delivery {
        Delivery {
            id: self.delivery_id,
            event_id: self.event_id,
            installation_id: self.installation_id,
            app_id: self.app_id,
            organization_id: self.organization_id,
            resource: self.resource,
            action: self.action,
            body: Delivery::joined_body(self.body.0, self.grant_code),
            accepted_at: self.accepted_at,
            traceparent: self.traceparent,
            unconditional: self.unconditional,
            ordering_key: self.ordering_key,
            sequence: self.sequence,
            attempts: self.attempts,
            schedule_from: self.schedule_from,
            // Before the first attempt the reason is not a failure.
            failure: self.reason.filter(|_| self.attempts > 0),
        }
    }
}
