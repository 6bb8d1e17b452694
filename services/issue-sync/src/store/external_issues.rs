//! Tickets that issues are linked to.

use chrono::{DateTime, Utc};
use patchbay_db::{Db, FromRow, Json, Tx};
use patchbay_domain::Error;

use crate::domain::link::StoredTicket;
use patchbay_provider::{Object, Ticket};

#[derive(Debug, FromRow)]
struct Row {
    id: i64,
    organization_id: i64,
    key: String,
    title: String,
    description: String,
    metadata: Json<Object>,
    assignee_updated_at: Option<DateTime<Utc>>,
    status_updated_at: Option<DateTime<Utc>>,
}

/// A ticket of an organization, with the times of the last changes that were applied.
#[derive(Debug, Clone)]
pub(crate) struct TrackedTicket {
    pub(crate) organization_id: i64,
    pub(crate) ticket: StoredTicket,
    pub(crate) assignee_updated_at: Option<DateTime<Utc>>,
    pub(crate) status_updated_at: Option<DateTime<Utc>>,
}

impl From<Row> for TrackedTicket {
    fn from(row: Row) -> Self {
        Self {
            organization_id: row.organization_id,
            ticket: StoredTicket {
                id: row.id,
                key: row.key,
                title: row.title,
                description: row.description,
                metadata: row.metadata.0,
            },
            assignee_updated_at: row.assignee_updated_at,
            status_updated_at: row.status_updated_at,
        }
    }
}

/// Writes the ticket, or refreshes its title, description and metadata. Returns its id and locks it until the transaction ends. `id` is
/// the id that it gets if it is new.
pub(crate) async fn put(
    tx: &mut Tx,
    id: i64,
    organization_id: i64,
    integration_id: i64,
    ticket: &Ticket,
) -> Result<i64, Error> {
    let query = tx.query(
        "insert into external_issues (id, organization_id, integration_id, key, title, description, metadata)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (organization_id, integration_id, key)
         do update set title = excluded.title, description = excluded.description, metadata = excluded.metadata
         returning id",
    );
    let query = query.bind(id).bind(organization_id).bind(integration_id).bind(&ticket.key);
    let query = query.bind(&ticket.title).bind(&ticket.description).bind(Json(&ticket.metadata));
    Ok(query.fetch_scalar().await?)
}

/// The tickets with this key, in the order of their ids.
pub(crate) async fn with_key(db: &Db, integration_id: i64, key: &str) -> Result<Vec<TrackedTicket>, Error> {
    let query = db.query("select * from external_issues where integration_id = $1 and key = $2 order by id");
    let rows = query.bind(integration_id).bind(key).fetch_all::<Row>().await?;
    Ok(rows.into_iter().map(TrackedTicket::from).collect())
}

/// The same, locked until the transaction ends.
pub(crate) async fn lock_with_key(
    tx: &mut Tx,
    integration_id: i64,
    key: &str,
) -> Result<Vec<TrackedTicket>, Error> {
    let query = tx.query("select * from external_issues where integration_id = $1 and key = $2 order by id");
    let rows = query.bind(integration_id).bind(key).for_update().fetch_all::<Row>().await?;
    Ok(rows.into_iter().map(TrackedTicket::from).collect())
}

/// Locks a ticket until the transaction ends.
pub(crate) async fn lock(tx: &mut Tx, id: i64) -> Result<(), Error> {
    let query = tx.query("select id from external_issues where id = $1").bind(id);
    query.for_update().fetch_optional::<(i64,)>().await?;
    Ok(())
}

/// Deletes the ticket unless an issue is linked to it. Call with its lock.
pub(crate) async fn delete_unlinked(tx: &mut Tx, id: i64) -> Result<(), Error> {
    tx.query(
        "delete from external_issues where id = $1
         and not exists (select 1 from issue_links where external_issue_id = $1)",
    )
    .bind(id)
    .execute()
    .await?;
    Ok(())
}

/// Gives a ticket another key. A ticket with that key that was linked meanwhile is a failure for which repeating helps.
pub(crate) async fn rename(tx: &mut Tx, id: i64, key: &str, metadata: &Object) -> Result<(), Error> {
    let query = tx.query("update external_issues set key = $2, metadata = $3 where id = $1");
    match query.bind(id).bind(key).bind(Json(metadata)).execute().await {
        Err(error) if error.is_unique("external_issues_organization_id_integration_id_key_key") => {
            Err(Error::unavailable("TRY_AGAIN", "A ticket with the new key was linked just now."))
        }
        other => Ok(other.map(drop)?),
    }
}

/// Moves the links of one ticket to another, and deletes the first. An issue that is linked to both keeps one link.
pub(crate) async fn merge(tx: &mut Tx, from: i64, to: i64) -> Result<(), Error> {
    tx.query(
        "delete from issue_links where external_issue_id = $1
         and issue_id in (select issue_id from issue_links where external_issue_id = $2)",
    )
    .bind(from)
    .bind(to)
    .execute()
    .await?;
    tx.query("update issue_links set external_issue_id = $2 where external_issue_id = $1")
        .bind(from)
        .bind(to)
        .execute()
        .await?;
    tx.query("delete from external_issues where id = $1").bind(from).execute().await?;
    Ok(())
}

/// Advances the time of the last assignee that was applied, forwards only.
pub(crate) async fn advance_assignee(db: &Db, id: i64, at: DateTime<Utc>) -> Result<(), Error> {
    db.query(
        "update external_issues set assignee_updated_at = $2
         where id = $1 and (assignee_updated_at is null or assignee_updated_at < $2)",
    )
    .bind(id)
    .bind(at)
    .execute()
    .await?;
    Ok(())
}

/// Advances the time of the last status that was applied, forwards only.
pub(crate) async fn advance_status(db: &Db, id: i64, at: DateTime<Utc>) -> Result<(), Error> {
    db.query(
        "update external_issues set status_updated_at = $2
         where id = $1 and (status_updated_at is null or status_updated_at < $2)",
    )
    .bind(id)
    .bind(at)
    .execute()
    .await?;
    Ok(())
}
