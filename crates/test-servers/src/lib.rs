//! Private PostgreSQL and RabbitMQ servers for tests and benchmarks, from the programs on this machine.
//!
//! Each server uses free ports on loopback and a data folder of its own, needs no service manager, and stops
//! when its handle is dropped. [`install_missing`] installs the programs from Debian packages if possible.

#![expect(clippy::disallowed_methods, reason = "waits for programs in real time, outside of a tokio runtime")]

mod install;
mod ports;
mod postgres;
mod process;
mod rabbitmq;

pub use install::{install_missing, is_root, missing};
pub use postgres::{Durability, Postgres, Shutdown};
pub use rabbitmq::RabbitMq;
