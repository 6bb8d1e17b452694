//! Tickets that issues show in their annotations, or no longer show, until the service of the issues knows it.

use chrono::{DateTime, Utc};
use patchbay_db::{Db, FromRow, Json, Tx};
use patchbay_domain::Error;

use crate::domain::link::TicketRecord;

/// A record that waits; without a record the ticket is no longer shown.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub(crate) link_id: i64,
    pub(crate) issue_id: i64,
    pub(crate) record: Option<TicketRecord>,
}

#[derive(Debug, FromRow)]
struct Row {
    link_id: i64,
    issue_id: i64,
    record: Option<Json<TicketRecord>>,
}

pub(crate) async fn put(
    tx: &mut Tx,
    link_id: i64,
    issue_id: i64,
    record: Option<&TicketRecord>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    tx.query(
        "insert into ticket_records (link_id, issue_id, record, due_at) values ($1, $2, $3, $4)
         on conflict (link_id) do update set record = excluded.record, due_at = excluded.due_at",
    )
    .bind(link_id)
    .bind(issue_id)
    .bind(record.map(Json))
    .bind(now)
    .execute()
    .await?;
    Ok(())
}

pub(crate) async fn due(db: &Db, now: DateTime<Utc>) -> Result<Vec<Waiting>, Error> {
    let query = db.query(
        "select link_id, issue_id, record from ticket_records where due_at <= $1
         order by due_at, link_id limit 500",
    );
    let rows = query.bind(now).fetch_all::<Row>().await?;
    let waiting = rows.into_iter().map(|row| Waiting {
        link_id: row.link_id,
        issue_id: row.issue_id,
        record: row.record.map(|record| record.0),
    });
    Ok(waiting.collect())
}

/// Deletes a record, unless the ticket is to be forgotten in the meantime.
pub(crate) async fn delete(db: &Db, link_id: i64, is_shown: bool) -> Result<(), Error> {
    let text = match is_shown {
        true => "delete from ticket_records where link_id = $1 and record is not null",
        false => "delete from ticket_records where link_id = $1 and record is null",
    };
    db.query(text).bind(link_id).execute().await?;
    Ok(())
}

/// Tries a record again at a time.
pub(crate) async fn postpone(db: &Db, link_id: i64, due_at: DateTime<Utc>) -> Result<(), Error> {
    let query = db.query("update ticket_records set due_at = $2 where link_id = $1");
    query.bind(link_id).bind(due_at).execute().await?;
    Ok(())
}
