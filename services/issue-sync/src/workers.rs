//! Background tasks. Every task is idempotent and works from stored state, so the next round finishes the work of a process that was killed.

pub(crate) mod health;
pub(crate) mod inbound;
pub(crate) mod outbound;
pub(crate) mod prune;
mod queues;
pub(crate) mod reencrypt;
pub(crate) mod remove;
pub(crate) mod ticket_records;
