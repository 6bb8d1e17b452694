use chrono::{DateTime, Utc};
use patchbay_db::{AssertSqlSafe, Db, FromRow, Query, Result, Tx};

use super::unknown;
use crate::domain::alert::metric_rule::{Counts, Incident, MetricRule, Severity};

pub(crate) async fn count(tx: &mut Tx, project_id: i64) -> Result<i64> {
    let count = tx.query("select count(*) from metric_rules where project_id = $1");
    count.bind(project_id).fetch_scalar().await
}

pub(crate) async fn insert(tx: &mut Tx, rule: &MetricRule, created_by: Option<i64>) -> Result<()> {
    tx.query(
        "insert into metric_rules (id, organization_id, project_id, name, definition, severity, created_by,
             created_at)
         values ($1, $2, $3, $4, $5, 0, $6, $7)",
    )
    .bind(rule.id)
    .bind(rule.organization_id)
    .bind(rule.project_id)
    .bind(&rule.name)
    .bind(serde_json::to_string(&rule.numbers).expect("a rule is plain data"))
    .bind(created_by)
    .bind(rule.created_at)
    .execute()
    .await
    .map(drop)
}

pub(crate) async fn find(db: &Db, organization_id: i64, id: i64) -> Result<Option<MetricRule>> {
    let query = select(db, "r.organization_id = $1 and r.id = $2").bind(organization_id).bind(id);
    Ok(read(query).await?.pop())
}

/// Oldest first, at most `limit`; only those of these projects if there are any.
pub(crate) async fn list(
    db: &Db,
    organization_id: i64,
    project_ids: Option<&[i64]>,
    offset: i64,
    limit: i64,
) -> Result<Vec<MetricRule>> {
    let text = match project_ids {
        None => "r.organization_id = $1 order by r.id limit $2 offset $3",
        Some(_) => "r.organization_id = $1 and r.project_id in ($list) order by r.id limit $2 offset $3",
    };
    let query = select(db, text).bind(organization_id).bind(limit).bind(offset);
    match project_ids {
        None => read(query).await,
        Some(ids) => read(query.bind_list(ids)).await,
    }
}

/// The next rules behind the one with this number, of all organizations.
pub(crate) async fn after(db: &Db, id: i64, limit: i64) -> Result<Vec<MetricRule>> {
    read(select(db, "r.id > $1 order by r.id limit $2").bind(id).bind(limit)).await
}

pub(crate) async fn delete(tx: &mut Tx, id: i64) -> Result<()> {
    tx.query("delete from metric_incidents where rule_id = $1").bind(id).execute().await?;
    tx.query("delete from metric_rules where id = $1").bind(id).execute().await.map(drop)
}

/// Errors of a project in the minutes from this one on, and in those after it.
pub(crate) async fn errors_since(db: &Db, project_id: i64, minute: i64) -> Result<Counts> {
    let query = db.query(
        "select cast(coalesce(sum(count), 0) as bigint),
             cast(coalesce(sum(case when minute > $2 then count else 0 end), 0) as bigint)
         from project_counts where project_id = $1 and minute >= $2",
    );
    let (whole, recent) = query.bind(project_id).bind(minute).fetch_one().await?;
    Ok(Counts { recent, whole })
}

/// Writes the start, a change or the end of an incident; false if another replica did first. `known` is the severity
/// that was read before.
pub(crate) async fn write_incident(
    tx: &mut Tx,
    rule: &MetricRule,
    incident: Incident,
    known: Option<Severity>,
    now: Option<Severity>,
    at: DateTime<Utc>,
) -> Result<bool> {
    let number = |severity: Option<Severity>| severity.map_or(0, Severity::number);
    let changed = tx
        .query("update metric_rules set severity = $2, incident_id = $3 where id = $1 and severity = $4")
        .bind(rule.id)
        .bind(number(now))
        .bind(now.map(|_| incident.id))
        .bind(number(known))
        .execute()
        .await?;
    if changed == 0 {
        return Ok(false);
    }
    if known.is_none() {
        tx.query(
            "insert into metric_incidents (id, organization_id, rule_id, identifier, started_at)
             values ($1, $2, $3, $4, $5)",
        )
        .bind(incident.id)
        .bind(rule.organization_id)
        .bind(rule.id)
        .bind(incident.identifier)
        .bind(incident.started_at)
        .execute()
        .await?;
    }
    if now.is_none() {
        let close = tx.query("update metric_incidents set closed_at = $2 where id = $1");
        close.bind(incident.id).bind(at).execute().await?;
    }
    Ok(true)
}

fn select<'a>(db: &'a Db, rest: &str) -> Query<'a> {
    const SELECT: &str =
        "select r.id, r.organization_id, r.project_id, r.name, r.definition, r.severity, r.created_at,
             o.slug as organization_slug, p.slug as project_slug,
             i.id as incident_id, i.identifier, i.started_at
         from metric_rules r
         join organizations o on o.id = r.organization_id
         join projects p on p.id = r.project_id and p.deleted_at is null
         left join metric_incidents i on i.id = r.incident_id
         where ";
    db.query(AssertSqlSafe([SELECT, rest].concat()))
}

async fn read(query: Query<'_>) -> Result<Vec<MetricRule>> {
    query.fetch_all::<Row>().await?.into_iter().map(Row::read).collect()
}

#[derive(FromRow)]
struct Row {
    id: i64,
    organization_id: i64,
    project_id: i64,
    name: String,
    definition: String,
    severity: i64,
    created_at: DateTime<Utc>,
    organization_slug: String,
    project_slug: String,
    incident_id: Option<i64>,
    identifier: Option<i64>,
    started_at: Option<DateTime<Utc>>,
}

impl Row {
    fn read(self) -> Result<MetricRule> {
        let incident = self.incident_id.zip(self.identifier).zip(self.started_at);
        let incident = incident.zip(Severity::from_number(self.severity)).map(
            |(((id, identifier), started_at), severity)| Incident { id, identifier, severity, started_at },
        );
        Ok(MetricRule {
            id: self.id,
            organization_id: self.organization_id,
            organization_slug: self.organization_slug,
            project_id: self.project_id,
            project_slug: self.project_slug,
            name: self.name,
            numbers: serde_json::from_str(&self.definition)
                .map_err(|_| unknown("metric rule", &self.id.to_string()))?,
            created_at: self.created_at,
            incident,
        })
    }
}
