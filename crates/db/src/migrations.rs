use sha2::{Digest, Sha256};

use crate::engine::Engine;

/// The migrations of a service in the order in which they run, as text inside the binary.
///
/// They are forward only and one step each; old and new code must both work on either side of one. Make it with
/// [`migrations!`](crate::migrations!).
#[derive(Debug)]
pub struct Migrations {
    list: &'static [Migration],
}

/// One step, said for each engine.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// File name without `.sql`: `0001_apps`.
    pub name: &'static str,
    pub postgres: &'static str,
    pub sqlite: &'static str,
}

/// The tables of this crate. They are applied before a service's own; their names carry a prefix so as not to meet.
pub(crate) static BASE: Migrations =
    crate::migrations!["0001_id_counters", "0002_outbox", "0003_leases", "0004_outbox_dead"];
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

/// Embeds `migrations/postgres/<name>.sql` and `migrations/sqlite/<name>.sql` of the calling crate for each name. A name
/// after `both` stands for `migrations/both/<name>.sql`, whose text runs on both engines.
///
/// ```ignore
/// pub static MIGRATIONS: Migrations = patchbay_db::migrations!["0001_apps", both "0002_support_url"];
/// ```
#[macro_export]
macro_rules! migrations {
    (@$folder:literal $name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/", $folder, "/", $name, ".sql"))
    };
    (@step both $name:literal) => {
        $crate::Migration {
            name: $name,
            postgres: $crate::migrations!(@"both" $name),
            sqlite: $crate::migrations!(@"both" $name),
        }
    };
    (@step $name:literal) => {
        $crate::Migration {
            name: $name,
            postgres: $crate::migrations!(@"postgres" $name),
            sqlite: $crate::migrations!(@"sqlite" $name),
        }
    };
    ($($($both:ident)? $name:literal),* $(,)?) => {
        $crate::Migrations::new(&[$($crate::migrations!(@step $($both)? $name)),*])
    };
}
