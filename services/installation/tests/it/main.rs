//! Tests of the running service: in process, beside the real services it calls, through a real channel, on both
//! engines.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "ids that no other test has")]

mod app_tokens;
mod authorizing;
mod authorizing_by_assertion;
mod callers;
mod changing_apps;
mod counting_apps;
mod creating_apps;
mod encryption;
mod event_types;
mod installing;
mod lifecycle;
mod listing_apps;
mod mail;
mod mail_transports;
mod outages;
mod paging;
mod parallel;
mod pictures;
mod project_filters;
mod publishing;
mod reading_apps;
mod reading_installations;
mod removing_apps;
mod rotating_secrets;
mod schema;
mod service;
mod smtp_server;
mod stopped_webhooks;
mod switching_apps;
mod uninstalling;
mod watching;
