//! Patchbay as the processes it is in production: started, killed and measured from outside.

pub mod bench;
pub mod deployment;
pub mod program;
pub mod scenario;

pub use deployment::Deployment;
pub use program::Program;
