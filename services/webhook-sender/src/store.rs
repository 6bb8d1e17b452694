//! SQL in, domain types out.

pub(crate) mod backlog;
pub(crate) mod breakers;
pub(crate) mod claim;
pub(crate) mod due_apps;
pub(crate) mod held;
pub(crate) mod list_deliveries;
pub(crate) mod list_requests;
pub(crate) mod record;
pub(crate) mod recorded;

#[cfg(test)]
mod tests;
