use chrono::{DateTime, Utc};
use patchbay_db::{Blob, Db, Json, Migration, Migrations, Result, Tx};
use uuid::Uuid;

pub(crate) static MIGRATIONS: Migrations = Migrations::new(&[Migration {
    name: "0001_things",
    postgres: include_str!("migrations/postgres/0001_things.sql"),
    sqlite: None,
}]);

#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub(crate) struct Thing {
    pub(crate) id: i64,
    pub(crate) organization_id: i64,
    pub(crate) slug: String,
    pub(crate) token: Uuid,
    pub(crate) seen_at: DateTime<Utc>,
    pub(crate) enabled: bool,
    pub(crate) ratio: f64,
    pub(crate) note: Option<String>,
    pub(crate) settings: Json<serde_json::Value>,
    pub(crate) body: Blob,
}

pub(crate) const COLUMNS: &[&str] =
    &["id", "organization_id", "slug", "token", "seen_at", "enabled", "ratio", "note", "settings", "body"];

pub(crate) fn thing(id: i64) -> Thing {
    Thing {
        id,
        organization_id: 7,
        slug: format!("thing-{id}"),
        token: Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef),
        seen_at: DateTime::from_timestamp_micros(1_566_248_777_123_456).expect("a time"),
        enabled: true,
        ratio: 0.25,
        note: None,
        settings: Json(serde_json::json!({"a": [1, "é", null]})),
        body: Blob(bytes::Bytes::from_static(b"\0\xff{}")),
    }
}

pub(crate) async fn insert(db: &Db, things: &[Thing]) -> Result<u64> {
    db.insert_rows("things", COLUMNS, things, values).execute().await
}

pub(crate) async fn insert_in(tx: &mut Tx, things: &[Thing]) -> Result<u64> {
    tx.insert_rows("things", COLUMNS, things, values).execute().await
}

pub(crate) fn values(row: &mut patchbay_db::Values<'_, '_>, thing: &Thing) {
    row.bind(thing.id).bind(thing.organization_id).bind(&thing.slug).bind(thing.token).bind(thing.seen_at);
    row.bind(thing.enabled)
        .bind(thing.ratio)
        .bind(&thing.note)
        .bind(&thing.settings)
        .bind(thing.body.clone());
}

pub(crate) async fn count(db: &Db) -> i64 {
    db.query("select count(*) from things").fetch_scalar().await.expect("there is a table of things")
}
