//! What others may ask.

mod list_deliveries;
mod list_requests;
pub(crate) mod webhooks;
