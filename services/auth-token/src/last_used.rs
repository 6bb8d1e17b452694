//! Collects uses of tokens until [`workers::record_uses`](crate::workers::record_uses) stores them.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use crate::domain::stored_token::StoredToken;

/// Tokens collected between two writes. Further uses are dropped: a token in use is soon used again.
const MAX_TOKENS: usize = 50_000;

/// Collects the ids of used tokens, so that many uses cost one write.
#[derive(Default)]
pub(crate) struct LastUsed(Mutex<HashSet<i64>>);

impl LastUsed {
    /// Notes a use, unless the stored time is recent enough.
    pub(crate) fn note(&self, token: &StoredToken, now: DateTime<Utc>) {
        if token.use_is_news(now) {
            let mut noted = self.noted();
            if noted.len() < MAX_TOKENS {
                noted.insert(token.id);
            }
        }
    }

    /// Removes and returns the collected ids.
    pub(crate) fn take(&self) -> Vec<i64> {
        self.noted().drain().collect()
    }

    fn noted(&self) -> MutexGuard<'_, HashSet<i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
