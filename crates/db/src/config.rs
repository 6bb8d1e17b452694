use std::fmt;
use std::time::Duration;

/// Where the data lives and how many connections may work on it.
#[derive(Clone)]
pub struct DbConfig {
    /// `postgres://user:password@host/database` (each service has a schema of its own in it),
    /// `sqlite:<folder>` (each service has a file of its own in it; the folder is created) or
    /// `sqlite::memory:` (gone when the last [`Db`](crate::Db) is dropped; one connection, so a statement outside
    /// of an open transaction waits for that transaction).
    pub url: String,
    /// Upper bound of connections of this process and service. On SQLite these are the readers; there is one writer.
    pub max_connections: u32,
    /// How long a statement waits for a connection before it fails with [`DbError::Unavailable`](crate::DbError).
    pub acquire_timeout: Duration,
}

impl DbConfig {
    /// Ten connections, five seconds of waiting.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), max_connections: 10, acquire_timeout: Duration::from_secs(5) }
    }
}

impl fmt::Debug for DbConfig {
    /// The URL may carry a password, so only its scheme is printed.
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
