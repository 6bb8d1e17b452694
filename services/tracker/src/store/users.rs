use chrono::{DateTime, Utc};
use patchbay_db::{Db, Result};

use crate::domain::user::User;

type Row = (i64, String, String, bool, bool);

/// False when the e-mail address is taken.
pub(crate) async fn insert(db: &Db, user: &User, created_at: DateTime<Utc>) -> Result<bool> {
    db.query(
        "insert into users (id, email, name, is_superuser, is_staff, created_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (email) do nothing",
    )
    .bind(user.id)
    .bind(&user.email)
    .bind(&user.name)
    .bind(user.is_superuser)
    .bind(user.is_staff)
    .bind(created_at)
    .execute()
    .await
    .map(|inserted| inserted > 0)
}

pub(crate) async fn find(db: &Db, id: i64) -> Result<Option<User>> {
    let query = db.query("select id, name, email, is_superuser, is_staff from users where id = $1").bind(id);
    Ok(query.fetch_optional().await?.map(user))
}

/// `email` in lower case.
pub(crate) async fn find_by_email(db: &Db, email: &str) -> Result<Option<User>> {
    let query =
        db.query("select id, name, email, is_superuser, is_staff from users where email = $1").bind(email);
    Ok(query.fetch_optional().await?.map(user))
}

fn user((id, name, email, is_superuser, is_staff): Row) -> User {
    User { id, name, email, is_superuser, is_staff }
}
