use chrono::{DateTime, Utc};
use patchbay_db::{Db, FromRow, Result, Tx};

use super::unknown;
use crate::domain::issue::{Issue, Kind, Status};
use crate::domain::level::Level;
use crate::domain::metadata::Metadata;
use crate::domain::project::Project;

/// An issue with what its document shows of its surroundings.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FoundIssue {
    pub(crate) issue: Issue,
    pub(crate) project: Project,
    pub(crate) organization_slug: String,
}

pub(crate) async fn insert(tx: &mut Tx, issue: &Issue) -> Result<()> {
    tx.query(
        "insert into issues (id, organization_id, project_id, number, title, culprit, kind, level, platform,
             metadata, status, times_seen, user_count, first_seen, last_seen)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(issue.id)
    .bind(issue.organization_id)
    .bind(issue.project_id)
    .bind(issue.number)
    .bind(&issue.title)
    .bind(&issue.culprit)
    .bind(issue.kind.as_str())
    .bind(issue.level.as_str())
    .bind(&issue.platform)
    .bind(issue.metadata.as_str())
    .bind(issue.status.as_str())
    .bind(issue.times_seen)
    .bind(issue.user_count)
    .bind(issue.first_seen)
    .bind(issue.last_seen)
    .execute()
    .await
    .map(drop)
}

pub(crate) async fn find(db: &Db, id: i64) -> Result<Option<FoundIssue>> {
    let row: Option<Row> = db
        .query(
            "select i.id, i.organization_id, i.project_id, i.number, i.title, i.culprit, i.kind, i.level,
                 i.platform, i.metadata, i.status, i.times_seen, i.user_count, i.first_seen, i.last_seen,
                 p.slug as project_slug, p.name as project_name, p.platform as project_platform,
                 o.slug as organization_slug
             from issues i
             join projects p on p.id = i.project_id
             join organizations o on o.id = i.organization_id
             where i.id = $1",
        )
        .bind(id)
        .fetch_optional()
        .await?;
    row.map(Row::read).transpose()
}

#[derive(FromRow)]
struct Row {
    id: i64,
    organization_id: i64,
    project_id: i64,
    number: i64,
    title: String,
    culprit: String,
    kind: String,
    level: String,
    platform: String,
    metadata: String,
    status: String,
    times_seen: i64,
    user_count: i64,
    first_seen: DateTime<Utc>,
    last_seen: DateTime<Utc>,
    project_slug: String,
    project_name: String,
    project_platform: String,
    organization_slug: String,
}

impl Row {
    fn read(self) -> Result<FoundIssue> {
        let issue = Issue {
            id: self.id,
            organization_id: self.organization_id,
            project_id: self.project_id,
            number: self.number,
            title: self.title,
            culprit: self.culprit,
            kind: Kind::parse(&self.kind).ok_or_else(|| unknown("kind of issue", &self.kind))?,
            level: Level::parse(&self.level).ok_or_else(|| unknown("level", &self.level))?,
            platform: self.platform,
            metadata: Metadata::from_stored(self.metadata)
                .ok_or_else(|| unknown("metadata of issue", &self.id.to_string()))?,
            status: Status::parse(&self.status).ok_or_else(|| unknown("status", &self.status))?,
            times_seen: self.times_seen,
            user_count: self.user_count,
            first_seen: self.first_seen,
            last_seen: self.last_seen,
        };
        let project = Project {
            id: self.project_id,
            organization_id: self.organization_id,
            slug: self.project_slug,
            name: self.project_name,
            platform: self.project_platform,
        };
        Ok(FoundIssue { issue, project, organization_slug: self.organization_slug })
    }
}
