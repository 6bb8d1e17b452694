use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::error::source::ErrorSource;

/// An error as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredEvent {
    pub(crate) event_id: Uuid,
    pub(crate) issue_id: i64,
    pub(crate) received_at: DateTime<Utc>,
    /// A JSON object without the links.
    pub(crate) document: String,
    pub(crate) source: ErrorSource,
}
