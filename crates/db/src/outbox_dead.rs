use chrono::{DateTime, Utc};

use crate::db::Db;
use crate::error::Result;

impl Db {
    /// Moves a message from the outbox to `outbox_dead`, because publishing it again cannot help. `reason` is
    /// for operators. Returns false if the message is no longer in the outbox.
    pub async fn outbox_bury(&self, id: i64, reason: &str, now: DateTime<Utc>) -> Result<bool> {
        let mut tx = self.begin().await?;
        let buried = tx
            .query(
                "insert into outbox_dead (id, topic, key, body, headers, created_at, reason, died_at)
                 select id, topic, key, body, headers, created_at, cast($1 as text), $2 from outbox where id = $3
                 on conflict (id) do nothing",
            )
            .bind(reason)
            .bind(now)
            .bind(id)
            .execute()
            .await?;
        tx.query("delete from outbox where id = $1").bind(id).execute().await?;
        tx.commit().await?;
        Ok(buried == 1)
    }
}
