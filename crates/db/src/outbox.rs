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

/// A message that is published if and only if the transaction commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMessage {
    /// The name of the topic.
    pub topic: String,
    /// Routing key.
    pub key: String,
    pub body: Bytes,
    pub headers: BTreeMap<String, String>,
}

/// A message in the outbox.
#[derive(Debug, Clone, FromRow)]
pub struct OutboxRow {
    /// Ascending in the order in which the messages were written.
    pub id: i64,
    pub topic: String,
    pub key: String,
    pub body: Blob,
    pub headers: Json<BTreeMap<String, String>>,
    pub created_at: DateTime<Utc>,
}

impl Tx {
    /// Writes `message` in this transaction. The commit wakes the relay.
    pub async fn outbox(&mut self, message: OutboxMessage) -> Result<()> {
        self.outbox_all([message]).await
    }

    /// As [`Tx::outbox`], for many messages in one statement.
    pub async fn outbox_all(&mut self, messages: impl IntoIterator<Item = OutboxMessage>) -> Result<()> {
        // Used only to report the age of the oldest row, not for decisions, so it is the database's time.
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
    /// The oldest `limit` messages, in order.
    pub async fn outbox_batch(&self, limit: u32) -> Result<Vec<OutboxRow>> {
        self.query("select id, topic, key, body, headers, created_at from outbox order by id limit $1")
            .bind(i64::from(limit))
            .fetch_all()
            .await
    }

    /// Deletes published messages and returns their number.
    pub async fn outbox_delete(&self, ids: &[i64]) -> Result<u64> {
        self.query("delete from outbox where id in ($list)").bind_list(ids).execute().await
    }

    /// Wakes the relay of this process. [`Tx::commit`] calls it.
    pub fn outbox_notify(&self) {
        self.shared.outbox.notify_one();
    }

    /// Waits for [`Db::outbox_notify`]. Returns immediately if it was called since the last wait.
    pub async fn outbox_notified(&self) {
        self.shared.outbox.notified().await;
    }
}
