//! SQL of recording errors. Each statement writes a whole batch.

mod counted_issues;
mod counts;
mod events;

pub(crate) use counted_issues::{
    add_users, ensure_releases, known_fingerprints, lock_counted, update_counted,
};
pub(crate) use counts::{count_issues, count_projects, counts, prune_counts};
pub(crate) use events::{NewEvent, insert_events, known_events};
