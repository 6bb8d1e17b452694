use chrono::{DateTime, Utc};
use patchbay_db::{Db, Result};
use patchbay_domain::{Membership, Role};

use super::unknown;

/// Makes the user a member, or changes their role.
pub(crate) async fn set(
    db: &Db,
    organization_id: i64,
    user_id: i64,
    role: Role,
    now: DateTime<Utc>,
) -> Result<()> {
    db.query(
        "insert into memberships (organization_id, user_id, role, created_at) values ($1, $2, $3, $4)
         on conflict (organization_id, user_id) do update set role = excluded.role",
    )
    .bind(organization_id)
    .bind(user_id)
    .bind(role.as_str())
    .bind(now)
    .execute()
    .await
    .map(drop)
}

/// What a user is in each organization, the organization they joined first in front.
pub(crate) async fn of_user(db: &Db, user_id: i64) -> Result<Vec<Membership>> {
    let rows: Vec<(i64, String, String)> = db
        .query(
            "select o.id, o.slug, m.role from memberships m join organizations o on o.id = m.organization_id
             where m.user_id = $1 order by m.created_at, o.id",
        )
        .bind(user_id)
        .fetch_all()
        .await?;
    rows.into_iter().map(membership).collect()
}

fn membership((organization_id, organization_slug, role): (i64, String, String)) -> Result<Membership> {
    let role = role.parse().map_err(|_| unknown("role", &role))?;
    Ok(Membership { organization_id, organization_slug, role })
}
