use patchbay_db::{Db, Result};

/// The projects of the teams of a user, by id.
pub(crate) async fn of_user(db: &Db, organization_id: i64, user_id: i64) -> Result<Vec<i64>> {
    db.query(
        "select distinct p.project_id from team_members m join project_teams p on p.team_id = m.team_id
         where m.organization_id = $1 and m.user_id = $2 order by p.project_id",
    )
    .bind(organization_id)
    .bind(user_id)
    .fetch_scalars()
    .await
}
