//! event-fanout, started as the process starts it and called through its gRPC and its bus.

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
mod stalls;
mod started;
mod streams;
mod subscriptions;
