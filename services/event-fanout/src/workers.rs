//! Background tasks, a file for each.

pub(crate) mod backlog;
pub(crate) mod expire;
pub(crate) mod hand_over;
mod read_subscription;
pub(crate) mod recover;
pub(crate) mod settle;
pub(crate) mod watch;
pub(crate) mod watch_event_types;
pub(crate) mod write;
