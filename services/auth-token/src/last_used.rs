//! Which tokens were used lately, on the way to the database.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use crate::domain::stored_token::StoredToken;

/// Tokens remembered until they are written. Beyond that a use is forgotten; the next one comes soon for a
/// token that is in use.
const MAX_TOKENS: usize = 50_000;

/// Remembers uses, so that many of them cost one write.
#[derive(Default)]
pub(crate) struct LastUsed(Mutex<HashSet<i64>>);

impl LastUsed {
    /// Notes a use, unless it is too close to the one that is stored to matter.
    pub(crate) fn note(&self, token: &StoredToken, now: DateTime<Utc>) {
        if token.use_is_news(now) {
            let mut noted = self.noted();
            if noted.len() < MAX_TOKENS {
                noted.insert(token.id);
            }
        }
    }

    /// What was noted since the last time.
    pub(crate) fn take(&self) -> Vec<i64> {
        self.noted().drain().collect()
    }

    fn noted(&self) -> MutexGuard<'_, HashSet<i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
