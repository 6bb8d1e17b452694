//! The two gRPC services: convert, begin, decide, store, commit, convert.

mod app_message;
mod app_registry;
mod authorize;
mod create_app;
mod get_app;
mod get_installation;
mod install;
mod installation_message;
mod installations;
mod list_installations;
mod mark_installed;
mod organizations;
mod set_app_status;
mod uninstall;
mod watch_endpoints;
mod watch_subscriptions;
