//! What event-fanout serves.

pub(crate) mod events;
mod explain;
mod publish;
mod publish_batch;
