//! The gRPC services: convert, begin, decide, store, commit, convert. A folder for each, a file for each RPC.

mod app_tokens;
mod apps;
mod encryption;
mod event_types;
mod installations;
mod organizations;
mod page;
mod publishing;
mod record_status_change;
mod update_token_scopes;
