//! The gRPC that this service serves: convert, do, convert.

mod authorize;
mod messages;
pub(crate) mod sessions;
pub(crate) mod tokens;
mod watch;
