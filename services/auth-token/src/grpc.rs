//! The gRPC services: a folder for each, a file for each RPC.
//!
//! Each RPC admits its caller, converts its request, decides in `domain`, stores, commits and converts the response.

mod sessions;
mod tokens;
