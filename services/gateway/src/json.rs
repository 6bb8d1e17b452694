//! The shapes of answers that several routes share, key by key as Sentry writes them.

pub(crate) mod app;
pub(crate) mod app_stats;
pub(crate) mod audit_entry;
pub(crate) mod authorization;
pub(crate) mod avatar;
pub(crate) mod component;
pub(crate) mod dead_letter;
pub(crate) mod delivery;
pub(crate) mod endpoint_health;
pub(crate) mod explained_event;
pub(crate) mod feature;
pub(crate) mod hook_project;
pub(crate) mod installation;
pub(crate) mod listed_token;
pub(crate) mod member;
pub(crate) mod missed_events;
pub(crate) mod organization;
pub(crate) mod project;
pub(crate) mod publication_request;
pub(crate) mod recovery;
pub(crate) mod time;
pub(crate) mod user;
pub(crate) mod webhook_request;
pub(crate) mod webhooks;
