use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::db::Db;
use crate::error::Result;

/// Identifies a process that competes for a lease.
#[derive(Debug, Clone, Copy)]
pub struct LeaseHolder(Uuid);

impl LeaseHolder {
    /// A holder that differs from every other.
    #[expect(
        clippy::disallowed_methods,
        reason = "two equal holders would both hold a lease, so no caller chooses the id"
    )]
    pub fn unique() -> Self {
        Self(Uuid::new_v4())
    }
}

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
        holder: LeaseHolder,
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
            .bind(holder.0)
            .bind(now + ttl)
            .bind(now)
            .bind(now + ttl * 2)
            .execute()
            .await?;
        Ok(taken == 1)
    }

    /// Releases the lease of `holder`, so that the next holder does not wait until it expires.
    pub async fn release_lease(&self, name: &str, holder: LeaseHolder) -> Result<()> {
        let query = self.query("delete from leases where name = $1 and holder = $2");
        query.bind(name).bind(holder.0).execute().await.map(drop)
    }
}
