//! Recording errors: as many at once as are waiting, in one transaction.
//!
//! There is no window in which it waits for more: the time a commit takes is the time in which the next group gathers.

mod alert;
mod rules;
mod see;
mod submission;
mod worker;
mod write;

pub(crate) use submission::{Place, Recorded, Recorder};
pub(crate) use worker::Worker;
