use chrono::{DateTime, Utc};
use patchbay_db::{Db, DbError, FromRow, Result, Tx};
use patchbay_domain::EmailAddress;

use crate::domain::input::page::Page;
use crate::domain::user::User;

macro_rules! select {
    ($rest:literal) => {
        concat!("select id, name, email, is_superuser, is_staff, is_disabled, created_at from users ", $rest)
    };
}

#[derive(FromRow)]
struct Row {
    id: i64,
    name: String,
    email: String,
    is_superuser: bool,
    is_staff: bool,
    is_disabled: bool,
    created_at: DateTime<Utc>,
}

impl From<Row> for User {
    fn from(row: Row) -> Self {
        let Row { id, name, email, is_superuser, is_staff, is_disabled, created_at } = row;
        Self { id, name, email, is_superuser, is_staff, is_disabled, created_at }
    }
}

/// False if the e-mail address is taken.
pub(crate) async fn insert(tx: &mut Tx, user: &User) -> Result<bool> {
    tx.query(
        "insert into users (id, email, name, is_superuser, is_staff, is_disabled, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (email) do nothing",
    )
    .bind(user.id)
    .bind(&user.email)
    .bind(&user.name)
    .bind(user.is_superuser)
    .bind(user.is_staff)
    .bind(user.is_disabled)
    .bind(user.created_at)
    .execute()
    .await
    .map(|inserted| inserted > 0)
}

/// False if another user has the e-mail address.
pub(crate) async fn update(tx: &mut Tx, user: &User) -> Result<bool> {
    let updated = tx
        .query(
            "update users set email = $2, name = $3, is_superuser = $4, is_staff = $5, is_disabled = $6
             where id = $1",
        )
        .bind(user.id)
        .bind(&user.email)
        .bind(&user.name)
        .bind(user.is_superuser)
        .bind(user.is_staff)
        .bind(user.is_disabled)
        .execute()
        .await;
    match updated {
        Ok(_) => Ok(true),
        Err(DbError::UniqueViolation { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Locks the memberships of the user until the transaction ends.
pub(crate) async fn lock(tx: &mut Tx, id: i64) -> Result<()> {
    tx.query("update users set name = name where id = $1").bind(id).execute().await.map(drop)
}

pub(crate) async fn find(db: &Db, id: i64) -> Result<Option<User>> {
    let query = db.query(select!("where id = $1")).bind(id);
    Ok(query.fetch_optional::<Row>().await?.map(User::from))
}

pub(crate) async fn find_by_email(db: &Db, email: &EmailAddress) -> Result<Option<User>> {
    let query = db.query(select!("where email = $1")).bind(email.as_str());
    Ok(query.fetch_optional::<Row>().await?.map(User::from))
}

/// Like [`find_by_email`], in a transaction.
pub(crate) async fn find_by_email_in(tx: &mut Tx, email: &str) -> Result<Option<User>> {
    let query = tx.query(select!("where email = $1")).bind(email);
    Ok(query.fetch_optional::<Row>().await?.map(User::from))
}

/// The existing ones of these users, in no particular order.
pub(crate) async fn find_all(db: &Db, ids: &[i64]) -> Result<Vec<User>> {
    let rows: Vec<Row> = db.query(select!("where id in ($list)")).bind_list(ids).fetch_all().await?;
    Ok(rows.into_iter().map(User::from).collect())
}

/// Oldest first. `pattern` comes from [`pattern::holding`](crate::domain::input::pattern::holding).
pub(crate) async fn list(db: &Db, pattern: &str, page: Page) -> Result<Vec<User>> {
    let query = db.query(select!(
        r#"where email like $1 escape '!' or lower(name collate "C") like $1 escape '!'
         order by created_at, id limit $2 offset $3"#
    ));
    let rows: Vec<Row> = query.bind(pattern).bind(page.fetch()).bind(page.offset()).fetch_all().await?;
    Ok(rows.into_iter().map(User::from).collect())
}
