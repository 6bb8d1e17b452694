use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use patchbay_domain::Clock;
use sqlx::FromRow;

use crate::Json;
use crate::blob::Blob;
use crate::db::Db;
use crate::error::Result;
use crate::tx::Tx;

/// A message that is to be published when, and only when, the transaction commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMessage {
    /// The bus's name of the topic.
    pub topic: String,
    /// Routing key.
    pub key: String,
    pub body: Bytes,
    pub headers: BTreeMap<String, String>,
}

/// A message waiting in the outbox.
#[derive(Debug, Clone, FromRow)]
pub struct OutboxRow {
    /// Rises in the order in which the messages were written.
    pub id: i64,
    pub topic: String,
    pub key: String,
    pub body: Blob,
    pub headers: Json<BTreeMap<String, String>>,
    pub created_at: DateTime<Utc>,
}

impl Tx {
    /// Writes `message` with this transaction; the relay is woken by the commit.
    pub async fn outbox(&mut self, message: OutboxMessage) -> Result<()> {
        self.outbox_all([message]).await
    }

    /// As [`Tx::outbox`], for many messages at the price of one.
    pub async fn outbox_all(&mut self, messages: impl IntoIterator<Item = OutboxMessage>) -> Result<()> {
        // Only the age of the oldest row is ever computed from it, for the operator: no decision, so no clock of ours.
        let created_at = Clock::system().now();
        let columns = &["topic", "key", "body", "headers", "created_at"];
        let written = self
            .insert_rows("outbox", columns, messages, |row, message| {
                row.bind(message.topic).bind(message.key).bind(Blob(message.body));
                row.bind(Json(message.headers)).bind(created_at);
            })
            .execute()
            .await?;
        self.wrote_outbox |= written > 0;
        Ok(())
    }
}

impl Db {
    /// The oldest messages waiting, in order, at most `limit`.
    pub async fn outbox_batch(&self, limit: u32) -> Result<Vec<OutboxRow>> {
        self.query("select id, topic, key, body, headers, created_at from outbox order by id limit $1")
            .bind(i64::from(limit))
            .fetch_all()
            .await
    }

    /// Deletes messages that were published; how many there were.
    pub async fn outbox_delete(&self, ids: &[i64]) -> Result<u64> {
        self.query("delete from outbox where id in ($list)").bind_list(ids).execute().await
    }

    /// Wakes the relay of this process. [`Tx::commit`] does it by itself.
    pub fn outbox_notify(&self) {
        self.shared.outbox.notify_one();
    }

    /// Waits for [`Db::outbox_notify`]; returns at once when it was called since the last wait.
    pub async fn outbox_notified(&self) {
        self.shared.outbox.notified().await;
    }
}
