//! event-fanout, started as in its process and called through gRPC and the bus.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod accepting;
mod batches;
mod bus;
mod clock;
mod durability;
mod explaining;
mod golden;
mod numbers;
mod overload;
mod peers;
mod recovery;
mod requests;
mod service;
mod stalls;
mod streams;
mod subscriptions;
