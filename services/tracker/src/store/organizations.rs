use chrono::{DateTime, Utc};
use patchbay_db::{Db, FromRow, Json, Result, Tx};

use crate::domain::input::id_or_slug::IdOrSlug;
use crate::domain::input::page::Page;
use crate::domain::organization::Organization;

macro_rules! select {
    ($rest:literal) => {
        concat!("select id, slug, name, created_at, features, enhanced_privacy, open_membership from organizations ", $rest)
    };
}

#[derive(FromRow)]
struct Row {
    id: i64,
    slug: String,
    name: String,
    created_at: DateTime<Utc>,
    features: Json<Vec<String>>,
    enhanced_privacy: bool,
    open_membership: bool,
}

impl From<Row> for Organization {
    fn from(row: Row) -> Self {
        let Row { id, slug, name, created_at, features, enhanced_privacy, open_membership } = row;
        Self { id, slug, name, created_at, features: features.0, enhanced_privacy, open_membership }
    }
}

/// False if the slug is taken.
pub(crate) async fn insert(tx: &mut Tx, organization: &Organization) -> Result<bool> {
    tx.query(
        "insert into organizations (id, slug, name, created_at, features, enhanced_privacy, open_membership)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (slug) do nothing",
    )
    .bind(organization.id)
    .bind(&organization.slug)
    .bind(&organization.name)
    .bind(organization.created_at)
    .bind(Json(&organization.features))
    .bind(organization.enhanced_privacy)
    .bind(organization.open_membership)
    .execute()
    .await
    .map(|inserted| inserted > 0)
}

pub(crate) async fn update(tx: &mut Tx, organization: &Organization) -> Result<()> {
    tx.query(
        "update organizations set name = $2, features = $3, enhanced_privacy = $4, open_membership = $5
         where id = $1",
    )
    .bind(organization.id)
    .bind(&organization.name)
    .bind(Json(&organization.features))
    .bind(organization.enhanced_privacy)
    .bind(organization.open_membership)
    .execute()
    .await
    .map(drop)
}

/// The ones of `slugs` that are taken.
pub(crate) async fn taken_slugs(db: &Db, slugs: &[String]) -> Result<Vec<String>> {
    db.query("select slug from organizations where slug in ($list)").bind_list(slugs).fetch_scalars().await
}

pub(crate) async fn find(db: &Db, reference: &IdOrSlug) -> Result<Option<Organization>> {
    let query = match reference {
        IdOrSlug::Id(id) => db.query(select!("where id = $1")).bind(*id),
        IdOrSlug::Slug(slug) => db.query(select!("where slug = $1")).bind(slug),
    };
    Ok(query.fetch_optional::<Row>().await?.map(Organization::from))
}

/// Oldest first.
pub(crate) async fn list(db: &Db, page: Page) -> Result<Vec<Organization>> {
    let query = db.query(select!("order by created_at, id limit $1 offset $2"));
    let rows: Vec<Row> = query.bind(page.fetch()).bind(page.offset()).fetch_all().await?;
    Ok(rows.into_iter().map(Organization::from).collect())
}

/// Those of which the user is a member, oldest first.
pub(crate) async fn list_of_user(db: &Db, user_id: i64, page: Page) -> Result<Vec<Organization>> {
    let query = db.query(select!(
        "where id in (select organization_id from memberships where user_id = $1)
         order by created_at, id limit $2 offset $3"
    ));
    let rows: Vec<Row> = query.bind(user_id).bind(page.fetch()).bind(page.offset()).fetch_all().await?;
    Ok(rows.into_iter().map(Organization::from).collect())
}
