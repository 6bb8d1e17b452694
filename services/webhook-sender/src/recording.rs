//! Outcomes on their way to the database. A bus message is acknowledged after the records of its webhooks are durable.

pub(crate) mod acks;
pub(crate) mod due_signal;
pub(crate) mod origin;
pub(crate) mod record;
pub(crate) mod recorder;
pub(crate) mod storage;
pub(crate) mod writer;
