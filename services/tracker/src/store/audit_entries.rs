use chrono::{DateTime, Utc};
use patchbay_db::{Db, FromRow, Result};
use uuid::Uuid;

use super::unknown;
use crate::domain::audit_entry::{ActorKind, AuditActor, AuditEntry};
use crate::domain::input::page::Page;

/// A filter of audit entries.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) organization_id: i64,
    /// Empty for all.
    pub(crate) event: String,
    /// 0 for everybody.
    pub(crate) actor_user_id: i64,
    pub(crate) since: Option<DateTime<Utc>>,
    /// Itself not included.
    pub(crate) until: Option<DateTime<Utc>>,
}

/// Inserts an entry; false if it is stored already.
pub(crate) async fn insert(db: &Db, number: i64, entry: &AuditEntry) -> Result<bool> {
    db.query(
        "insert into audit_entries (number, id, organization_id, actor_kind, actor_id, actor_label, event,
             target_type, target_id, target_label, data, occurred_at, client_address)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         on conflict (id) do nothing",
    )
    .bind(number)
    .bind(entry.id)
    .bind(entry.organization_id)
    .bind(entry.actor.kind.as_str())
    .bind(entry.actor.id)
    .bind(&entry.actor.label)
    .bind(&entry.event)
    .bind(&entry.target_type)
    .bind(&entry.target_id)
    .bind(&entry.target_label)
    .bind(&entry.data)
    .bind(entry.occurred_at)
    .bind(&entry.client_address)
    .execute()
    .await
    .map(|inserted| inserted > 0)
}

/// Deletes up to `limit` entries older than `moment`; returns their number.
pub(crate) async fn delete_before(db: &Db, moment: DateTime<Utc>, limit: u32) -> Result<u64> {
    db.query(
        "delete from audit_entries where number in
             (select number from audit_entries where occurred_at < $1 order by occurred_at limit $2)",
    )
    .bind(moment)
    .bind(i64::from(limit))
    .execute()
    .await
}

/// Newest first, each with its number.
pub(crate) async fn list(db: &Db, filter: &Filter, page: Page) -> Result<Vec<(i64, AuditEntry)>> {
    let rows: Vec<Row> = db
        .query(
            "select number, id, organization_id, actor_kind, actor_id, actor_label, event, target_type, target_id,
                 target_label, data, occurred_at, client_address
             from audit_entries
             where organization_id = $1
                 and (event = $2 or $2 = '')
                 and ((actor_kind = $3 and actor_id = $4) or $4 = 0)
                 and occurred_at >= $5 and occurred_at < $6
             order by occurred_at desc, number desc limit $7 offset $8",
        )
        .bind(filter.organization_id)
        .bind(&filter.event)
        .bind(ActorKind::User.as_str())
        .bind(filter.actor_user_id)
        .bind(filter.since.unwrap_or(DateTime::UNIX_EPOCH))
        .bind(filter.until.unwrap_or_else(end_of_time))
        .bind(page.fetch())
        .bind(page.offset())
        .fetch_all()
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// The end of the year 9999. Later times do not sort as text.
fn end_of_time() -> DateTime<Utc> {
    DateTime::from_timestamp(253_402_300_799, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[derive(FromRow)]
struct Row {
    number: i64,
    id: Uuid,
    organization_id: i64,
    actor_kind: String,
    actor_id: i64,
    actor_label: String,
    event: String,
    target_type: String,
    target_id: String,
    target_label: String,
    data: String,
    occurred_at: DateTime<Utc>,
    client_address: Option<String>,
}

impl Row {
    fn read(self) -> Result<(i64, AuditEntry)> {
        let kind =
            ActorKind::parse(&self.actor_kind).ok_or_else(|| unknown("kind of actor", &self.actor_kind))?;
        let entry = AuditEntry {
            id: self.id,
            organization_id: self.organization_id,
            actor: AuditActor { kind, id: self.actor_id, label: self.actor_label },
            event: self.event,
            target_type: self.target_type,
            target_id: self.target_id,
            target_label: self.target_label,
            data: self.data,
            occurred_at: self.occurred_at,
            client_address: self.client_address,
        };
        Ok((self.number, entry))
    }
}
