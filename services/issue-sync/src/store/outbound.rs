//! Changes that wait to be sent to trackers.

use chrono::{DateTime, Utc};
use patchbay_db::{AssertSqlSafe, Db, FromRow, Json, Tx};
use patchbay_domain::Error;

use crate::domain::outbound::{Task, Waiting};

#[derive(Debug, FromRow)]
struct Row {
    id: i64,
    organization_id: i64,
    integration_id: i64,
    issue_id: i64,
    task: Json<Task>,
    occurred_at: DateTime<Utc>,
    queued_at: DateTime<Utc>,
    attempts: i32,
    version: i64,
}

impl From<Row> for Waiting {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            organization_id: row.organization_id,
            integration_id: row.integration_id,
            issue_id: row.issue_id,
            task: row.task.0,
            occurred_at: row.occurred_at,
            queued_at: row.queued_at,
            attempts: row.attempts,
            version: row.version,
        }
    }
}

/// A task to write.
#[derive(Debug)]
pub(crate) struct New {
    pub(crate) organization_id: i64,
    pub(crate) integration_id: i64,
    pub(crate) issue_id: i64,
    pub(crate) task: Task,
    pub(crate) occurred_at: DateTime<Utc>,
}

/// Writes a task, which is due at once. It replaces one that waits for the same place. `id` is the id that it gets if it is new.
pub(crate) async fn put(tx: &mut Tx, id: i64, new: New, now: DateTime<Utc>) -> Result<(), Error> {
    let place = new.task.place(new.issue_id, new.integration_id);
    let waiting = tx.query("select task from outbound_tasks where place = $1").bind(&place).for_update();
    let waiting = waiting.fetch_optional::<(Json<Task>,)>().await?;
    let task = new.task.after(waiting.as_ref().map(|(task,)| &task.0));
    tx.query(
        "insert into outbound_tasks as waiting (id, place, organization_id, integration_id, issue_id, task, occurred_at,
             queued_at, attempts, due_at, version)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 0, $8, 1)
         on conflict (place) do update set issue_id = excluded.issue_id, task = excluded.task,
             occurred_at = excluded.occurred_at, attempts = 0, due_at = excluded.due_at,
             version = waiting.version + 1",
    )
    .bind(id)
    .bind(place)
    .bind(new.organization_id)
    .bind(new.integration_id)
    .bind(new.issue_id)
    .bind(Json(&task))
    .bind(new.occurred_at)
    .bind(now)
    .execute()
    .await?;
    Ok(())
}

/// Integrations with due tasks whose trackers may be called, except those that are worked on; the longest waiting first.
pub(crate) async fn ready(
    db: &Db,
    now: DateTime<Utc>,
    running: &[i64],
    limit: i64,
) -> Result<Vec<i64>, Error> {
    let unless = if running.is_empty() { "" } else { "and t.integration_id not in ($list)" };
    let text = format!(
        "select t.integration_id from outbound_tasks t
         where t.due_at <= $1 and not exists
             (select 1 from pauses p where p.integration_id = t.integration_id and p.until > $1) {unless}
         group by t.integration_id order by min(t.due_at), t.integration_id limit $2"
    );
    let query = db.query(AssertSqlSafe(text)).bind(now).bind(limit);
    let query = if running.is_empty() { query } else { query.bind_list(running) };
    Ok(query.fetch_scalars().await?)
}

/// Due tasks of an integration, the longest waiting first.
pub(crate) async fn due(
    db: &Db,
    integration_id: i64,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Waiting>, Error> {
    let query = db.query(
        "select id, organization_id, integration_id, issue_id, task, occurred_at, queued_at, attempts, version
         from outbound_tasks where integration_id = $1 and due_at <= $2 order by due_at, id limit $3",
    );
    let rows = query.bind(integration_id).bind(now).bind(limit).fetch_all::<Row>().await?;
    Ok(rows.into_iter().map(Waiting::from).collect())
}

/// Number of tasks of an integration, and the time of the oldest.
pub(crate) async fn pending(db: &Db, integration_id: i64) -> Result<(i64, Option<DateTime<Utc>>), Error> {
    let query = db.query("select count(*), min(queued_at) from outbound_tasks where integration_id = $1");
    Ok(query.bind(integration_id).fetch_one().await?)
}

/// Deletes a task unless a later change has replaced it.
pub(crate) async fn delete(tx: &mut Tx, task: &Waiting) -> Result<(), Error> {
    let query = tx.query("delete from outbound_tasks where id = $1 and version = $2");
    query.bind(task.id).bind(task.version).execute().await?;
    Ok(())
}

/// Deletes the task for a place, if its change is not later than `at`.
pub(crate) async fn delete_until(tx: &mut Tx, place: &str, at: Option<DateTime<Utc>>) -> Result<(), Error> {
    match at {
        Some(at) => {
            let query = tx.query("delete from outbound_tasks where place = $1 and occurred_at <= $2");
            query.bind(place).bind(at).execute().await?;
        }
        None => {
            tx.query("delete from outbound_tasks where place = $1").bind(place).execute().await?;
        }
    }
    Ok(())
}

/// Tries a task again at a time, unless a later change has replaced it.
pub(crate) async fn postpone(tx: &mut Tx, task: &Waiting, due_at: DateTime<Utc>) -> Result<(), Error> {
    let query = tx.query(
        "update outbound_tasks set attempts = attempts + 1, due_at = $3 where id = $1 and version = $2",
    );
    query.bind(task.id).bind(task.version).bind(due_at).execute().await?;
    Ok(())
}

/// Moves what waits for a ticket to another one, where nothing waits for it.
pub(crate) async fn move_tasks(tx: &mut Tx, from: i64, to: i64) -> Result<(), Error> {
    for (before, after) in [
        (Task::Assignee { external_issue_id: from }, Task::Assignee { external_issue_id: to }),
        (Task::Status { external_issue_id: from }, Task::Status { external_issue_id: to }),
    ] {
        let (old_place, new_place) = (before.place(0, 0), after.place(0, 0));
        tx.query(
            "update outbound_tasks set place = $2, task = $3, version = version + 1 where place = $1
             and not exists (select 1 from outbound_tasks where place = $2)",
        )
        .bind(&old_place)
        .bind(&new_place)
        .bind(Json(&after))
        .execute()
        .await?;
        tx.query("delete from outbound_tasks where place = $1").bind(&old_place).execute().await?;
    }
    Ok(())
}
