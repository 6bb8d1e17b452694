use crate::db::Db;
use crate::error::Result;

impl Db {
    /// Takes `count` (at least 1) consecutive ids of the counter `name` and returns the first. Counters start
    /// at 1.
    ///
    /// It commits immediately, so that transactions do not wait for each other. Ids of a failed operation are
    /// lost. Call it before [`Db::begin`], not while a transaction is open.
    pub async fn allocate_ids(&self, name: &str, count: u32) -> Result<i64> {
        self.query(
            "insert into id_counters as counter (name, next_id) values ($1, 1 + $2)
             on conflict (name) do update set next_id = counter.next_id + $2
             returning next_id - $2",
        )
        .bind(name)
        .bind(i64::from(count))
        .fetch_scalar()
        .await
    }
}
