use sha2::{Digest, Sha256};

use crate::engine::Engine;

/// The migrations of a service, in the order in which they run. They are embedded in the binary.
///
/// Migrations are forward only. The old and the new code must both work before and after each of them. Create
/// the list with [`migrations!`](crate::migrations!).
#[derive(Debug)]
pub struct Migrations {
    list: &'static [Migration],
}

/// One migration, with a text for each engine.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// File name without `.sql`: `0001_apps`.
    pub name: &'static str,
    pub postgres: &'static str,
    pub sqlite: &'static str,
}

/// The tables of this crate, applied before those of a service. Their names have a prefix to avoid
/// collisions.
pub(crate) static BASE: Migrations =
    crate::migrations!["0001_id_counters", "0002_outbox", "0003_leases", "0004_outbox_dead"];
pub(crate) const BASE_PREFIX: &str = "db/";

impl Migrations {
    /// A list that is assembled by hand; see [`migrations!`](crate::migrations!).
    pub const fn new(list: &'static [Migration]) -> Self {
        Self { list }
    }

    /// Iterates in the order in which they run.
    pub fn iter(&self) -> impl Iterator<Item = &'static Migration> {
        self.list.iter()
    }
}

impl Migration {
    pub(crate) fn sql(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Postgres => self.postgres,
            Engine::Sqlite => self.sqlite,
        }
    }

    pub(crate) fn checksum(&self, engine: Engine) -> Vec<u8> {
        Sha256::digest(self.sql(engine)).to_vec()
    }
}

/// Embeds the files `migrations/postgres/<name>.sql` and `migrations/sqlite/<name>.sql` of the calling crate.
///
/// ```ignore
/// pub static MIGRATIONS: Migrations = patchbay_db::migrations!["0001_apps", "0002_installations"];
/// ```
#[macro_export]
macro_rules! migrations {
    ($($name:literal),* $(,)?) => {
        $crate::Migrations::new(&[$($crate::Migration {
            name: $name,
            postgres: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres/", $name, ".sql")),
            sqlite: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite/", $name, ".sql")),
        }),*])
    };
}
