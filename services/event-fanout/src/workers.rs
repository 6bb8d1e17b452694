//! The loops, one file each.

pub(crate) mod hand_over;
pub(crate) mod recover;
pub(crate) mod settle;
pub(crate) mod watch;
pub(crate) mod write;
