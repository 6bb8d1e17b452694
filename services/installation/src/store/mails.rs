//! Mail that no mail server has accepted yet.

use chrono::{DateTime, Utc};
use patchbay_db::{Db, FromRow, Tx};
use patchbay_domain::Error;
use uuid::Uuid;

use crate::domain::mail::WaitingMail;

#[derive(Debug, FromRow)]
struct MailRow {
    id: Uuid,
    recipient: String,
    subject: String,
    body: String,
    created_at: DateTime<Utc>,
    attempts: i32,
}

pub(crate) async fn insert(tx: &mut Tx, mail: &WaitingMail) -> Result<(), Error> {
    tx.query(
        "insert into mails (id, recipient, subject, body, created_at, due_at, attempts)
         values ($1, $2, $3, $4, $5, $5, $6)",
    )
    .bind(mail.id)
    .bind(&mail.recipient)
    .bind(&mail.subject)
    .bind(&mail.body)
    .bind(mail.created_at)
    .bind(mail.attempts)
    .execute()
    .await?;
    Ok(())
}

pub(crate) async fn oldest_due(db: &Db, now: DateTime<Utc>) -> Result<Option<WaitingMail>, Error> {
    let query = db.query(
        "select id, recipient, subject, body, created_at, attempts from mails
         where given_up_at is null and due_at <= $1 order by due_at, created_at limit 1",
    );
    let row = query.bind(now).fetch_optional::<MailRow>().await?;
    Ok(row.map(|row| WaitingMail {
        id: row.id,
        recipient: row.recipient,
        subject: row.subject,
        body: row.body,
        created_at: row.created_at,
        attempts: row.attempts,
    }))
}

pub(crate) async fn next_due(db: &Db) -> Result<Option<DateTime<Utc>>, Error> {
    let query = db.query("select min(due_at) from mails where given_up_at is null");
    Ok(query.fetch_scalar::<Option<DateTime<Utc>>>().await?)
}

pub(crate) async fn delete(db: &Db, id: Uuid) -> Result<(), Error> {
    db.query("delete from mails where id = $1").bind(id).execute().await?;
    Ok(())
}

pub(crate) async fn postpone(
    db: &Db,
    id: Uuid,
    attempts: i32,
    due_at: DateTime<Utc>,
    problem: &str,
) -> Result<(), Error> {
    db.query("update mails set attempts = $2, due_at = $3, last_problem = $4 where id = $1")
        .bind(id)
        .bind(attempts)
        .bind(due_at)
        .bind(problem)
        .execute()
        .await?;
    Ok(())
}

pub(crate) async fn give_up(
    db: &Db,
    id: Uuid,
    attempts: i32,
    now: DateTime<Utc>,
    problem: &str,
) -> Result<(), Error> {
    db.query("update mails set attempts = $2, given_up_at = $3, last_problem = $4 where id = $1")
        .bind(id)
        .bind(attempts)
        .bind(now)
        .bind(problem)
        .execute()
        .await?;
    Ok(())
}

/// Deletes mail that was given up before this time.
pub(crate) async fn forget(db: &Db, before: DateTime<Utc>) -> Result<(), Error> {
    db.query("delete from mails where given_up_at < $1").bind(before).execute().await?;
    Ok(())
}
