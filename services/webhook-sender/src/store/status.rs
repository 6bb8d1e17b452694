//! The numbers of [`Status`] and [`RecoveryStatus`], for SQL text. They are literals there, because partial indexes need a literal.

use crate::domain::delivery::Status;
use crate::domain::recovery_status::RecoveryStatus;

pub(super) const PENDING: i32 = Status::Pending as i32;
pub(super) const DELIVERED: i32 = Status::Delivered as i32;
pub(super) const DEAD: i32 = Status::Dead as i32;
pub(super) const DROPPED: i32 = Status::Dropped as i32;
pub(super) const HELD: i32 = Status::Held as i32;

pub(super) const RUNNING: i32 = RecoveryStatus::Running as i32;
pub(super) const DONE: i32 = RecoveryStatus::Done as i32;
pub(super) const CANCELLED: i32 = RecoveryStatus::Cancelled as i32;
