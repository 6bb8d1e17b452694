//! Requests to apps: webhooks, and calls for UI components.

pub(crate) mod attempt;
pub(crate) mod component;
pub(crate) mod component_slots;
pub(crate) mod deliver;
pub(crate) mod gone;
pub(crate) mod in_flight;
