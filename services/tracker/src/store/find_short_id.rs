use patchbay_db::{Db, Result};

/// Id of the issue with this number in the project with this slug.
pub(crate) async fn find(db: &Db, organization_id: i64, slug: &str, number: i64) -> Result<Option<i64>> {
    let row: Option<(i64,)> = db
        .query(
            "select i.id from projects p join issues i on i.project_id = p.id
             where p.organization_id = $1 and p.slug = $2 and i.number = $3",
        )
        .bind(organization_id)
        .bind(slug)
        .bind(number)
        .fetch_optional()
        .await?;
    Ok(row.map(|(id,)| id))
}
