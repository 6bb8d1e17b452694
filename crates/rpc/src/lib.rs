//! gRPC between services: how they listen, how they call, how they know each other, and the one table
//! that says which refusal has which code.
//!
//! A service is reached over TCP or, inside one process, over memory ([`memory`]); clients and handlers
//! are the same for both. Every call but the health check carries the service secret ([`Security`]), and may
//! carry the [`Caller`](patchbay_domain::Caller) on whose behalf it is made, and the address of the client where it began.

mod authenticate;
mod caller;
mod channel;
mod client_address;
mod follow;
mod headers;
mod incoming;
mod memberships;
mod memory;
mod observe;
mod security;
mod server;
pub mod status;
pub mod timestamp;
mod unary;

pub use caller::caller;
pub use channel::{Channel, DEFAULT_DEADLINE, Target, request, request_as, stream_request};
pub use client_address::{client_address, for_client_at};
pub use follow::{Follower, follow};
pub use memberships::Memberships;
pub use memory::{MemoryConnector, MemoryListener, memory};
pub use security::{Security, TlsFiles};
pub use server::{Health, Listener, Server};

/// The largest message that is sent or accepted, in bytes: room for a batch of events.
pub const MAX_MESSAGE_BYTES: usize = 16 * 1024 * 1024;
