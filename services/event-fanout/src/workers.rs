//! The loops, one file each.

pub(crate) mod backlog;
pub(crate) mod expire;
pub(crate) mod hand_over;
pub(crate) mod recover;
pub(crate) mod settle;
pub(crate) mod watch;
pub(crate) mod watch_event_types;
pub(crate) mod write;
