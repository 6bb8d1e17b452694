use chrono::{DateTime, Utc};
use patchbay_db::{Db, FromRow, Result, Tx};

use super::unknown;
use crate::domain::organization::invitation::Invitation;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, organization_id, email, role, inviter_id, inviter_name, created_at, expires_at
             from invitations ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct Row {
    id: i64,
    organization_id: i64,
    email: String,
    role: String,
    inviter_id: Option<i64>,
    inviter_name: String,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl Row {
    fn read(self) -> Result<Invitation> {
        let Self { id, organization_id, email, role, inviter_id, inviter_name, created_at, expires_at } =
            self;
        let role = role.parse().map_err(|_| unknown("role", &role))?;
        Ok(Invitation { id, organization_id, email, role, inviter_id, inviter_name, created_at, expires_at })
    }
}

/// False when the address is invited to the organization already.
pub(crate) async fn insert(tx: &mut Tx, invitation: &Invitation) -> Result<bool> {
    tx.query(
        "insert into invitations
             (id, organization_id, email, role, inviter_id, inviter_name, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (organization_id, email) do nothing",
    )
    .bind(invitation.id)
    .bind(invitation.organization_id)
    .bind(&invitation.email)
    .bind(invitation.role.as_str())
    .bind(invitation.inviter_id)
    .bind(&invitation.inviter_name)
    .bind(invitation.created_at)
    .bind(invitation.expires_at)
    .execute()
    .await
    .map(|inserted| inserted > 0)
}

pub(crate) async fn find(db: &Db, organization_id: i64, id: i64) -> Result<Option<Invitation>> {
    let query = db.query(select!("where organization_id = $1 and id = $2"));
    let row: Option<Row> = query.bind(organization_id).bind(id).fetch_optional().await?;
    row.map(Row::read).transpose()
}

/// False when it was answered or withdrawn meanwhile.
pub(crate) async fn delete(tx: &mut Tx, id: i64) -> Result<bool> {
    tx.query("delete from invitations where id = $1").bind(id).execute().await.map(|deleted| deleted > 0)
}

/// Deletes the invitation to an address that became a member in another way.
pub(crate) async fn delete_to(tx: &mut Tx, organization_id: i64, email: &str) -> Result<()> {
    tx.query("delete from invitations where organization_id = $1 and email = $2")
        .bind(organization_id)
        .bind(email)
        .execute()
        .await
        .map(drop)
}

/// Deletes the invitations by a former member.
pub(crate) async fn delete_by(tx: &mut Tx, organization_id: i64, inviter_id: i64) -> Result<()> {
    tx.query("delete from invitations where organization_id = $1 and inviter_id = $2")
        .bind(organization_id)
        .bind(inviter_id)
        .execute()
        .await
        .map(drop)
}

pub(crate) async fn delete_expired(tx: &mut Tx, organization_id: i64, now: DateTime<Utc>) -> Result<()> {
    tx.query("delete from invitations where organization_id = $1 and expires_at <= $2")
        .bind(organization_id)
        .bind(now)
        .execute()
        .await
        .map(drop)
}

pub(crate) async fn count_of(tx: &mut Tx, organization_id: i64) -> Result<i64> {
    let query = tx.query("select count(*) from invitations where organization_id = $1");
    query.bind(organization_id).fetch_scalar().await
}

/// Number of open invitations to this address.
pub(crate) async fn count_to(tx: &mut Tx, email: &str, now: DateTime<Utc>) -> Result<i64> {
    let query = tx.query("select count(*) from invitations where email = $1 and expires_at > $2");
    query.bind(email).bind(now).fetch_scalar().await
}

/// Oldest first. `pattern` is what `like` compares the e-mail address with, in lower case.
pub(crate) async fn list(
    db: &Db,
    organization_id: i64,
    pattern: &str,
    offset: i64,
    limit: i64,
) -> Result<Vec<Invitation>> {
    let rows: Vec<Row> = db
        .query(select!(
            "where organization_id = $1 and email like $2 escape '!' order by created_at, id limit $3 offset $4"
        ))
        .bind(organization_id)
        .bind(pattern)
        .bind(limit)
        .bind(offset)
        .fetch_all()
        .await?;
    rows.into_iter().map(Row::read).collect()
}
