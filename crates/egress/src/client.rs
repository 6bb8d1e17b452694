use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use reqwest::{Client, Response, redirect};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::time::timeout;

use crate::classify::classify;
use crate::error::{Cause, EgressError, Failure, Phase};
use crate::guard::Guard;
use crate::policy::EgressPolicy;
use crate::request::{OutboundRequest, header_map};
use crate::resolver::GuardedResolver;
use crate::response::OutboundResponse;
use crate::{target, tls};

/// How often the kernel asks a silent peer whether it is still there, so that pooled connections that died
/// unnoticed are found before they are used.
const KEEPALIVE: Duration = Duration::from_secs(20);

/// Sends requests to where apps live. Cheap to clone; clones share the connections, so one per process is right.
#[derive(Debug, Clone)]
pub struct Egress {
    client: Client,
    guard: Arc<Guard>,
}

/// Limits of the connections, the same for all requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// DNS, TCP and TLS together. 3 seconds by default.
    pub connect_timeout: Duration,
    /// Unused connections kept per host. 16 by default.
    pub max_idle_per_host: usize,
    /// How long an unused connection is kept. 60 seconds by default, below what load balancers usually wait.
    pub idle_timeout: Duration,
}

/// Collects what an [`Egress`] is made from.
#[derive(Debug)]
pub struct EgressBuilder {
    policy: EgressPolicy,
    connections: Connections,
    extra_roots: Vec<CertificateDer<'static>>,
    user_agent: String,
}

/// The client cannot be set up as configured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The PEM text holds no certificate, or a damaged one.
    #[error("the root certificates are not PEM")]
    Pem,
    /// A root certificate is unusable.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// For example a user agent that is no header value.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
}

impl Egress {
    /// A client with default limits.
    pub fn new(policy: EgressPolicy) -> Result<Self, BuildError> {
        Self::builder(policy).build()
    }

    /// A client with limits or certificates of its own.
    pub fn builder(policy: EgressPolicy) -> EgressBuilder {
        EgressBuilder {
            policy,
            connections: Connections::default(),
            extra_roots: Vec::new(),
            user_agent: concat!("Patchbay/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }

    /// Sends one request and reads the answer. Any status is an `Ok`; redirects are not followed.
    ///
    /// Nothing is sent if the URL or a header is unfit or the destination is not allowed. Never retries what the
    /// other side may have seen: a kept connection that dies just as it is used again is a [`Cause::Reset`]. Dropping the future ends the exchange.
    pub async fn send(&self, request: OutboundRequest) -> Result<OutboundResponse, EgressError> {
        let started = Instant::now();
        let timeouts = request.timeouts;
        let mut status = None;
        let outcome = timeout(timeouts.total, self.exchange(request, started, &mut status)).await;
        let outcome = outcome.unwrap_or_else(|_| {
            // Where both limits are the same, which timer fires first is chance; what is said must not be.
            let no_headers = status.is_none() && timeouts.headers <= timeouts.total;
            Err(Failure::timeout(if no_headers { Phase::Headers } else { Phase::Total }))
        });
        outcome.map_err(|failure| EgressError {
            cause: failure.cause,
            message: failure.message,
            status,
            elapsed: started.elapsed(),
        })
    }

    /// Notes the status as soon as it is known, so that it survives a failure behind it.
    async fn exchange(
        &self,
        request: OutboundRequest,
        started: Instant,
        status: &mut Option<u16>,
    ) -> Result<OutboundResponse, Failure> {
        let (timeouts, max_response) = (request.timeouts, request.max_response);
        let request = self.admit(request)?;
        let mut response = timeout(timeouts.headers, self.client.execute(request))
            .await
            .map_err(|_| Failure::timeout(Phase::Headers))?
            .map_err(|error| classify(&error, Phase::Headers))?;
        *status = Some(response.status().as_u16());
        let headers = std::mem::take(response.headers_mut());
        let status = response.status().as_u16();
        let (body, truncated) = timeout(timeouts.body, read_body(response, max_response))
            .await
            .map_err(|_| Failure::timeout(Phase::Body))?
            .map_err(|error| classify(&error, Phase::Body))?;
        Ok(OutboundResponse { status, headers, body, truncated, elapsed: started.elapsed() })
    }

    fn admit(&self, request: OutboundRequest) -> Result<reqwest::Request, Failure> {
        let url = target::parse(&request.url, self.guard.https_only())
            .map_err(|reason| Failure::new(Cause::InvalidUrl, reason))?;
        if let Some(address) = target::literal_address(&url) {
            let host = url.host_str().unwrap_or_default();
            self.guard
                .check(host, &[address])
                .map_err(|blocked| Failure::new(Cause::Blocked, blocked.to_string()))?;
        }
        let mut admitted = reqwest::Request::new(request.method, url);
        *admitted.headers_mut() = header_map(&request.headers)?;
        if !request.body.is_empty() {
            *admitted.body_mut() = Some(request.body.into());
        }
        Ok(admitted)
    }
}

/// Returning before the end drops the response, which closes its connection (HTTP/1.1) or stream (HTTP/2).
async fn read_body(mut response: Response, max: usize) -> Result<(Bytes, bool), reqwest::Error> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await? {
        let room = max - body.len();
        if chunk.len() > room {
            body.extend_from_slice(&chunk[..room]);
            return Ok((body.freeze(), true));
        }
        body.extend_from_slice(&chunk);
    }
    Ok((body.freeze(), false))
}

impl EgressBuilder {
    /// Sets the limits of the connections.
    #[must_use]
    pub fn connections(mut self, connections: Connections) -> Self {
        self.connections = connections;
        self
    }

    /// Trusts these certificates (PEM, one or more) beside the machine's, for servers behind an authority of
    /// one's own.
    pub fn trust_pem(mut self, pem: &[u8]) -> Result<Self, BuildError> {
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let found = found.map_err(|_| BuildError::Pem)?;
        if found.is_empty() {
            return Err(BuildError::Pem);
        }
        self.extra_roots.extend(found);
        Ok(self)
    }

    /// Replaces `Patchbay/<version>`; a request's own `User-Agent` header wins over it.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Reads the machine's root certificates and sets up the client.
    pub fn build(self) -> Result<Egress, BuildError> {
        let guard = Arc::new(Guard::new(self.policy));
        let client = Client::builder()
            .tls_backend_preconfigured(tls::config(self.extra_roots)?)
            .dns_resolver(GuardedResolver::new(Arc::clone(&guard)))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .http1_title_case_headers()
            .user_agent(self.user_agent)
            .connect_timeout(self.connections.connect_timeout)
            .pool_max_idle_per_host(self.connections.max_idle_per_host)
            .pool_idle_timeout(self.connections.idle_timeout)
            .tcp_nodelay(true)
            .tcp_keepalive(KEEPALIVE)
            .http2_keep_alive_interval(KEEPALIVE)
            .http2_keep_alive_while_idle(true)
            .build()?;
        Ok(Egress { client, guard })
    }
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(3),
            max_idle_per_host: 16,
            idle_timeout: Duration::from_secs(60),
        }
    }
}
