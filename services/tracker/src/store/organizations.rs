use chrono::{DateTime, Utc};
use patchbay_db::{Db, Result};

use crate::domain::organization::Organization;
use crate::domain::reference::Reference;

type Row = (i64, String, String, DateTime<Utc>);

/// False when the slug is taken.
pub(crate) async fn insert(db: &Db, organization: &Organization) -> Result<bool> {
    db.query(
        "insert into organizations (id, slug, name, created_at) values ($1, $2, $3, $4)
         on conflict (slug) do nothing",
    )
    .bind(organization.id)
    .bind(&organization.slug)
    .bind(&organization.name)
    .bind(organization.created_at)
    .execute()
    .await
    .map(|inserted| inserted > 0)
}

/// Those of `slugs` that are somebody's.
pub(crate) async fn taken_slugs(db: &Db, slugs: &[String]) -> Result<Vec<String>> {
    db.query("select slug from organizations where slug in ($list)").bind_list(slugs).fetch_scalars().await
}

pub(crate) async fn find(db: &Db, reference: &Reference) -> Result<Option<Organization>> {
    let query = match reference {
        Reference::Id(id) => {
            db.query("select id, slug, name, created_at from organizations where id = $1").bind(*id)
        }
        Reference::Slug(slug) => {
            db.query("select id, slug, name, created_at from organizations where slug = $1").bind(slug)
        }
    };
    Ok(query.fetch_optional().await?.map(organization))
}

/// Oldest first.
pub(crate) async fn list(db: &Db) -> Result<Vec<Organization>> {
    let rows = db.query("select id, slug, name, created_at from organizations order by created_at, id");
    Ok(rows.fetch_all().await?.into_iter().map(organization).collect())
}

fn organization((id, slug, name, created_at): Row) -> Organization {
    Organization { id, slug, name, created_at }
}
