//! The gRPC service: a file for each RPC.

mod webhooks;
