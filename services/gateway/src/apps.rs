//! Requests to apps: for the options of select fields, for components, and for the settings of alert rules.

pub(crate) mod alert_settings;
pub(crate) mod call;
pub(crate) mod components;
pub(crate) mod options_cache;
pub(crate) mod select_options;
mod ticket_action;
pub(crate) mod warnings;
mod wrong_action;
