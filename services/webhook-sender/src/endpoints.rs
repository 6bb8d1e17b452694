//! The apps' endpoints: where webhooks go, how many may be sent at once, and whether the endpoint works.

pub(crate) mod breakers;
pub(crate) mod endpoint;
mod follow;
pub(crate) mod mirror;
pub(crate) mod routing;
pub(crate) mod slots;
pub(crate) mod watch_endpoints;
pub(crate) mod watch_subscriptions;
