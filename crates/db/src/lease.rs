use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::db::Db;
use crate::error::Result;

impl Db {
    /// Takes or renews the lease `name` for `holder` until `now + ttl`. Returns false while another holder
    /// has an unexpired lease.
    ///
    /// For loops that only one replica may run. The holder renews well before the end and stops working if it
    /// cannot. The work must tolerate a short overlap, because clocks differ and processes pause. A lease
    /// that would last longer than twice `ttl` was granted by a clock that has been set back since. It counts
    /// as expired, because its holder may be gone.
    pub async fn acquire_lease(
        &self,
        name: &str,
        holder: Uuid,
        now: DateTime<Utc>,
        ttl: TimeDelta,
    ) -> Result<bool> {
        let taken = self
            .query(
                "insert into leases as lease (name, holder, expires_at) values ($1, $2, $3)
                 on conflict (name) do update set holder = excluded.holder, expires_at = excluded.expires_at
                 where lease.holder = excluded.holder or lease.expires_at <= $4 or lease.expires_at > $5",
            )
            .bind(name)
            .bind(holder)
            .bind(now + ttl)
            .bind(now)
            .bind(now + ttl * 2)
            .execute()
            .await?;
        Ok(taken == 1)
    }

    /// Releases the lease of `holder`, so that the next holder does not wait until it expires.
    pub async fn release_lease(&self, name: &str, holder: Uuid) -> Result<()> {
        let query = self.query("delete from leases where name = $1 and holder = $2");
        query.bind(name).bind(holder).execute().await.map(drop)
    }
}
