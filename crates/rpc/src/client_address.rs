//! The address of the client on whose behalf a task works, for the audit log.
//!
//! Like the trace context, the address belongs to the task and to every call made in it: the gateway sets it, and the code
//! that writes an audit entry reads it. Work that a service does by itself has no address.

use std::future::Future;
use std::net::IpAddr;

use http::HeaderMap;
use tonic::metadata::{MetadataMap, MetadataValue};

const METADATA: &str = "patchbay-client-address";

tokio::task_local! {
    static CURRENT: Option<IpAddr>;
}

/// The address of the client of this task, if known.
pub fn client_address() -> Option<IpAddr> {
    CURRENT.try_with(|address| *address).ok().flatten()
}

/// Runs `work` on behalf of the client at this address.
pub fn for_client_at<F: Future>(
    address: Option<IpAddr>,
    work: F,
) -> impl Future<Output = F::Output> + use<F> {
    CURRENT.scope(address, work)
}

/// The header can be trusted, because only requests with the service secret reach a handler.
pub(crate) fn read(headers: &HeaderMap) -> Option<IpAddr> {
    headers.get(METADATA)?.to_str().ok()?.parse().ok()
}

pub(crate) fn attach(metadata: &mut MetadataMap) {
    let value = client_address().and_then(|address| MetadataValue::try_from(address.to_string()).ok());
    if let Some(value) = value {
        metadata.insert(METADATA, value);
    }
}
