//! The table of operations, a file for each group.

pub(super) mod apps;
pub(super) mod events;
pub(super) mod general;
pub(super) mod installations;
pub(super) mod organizations;
pub(super) mod publishing;
pub(super) mod signing_in;
pub(super) mod tokens;
pub(super) mod tracker;
pub(super) mod webhooks;
