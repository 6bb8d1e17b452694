//! Patchbay as separate processes, as in production: started, killed and measured from outside.

#![expect(clippy::disallowed_methods, reason = "measures real time, and makes ids that no other run has")]

pub mod bench;
pub mod deployment;
pub mod endpoint;
pub mod ledger;
pub mod memory;
pub mod product;
pub mod program;
pub mod scenario;
pub mod scene;
pub mod servers;
pub mod soak;

pub use deployment::Deployment;
pub use program::Program;
