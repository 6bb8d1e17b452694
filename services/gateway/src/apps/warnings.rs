//! Warnings about apps that refuse or do not answer. An app chooses how often it fails, so their number is bounded.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// One warning about each app in this time.
const PAUSE: TimeDelta = TimeDelta::minutes(1);
/// Apps that are remembered.
const MAX_APPS: usize = 1000;

#[derive(Debug, Default)]
pub(crate) struct AppWarnings {
    last: Mutex<HashMap<i64, DateTime<Utc>>>,
}

impl AppWarnings {
    /// Whether to log a warning about this app now.
    pub(crate) fn is_due(&self, app_id: i64, now: DateTime<Utc>) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.get(&app_id).is_some_and(|last| now - *last < PAUSE) {
            return false;
        }
        if last.len() >= MAX_APPS {
            last.retain(|_, last| now - *last < PAUSE);
        }
        // With more failing apps than that, the log says enough.
        let is_due = last.len() < MAX_APPS;
        if is_due {
            last.insert(app_id, now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_is_warned_about_once_a_minute() {
        let (warnings, now) = (AppWarnings::default(), DateTime::UNIX_EPOCH);
        assert!(warnings.is_due(1, now));
        assert!(!warnings.is_due(1, now + TimeDelta::seconds(59)));
        assert!(warnings.is_due(2, now));
        assert!(warnings.is_due(1, now + PAUSE));
    }

    #[test]
    fn the_number_of_apps_is_bounded() {
        let (warnings, now) = (AppWarnings::default(), DateTime::UNIX_EPOCH);
        let due = (0..5000).filter(|app_id| warnings.is_due(*app_id, now)).count();
        assert_eq!(due, MAX_APPS);
        assert!(warnings.is_due(7000, now + PAUSE));
    }
}
