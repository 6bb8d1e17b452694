use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, SqlitePool};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::checkpoint::{self, Checkpoints};
use crate::config::DbConfig;
use crate::error::{DbError, Result};
use crate::pools::Pools;

/// Prepared statements per connection; more than a service has, so that no statement is parsed twice.
const PREPARED_STATEMENTS: usize = 512;
/// A connection that was idle for longer is checked before it is used. Checking every time would cost every
/// statement a second round trip; never checking would fail one statement per connection after a restart of
/// the server.
const PROBE_AFTER_IDLE: Duration = Duration::from_secs(1);
/// The time limit of a statement; migrations have none.
const STATEMENT_TIMEOUT: &str = "30s";
/// How long SQLite waits for the lock of another process, such as the command line.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Page cache of a connection in KiB (negative, as SQLite expects). The writer searches its whole cache after
/// a commit that has rebalanced its trees, so its cache is smaller.
const READERS_CACHE: &str = "-16000";
const WRITERS_CACHE: &str = "-4000";
/// Pause before the next attempt to open a file that another process is opening.
const RETRY_OPEN_AFTER: Duration = Duration::from_millis(20);

pub(crate) async fn open(config: &DbConfig, service: &str) -> Result<Pools> {
    match config.url.strip_prefix("sqlite:") {
        Some(":memory:") => open_memory(config).await,
        Some(folder) => {
            open_file(config, Path::new(folder.strip_prefix("//").unwrap_or(folder)), service).await
        }
        None if config.url.starts_with("postgres://") || config.url.starts_with("postgresql://") => {
            open_postgres(config, service).await
        }
        None => Err(DbError::Other("the database URL has to begin with `postgres://` or `sqlite:`".into())),
    }
}

async fn open_postgres(config: &DbConfig, service: &str) -> Result<Pools> {
    let options = PgConnectOptions::from_str(&config.url)
        .map_err(|_| DbError::Other("the database URL is not a PostgreSQL URL".into()))?
        .application_name(&format!("patchbay-{service}"))
        .statement_cache_capacity(PREPARED_STATEMENTS)
        .options([("search_path", schema(service).as_str()), ("statement_timeout", STATEMENT_TIMEOUT)]);
    let pool = PgPoolOptions::new()
        .max_connections(config.max_connections)
        .acquire_timeout(config.acquire_timeout)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > PROBE_AFTER_IDLE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(options)
        .await?;
    Ok(Pools::Postgres(pool))
}

/// The schema of a service on PostgreSQL.
pub(crate) fn schema(service: &str) -> String {
    service.replace('-', "_")
}

async fn open_file(config: &DbConfig, folder: &Path, service: &str) -> Result<Pools> {
    create_folder(folder).map_err(|error| {
        DbError::Unavailable(format!("cannot create the folder {}: {error}", folder.display()))
    })?;
    let file = folder.join(format!("{service}.db"));
    create_file(&file)
        .map_err(|error| DbError::Unavailable(format!("cannot create {}: {error}", file.display())))?;
    let options = sqlite_options().filename(file);
    let committed = Arc::new(Notify::new());
    let wal = options
        .clone()
        .journal_mode(SqliteJournalMode::Wal)
        .pragma("wal_autocheckpoint", checkpoint::PAGES)
        .pragma("cache_size", WRITERS_CACHE);
    let writer = writer(config, wal, &committed).await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(config.max_connections)
        .acquire_timeout(config.acquire_timeout)
        .test_before_acquire(false)
        .connect_lazy_with(options.pragma("query_only", "on"));
    let checkpoints = Checkpoints::begin(readers.clone(), committed);
    Ok(Pools::Sqlite { writer, readers, _checkpoints: Some(checkpoints) })
}

/// Switching to WAL mode needs exclusive access to the file, and SQLite does not wait for it as it does for
/// other locks: if several processes open a new file together, all but one are refused and have to try again.
async fn writer(
    config: &DbConfig,
    options: SqliteConnectOptions,
    committed: &Arc<Notify>,
) -> Result<SqlitePool> {
    let give_up = Instant::now() + BUSY_TIMEOUT;
    loop {
        let pool = checkpoint::notifying(one_connection(config), committed.clone());
        match pool.connect_with(options.clone()).await.map_err(DbError::from) {
            Err(DbError::Busy(_)) if Instant::now() < give_up => tokio::time::sleep(RETRY_OPEN_AFTER).await,
            outcome => return outcome,
        }
    }
}

async fn open_memory(config: &DbConfig) -> Result<Pools> {
    let writer = one_connection(config).connect_with(sqlite_options().in_memory(true)).await?;
    Ok(Pools::Sqlite { readers: writer.clone(), writer, _checkpoints: None })
}

/// `synchronous = full`: with a lower level, a power failure can lose a commit that was reported as
/// successful.
fn sqlite_options() -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(PREPARED_STATEMENTS)
        .pragma("cache_size", READERS_CACHE)
        .pragma("temp_store", "memory")
        // PostgreSQL's name for the order of bytes, so that one text names it on both engines. There `lower` of a text with this
        // collation folds ASCII only, as SQLite's always does.
        .collation("C", |left, right| left.cmp(right))
        .pragma("journal_size_limit", "67108864")
}

/// A pool whose only connection stays open as long as the pool.
fn one_connection(config: &DbConfig) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .min_connections(1)
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(config.acquire_timeout)
        .test_before_acquire(false)
}

/// The files contain hashes of tokens and encrypted secrets, so only their owner may read them.
fn create_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Creates an empty database, which only its owner may read. SQLite gives its other files the same rights. An existing one, which an
/// earlier version created, gets them too.
fn create_file(file: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?;
    #[cfg(unix)]
    for suffix in ["", "-wal", "-shm"] {
        use std::os::unix::fs::PermissionsExt;
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        let open_to_others =
            std::fs::metadata(&name).is_ok_and(|found| found.permissions().mode() & 0o077 != 0);
        if open_to_others
            && let Err(error) = std::fs::set_permissions(&name, PermissionsExt::from_mode(0o600))
        {
            tracing::warn!(%error, file = %name.display(), "a database file stays open to other users of this machine");
        }
    }
    Ok(())
}
