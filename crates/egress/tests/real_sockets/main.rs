//! The client with real sockets on this machine. Tests that need no socket are beside the code.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]

mod exchange;
mod failures;
mod going_away;
mod guard;
mod hostile;
mod http2;
mod proxy;
mod raw;
mod rebinding;
mod tls;

use std::time::Duration;

use patchbay_egress::{Egress, EgressPolicy};

/// A deadline that is only reached when something hangs.
pub(crate) const LONG: Duration = Duration::from_secs(20);

pub(crate) fn local_egress() -> Egress {
    Egress::new(local_policy()).unwrap()
}

pub(crate) fn local_policy() -> EgressPolicy {
    EgressPolicy { allow_loopback: true, ..EgressPolicy::default() }
}
