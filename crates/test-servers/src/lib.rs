//! Private PostgreSQL and RabbitMQ servers for tests and benchmarks, from the programs on this machine.
//!
//! Each runs on free ports of loopback with its data in a folder of its own, needs no service manager, and ends
//! when its handle is dropped. [`install_missing`] gets the programs from Debian's packages where it can.

mod install;
mod ports;
mod postgres;
mod process;
mod rabbitmq;

pub use install::{install_missing, is_root, missing};
pub use postgres::{Durability, Postgres, Shutdown};
pub use rabbitmq::RabbitMq;
