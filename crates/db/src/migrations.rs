use std::borrow::Cow;

use sha2::{Digest, Sha256};

use crate::engine::Engine;
use crate::sqlite_text::sqlite_text;

/// The migrations of a service in the order in which they run, as text inside the binary.
///
/// They are forward only and one step each; old and new code must both work on either side of one. Make it with
/// [`migrations!`](crate::migrations!).
#[derive(Debug)]
pub struct Migrations {
    list: &'static [Migration],
}

/// One step, written for each engine.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// File name without `.sql`: `0001_apps`.
    pub name: &'static str,
    /// The text for PostgreSQL.
    pub postgres: &'static str,
    /// The text for SQLite. `None` if it is derived from the text for PostgreSQL.
    pub sqlite: Option<&'static str>,
}

/// The tables of this crate. They are applied before a service's own; their names carry a prefix so as not to meet.
pub(crate) static BASE: Migrations =
    crate::migrations!["0001_id_counters", "0002_outbox", "0003_leases", "0004_outbox_dead": derived];
pub(crate) const BASE_PREFIX: &str = "db/";

impl Migrations {
    /// A list that was put together by hand; see [`migrations!`](crate::migrations!).
    pub const fn new(list: &'static [Migration]) -> Self {
        Self { list }
    }

    /// In the order in which they run.
    pub fn iter(&self) -> impl Iterator<Item = &'static Migration> {
        self.list.iter()
    }
}

impl Migration {
    pub(crate) fn sql(&self, engine: Engine) -> Cow<'static, str> {
        match (engine, self.sqlite) {
            (Engine::Postgres, _) => self.postgres.into(),
            (Engine::Sqlite, Some(text)) => text.into(),
            (Engine::Sqlite, None) => sqlite_text(self.postgres).into(),
        }
    }

    /// SHA-256 of the text. It is recorded when the migration is applied and must not change afterwards.
    pub fn checksum(&self, engine: Engine) -> Vec<u8> {
        Sha256::digest(self.sql(engine).as_bytes()).to_vec()
    }
}

/// Embeds `migrations/postgres/<name>.sql` and `migrations/sqlite/<name>.sql` of the calling crate for each name.
///
/// A migration marked `derived` has no file for SQLite. Its text is the one for PostgreSQL with SQLite's type names and `strict`
/// tables, which suffices for `create table`, `alter table … add column` and everything that is the same on both engines. A
/// migration that needs more (partitions, casts, `without rowid`) has two files.
///
/// ```ignore
/// pub static MIGRATIONS: Migrations = patchbay_db::migrations!["0001_apps": derived, "0002_partitions"];
/// ```
#[macro_export]
macro_rules! migrations {
    (@file $engine:literal $name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/", $engine, "/", $name, ".sql"))
    };
    (@sqlite $name:literal) => { Some($crate::migrations!(@file "sqlite" $name)) };
    (@sqlite $name:literal derived) => { None };
    ($($name:literal $(: $derived:ident)?),* $(,)?) => {
        $crate::Migrations::new(&[$($crate::Migration {
            name: $name,
            postgres: $crate::migrations!(@file "postgres" $name),
            sqlite: $crate::migrations!(@sqlite $name $($derived)?),
        }),*])
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_derived_text_is_the_one_whose_checksum_databases_have_recorded() {
        let derived: Vec<_> = BASE.iter().filter(|migration| migration.sqlite.is_none()).collect();
        let [outbox_dead] = derived.as_slice() else { panic!("{derived:?}") };
        let recorded = "4f42306976cee087b03d67aa810d61bdcfa09dc005ad032a0588bcc7f8e4784a";
        let checksum: String =
            outbox_dead.checksum(Engine::Sqlite).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!((outbox_dead.name, checksum.as_str()), ("0004_outbox_dead", recorded));
    }
}
