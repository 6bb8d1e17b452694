//! Changes that trackers reported.

use chrono::{DateTime, Utc};
use patchbay_db::{AssertSqlSafe, Db, FromRow, Json, Tx};
use patchbay_domain::Error;

use patchbay_provider::Change;

/// A change that waits.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub(crate) id: i64,
    pub(crate) integration_id: i64,
    pub(crate) change: Change,
    pub(crate) received_at: DateTime<Utc>,
    pub(crate) attempts: i32,
    pub(crate) due_at: DateTime<Utc>,
}

#[derive(Debug, FromRow)]
struct Row {
    id: i64,
    integration_id: i64,
    change: Json<Change>,
    received_at: DateTime<Utc>,
    attempts: i32,
    due_at: DateTime<Utc>,
}

/// Remembers a webhook by its id; false if it was received before.
pub(crate) async fn remember(
    tx: &mut Tx,
    provider: &str,
    delivery_id: &str,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let inserted = tx
        .query(
            "insert into inbound_deliveries (provider, delivery_id, received_at) values ($1, $2, $3)
             on conflict (provider, delivery_id) do nothing",
        )
        .bind(provider)
        .bind(delivery_id)
        .bind(now)
        .execute()
        .await?;
    Ok(inserted == 1)
}

/// The number of changes of an integration that wait.
pub(crate) async fn count(db: &Db, integration_id: i64) -> Result<i64, Error> {
    let query = db.query("select count(*) from inbound_changes where integration_id = $1");
    Ok(query.bind(integration_id).fetch_scalar().await?)
}

/// Adds changes, which are due at once. Their ids begin with `first_id`.
pub(crate) async fn insert(
    tx: &mut Tx,
    first_id: i64,
    integration_id: i64,
    changes: &[Change],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let columns = &["id", "integration_id", "change", "received_at", "attempts", "due_at"];
    tx.insert_rows("inbound_changes", columns, (first_id..).zip(changes), |row, (id, change)| {
        row.bind(id).bind(integration_id).bind(Json(change.clone())).bind(now).bind(0_i32).bind(now);
    })
    .execute()
    .await?;
    Ok(())
}

/// Integrations with due changes, except those that are worked on; the longest waiting first.
pub(crate) async fn ready(
    db: &Db,
    now: DateTime<Utc>,
    running: &[i64],
    limit: i64,
) -> Result<Vec<i64>, Error> {
    let unless = if running.is_empty() { "" } else { "and integration_id not in ($list)" };
    let text = format!(
        "select integration_id from inbound_changes where due_at <= $1 {unless}
         group by integration_id order by min(due_at), integration_id limit $2"
    );
    let query = db.query(AssertSqlSafe(text)).bind(now).bind(limit);
    let query = if running.is_empty() { query } else { query.bind_list(running) };
    Ok(query.fetch_scalars().await?)
}

/// The oldest changes of an integration.
pub(crate) async fn oldest(db: &Db, integration_id: i64, limit: i64) -> Result<Vec<Waiting>, Error> {
    let query = db.query(
        "select id, integration_id, change, received_at, attempts, due_at from inbound_changes
         where integration_id = $1 order by id limit $2",
    );
    let rows = query.bind(integration_id).bind(limit).fetch_all::<Row>().await?;
    let waiting = rows.into_iter().map(|row| {
        let Row { id, integration_id, change, received_at, attempts, due_at } = row;
        Waiting { id, integration_id, change: change.0, received_at, attempts, due_at }
    });
    Ok(waiting.collect())
}

pub(crate) async fn delete(tx: &mut Tx, id: i64) -> Result<(), Error> {
    tx.query("delete from inbound_changes where id = $1").bind(id).execute().await?;
    Ok(())
}

/// Tries a change again at a time.
pub(crate) async fn postpone(db: &Db, id: i64, attempts: i32, due_at: DateTime<Utc>) -> Result<(), Error> {
    let query = db.query("update inbound_changes set attempts = $2, due_at = $3 where id = $1");
    query.bind(id).bind(attempts).bind(due_at).execute().await?;
    Ok(())
}

/// Forgets webhooks that were received before a time.
pub(crate) async fn prune(db: &Db, before: DateTime<Utc>) -> Result<u64, Error> {
    Ok(db.query("delete from inbound_deliveries where received_at < $1").bind(before).execute().await?)
}
