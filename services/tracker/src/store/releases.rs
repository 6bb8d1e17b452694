use patchbay_db::{Db, Result};

use crate::domain::issue::status_change::Release;

/// The release of this version, or the last release for `latest`.
pub(crate) async fn find(db: &Db, project_id: i64, version: &str) -> Result<Option<Release>> {
    let query = match version {
        "latest" => db
            .query("select id, version from releases where project_id = $1 order by id desc limit 1")
            .bind(project_id),
        version => db
            .query("select id, version from releases where project_id = $1 and version = $2")
            .bind(project_id)
            .bind(version),
    };
    let row: Option<(i64, String)> = query.fetch_optional().await?;
    Ok(row.map(|(id, version)| Release { id, version }))
}
