use chrono::{DateTime, Utc};
use patchbay_db::{Db, FromRow, Result, Tx};

use super::unknown;
use crate::domain::alert::rule::AlertRule;
use crate::domain::issue::activity::Person;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select r.id, r.organization_id, r.project_id, r.name, r.definition, r.created_at,
                 u.id as user_id, u.name as user_name, u.email as user_email
             from alert_rules r left join users u on u.id = r.created_by ",
            $rest
        )
    };
}

/// Invalidates the cached rules of the project in all replicas; false if the project is hidden. The row of the project stays
/// locked until the transaction ends, so that rules can be counted.
pub(crate) async fn touch(tx: &mut Tx, project_id: i64) -> Result<bool> {
    let touch = tx
        .query("update projects set rules_version = rules_version + 1 where id = $1 and deleted_at is null");
    Ok(touch.bind(project_id).execute().await? > 0)
}

/// Project and version of its rules, for those of these projects that are there.
pub(crate) async fn versions(db: &Db, project_ids: &[i64]) -> Result<Vec<(i64, i64)>> {
    db.query("select id, rules_version from projects where deleted_at is null and id in ($list)")
        .bind_list(project_ids)
        .fetch_all()
        .await
}

pub(crate) async fn count(tx: &mut Tx, project_id: i64) -> Result<i64> {
    let count = tx.query("select count(*) from alert_rules where project_id = $1");
    count.bind(project_id).fetch_scalar().await
}

pub(crate) async fn insert(tx: &mut Tx, rule: &AlertRule) -> Result<()> {
    tx.query(
        "insert into alert_rules (id, organization_id, project_id, name, definition, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(rule.id)
    .bind(rule.organization_id)
    .bind(rule.project_id)
    .bind(&rule.name)
    .bind(definition(rule))
    .bind(rule.created_by.as_ref().map(|person| person.id))
    .bind(rule.created_at)
    .execute()
    .await
    .map(drop)
}

pub(crate) async fn update(tx: &mut Tx, rule: &AlertRule) -> Result<()> {
    // An edited rule starts without pauses.
    tx.query("delete from alert_pauses where rule_id = $1").bind(rule.id).execute().await?;
    tx.query("update alert_rules set name = $2, definition = $3 where id = $1")
        .bind(rule.id)
        .bind(&rule.name)
        .bind(definition(rule))
        .execute()
        .await
        .map(drop)
}

pub(crate) async fn delete(tx: &mut Tx, id: i64) -> Result<()> {
    tx.query("delete from alert_pauses where rule_id = $1").bind(id).execute().await?;
    tx.query("delete from alert_rules where id = $1").bind(id).execute().await.map(drop)
}

pub(crate) async fn find(db: &Db, project_id: i64, id: i64) -> Result<Option<AlertRule>> {
    let query = db.query(select!("where r.project_id = $1 and r.id = $2")).bind(project_id).bind(id);
    query.fetch_optional::<Row>().await?.map(Row::read).transpose()
}

/// All rules of a project, oldest first.
pub(crate) async fn of_project(db: &Db, project_id: i64) -> Result<Vec<AlertRule>> {
    let query = db.query(select!("where r.project_id = $1 order by r.id")).bind(project_id);
    query.fetch_all::<Row>().await?.into_iter().map(Row::read).collect()
}

/// Rules of a project, oldest first.
pub(crate) async fn list(db: &Db, project_id: i64, offset: i64, limit: i64) -> Result<Vec<AlertRule>> {
    let query = db.query(select!("where r.project_id = $1 order by r.id limit $2 offset $3"));
    let query = query.bind(project_id).bind(limit).bind(offset);
    query.fetch_all::<Row>().await?.into_iter().map(Row::read).collect()
}

/// Claims triggers: rule, issue, and the end of the pause that follows. Returns the claims that are not paused
/// at `now`, so that one replica publishes each.
pub(crate) async fn claim(
    tx: &mut Tx,
    claims: &[(i64, i64, DateTime<Utc>)],
    now: DateTime<Utc>,
) -> Result<Vec<(i64, i64)>> {
    let rule_ids: Vec<i64> = claims.iter().map(|(rule_id, ..)| *rule_id).collect();
    let issue_ids: Vec<i64> = claims.iter().map(|(_, issue_id, _)| *issue_id).collect();
    tx.query("delete from alert_pauses where until <= $1 and rule_id in ($list) and issue_id in ($list)")
        .bind(now)
        .bind_list(&rule_ids)
        .bind_list(&issue_ids)
        .execute()
        .await?;
    tx.insert_rows(
        "alert_pauses",
        &["rule_id", "issue_id", "until"],
        claims,
        |row, (rule_id, issue_id, until)| {
            row.bind(*rule_id).bind(*issue_id).bind(*until);
        },
    )
    .suffix("on conflict do nothing returning rule_id, issue_id")
    .fetch_all()
    .await
}

fn definition(rule: &AlertRule) -> String {
    serde_json::to_string(&rule.definition).expect("a rule is plain data")
}

#[derive(FromRow)]
struct Row {
    id: i64,
    organization_id: i64,
    project_id: i64,
    name: String,
    definition: String,
    created_at: DateTime<Utc>,
    user_id: Option<i64>,
    user_name: Option<String>,
    user_email: Option<String>,
}

impl Row {
    fn read(self) -> Result<AlertRule> {
        let person = self.user_id.zip(self.user_name).zip(self.user_email);
        Ok(AlertRule {
            id: self.id,
            organization_id: self.organization_id,
            project_id: self.project_id,
            name: self.name,
            definition: serde_json::from_str(&self.definition)
                .map_err(|_| unknown("alert rule", &self.id.to_string()))?,
            created_by: person.map(|((id, name), email)| Person { id, name, email }),
            created_at: self.created_at,
        })
    }
}
