use chrono::{DateTime, Utc};
use patchbay_db::{Db, FromRow, Result, Tx};

use crate::domain::issue::external_issue::ExternalIssue;

/// Links an issue and returns the id of the link. A previous link of the app is changed and keeps its id.
pub(crate) async fn upsert(
    tx: &mut Tx,
    organization_id: i64,
    link: &ExternalIssue,
    now: DateTime<Utc>,
) -> Result<i64> {
    tx.query(
        "insert into external_issues (id, organization_id, issue_id, app_id, app_slug, display_name, web_url,
             created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (issue_id, app_id) do update set app_slug = excluded.app_slug,
             display_name = excluded.display_name, web_url = excluded.web_url
         returning id",
    )
    .bind(link.id)
    .bind(organization_id)
    .bind(link.issue_id)
    .bind(link.app_id)
    .bind(&link.app_slug)
    .bind(&link.display_name)
    .bind(&link.web_url)
    .bind(now)
    .fetch_scalar()
    .await
}

/// False if the app has no such link in this organization.
pub(crate) async fn delete(db: &Db, id: i64, organization_id: i64, app_id: i64) -> Result<bool> {
    let delete =
        db.query("delete from external_issues where id = $1 and organization_id = $2 and app_id = $3");
    Ok(delete.bind(id).bind(organization_id).bind(app_id).execute().await? > 0)
}

/// The issue that a link of an app belongs to.
pub(crate) async fn linked_issue(db: &Db, id: i64, organization_id: i64, app_id: i64) -> Result<Option<i64>> {
    let find = db
        .query("select issue_id from external_issues where id = $1 and organization_id = $2 and app_id = $3");
    let found: Option<(i64,)> = find.bind(id).bind(organization_id).bind(app_id).fetch_optional().await?;
    Ok(found.map(|(issue_id,)| issue_id))
}

/// Oldest first.
pub(crate) async fn of_issue(db: &Db, issue_id: i64) -> Result<Vec<ExternalIssue>> {
    let rows: Vec<Row> = db
        .query(
            "select id, issue_id, app_id, app_slug, display_name, web_url from external_issues
             where issue_id = $1 order by id limit 1000",
        )
        .bind(issue_id)
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(Row::read).collect())
}

#[derive(FromRow)]
struct Row {
    id: i64,
    issue_id: i64,
    app_id: i64,
    app_slug: String,
    display_name: String,
    web_url: String,
}

impl Row {
    fn read(self) -> ExternalIssue {
        let Self { id, issue_id, app_id, app_slug, display_name, web_url } = self;
        ExternalIssue { id, issue_id, app_id, app_slug, display_name, web_url }
    }
}
