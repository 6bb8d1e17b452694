//! Code generated from `proto/`: messages, clients and servers of every service's gRPC.
//!
//! The documentation of each item is the comment in its `.proto` file. Only the redaction of secrets and the fitness rule of
//! a delivery are written by hand.

#![allow(
    missing_debug_implementations,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    clippy::allow_attributes_without_reason,
    reason = "generated code"
)]

mod delivery;
mod redacted;

/// Every `.proto` file of the workspace as an encoded `FileDescriptorSet`, for server reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

macro_rules! packages {
    ($($module:ident = $package:literal: $text:literal,)*) => {
        $(#[doc = $text]
        pub mod $module {
            tonic::include_proto!($package);
        })*
    };
}

packages! {
    installation = "patchbay.installation.v1": "Apps and their installations.",
    auth_token = "patchbay.auth_token.v1": "Grants, tokens and sessions.",
    event_fanout = "patchbay.event_fanout.v1": "Events and who gets them.",
    webhook_sender = "patchbay.webhook_sender.v1": "Deliveries and how they were answered.",
    issue_sync = "patchbay.issue_sync.v1": "Integrations with outside trackers.",
    tracker = "patchbay.tracker.v1": "The reference product: organizations, users, projects, issues, audit log.",
}
