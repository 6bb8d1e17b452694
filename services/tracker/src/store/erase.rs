//! Removes what is hidden already, a bounded number of rows in each statement.
//!
//! Each step finds its work in the tables themselves, so that whoever is killed in the middle goes on where they were,
//! and two who do it at once only share the work.

use patchbay_db::{AssertSqlSafe, Db, Result};

use super::issues;

/// Rows of one statement.
const ROWS: i64 = 2000;
/// Issues whose rows are removed together.
const ISSUES: i64 = 100;

/// Tables whose rows belong to an issue, with their keys. Settings come first: nothing else leads to them.
const OF_ISSUES: [(&str, &str); 10] = [
    ("issue_subscriptions", "issue_id, subscriber, subscriber_id"),
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

/// As [`OF_ISSUES`], of a project.
const OF_PROJECTS: [(&str, &str); 4] = [
    ("alert_rules", "id"),
    ("releases", "id"),
    ("project_counts", "project_id, minute"),
    ("project_teams", "project_id, team_id"),
];

/// The next projects behind the one with this id that are on their way out.
pub(crate) async fn hidden_projects_after(db: &Db, id: i64) -> Result<Vec<i64>> {
    db.query("select id from projects where deleted_at is not null and id > $1 order by id limit 100")
        .bind(id)
        .fetch_scalars()
        .await
}

/// Issues that are on their way out by themselves.
pub(crate) async fn hidden_issues(db: &Db) -> Result<Vec<i64>> {
    db.query("select id from issues where status = 'deleting' order by id limit $1")
        .bind(ISSUES)
        .fetch_scalars()
        .await
}

/// How users want to hear of a project. No key leads there, so it goes before the project does.
pub(crate) async fn notification_settings(db: &Db, project_id: i64) -> Result<()> {
    db.query("delete from notification_settings where scope = 'project' and scope_id = $1")
        .bind(project_id)
        .execute()
        .await
        .map(drop)
}

/// Some of the issues of a project, of which nobody writes anything any more. Whoever recorded an error of one of them at this
/// moment is waited for: what they wrote is removed with the rest.
pub(crate) async fn take_issues_of(db: &Db, project_id: i64) -> Result<Vec<i64>> {
    let mut tx = db.begin().await?;
    let ids: Vec<i64> = tx
        .query("select id from issues where project_id = $1 order by id limit $2")
        .bind(project_id)
        .bind(ISSUES)
        .for_update()
        .fetch_scalars()
        .await?;
    issues::hide(&mut tx, &ids).await?;
    tx.commit().await?;
    Ok(ids)
}

/// Issues with everything that belongs to them.
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

/// A project that has no issue any more, with everything that belongs to it.
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

/// Incidents lead to a project by their rule only, so the rules go last, and with them what began meanwhile.
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
