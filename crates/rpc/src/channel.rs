//! Channels and requests to other services.

use std::time::Duration;

use hyper_util::rt::TokioIo;
use patchbay_domain::Caller;
use patchbay_runtime::trace_context;
use tonic::metadata::{Ascii, MetadataKey, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Endpoint, Uri};
use tonic::{Request, Status};

use crate::caller;
use crate::client_address;
use crate::headers::{self, MAX_RECEIVED_HEADER_BYTES};
use crate::memory::MemoryConnector;
use crate::security::Security;

/// The deadline of unary calls.
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(5);

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// Flow-control window of a stream. With the protocol's 64 KiB a batch would wait for its reader.
pub(crate) const WINDOW_BYTES: u32 = 1024 * 1024;

/// The length of `tracestate` that W3C Trace Context requires every service to pass on.
const MAX_TRACE_BYTES: usize = 512;

/// A connection to another service. It connects when first used and reconnects when lost; clones share it.
pub type Channel = InterceptedService<tonic::transport::Channel, Outgoing>;

/// The address of a service.
#[derive(Debug, Clone)]
pub enum Target {
    /// `http://host:port`, or `https://` with certificates.
    Url(String),
    /// A service in the same process.
    Memory(MemoryConnector),
}

impl Target {
    /// A channel to this target. It connects when first used, so services may start in any order.
    ///
    /// # Errors
    /// The URL is invalid, or the certificates cannot be read.
    pub fn channel(&self, security: &Security) -> anyhow::Result<Channel> {
        let channel = match self {
            Self::Url(url) => {
                let mut endpoint = configured(Endpoint::from_shared(url.clone())?);
                if let Some(tls) = &security.tls {
                    endpoint = endpoint.tls_config(tls.client()?)?;
                }
                endpoint.connect_lazy()
            }
            Self::Memory(connector) => {
                let connector = connector.clone();
                configured(Endpoint::from_static("http://memory")).connect_with_connector_lazy(
                    tower::service_fn(move |_: Uri| {
                        let connector = connector.clone();
                        async move { connector.connect().await.map(TokioIo::new) }
                    }),
                )
            }
        };
        Ok(InterceptedService::new(channel, Outgoing::new(security)?))
    }
}

fn configured(endpoint: Endpoint) -> Endpoint {
    endpoint
        .connect_timeout(CONNECT_TIMEOUT)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .http2_max_header_list_size(MAX_RECEIVED_HEADER_BYTES)
        .keep_alive_while_idle(true)
        .initial_stream_window_size(WINDOW_BYTES)
        .initial_connection_window_size(4 * WINDOW_BYTES)
        .tcp_nodelay(true)
}

/// A unary request on behalf of the calling service, with the [default deadline](DEFAULT_DEADLINE).
pub fn request<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(DEFAULT_DEADLINE);
    request
}

/// A unary request on behalf of `caller`, with the [default deadline](DEFAULT_DEADLINE).
pub fn request_as<T>(caller: &Caller, message: T) -> Request<T> {
    let mut request = request(message);
    caller::attach(request.metadata_mut(), caller);
    request
}

/// A request for an endless stream, which has no deadline.
pub fn stream_request<T>(message: T) -> Request<T> {
    Request::new(message)
}

/// Adds the service secret, the trace context and the client's address to each call.
#[derive(Clone, Debug)]
pub struct Outgoing {
    authorization: MetadataValue<Ascii>,
}

impl Outgoing {
    fn new(security: &Security) -> anyhow::Result<Self> {
        let mut authorization: MetadataValue<Ascii> = format!("Bearer {}", security.secret.expose())
            .parse()
            .map_err(|_| anyhow::anyhow!("the service secret must be printable ASCII"))?;
        authorization.set_sensitive(true);
        Ok(Self { authorization })
    }
}

impl Interceptor for Outgoing {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let metadata = request.metadata_mut();
        metadata.insert("authorization", self.authorization.clone());
        client_address::attach(metadata);
        if let Some(context) = trace_context::inject() {
            for (name, value) in
                [("traceparent", Some(context.traceparent)), ("tracestate", context.tracestate)]
            {
                // The value came from outside. A call must not fail because of its trace.
                let value = value.filter(|value| value.len() <= MAX_TRACE_BYTES);
                if let Some(value) = value.and_then(|value| value.parse().ok()) {
                    metadata.insert(MetadataKey::from_static(name), value);
                }
            }
        }
        headers::check(metadata)?;
        Ok(request)
    }
}
