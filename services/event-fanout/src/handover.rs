//! Events between acceptance and the confirm of their deliveries.

pub(crate) mod handed;
pub(crate) mod in_flight;
pub(crate) mod pack;
pub(crate) mod ready;
