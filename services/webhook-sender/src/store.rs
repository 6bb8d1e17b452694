//! SQL in, domain types out.

pub(crate) mod about_installations;
pub(crate) mod backlog;
pub(crate) mod breakers;
pub(crate) mod claim;
pub(crate) mod dead_letters;
pub(crate) mod due_apps;
pub(crate) mod health;
pub(crate) mod held;
pub(crate) mod hours;
pub(crate) mod list_deliveries;
pub(crate) mod list_requests;
pub(crate) mod outages;
pub(crate) mod record;
pub(crate) mod recorded;
pub(crate) mod recoveries;
pub(crate) mod resend;
pub(crate) mod retention;
mod status;
pub(crate) mod turns;

#[cfg(test)]
mod tests;
