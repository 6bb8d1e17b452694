use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use reqwest::{Client, Proxy, Response, redirect};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::time::timeout;
use url::Url;

use crate::classify::classify;
use crate::error::{Cause, EgressError, Failure, Phase};
use crate::guard::Guard;
use crate::policy::EgressPolicy;
use crate::request::{OutboundRequest, PreparedRequest, header_map};
use crate::resolver::GuardedResolver;
use crate::response::OutboundResponse;
use crate::tls::Identity;
use crate::{target, tls};

/// How often the kernel asks a silent peer whether it is still there, so that pooled connections that died
/// unnoticed are found before they are used.
const KEEPALIVE: Duration = Duration::from_secs(20);

/// Sends requests to where apps live. Cheap to clone; clones share the connections, so one per process is right.
#[derive(Debug, Clone)]
pub struct Egress {
    client: Client,
    guard: Arc<Guard>,
    resolver: GuardedResolver,
    recipe: Arc<Recipe>,
}

/// A checked URL.
#[derive(Clone)]
pub struct Address {
    url: Url,
}

impl fmt::Debug for Address {
    /// A URL may carry a token in its query.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").field("host", &self.url.host_str()).finish_non_exhaustive()
    }
}

/// What every client of a kind is made from.
#[derive(Debug)]
struct Recipe {
    connections: Connections,
    extra_roots: Vec<CertificateDer<'static>>,
    user_agent: String,
    proxy: Option<Proxy>,
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
    recipe: Recipe,
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
            recipe: Recipe {
                connections: Connections::default(),
                extra_roots: Vec::new(),
                user_agent: concat!("Patchbay/", env!("CARGO_PKG_VERSION")).to_owned(),
                proxy: None,
            },
        }
    }

    /// A client under the same policy and limits that shows this certificate to whoever asks for one. It keeps
    /// connections of its own. Both texts are PEM; the first one may hold the certificate's chain.
    pub fn with_certificate(&self, certificate: &[u8], key: &[u8]) -> Result<Self, BuildError> {
        let identity = tls::identity(certificate, key).ok_or(BuildError::Pem)?;
        let client = self.recipe.client(&self.resolver, Some(identity))?;
        Ok(Self { client, ..self.clone() })
    }

    /// Checks a URL once, for many requests. An address in place of a host is judged here; a host is each
    /// time that it is looked up.
    pub fn address(&self, url: &str) -> Result<Address, EgressError> {
        let failed = |failure: Failure| EgressError {
            cause: failure.cause,
            message: failure.message,
            status: None,
            elapsed: Duration::ZERO,
        };
        let url = target::parse(url, self.guard.https_only())
            .map_err(|reason| failed(Failure::new(Cause::InvalidUrl, reason)))?;
        if let Some(address) = target::literal_address(&url) {
            let host = url.host_str().unwrap_or_default();
            self.guard
                .check(host, &[address])
                .map_err(|blocked| failed(Failure::new(Cause::Blocked, blocked.to_string())))?;
        }
        Ok(Address { url })
    }

    /// Sends one request and reads the answer. Any status is an `Ok`; redirects are not followed.
    ///
    /// Nothing is sent if the URL or a header is unfit or the destination is not allowed. Never retries what the
    /// other side may have seen: a kept connection that dies just as it is used again is a [`Cause::Reset`]. Dropping the future ends the exchange.
    pub async fn send(&self, request: OutboundRequest) -> Result<OutboundResponse, EgressError> {
        let address = self.address(&request.url)?;
        let headers = header_map(&request.headers).map_err(|failure| EgressError {
            cause: failure.cause,
            message: failure.message,
            status: None,
            elapsed: Duration::ZERO,
        })?;
        let OutboundRequest { method, body, timeouts, max_response, .. } = request;
        self.send_to(&address, PreparedRequest { method, headers, body, timeouts, max_response }).await
    }

    /// [`Egress::send`] without what is the same for all requests to one address.
    pub async fn send_to(
        &self,
        address: &Address,
        request: PreparedRequest,
    ) -> Result<OutboundResponse, EgressError> {
        let started = Instant::now();
        let timeouts = request.timeouts;
        let mut status = None;
        let outcome = timeout(timeouts.total, self.exchange(address, request, started, &mut status)).await;
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
        address: &Address,
        request: PreparedRequest,
        started: Instant,
        status: &mut Option<u16>,
    ) -> Result<OutboundResponse, Failure> {
        let PreparedRequest { method, headers, body, timeouts, max_response } = request;
        if self.recipe.proxy.is_some() {
            self.judge_for_proxy(address).await?;
        }
        let mut request = reqwest::Request::new(method, address.url.clone());
        *request.headers_mut() = headers;
        if !body.is_empty() {
            *request.body_mut() = Some(body.into());
        }
        let answered = within(timeouts.headers, timeouts.total, Phase::Headers, self.client.execute(request));
        let mut response = answered.await?.map_err(|error| classify(&error, Phase::Headers))?;
        *status = Some(response.status().as_u16());
        let headers = std::mem::take(response.headers_mut());
        let status = response.status().as_u16();
        let read = within(timeouts.body, timeouts.total, Phase::Body, read_body(response, max_response));
        let (body, truncated) = read.await?.map_err(|error| classify(&error, Phase::Body))?;
        Ok(OutboundResponse { status, headers, body, truncated, elapsed: started.elapsed() })
    }

    /// A proxy looks hosts up by itself, so the judgement over ours is a first line only: see
    /// [`EgressBuilder::proxy`].
    async fn judge_for_proxy(&self, address: &Address) -> Result<(), Failure> {
        if target::literal_address(&address.url).is_some() {
            return Ok(());
        }
        let host = address.url.host_str().unwrap_or_default();
        self.resolver.judge(host).await.map(drop)
    }
}

/// A limit as long as the whole exchange may take needs no timer of its own.
async fn within<F: Future>(
    limit: Duration,
    total: Duration,
    phase: Phase,
    part: F,
) -> Result<F::Output, Failure> {
    if limit >= total {
        return Ok(part.await);
    }
    timeout(limit, part).await.map_err(|_| Failure::timeout(phase))
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
        self.recipe.connections = connections;
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
        self.recipe.extra_roots.extend(found);
        Ok(self)
    }

    /// Replaces `Patchbay/<version>`; a request's own `User-Agent` header wins over it.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.recipe.user_agent = user_agent.into();
        self
    }

    /// Sends everything by way of this HTTP proxy (`http://proxy.corp.example:3128`, a user and password in it if
    /// need be).
    ///
    /// Hosts are looked up and judged before each request all the same, and what is not public is refused. But the proxy
    /// looks them up once more: against a name that changes between the two only the proxy's own rules help. The
    /// proxy itself may be at any address.
    pub fn proxy(mut self, url: &str) -> Result<Self, BuildError> {
        self.recipe.proxy = Some(Proxy::all(url)?);
        Ok(self)
    }

    /// Reads the machine's root certificates and sets up the client.
    pub fn build(self) -> Result<Egress, BuildError> {
        let guard = Arc::new(Guard::new(self.policy));
        let resolver = GuardedResolver::new(Arc::clone(&guard));
        let client = self.recipe.client(&resolver, None)?;
        Ok(Egress { client, guard, resolver, recipe: Arc::new(self.recipe) })
    }
}

impl Recipe {
    fn client(&self, resolver: &GuardedResolver, identity: Option<Identity>) -> Result<Client, BuildError> {
        let builder = Client::builder()
            .tls_backend_preconfigured(tls::config(&self.extra_roots, identity)?)
            .redirect(redirect::Policy::none())
            .referer(false)
            .http1_title_case_headers()
            .user_agent(self.user_agent.as_str())
            .connect_timeout(self.connections.connect_timeout)
            .pool_max_idle_per_host(self.connections.max_idle_per_host)
            .pool_idle_timeout(self.connections.idle_timeout)
            .tcp_nodelay(true)
            .tcp_keepalive(KEEPALIVE)
            .http2_keep_alive_interval(KEEPALIVE)
            .http2_keep_alive_while_idle(true);
        let builder = match &self.proxy {
            // The only name that is looked up for connecting is then the proxy's own.
            Some(proxy) => builder.proxy(proxy.clone()),
            None => builder.no_proxy().dns_resolver(resolver.clone()),
        };
        Ok(builder.build()?)
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
