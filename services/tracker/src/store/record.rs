//! SQL of recording errors. Every statement is for a whole group of them.

mod counts;
mod events;
mod seen;

pub(crate) use counts::{count_issues, count_projects, counts, prune_counts};
pub(crate) use events::{KeptEvent, insert_events, known_events};
pub(crate) use seen::{add_users, ensure_releases, known_fingerprints, lock_seen, update_seen};
