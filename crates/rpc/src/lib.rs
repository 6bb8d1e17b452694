//! gRPC between services: servers, channels, authentication, and the table that maps errors to codes.
//!
//! A service listens on TCP or, inside one process, in memory ([`memory`]); clients and handlers are the same for both. Every
//! call except the health check carries the service secret ([`Security`]). It may also carry the
//! [`Caller`](patchbay_domain::Caller) on whose behalf it is made, and the address of the client.

mod authenticate;
mod bounded_page;
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

pub use bounded_page::bounded_page;
pub use caller::caller;
pub use channel::{Channel, DEFAULT_DEADLINE, Target, request, request_as, stream_request};
pub use client_address::{client_address, for_client_at};
pub use follow::{Follower, follow};
pub use memberships::Memberships;
pub use memory::{MemoryConnector, MemoryListener, memory};
pub use security::{Security, TlsFiles};
pub use server::{Health, Listener, Server};

/// Bytes of the largest message that is sent or accepted: room for a batch of events.
pub const MAX_MESSAGE_BYTES: usize = 16 * 1024 * 1024;
