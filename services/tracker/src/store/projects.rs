use chrono::{DateTime, Utc};
use patchbay_db::{Db, Result, Tx};

use crate::domain::project::Project;
use crate::domain::reference::Reference;

type Row = (i64, i64, String, String, String);

/// False when the slug is taken in the organization.
pub(crate) async fn insert(db: &Db, project: &Project, created_at: DateTime<Utc>) -> Result<bool> {
    db.query(
        "insert into projects (id, organization_id, slug, name, platform, last_issue_number, created_at)
         values ($1, $2, $3, $4, $5, 0, $6)
         on conflict (organization_id, slug) do nothing",
    )
    .bind(project.id)
    .bind(project.organization_id)
    .bind(&project.slug)
    .bind(&project.name)
    .bind(&project.platform)
    .bind(created_at)
    .execute()
    .await
    .map(|inserted| inserted > 0)
}

/// Those of `slugs` that a project of the organization has.
pub(crate) async fn taken_slugs(db: &Db, organization_id: i64, slugs: &[String]) -> Result<Vec<String>> {
    db.query("select slug from projects where organization_id = $1 and slug in ($list)")
        .bind(organization_id)
        .bind_list(slugs)
        .fetch_scalars()
        .await
}

pub(crate) async fn find(db: &Db, organization_id: i64, reference: &Reference) -> Result<Option<Project>> {
    let query = match reference {
        Reference::Id(id) => db
            .query(
                "select id, organization_id, slug, name, platform from projects
                 where organization_id = $1 and id = $2",
            )
            .bind(organization_id)
            .bind(*id),
        Reference::Slug(slug) => db
            .query(
                "select id, organization_id, slug, name, platform from projects
                 where organization_id = $1 and slug = $2",
            )
            .bind(organization_id)
            .bind(slug),
    };
    Ok(query.fetch_optional().await?.map(project))
}

/// Takes the next number for an issue of the project. Its row stays locked until the transaction ends, so numbers
/// have no gaps and come in the order of commits.
pub(crate) async fn next_issue_number(tx: &mut Tx, project_id: i64) -> Result<i64> {
    tx.query(
        "update projects set last_issue_number = last_issue_number + 1 where id = $1
         returning last_issue_number",
    )
    .bind(project_id)
    .fetch_scalar()
    .await
}

fn project((id, organization_id, slug, name, platform): Row) -> Project {
    Project { id, organization_id, slug, name, platform }
}
