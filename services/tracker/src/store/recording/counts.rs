use std::collections::{BTreeMap, HashMap};

use patchbay_db::{Db, Result, Tx};

/// Number of buckets of an interval.
const PARTS: i64 = 20;
/// Minutes for which counts of projects are kept. Rules look back a day at most.
const MINUTES: i64 = 2 * 24 * 60;

/// Adds to the counts of issues, by issue, for an interval of rules.
pub(crate) async fn count_issues(
    tx: &mut Tx,
    interval: i64,
    now_seconds: i64,
    counts: &BTreeMap<i64, i64>,
) -> Result<()> {
    let bucket = now_seconds / part(interval);
    let columns = &["interval_seconds", "issue_id", "bucket", "count"];
    tx.insert_rows("issue_counts", columns, counts, |row, (issue_id, count)| {
        row.bind(interval).bind(*issue_id).bind(bucket).bind(*count);
    })
    .suffix(
        "on conflict (interval_seconds, issue_id, bucket)
             do update set count = issue_counts.count + excluded.count",
    )
    .execute()
    .await
    .map(drop)
}

/// The number of errors of each issue in the interval that ends now.
pub(crate) async fn counts(
    tx: &mut Tx,
    interval: i64,
    now_seconds: i64,
    issue_ids: &[i64],
) -> Result<HashMap<i64, i64>> {
    let rows: Vec<(i64, i64)> = tx
        .query(
            "select issue_id, cast(sum(count) as bigint) from issue_counts
             where interval_seconds = $1 and bucket > $2 and issue_id in ($list) group by issue_id",
        )
        .bind(interval)
        .bind(now_seconds / part(interval) - PARTS)
        .bind_list(issue_ids)
        .fetch_all()
        .await?;
    Ok(rows.into_iter().collect())
}

/// Adds to the counts of projects, by project.
pub(crate) async fn count_projects(tx: &mut Tx, now_seconds: i64, counts: &BTreeMap<i64, i64>) -> Result<()> {
    tx.insert_rows(
        "project_counts",
        &["project_id", "minute", "count"],
        counts,
        |row, (project_id, count)| {
            row.bind(*project_id).bind(now_seconds / 60).bind(*count);
        },
    )
    .suffix("on conflict (project_id, minute) do update set count = project_counts.count + excluded.count")
    .execute()
    .await
    .map(drop)
}

/// Deletes counts that no rule needs any more.
pub(crate) async fn prune_counts(db: &Db, now_seconds: i64) -> Result<()> {
    db.query("delete from project_counts where minute < $1")
        .bind(now_seconds / 60 - MINUTES)
        .execute()
        .await?;
    // The beginning of the bucket in seconds, compared with the beginning of the interval before this one.
    db.query("delete from issue_counts where bucket * (interval_seconds / $1) < $2 - 2 * interval_seconds")
        .bind(PARTS)
        .bind(now_seconds)
        .execute()
        .await
        .map(drop)
}

fn part(interval: i64) -> i64 {
    (interval / PARTS).max(1)
}
