use std::fmt;
use std::time::Duration;

/// The location of the database and the limits of its connection pool.
#[derive(Clone)]
pub struct DbConfig {
    /// `postgres://user:password@host/database` (each service has its own schema), `sqlite:<folder>` (each
    /// service has its own file; the folder is created) or `sqlite::memory:` (lives as long as the last
    /// [`Db`](crate::Db); it has one connection, so a statement outside of an open transaction waits for the
    /// transaction).
    pub url: String,
    /// The maximum number of connections of this service in this process. On SQLite these are the readers, in
    /// addition to one writer.
    pub max_connections: u32,
    /// How long a statement waits for a connection before it fails with [`DbError::Unavailable`](crate::DbError).
    pub acquire_timeout: Duration,
}

impl DbConfig {
    /// Ten connections, a timeout of five seconds.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), max_connections: 10, acquire_timeout: Duration::from_secs(5) }
    }
}

impl fmt::Debug for DbConfig {
    /// Prints only the scheme of the URL, because the URL may contain a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DbConfig")
            .field("url", &format_args!("{}:[redacted]", self.url.split(':').next().unwrap_or_default()))
            .field("max_connections", &self.max_connections)
            .field("acquire_timeout", &self.acquire_timeout)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_printed() {
        let printed = format!("{:?}", DbConfig::new("postgres://patchbay:hunter2@db/patchbay"));
        assert!(!printed.contains("hunter2"), "{printed}");
        assert!(printed.contains("postgres:[redacted]"), "{printed}");
    }
}
