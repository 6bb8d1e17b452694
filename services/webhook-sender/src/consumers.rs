//! Consumers of bus queues.

pub(crate) mod deliveries;
pub(crate) mod received;
