//! Background tasks. Replicas need no coordination: claims, leases and versions in the database keep them apart.

pub(crate) mod auto_disable;
pub(crate) mod backlog;
pub(crate) mod record_dead_letters;
pub(crate) mod release_held;
pub(crate) mod report_outages;
pub(crate) mod retention;
pub(crate) mod retry;
pub(crate) mod run_recoveries;
pub(crate) mod share_breakers;
pub(crate) mod store_counts;
