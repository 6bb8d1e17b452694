//! What event-fanout serves.

mod backfill;
pub(crate) mod events;
mod explain;
mod publish;
mod publish_batch;
mod publish_stream;
