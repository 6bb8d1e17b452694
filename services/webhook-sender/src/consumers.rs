//! What comes over the bus.

pub(crate) mod deliveries;
