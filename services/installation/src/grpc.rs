//! The gRPC services: a folder for each, a file for each RPC.
//!
//! Each RPC converts its request, begins a transaction, decides in `domain`, stores, commits and converts the response.

mod app_registry;
mod app_tokens;
mod encryption;
mod event_types;
mod installations;
mod mail;
mod organizations;
mod page;
mod publishing;
mod record_status_change;
mod update_token_scopes;
