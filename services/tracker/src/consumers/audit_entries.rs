//! Entries of the audit log, written by every service.

use std::time::Duration;

use patchbay_bus::{Consumer, Delivery};
use patchbay_db::Db;
use patchbay_domain::{Error, Result};
use patchbay_proto::tracker as wire;
use patchbay_rpc::timestamp;
use patchbay_runtime::Stop;
use prost::Message;
use uuid::Uuid;

use crate::domain::audit_entry::{ActorKind, AuditActor, AuditEntry, kept, read_address, read_data};
use crate::metrics::TrackerMetrics;
use crate::store::audit_entries;

/// Entries come from changes that people make, a few a second at most, so they are stored one by one.
pub(crate) const WINDOW: u16 = 16;

/// Pause before an entry is stored again after a database failure. The message is held meanwhile: each return to the queue would
/// bring it closer to the poison messages.
const PAUSE: Duration = Duration::from_secs(1);

pub(crate) struct AuditEntries {
    pub(crate) consumer: Consumer,
    pub(crate) db: Db,
    pub(crate) metrics: TrackerMetrics,
}

impl AuditEntries {
    /// Runs until a stop is requested. A message that is dropped without acknowledgement is delivered again.
    pub(crate) async fn run(mut self, stop: Stop) {
        loop {
            let delivery = tokio::select! {
                delivery = self.consumer.next() => delivery,
                () = stop.requested() => return,
            };
            let Some(delivery) = delivery else { break };
            match read(&delivery) {
                Ok(entry) => tokio::select! {
                    () = keep(&self.db, &self.metrics, &entry) => delivery.ack(),
                    () = stop.requested() => return,
                },
                Err(error) => {
                    tracing::warn!(%error, key = delivery.key, "an audit entry could not be decoded; it is moved to the poison messages");
                    delivery.reject();
                }
            }
        }
        // The bus closes only when a stop follows.
        stop.requested().await;
    }
}

async fn keep(db: &Db, metrics: &TrackerMetrics, entry: &AuditEntry) {
    while let Err(error) = insert(db, metrics, entry).await {
        tracing::warn!(%error, "an audit entry could not be stored; the next attempt is in 1 s");
        tokio::time::sleep(PAUSE).await;
    }
}

async fn insert(db: &Db, metrics: &TrackerMetrics, entry: &AuditEntry) -> patchbay_db::Result<()> {
    let number = db.allocate_ids("audit_entry", 1).await?;
    if audit_entries::insert(db, number, entry).await? {
        metrics.audit_entries.inc();
    }
    Ok(())
}

fn read(delivery: &Delivery) -> Result<AuditEntry> {
    let unreadable = |message: String| Error::invalid("INVALID_MESSAGE", message);
    let entry = wire::AuditEntry::decode(delivery.body.clone())
        .map_err(|error| unreadable(format!("The body is no AuditEntry: {error}.")))?;
    let actor = entry.actor.unwrap_or_default();
    let occurred_at = entry.occurred_at.as_ref().and_then(timestamp::from_wire);
    Ok(AuditEntry {
        id: Uuid::from_slice(&entry.id).map_err(|_| unreadable("The id is no uuid.".to_owned()))?,
        organization_id: entry.organization_id,
        actor: AuditActor { kind: kind(actor.kind()), id: actor.id, label: kept(actor.label) },
        event: kept(entry.event),
        target_type: kept(entry.target_type),
        target_id: kept(entry.target_id),
        target_label: kept(entry.target_label),
        data: read_data(&entry.data_json).map_err(|message| unreadable(message.to_owned()))?,
        occurred_at: occurred_at.ok_or_else(|| unreadable("There is no moment.".to_owned()))?,
        client_address: read_address(&entry.client_address),
    })
}

fn kind(kind: wire::AuditActorKind) -> ActorKind {
    match kind {
        wire::AuditActorKind::Unspecified => ActorKind::Service,
        wire::AuditActorKind::User => ActorKind::User,
        wire::AuditActorKind::App => ActorKind::App,
        wire::AuditActorKind::Operator => ActorKind::Operator,
    }
}
