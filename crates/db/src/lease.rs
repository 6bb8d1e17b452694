use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::db::Db;
use crate::error::Result;

impl Db {
    /// Takes or renews the lease `name` for `holder` until `now + ttl`; false while somebody else's has not expired.
    ///
    /// For loops that only one replica may run. The holder renews well before the end and stops working when it cannot;
    /// the work has to bear a short overlap all the same, because clocks differ and processes pause. A lease that would
    /// last for more than twice `ttl` was given by a clock that has been set back since, and counts as expired: its holder
    /// may be gone, and nobody waits for hours to find out.
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

    /// Gives the lease back if `holder` has it, so that the next one does not wait for it to expire.
    pub async fn release_lease(&self, name: &str, holder: Uuid) -> Result<()> {
        let query = self.query("delete from leases where name = $1 and holder = $2");
        query.bind(name).bind(holder).execute().await.map(drop)
    }
}
