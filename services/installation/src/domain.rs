//! Decisions: plain functions over plain data.

pub(crate) mod allowed_origins;
pub(crate) mod app;
pub(crate) mod app_access;
pub(crate) mod app_change;
pub(crate) mod app_draft;
pub(crate) mod app_name;
pub(crate) mod app_removal;
pub(crate) mod app_status_change;
pub(crate) mod app_tokens;
pub(crate) mod assertion;
pub(crate) mod avatar;
pub(crate) mod client_certificate;
pub(crate) mod client_secret;
pub(crate) mod delivery;
pub(crate) mod feature;
pub(crate) mod installable;
pub(crate) mod installation;
pub(crate) mod installation_access;
pub(crate) mod installation_event;
pub(crate) mod installation_redirect;
pub(crate) mod interaction;
pub(crate) mod mail;
pub(crate) mod mail_schedule;
pub(crate) mod organization;
pub(crate) mod own_event_type;
pub(crate) mod period;
pub(crate) mod popularity;
pub(crate) mod problems;
pub(crate) mod project_filter;
pub(crate) mod publishing;
pub(crate) mod requested_scopes;
pub(crate) mod schema;
pub(crate) mod sealed_values;
pub(crate) mod secret_rotation;
pub(crate) mod spam_name;
pub(crate) mod subscription;
pub(crate) mod subscriptions;
pub(crate) mod suspension;
pub(crate) mod switching;
#[cfg(test)]
mod test_app;
#[cfg(test)]
mod test_callers;
pub(crate) mod web_url;
pub(crate) mod webhook_header;
