//! What others may ask.

mod list_deliveries;
mod list_requests;
mod timestamp;
pub(crate) mod webhooks;
