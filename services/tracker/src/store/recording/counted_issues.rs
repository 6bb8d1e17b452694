use std::collections::BTreeSet;

use chrono::{DateTime, SecondsFormat, Utc};
use patchbay_db::{Db, FromRow, Result, Tx};
use serde_json::json;
use uuid::Uuid;

use crate::domain::issue::Snooze;
use crate::domain::issue::counted_issue::CountedIssue;
use crate::domain::issue::status::Status;
use crate::store::{issue_marks, projects, unknown};

/// The ones of these fingerprints that have an issue.
pub(crate) async fn known_fingerprints(db: &Db, fingerprints: &[Uuid]) -> Result<BTreeSet<Uuid>> {
    let known = db.query("select fingerprint from issues where fingerprint in ($list)");
    Ok(known.bind_list(fingerprints).fetch_scalars().await?.into_iter().collect())
}

/// The issues of these fingerprints, locked until the transaction ends.
pub(crate) async fn lock_counted(tx: &mut Tx, fingerprints: &[Uuid]) -> Result<Vec<(Uuid, CountedIssue)>> {
    let rows: Vec<Row> = tx
        .query(
            "select id, fingerprint, status, regress_after, ignore_until, ignore_times_seen, ignore_user_count,
                 times_seen, user_count, first_seen, last_seen, assigned_user_id, assigned_team_id
             from issues where fingerprint in ($list) order by id",
        )
        .bind_list(fingerprints)
        .for_update()
        .fetch_all()
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// Adds users to issues; returns the issue of each user that is new in it.
pub(crate) async fn add_users(tx: &mut Tx, users: &BTreeSet<(i64, Uuid)>) -> Result<Vec<i64>> {
    let new: Vec<(i64,)> = tx
        .insert_rows("issue_users", &["issue_id", "user_key"], users, |row, (issue_id, user_key)| {
            row.bind(*issue_id).bind(*user_key);
        })
        .suffix("on conflict do nothing returning issue_id")
        .fetch_all()
        .await?;
    Ok(new.into_iter().map(|(issue_id,)| issue_id).collect())
}

/// Updates the counts of all issues in one statement, which binds one document instead of thousands of values.
pub(crate) async fn update_counted(tx: &mut Tx, issues: &[&CountedIssue]) -> Result<()> {
    let values = issues.iter().map(|issue| {
        json!({
            "id": issue.id, "times": issue.times_seen, "users": issue.user_count,
            "first": moment(issue.first_seen), "last": moment(issue.last_seen),
        })
    });
    let values = serde_json::Value::Array(values.collect()).to_string();
    tx.query_per_engine(
        "update issues set times_seen = x.times, user_count = x.users, first_seen = x.first, last_seen = x.last
         from jsonb_to_recordset($1::jsonb) as
             x(id bigint, times bigint, users bigint, first timestamptz, last timestamptz)
         where issues.id = x.id",
        "update issues set times_seen = x.times, user_count = x.users, first_seen = x.first, last_seen = x.last
         from (select value ->> 'id' as id, value ->> 'times' as times, value ->> 'users' as users,
                 value ->> 'first' as first, value ->> 'last' as last
             from json_each($1)) as x
         where issues.id = x.id",
    )
    .bind(values)
    .execute()
    .await?;
    let reopened: Vec<i64> = issues.iter().filter(|issue| issue.reopened).map(|issue| issue.id).collect();
    if reopened.is_empty() {
        return Ok(());
    }
    tx.query(
        "update issues set status = 'unresolved', status_details = '{}', regress_after = null, ignore_until = null,
             ignore_times_seen = null, ignore_user_count = null
         where id in ($list)",
    )
    .bind_list(&reopened)
    .execute()
    .await?;
    issue_marks::forget_seen(tx, &reopened).await
}

/// Inserts the missing releases, as project and version, in a separate transaction before the main one: new
/// releases are rare, and no transaction waits for other locks while it holds theirs.
pub(crate) async fn ensure_releases(
    db: &Db,
    releases: &BTreeSet<(i64, &str)>,
    now: DateTime<Utc>,
) -> Result<Vec<(i64, String, i64)>> {
    let projects: Vec<i64> = releases.iter().map(|(project_id, _)| *project_id).collect();
    let versions: Vec<String> = releases.iter().map(|(_, version)| (*version).to_owned()).collect();
    let find = || {
        db.query(
            "select project_id, version, id from releases where project_id in ($list) and version in ($list)",
        )
        .bind_list(&projects)
        .bind_list(&versions)
        .fetch_all::<(i64, String, i64)>()
    };
    let found = find().await?;
    let missing: Vec<_> = releases
        .iter()
        .filter(|(project, version)| !found.iter().any(|(id, known, _)| id == project && known == version))
        .collect();
    if missing.is_empty() {
        return Ok(found);
    }
    let first_id = db.allocate_ids("release", u32::try_from(missing.len()).unwrap_or(u32::MAX)).await?;
    let columns = &["id", "project_id", "version", "created_at"];
    let mut tx = db.begin().await?;
    let mut there = BTreeSet::new();
    for project_id in missing.iter().map(|(project_id, _)| *project_id).collect::<BTreeSet<_>>() {
        if projects::lock(&mut tx, project_id).await? {
            there.insert(project_id);
        }
    }
    let rows = (first_id..).zip(missing).filter(|(_, (project_id, _))| there.contains(project_id));
    tx.insert_rows("releases", columns, rows, |row, (id, (project_id, version))| {
        row.bind(id).bind(*project_id).bind(*version).bind(now);
    })
    .suffix("on conflict (project_id, version) do nothing")
    .execute()
    .await?;
    tx.commit().await?;
    find().await
}

/// The format in which the SQLite driver writes times, so that texts compare.
fn moment(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::AutoSi, false)
}

#[derive(FromRow)]
struct Row {
    id: i64,
    fingerprint: Uuid,
    status: String,
    regress_after: Option<i64>,
    ignore_until: Option<DateTime<Utc>>,
    ignore_times_seen: Option<i64>,
    ignore_user_count: Option<i64>,
    times_seen: i64,
    user_count: i64,
    first_seen: DateTime<Utc>,
    last_seen: DateTime<Utc>,
    assigned_user_id: Option<i64>,
    assigned_team_id: Option<i64>,
}

impl Row {
    fn read(self) -> Result<(Uuid, CountedIssue)> {
        let issue = CountedIssue {
            id: self.id,
            status: Status::parse(&self.status).ok_or_else(|| unknown("status", &self.status))?,
            regress_after: self.regress_after,
            snooze: Snooze {
                until: self.ignore_until,
                times_seen: self.ignore_times_seen,
                user_count: self.ignore_user_count,
            },
            times_seen: self.times_seen,
            user_count: self.user_count,
            first_seen: self.first_seen,
            last_seen: self.last_seen,
            assigned_user_id: self.assigned_user_id,
            assigned_team_id: self.assigned_team_id,
            reopened: false,
        };
        Ok((self.fingerprint, issue))
    }
}
