//! Tools for tests: throw-away databases and buses, receivers, manual clocks.

pub mod audit;
pub mod bus;
pub mod database;
mod eventually;
pub mod oidc;
pub mod pages;
pub mod receiver;
pub mod service;
pub mod silent;

pub use eventually::eventually;
pub use receiver::Receiver;
pub use service::SOON;
