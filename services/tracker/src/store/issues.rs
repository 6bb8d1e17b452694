use chrono::{DateTime, Utc};
use patchbay_db::{AssertSqlSafe, Db, FromRow, Query, Result, Tx};

use super::unknown;
use crate::domain::issue::assignee::Assignee;
use crate::domain::issue::context::IssueContext;
use crate::domain::issue::followed_change::FollowedChange;
use crate::domain::issue::level::Level;
use crate::domain::issue::metadata::Metadata;
use crate::domain::issue::status::{DELETING, Status};
use crate::domain::issue::tickets::Tickets;
use crate::domain::issue::{Issue, Kind, Snooze};
use crate::domain::links::Links;
use crate::domain::project::Project;
use crate::outbox;

/// An issue, and the parts of its project and organization that its document shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoundIssue {
    pub(crate) issue: Issue,
    pub(crate) project: Project,
    pub(crate) organization_slug: String,
    /// Webhooks contain no e-mail addresses.
    pub(crate) emails_are_private: bool,
    /// Whether every member may access every project.
    pub(crate) organization_is_open: bool,
}

impl FoundIssue {
    pub(crate) fn issue_context<'a>(&'a self, links: &'a Links) -> IssueContext<'a> {
        IssueContext {
            issue: &self.issue,
            project: &self.project,
            organization_slug: &self.organization_slug,
            emails_are_private: self.emails_are_private,
            links,
        }
    }
}

/// All columns of an issue. Left joins, although there is always a project: they fix the order in which the tables
/// are read, on SQLite as well.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select i.id, i.organization_id, i.project_id, i.number, i.title, i.culprit, i.kind, i.level,
                 i.platform, i.metadata, i.status, i.status_details, i.regress_after, i.ignore_until,
                 i.ignore_times_seen, i.ignore_user_count, i.assigned_user_id, i.assigned_team_id, i.tickets,
                 i.comment_count, i.times_seen, i.user_count, i.first_seen, i.last_seen,
                 u.name as assignee_name, u.email as assignee_email, t.name as team_name,
                 p.slug as project_slug, p.name as project_name, p.platform as project_platform,
                 o.slug as organization_slug, o.enhanced_privacy as emails_are_private,
                 o.open_membership as organization_is_open
             from issues i
             left join projects p on p.id = i.project_id
             left join organizations o on o.id = i.organization_id
             left join users u on u.id = i.assigned_user_id
             left join teams t on t.id = i.assigned_team_id ",
            $rest
        )
    };
}

/// Selects [`FoundIssue`]s. `conditions` must not contain text of a caller.
pub(super) fn select_where(conditions: &str) -> AssertSqlSafe<String> {
    AssertSqlSafe([select!(""), conditions].concat())
}

/// Excludes issues that are being deleted, by themselves or with their project. `i` is the issue, `p` its project: selecting
/// hidden projects in a subquery instead makes PostgreSQL expect no issue at all, and sort all issues.
pub(super) const VISIBLE: &str = "i.status in ('unresolved', 'resolved', 'ignored') and p.deleted_at is null";

pub(crate) async fn insert(tx: &mut Tx, issue: &Issue) -> Result<()> {
    insert_all(tx, &[(issue.clone(), None)]).await.map(drop)
}

/// Inserts issues with their optional fingerprints; returns the ids of those whose fingerprint was new.
pub(crate) async fn insert_all(tx: &mut Tx, issues: &[(Issue, Option<uuid::Uuid>)]) -> Result<Vec<i64>> {
    let columns = &[
        "id",
        "organization_id",
        "project_id",
        "number",
        "title",
        "culprit",
        "kind",
        "level",
        "platform",
        "metadata",
        "status",
        "times_seen",
        "user_count",
        "first_seen",
        "last_seen",
        "fingerprint",
    ];
    let inserted: Vec<(i64,)> = tx
        .insert_rows("issues", columns, issues, |row, (issue, fingerprint)| {
            row.bind(issue.id).bind(issue.organization_id).bind(issue.project_id).bind(issue.number);
            row.bind(&issue.title).bind(&issue.culprit).bind(issue.kind.as_str()).bind(issue.level.as_str());
            row.bind(&issue.platform).bind(issue.metadata.as_str()).bind(issue.status.as_str());
            row.bind(issue.times_seen).bind(issue.user_count).bind(issue.first_seen).bind(issue.last_seen);
            row.bind(*fingerprint);
        })
        .suffix("on conflict (fingerprint) do nothing returning id")
        .fetch_all()
        .await?;
    Ok(inserted.into_iter().map(|(id,)| id).collect())
}

pub(crate) async fn find(db: &Db, id: i64) -> Result<Option<FoundIssue>> {
    Ok(find_all(db, &[id]).await?.pop())
}

/// The visible ones of these issues, by id.
pub(crate) async fn find_all(db: &Db, ids: &[i64]) -> Result<Vec<FoundIssue>> {
    let text = select_where(&format!("where i.id in ($list) and {VISIBLE} order by i.id"));
    read_all(db.query(text).bind_list(ids)).await
}

/// Like [`find_all`], and locks the issues until the transaction ends.
pub(crate) async fn lock_all(tx: &mut Tx, ids: &[i64]) -> Result<Vec<FoundIssue>> {
    // Always in the order of ids, so that transactions do not deadlock. In a separate statement, because
    // PostgreSQL cannot lock the nullable side of a left join.
    tx.query("select id from issues where id in ($list) order by id")
        .bind_list(ids)
        .for_update()
        .fetch_scalars::<i64>()
        .await?;
    let text = select_where(&format!("where i.id in ($list) and {VISIBLE} order by i.id"));
    read_all(tx.query(text).bind_list(ids)).await
}

/// Updates the columns that requests change. `assigned_at` is set if the assignee has just changed.
pub(crate) async fn update(tx: &mut Tx, issue: &Issue, assigned_at: Option<DateTime<Utc>>) -> Result<()> {
    tx.query(
        "update issues set status = $2, status_details = $3, regress_after = $4, ignore_until = $5,
             ignore_times_seen = $6, ignore_user_count = $7, assigned_user_id = $8, assigned_team_id = $9,
             assigned_at = coalesce($10, assigned_at), comment_count = $11
         where id = $1",
    )
    .bind(issue.id)
    .bind(issue.status.as_str())
    .bind(&issue.status_details)
    .bind(issue.regress_after)
    .bind(issue.snooze.until)
    .bind(issue.snooze.times_seen)
    .bind(issue.snooze.user_count)
    .bind(issue.assignee.as_ref().and_then(Assignee::user_id))
    .bind(issue.assignee.as_ref().and_then(Assignee::team_id))
    .bind(assigned_at)
    .bind(issue.comment_count)
    .execute()
    .await
    .map(drop)
}

pub(crate) async fn set_tickets(tx: &mut Tx, issue_id: i64, tickets: &Tickets) -> Result<()> {
    let update = tx.query("update issues set tickets = $2 where id = $1");
    update.bind(issue_id).bind(tickets.stored()).execute().await.map(drop)
}

/// Hides issues from every caller, and publishes that they are deleted. The next error of their kind opens a new issue. Returns
/// how many were not hidden before.
pub(crate) async fn hide(tx: &mut Tx, ids: &[i64], now: DateTime<Utc>) -> Result<usize> {
    let hide = tx.query(
        "update issues set status = $1, fingerprint = null where id in ($list) and status <> $1
         returning organization_id, project_id, id",
    );
    let hidden: Vec<(i64, i64, i64)> = hide.bind(DELETING).bind_list(ids).fetch_all().await?;
    let changes = hidden.iter().map(|issue| outbox::followed(FollowedChange::deleted(*issue, now)));
    tx.outbox_all(changes).await?;
    Ok(hidden.len())
}

pub(super) async fn read_all(query: Query<'_>) -> Result<Vec<FoundIssue>> {
    query.fetch_all::<Row>().await?.into_iter().map(Row::read).collect()
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
    status_details: String,
    regress_after: Option<i64>,
    ignore_until: Option<DateTime<Utc>>,
    ignore_times_seen: Option<i64>,
    ignore_user_count: Option<i64>,
    assigned_user_id: Option<i64>,
    assigned_team_id: Option<i64>,
    tickets: String,
    comment_count: i64,
    times_seen: i64,
    user_count: i64,
    first_seen: DateTime<Utc>,
    last_seen: DateTime<Utc>,
    assignee_name: Option<String>,
    assignee_email: Option<String>,
    team_name: Option<String>,
    project_slug: String,
    project_name: String,
    project_platform: String,
    organization_slug: String,
    emails_are_private: bool,
    organization_is_open: bool,
}

impl Row {
    fn read(self) -> Result<FoundIssue> {
        let user = self.assigned_user_id.zip(self.assignee_name).zip(self.assignee_email);
        let user = user.map(|((id, name), email)| Assignee::User { id, name, email });
        let team = self.assigned_team_id.zip(self.team_name).map(|(id, name)| Assignee::Team { id, name });
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
            status_details: self.status_details,
            regress_after: self.regress_after,
            snooze: Snooze {
                until: self.ignore_until,
                times_seen: self.ignore_times_seen,
                user_count: self.ignore_user_count,
            },
            assignee: user.or(team),
            tickets: Tickets::from_stored(&self.tickets)
                .ok_or_else(|| unknown("tickets of issue", &self.id.to_string()))?,
            comment_count: self.comment_count,
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
        Ok(FoundIssue {
            issue,
            project,
            organization_slug: self.organization_slug,
            emails_are_private: self.emails_are_private,
            organization_is_open: self.organization_is_open,
        })
    }
}
