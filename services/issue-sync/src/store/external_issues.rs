//! Tickets that issues are linked to.

use chrono::{DateTime, Utc};
use patchbay_db::{Db, FromRow, Json, Tx};
use patchbay_domain::Error;

use crate::domain::link::StoredTicket;
use crate::domain::order::{Order, Write};
use patchbay_provider::{Change, Object, Ticket};

#[derive(Debug, FromRow)]
struct Row {
    id: i64,
    organization_id: i64,
    key: String,
    title: String,
    description: String,
    metadata: Json<Object>,
    assignee_updated_at: Option<DateTime<Utc>>,
    assignee_ours_at: Option<DateTime<Utc>>,
    assignee_writes: Json<Vec<Write<Option<i64>>>>,
    status_updated_at: Option<DateTime<Utc>>,
    status_ours_at: Option<DateTime<Utc>>,
    status_writes: Json<Vec<Write<bool>>>,
}

/// A ticket of an organization, with the order of the changes of its fields.
#[derive(Debug, Clone)]
pub(crate) struct TrackedTicket {
    pub(crate) organization_id: i64,
    pub(crate) ticket: StoredTicket,
    /// Values are ids of users; `None` without an assignee.
    pub(crate) assignee: Order<Option<i64>>,
    /// Values are whether the issue is resolved.
    pub(crate) status: Order<bool>,
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
            assignee: Order {
                theirs: row.assignee_updated_at,
                ours: row.assignee_ours_at,
                writes: row.assignee_writes.0,
            },
            status: Order {
                theirs: row.status_updated_at,
                ours: row.status_ours_at,
                writes: row.status_writes.0,
            },
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

/// Keys that begin with a text, at most 200.
pub(crate) async fn keys_beginning_with(
    db: &Db,
    integration_id: i64,
    text: &str,
) -> Result<Vec<String>, Error> {
    let query = db.query(
        "select distinct key from external_issues where integration_id = $1 and substr(key, 1, $3) = $2
         order by key limit 200",
    );
    let characters = i32::try_from(text.chars().count()).unwrap_or(i32::MAX);
    let rows = query.bind(integration_id).bind(text).bind(characters).fetch_all::<(String,)>().await?;
    Ok(rows.into_iter().map(|(key,)| key).collect())
}

pub(crate) async fn find(db: &Db, id: i64) -> Result<Option<TrackedTicket>, Error> {
    let query = db.query("select * from external_issues where id = $1").bind(id);
    Ok(query.fetch_optional::<Row>().await?.map(TrackedTicket::from))
}

/// Locks a ticket until the transaction ends.
pub(crate) async fn lock(tx: &mut Tx, id: i64) -> Result<Option<TrackedTicket>, Error> {
    let query = tx.query("select * from external_issues where id = $1").bind(id);
    Ok(query.for_update().fetch_optional::<Row>().await?.map(TrackedTicket::from))
}

/// Writes the order of the changes of its assignee. Call with the lock of the ticket.
pub(crate) async fn set_assignee(tx: &mut Tx, id: i64, order: &Order<Option<i64>>) -> Result<(), Error> {
    tx.query(
        "update external_issues set assignee_updated_at = $2, assignee_ours_at = $3, assignee_writes = $4
         where id = $1",
    )
    .bind(id)
    .bind(order.theirs)
    .bind(order.ours)
    .bind(Json(&order.writes))
    .execute()
    .await?;
    Ok(())
}

/// The same for its status.
pub(crate) async fn set_status(tx: &mut Tx, id: i64, order: &Order<bool>) -> Result<(), Error> {
    tx.query(
        "update external_issues set status_updated_at = $2, status_ours_at = $3, status_writes = $4
         where id = $1",
    )
    .bind(id)
    .bind(order.theirs)
    .bind(order.ours)
    .bind(Json(&order.writes))
    .execute()
    .await?;
    Ok(())
}

/// Remembers the change of the assignee that matched no user; `None` forgets it.
pub(crate) async fn set_unmatched(tx: &mut Tx, id: i64, change: Option<&Change>) -> Result<(), Error> {
    let query = tx.query("update external_issues set unmatched = $2 where id = $1");
    query.bind(id).bind(change.map(Json)).execute().await?;
    Ok(())
}

/// Changes of assignees that matched no user, of tickets of an organization; at most 1000.
pub(crate) async fn unmatched(
    db: &Db,
    organization_id: i64,
    integration_id: i64,
) -> Result<Vec<Change>, Error> {
    let query = db.query(
        "select unmatched from external_issues
         where organization_id = $1 and integration_id = $2 and unmatched is not null
         order by id limit 1000",
    );
    let query = query.bind(organization_id).bind(integration_id);
    let rows = query.fetch_all::<(Json<Change>,)>().await?;
    Ok(rows.into_iter().map(|(change,)| change.0).collect())
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

/// Moves the links of one ticket to another, and deletes the first. An issue that is linked to both keeps one link. Returns the ids of
/// the deleted links, with their issues.
pub(crate) async fn merge(tx: &mut Tx, from: i64, to: i64) -> Result<Vec<(i64, i64)>, Error> {
    let doubles: Vec<(i64, i64)> = tx
        .query(
            "select id, issue_id from issue_links where external_issue_id = $1
             and issue_id in (select issue_id from issue_links where external_issue_id = $2)",
        )
        .bind(from)
        .bind(to)
        .fetch_all()
        .await?;
    for (id, _) in &doubles {
        super::links::delete(tx, *id).await?;
    }
    tx.query("update issue_links set external_issue_id = $2 where external_issue_id = $1")
        .bind(from)
        .bind(to)
        .execute()
        .await?;
    tx.query("delete from external_issues where id = $1").bind(from).execute().await?;
    Ok(doubles)
}
