//! The gateway in front of the real services, which run in process on SQLite. Only the sender of
//! webhooks is played by the tests, because what its log holds and what apps answer has to be chosen by them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod alert_rules;
mod answer;
mod any_body;
mod app_registry;
mod app_tokens;
mod apps;
mod authentication;
mod bad_input;
mod bulk_changes;
mod closed_membership;
mod components;
mod cors;
mod early_answers;
mod installations;
mod integrations;
mod limits;
mod long_values;
mod many_memberships;
mod oidc;
mod openapi;
mod organizations;
mod overload;
mod platform;
mod project_filter;
mod publishing;
mod rate_limits;
mod revocation;
mod revoked_everywhere;
mod routing;
mod running;
mod serving;
mod sign_in;
mod switching;
mod tracker;
mod unknown_keys;
mod unknown_proxy;
mod user_tokens;
mod webhook_log;
mod webhook_requests;
