use chrono::{DateTime, Utc};
use patchbay_db::{Db, Result, Tx};

use crate::domain::input::id_or_slug::IdOrSlug;
use crate::domain::input::page::Page;
use crate::domain::project::{Project, ProjectChange};

type Row = (i64, i64, String, String, String);

/// Locks the slugs of projects of the organization until the transaction ends.
pub(crate) async fn lock_slugs(tx: &mut Tx, organization_id: i64) -> Result<()> {
    let lock = tx.query("select id from organizations where id = $1").bind(organization_id).for_update();
    lock.fetch_scalars::<i64>().await.map(drop)
}

pub(crate) async fn insert(tx: &mut Tx, project: &Project, created_at: DateTime<Utc>) -> Result<()> {
    tx.query(
        "insert into projects (id, organization_id, slug, name, platform, last_issue_number, created_at)
         values ($1, $2, $3, $4, $5, 0, $6)",
    )
    .bind(project.id)
    .bind(project.organization_id)
    .bind(&project.slug)
    .bind(&project.name)
    .bind(&project.platform)
    .bind(created_at)
    .execute()
    .await
    .map(drop)
}

/// The ones of `slugs` that are taken by projects of the organization.
pub(crate) async fn taken_slugs(tx: &mut Tx, organization_id: i64, slugs: &[String]) -> Result<Vec<String>> {
    tx.query("select slug from projects where organization_id = $1 and slug in ($list)")
        .bind(organization_id)
        .bind_list(slugs)
        .fetch_scalars()
        .await
}

pub(crate) async fn find(db: &Db, organization_id: i64, reference: &IdOrSlug) -> Result<Option<Project>> {
    let query = match reference {
        IdOrSlug::Id(id) => db
            .query(
                "select id, organization_id, slug, name, platform from projects
                 where organization_id = $1 and id = $2 and deleted_at is null",
            )
            .bind(organization_id)
            .bind(*id),
        IdOrSlug::Slug(slug) => db
            .query(
                "select id, organization_id, slug, name, platform from projects
                 where organization_id = $1 and slug = $2 and deleted_at is null",
            )
            .bind(organization_id)
            .bind(slug),
    };
    Ok(query.fetch_optional().await?.map(project))
}

/// By slug, with one extra entry if there are more; only those with these `ids` if there are any.
pub(crate) async fn list(
    db: &Db,
    organization_id: i64,
    ids: Option<&[i64]>,
    page: Page,
) -> Result<Vec<Project>> {
    macro_rules! select {
        ($condition:literal) => {
            concat!(
                "select id, organization_id, slug, name, platform from projects
                 where organization_id = $1 and deleted_at is null ",
                $condition,
                "order by slug limit $2 offset $3"
            )
        };
    }
    let text = if ids.is_some() { select!("and id in ($list) ") } else { select!("") };
    let query = db.query(text).bind(organization_id).bind(page.fetch()).bind(page.offset());
    let query = match ids {
        Some(ids) => query.bind_list(ids),
        None => query,
    };
    Ok(query.fetch_all::<Row>().await?.into_iter().map(project).collect())
}

/// A unique violation when the slug is taken.
pub(crate) async fn update(db: &Db, id: i64, change: &ProjectChange) -> Result<()> {
    db.query(
        "update projects set name = coalesce($2, name), slug = coalesce($3, slug),
             platform = coalesce($4, platform)
         where id = $1 and deleted_at is null",
    )
    .bind(id)
    .bind(change.name.as_deref())
    .bind(change.slug.as_deref())
    .bind(change.platform.as_deref())
    .execute()
    .await
    .map(drop)
}

/// Hides a project from every caller and frees its slug. False if it is hidden already.
pub(crate) async fn hide(tx: &mut Tx, id: i64, now: DateTime<Utc>) -> Result<bool> {
    let hide =
        tx.query("update projects set deleted_at = $2, slug = $3 where id = $1 and deleted_at is null");
    // No slug begins with a dash.
    Ok(hide.bind(id).bind(now).bind(format!("-{id}")).execute().await? > 0)
}

/// Keeps a project from being hidden until the transaction ends; false if it is hidden already. Every transaction that writes rows that
/// belong to it holds this lock, or the lock of one of its issues, so that no row is added after its deletion began.
pub(crate) async fn lock(tx: &mut Tx, id: i64) -> Result<bool> {
    let lock = tx.query("select id from projects where id = $1 and deleted_at is null").bind(id).for_update();
    Ok(lock.fetch_optional::<(i64,)>().await?.is_some())
}

/// Takes the next `count` numbers for issues of the project and returns the first; `None` when the project is hidden. Its
/// row stays locked until the transaction ends, so numbers come in the order of commits.
pub(crate) async fn next_issue_numbers(tx: &mut Tx, project_id: i64, count: i64) -> Result<Option<i64>> {
    let first: Option<(i64,)> = tx
        .query(
            "update projects set last_issue_number = last_issue_number + $2
             where id = $1 and deleted_at is null returning last_issue_number - $2 + 1",
        )
        .bind(project_id)
        .bind(count)
        .fetch_optional()
        .await?;
    Ok(first.map(|(first,)| first))
}

fn project((id, organization_id, slug, name, platform): Row) -> Project {
    Project { id, organization_id, slug, name, platform }
}
