//! Possible assignees of the issues of a project: members of its teams, managers and owners; without a team, all members, unless
//! the organization has closed membership.

use patchbay_db::{Db, Result};

use crate::domain::issue::assignee::Assignee;

/// A member by id or e-mail address, and whether they have access to the project.
pub(crate) async fn user(
    db: &Db,
    organization_id: i64,
    project_id: i64,
    id: i64,
    email: &str,
) -> Result<Option<(Assignee, bool)>> {
    let row: Option<(i64, String, String, bool)> = db
        .query(
            "select u.id, u.name, u.email,
                 m.role in ('manager', 'owner')
                     or o.open_membership and not exists (select 1 from project_teams p where p.project_id = $2)
                     or exists (
                         select 1 from project_teams p join team_members t on t.team_id = p.team_id
                         where p.project_id = $2 and t.user_id = u.id
                     )
             from memberships m join users u on u.id = m.user_id join organizations o on o.id = m.organization_id
             where m.organization_id = $1 and (u.id = $3 or u.email = $4)",
        )
        .bind(organization_id)
        .bind(project_id)
        .bind(id)
        .bind(email)
        .fetch_optional()
        .await?;
    Ok(row.map(|(id, name, email, allowed)| (Assignee::User { id, name, email }, allowed)))
}

/// A team by id or slug, and whether it has access to the project.
pub(crate) async fn team(
    db: &Db,
    organization_id: i64,
    project_id: i64,
    id: i64,
    slug: &str,
) -> Result<Option<(Assignee, bool)>> {
    let row: Option<(i64, String, bool)> = db
        .query(
            "select t.id, t.name,
                 exists (select 1 from project_teams p where p.project_id = $2 and p.team_id = t.id)
             from teams t where t.organization_id = $1 and (t.id = $3 or t.slug = $4)",
        )
        .bind(organization_id)
        .bind(project_id)
        .bind(id)
        .bind(slug)
        .fetch_optional()
        .await?;
    Ok(row.map(|(id, name, allowed)| (Assignee::Team { id, name }, allowed)))
}
