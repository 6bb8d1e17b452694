//! Tools for tests: throw-away databases and buses, receivers, manual clocks.

#![expect(clippy::disallowed_methods, reason = "names and ids that no other test has")]

pub mod audit;
pub mod bus;
pub mod conformance;
pub mod database;
mod eventually;
pub mod github;
pub mod issue_changes;
pub mod jira;
pub mod oidc;
pub mod pages;
pub mod receiver;
pub mod service;
pub mod silent;
pub mod slate;
mod while_time_passes;

pub use eventually::eventually;
pub use receiver::Receiver;
pub use service::SOON;
pub use while_time_passes::while_time_passes;
