//! Recording errors in batches: one transaction for everything that waits.
//!
//! There is no waiting window: the next batch gathers while the last one commits.

mod alert;
mod counted_error;
mod open_issues;
mod prepared;
mod rules;
mod submission;
mod worker;
mod writer;

pub(crate) use submission::{Recorded, Recorder};
pub(crate) use worker::Worker;
