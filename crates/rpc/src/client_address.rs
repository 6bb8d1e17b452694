//! Where the client is for whom a request is worked on; for the audit log.
//!
//! It goes with the task and with every call made in it, as the trace does, so that only the edge has to know it and only
//! whoever writes an entry has to ask. What a service does on its own account has none.

use std::future::Future;
use std::net::IpAddr;

use http::HeaderMap;
use tonic::metadata::{MetadataMap, MetadataValue};

const METADATA: &str = "patchbay-client-address";

tokio::task_local! {
    static CURRENT: Option<IpAddr>;
}

/// The address of the client for whom this task works, if there is one and it is known.
pub fn client_address() -> Option<IpAddr> {
    CURRENT.try_with(|address| *address).ok().flatten()
}

/// Lets `work` be done for the client at this address.
pub fn for_client_at<F: Future>(
    address: Option<IpAddr>,
    work: F,
) -> impl Future<Output = F::Output> + use<F> {
    CURRENT.scope(address, work)
}

/// Only requests that carried the service secret get to a handler, so the claim can be believed.
pub(crate) fn read(headers: &HeaderMap) -> Option<IpAddr> {
    headers.get(METADATA)?.to_str().ok()?.parse().ok()
}

pub(crate) fn attach(metadata: &mut MetadataMap) {
    let value = client_address().and_then(|address| MetadataValue::try_from(address.to_string()).ok());
    if let Some(value) = value {
        metadata.insert(METADATA, value);
    }
}
