//! Deletes hidden issues and projects with their rows, a bounded number of rows in each statement.
//!
//! Each step finds its work in the tables themselves, so that the next run continues after a crash,
//! and replicas that run at the same time share the work.

use chrono::{DateTime, Utc};
use patchbay_db::{AssertSqlSafe, Db, Result};

use super::issues;

/// Maximum number of rows that one statement deletes.
const ROWS: i64 = 2000;
/// Number of issues that are deleted together.
const ISSUES: i64 = 100;

/// Tables whose rows belong to an issue, with their keys. The issues themselves come last.
const OF_ISSUES: [(&str, &str); 11] = [
    ("issue_subscriptions", "issue_id, subscriber, subscriber_id"),
    ("issue_marks", "issue_id, viewer, viewer_id"),
    ("external_issues", "id"),
    ("activity", "id"),
    ("issue_history", "id"),
    ("issue_words", "organization_id, word, issue_id"),
    ("alert_pauses", "rule_id, issue_id"),
    ("issue_counts", "interval_seconds, issue_id, bucket"),
    ("issue_users", "issue_id, user_key"),
    ("error_events", "issue_id, number, day"),
    ("issues", "id"),
];

/// Like [`OF_ISSUES`], for projects.
const OF_PROJECTS: [(&str, &str); 4] = [
    ("alert_rules", "id"),
    ("releases", "id"),
    ("project_counts", "project_id, minute"),
    ("project_teams", "project_id, team_id"),
];

/// The next hidden projects after this id.
pub(crate) async fn hidden_projects_after(db: &Db, id: i64) -> Result<Vec<i64>> {
    db.query("select id from projects where deleted_at is not null and id > $1 order by id limit 100")
        .bind(id)
        .fetch_scalars()
        .await
}

/// Issues that were deleted themselves, not with their project.
pub(crate) async fn hidden_issues(db: &Db) -> Result<Vec<i64>> {
    db.query("select id from issues where status = 'deleting' order by id limit $1")
        .bind(ISSUES)
        .fetch_scalars()
        .await
}

/// Deletes the notification settings of a project. No foreign key leads to them, so they are deleted before the project.
pub(crate) async fn notification_settings(db: &Db, project_id: i64) -> Result<()> {
    db.query("delete from notification_settings where scope = 'project' and scope_id = $1")
        .bind(project_id)
        .execute()
        .await
        .map(drop)
}

/// Hides some issues of a project, so that nothing more is written for them. Waits for transactions that record errors of them at this
/// moment; their rows are deleted with the rest.
pub(crate) async fn take_issues_of(db: &Db, project_id: i64, now: DateTime<Utc>) -> Result<Vec<i64>> {
    let mut tx = db.begin().await?;
    let ids: Vec<i64> = tx
        .query("select id from issues where project_id = $1 order by id limit $2")
        .bind(project_id)
        .bind(ISSUES)
        .for_update()
        .fetch_scalars()
        .await?;
    issues::hide(&mut tx, &ids, now).await?;
    tx.commit().await?;
    Ok(ids)
}

/// Deletes issues with all their rows.
pub(crate) async fn issues(db: &Db, ids: &[i64]) -> Result<()> {
    for (table, key) in OF_ISSUES {
        let issue = if table == "issues" { "id" } else { "issue_id" };
        let text = format!(
            "delete from {table} where ({key}) in (select {key} from {table} where {issue} in ($list) limit {ROWS})"
        );
        while db.query(AssertSqlSafe(text.clone())).bind_list(ids).execute().await? > 0 {}
    }
    Ok(())
}

/// Deletes a project without issues, with all its rows.
pub(crate) async fn project(db: &Db, id: i64) -> Result<()> {
    for (table, key) in OF_PROJECTS {
        let text = format!(
            "delete from {table} where ({key}) in (select {key} from {table} where project_id = $1 limit {ROWS})"
        );
        while db.query(AssertSqlSafe(text.clone())).bind(id).execute().await? > 0 {}
    }
    metric_rules(db, id).await?;
    db.query("delete from projects where id = $1 and deleted_at is not null")
        .bind(id)
        .execute()
        .await
        .map(drop)
}

/// Incidents belong to a project only by their rule, so rules are deleted last, together with incidents that began meanwhile.
async fn metric_rules(db: &Db, project_id: i64) -> Result<()> {
    while db
        .query(
            "delete from metric_incidents where id in (
                 select i.id from metric_incidents i join metric_rules r on r.id = i.rule_id
                 where r.project_id = $1 limit $2
             )",
        )
        .bind(project_id)
        .bind(ROWS)
        .execute()
        .await?
        > 0
    {}
    let mut tx = db.begin().await?;
    let rules: Vec<i64> = tx
        .query("select id from metric_rules where project_id = $1 order by id")
        .bind(project_id)
        .for_update()
        .fetch_scalars()
        .await?;
    tx.query("delete from metric_incidents where rule_id in ($list)").bind_list(&rules).execute().await?;
    tx.query("delete from metric_rules where id in ($list)").bind_list(&rules).execute().await?;
    tx.commit().await
}
