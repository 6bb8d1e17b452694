//! What others may ask.

mod call;
mod event_filter;
mod find_app;
mod get_endpoint_health;
mod list_dead_letters;
mod list_deliveries;
mod list_poison_messages;
mod list_requests;
mod page;
mod recover;
mod resend;
pub(crate) mod webhooks;
