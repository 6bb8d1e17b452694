//! Names that one call at a time may hold: the ticket that it links, the idempotency key with which it creates one.

use chrono::{DateTime, Utc};
use patchbay_db::{Db, Tx};
use patchbay_domain::Error;

/// The state of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// It is the caller's now.
    Taken,
    /// Another call holds it.
    Busy,
    /// A call that held it made this link.
    Done(i64),
}

/// Takes a name until a time.
pub(crate) async fn take(
    db: &Db,
    name: &str,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Claim, Error> {
    let taken = db
        .query(
            "insert into link_claims as claim (name, until) values ($1, $2)
             on conflict (name) do update set until = excluded.until, link_id = null where claim.until <= $3",
        )
        .bind(name)
        .bind(until)
        .bind(now)
        .execute()
        .await?;
    if taken == 1 {
        return Ok(Claim::Taken);
    }
    let query = db.query("select link_id from link_claims where name = $1").bind(name);
    match query.fetch_optional::<(Option<i64>,)>().await? {
        Some((Some(link),)) => Ok(Claim::Done(link)),
        _ => Ok(Claim::Busy),
    }
}

/// Gives a name back.
pub(crate) async fn release(db: &Db, name: &str) -> Result<(), Error> {
    db.query("delete from link_claims where name = $1 and link_id is null").bind(name).execute().await?;
    Ok(())
}

/// Remembers the link that was made, until a time.
pub(crate) async fn complete(
    tx: &mut Tx,
    name: &str,
    link_id: i64,
    until: DateTime<Utc>,
) -> Result<(), Error> {
    let query = tx.query("update link_claims set link_id = $2, until = $3 where name = $1");
    query.bind(name).bind(link_id).bind(until).execute().await?;
    Ok(())
}

/// Deletes names whose time is over.
pub(crate) async fn prune(db: &Db, now: DateTime<Utc>) -> Result<u64, Error> {
    Ok(db.query("delete from link_claims where until <= $1").bind(now).execute().await?)
}
