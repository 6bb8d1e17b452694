use chrono::{DateTime, Utc};
use patchbay_db::{Db, Result, Tx};

use crate::domain::input::id_or_slug::IdOrSlug;
use crate::domain::input::page::Page;
use crate::domain::organization::team::Team;

type Row = (i64, i64, String, String);

/// False when the slug is taken in the organization.
pub(crate) async fn insert(db: &Db, team: &Team, created_at: DateTime<Utc>) -> Result<bool> {
    db.query(
        "insert into teams (id, organization_id, slug, name, created_at) values ($1, $2, $3, $4, $5)
         on conflict (organization_id, slug) do nothing",
    )
    .bind(team.id)
    .bind(team.organization_id)
    .bind(&team.slug)
    .bind(&team.name)
    .bind(created_at)
    .execute()
    .await
    .map(|inserted| inserted > 0)
}

pub(crate) async fn find(db: &Db, organization_id: i64, reference: &IdOrSlug) -> Result<Option<Team>> {
    let query = match reference {
        IdOrSlug::Id(id) => db
            .query("select id, organization_id, slug, name from teams where organization_id = $1 and id = $2")
            .bind(organization_id)
            .bind(*id),
        IdOrSlug::Slug(slug) => db
            .query(
                "select id, organization_id, slug, name from teams where organization_id = $1 and slug = $2",
            )
            .bind(organization_id)
            .bind(slug),
    };
    Ok(query.fetch_optional().await?.map(team))
}

/// By slug, with one extra entry if there are more.
pub(crate) async fn list(db: &Db, organization_id: i64, page: Page) -> Result<Vec<Team>> {
    let rows: Vec<Row> = db
        .query(
            "select id, organization_id, slug, name from teams where organization_id = $1
             order by slug limit $2 offset $3",
        )
        .bind(organization_id)
        .bind(page.fetch())
        .bind(page.offset())
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(team).collect())
}

pub(crate) async fn members(db: &Db, team_id: i64) -> Result<Vec<i64>> {
    db.query("select user_id from team_members where team_id = $1 order by user_id")
        .bind(team_id)
        .fetch_scalars()
        .await
}

/// Adds a user to a team; false if they are not a member of its organization.
pub(crate) async fn add_member(db: &Db, team: &Team, user_id: i64) -> Result<bool> {
    // No row is inserted, either, if they are in the team already.
    db.query(
        "insert into team_members (team_id, organization_id, user_id)
         select $1, m.organization_id, m.user_id from memberships m
         where m.organization_id = $2 and m.user_id = $3
         on conflict (team_id, user_id) do nothing",
    )
    .bind(team.id)
    .bind(team.organization_id)
    .bind(user_id)
    .execute()
    .await?;
    Ok(members(db, team.id).await?.contains(&user_id))
}

pub(crate) async fn remove_member(db: &Db, team_id: i64, user_id: i64) -> Result<()> {
    let delete = db.query("delete from team_members where team_id = $1 and user_id = $2");
    delete.bind(team_id).bind(user_id).execute().await.map(drop)
}

/// Deletes a team and unassigns its issues.
pub(crate) async fn delete(tx: &mut Tx, team_id: i64) -> Result<()> {
    tx.query("update issues set assigned_team_id = null, assigned_at = null where assigned_team_id = $1")
        .bind(team_id)
        .execute()
        .await?;
    tx.query("delete from issue_subscriptions where subscriber = 'team' and subscriber_id = $1")
        .bind(team_id)
        .execute()
        .await?;
    tx.query("delete from teams where id = $1").bind(team_id).execute().await.map(drop)
}

/// Project ids, each with the slug of a team that has access.
pub(crate) async fn of_projects(db: &Db, project_ids: &[i64]) -> Result<Vec<(i64, String)>> {
    db.query(
        "select p.project_id, t.slug from project_teams p join teams t on t.id = p.team_id
         where p.project_id in ($list) order by t.slug",
    )
    .bind_list(project_ids)
    .fetch_all()
    .await
}

pub(crate) async fn grant(db: &Db, project_id: i64, team_id: i64) -> Result<()> {
    db.query(
        "insert into project_teams (project_id, team_id) values ($1, $2)
         on conflict (project_id, team_id) do nothing",
    )
    .bind(project_id)
    .bind(team_id)
    .execute()
    .await
    .map(drop)
}

pub(crate) async fn withdraw(db: &Db, project_id: i64, team_id: i64) -> Result<()> {
    let delete = db.query("delete from project_teams where project_id = $1 and team_id = $2");
    delete.bind(project_id).bind(team_id).execute().await.map(drop)
}

fn team((id, organization_id, slug, name): Row) -> Team {
    Team { id, organization_id, slug, name }
}
