//! Counts requests without a known caller: they share the limit of their network.

use axum::http::request::Parts;

use crate::api::error::Failure;
use crate::context::Context;
use patchbay_edge::client_address::client_network;
use patchbay_edge::rate_limit::Key;

/// # Errors
/// 429 beyond the limit.
pub(crate) fn count(parts: &Parts, context: &Context) -> Result<(), Failure> {
    let network = client_network(parts, context.config.proxies);
    Ok(context.rate_limits.check(Key::Address(network))?)
}

/// Refuses a network that is beyond its limit, without counting the request.
///
/// # Errors
/// 429 beyond the limit.
pub(crate) fn admit(parts: &Parts, context: &Context) -> Result<(), Failure> {
    let network = client_network(parts, context.config.proxies);
    Ok(context.rate_limits.admit(&Key::Address(network))?)
}

/// The refusal of a request that reaches no operation, or 429 beyond the limit.
pub(crate) fn refuse(parts: &Parts, context: &Context, refusal: impl Into<Failure>) -> Failure {
    count(parts, context).err().unwrap_or_else(|| refusal.into())
}
