//! The common parts of all binaries: the command line, the connections to database, broker and other
//! services, the admin port, the gRPC port, and an orderly stop.
//!
//! The `main.rs` of a service reads its settings, connects what the service needs, starts the service and
//! serves:
//!
//! ```no_run
//! use std::process::ExitCode;
//! use patchbay_process::{Binary, Process};
//! # static MIGRATIONS: patchbay_db::Migrations = patchbay_db::Migrations::new(&[]);
//!
//! fn main() -> ExitCode {
//!     patchbay_process::main(Binary { name: "tracker", migrations: Some(&MIGRATIONS) }, run)
//! }
//!
//! async fn run(process: Process) -> anyhow::Result<()> {
//!     // let config = Config::read(process.settings());
//!     process.configured()?;
//!     let db = process.database("tracker", &MIGRATIONS).await?;
//!     // let server = start(Server::new()?, process.runtime.clone(), db, config).await?;
//!     # drop(db);
//!     process.serve(patchbay_rpc::Server::new()?).await
//! }
//! ```

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod command;
mod connect;
mod egress;
mod healthcheck;
mod process;

pub use command::{Binary, main};
pub use connect::{Connections, PEERS};
pub use egress::EgressSettings;
pub use healthcheck::healthcheck;
pub use process::{Process, block_on};
