use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT, ACCEPT_ENCODING, USER_AGENT};
use http::{HeaderMap, HeaderValue, Uri};
use http_body_util::BodyExt;
use hyper::body::Body;
use reqwest::Proxy;
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::time::Instant;
use tokio::time::timeout;
use url::Url;

use crate::classify::{Origin, classify};
use crate::connections::{Connections, KEEPALIVE};
use crate::decode::decode;
use crate::direct::{self, Direct};
use crate::error::{Cause, EgressError, Failure, Phase};
use crate::guard::{Guard, OwnPorts};
use crate::policy::EgressPolicy;
use crate::repeat::until_processed;
use crate::request::{OutboundRequest, PreparedRequest, Timeouts, header_map};
use crate::resolver::{GuardedResolver, Names};
use crate::response::OutboundResponse;
use crate::{target, tls};

/// The default, for requests without a value of their own.
const USER_AGENT_OF_OURS: &str = concat!("Patchbay/", env!("CARGO_PKG_VERSION"));

/// Sends requests to apps. Cheap to clone; clones share the connections, so create one per process.
#[derive(Debug, Clone)]
pub struct Egress {
    http: Http,
    guard: Arc<Guard>,
    resolver: GuardedResolver,
    recipe: Arc<Recipe>,
    /// Whether a request that was not processed is sent again.
    repeats: bool,
}

/// The HTTP client.
#[derive(Debug, Clone)]
enum Http {
    /// Without a proxy: optimised, because nearly all requests take this way.
    Direct(Box<Direct>),
    ByProxy(reqwest::Client),
}

/// A checked URL.
#[derive(Clone)]
pub struct Address {
    url: Url,
    /// The same URL in the form that requests need.
    uri: Uri,
}

impl fmt::Debug for Address {
    /// Omits the URL, because its query may contain a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").field("host", &self.url.host_str()).finish_non_exhaustive()
    }
}

/// Shared by all clients with the same policy.
#[derive(Debug)]
struct Recipe {
    connections: Connections,
    extra_roots: Vec<CertificateDer<'static>>,
    proxy: Option<Proxy>,
}

/// Builds an [`Egress`].
#[derive(Debug)]
pub struct EgressBuilder {
    policy: EgressPolicy,
    names: Names,
    own_ports: OwnPorts,
    recipe: Recipe,
}

/// The client cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The PEM text contains no certificate, or a damaged one.
    #[error("the root certificates are not PEM")]
    Pem,
    /// A root certificate is unusable.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// The URL of the proxy has an unsupported form.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
}

impl Egress {
    /// A client with default limits.
    pub fn new(policy: EgressPolicy) -> Result<Self, BuildError> {
        Self::builder(policy).build()
    }

    /// A builder, for other limits or additional certificates.
    pub fn builder(policy: EgressPolicy) -> EgressBuilder {
        EgressBuilder {
            policy,
            names: Names::Machine,
            own_ports: |_| false,
            recipe: Recipe { connections: Connections::default(), extra_roots: Vec::new(), proxy: None },
        }
    }

    /// A client with the same policy and limits that presents this certificate to servers that request one.
    /// It has its own connections. Both texts are PEM; the first may include the certificate chain.
    pub fn with_certificate(&self, certificate: &[u8], key: &[u8]) -> Result<Self, BuildError> {
        let identity = tls::identity(certificate, key).ok_or(BuildError::Pem)?;
        let http =
            self.recipe.http(&self.resolver, tls::config(&self.recipe.extra_roots, Some(identity))?)?;
        Ok(Self { http, ..self.clone() })
    }

    /// A client with the same policy and limits that accepts every certificate, for servers whose operator cannot have a
    /// valid one. A third party between the two can read and change everything. It has its own connections.
    pub fn without_certificate_checks(&self) -> Result<Self, BuildError> {
        let http = self.recipe.http(&self.resolver, tls::without_checks()?)?;
        Ok(Self { http, ..self.clone() })
    }

    /// The same client, for requests that must not be repeated although they were not processed, because their signature
    /// is valid once. It shares the connections.
    #[must_use]
    pub fn sending_once(&self) -> Self {
        Self { repeats: false, ..self.clone() }
    }

    /// Checks a URL once, for many requests. A literal address is checked here; a host name is checked at
    /// every lookup.
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
        let uri = Uri::try_from(url.as_str())
            .map_err(|error| failed(Failure::new(Cause::InvalidUrl, error.to_string())))?;
        Ok(Address { url, uri })
    }

    /// Sends one request and reads the response. Any status is an `Ok`; redirects are not followed.
    ///
    /// Nothing is sent if the URL or a header is invalid or the destination is not allowed. A request that
    /// the other side may have processed is never repeated: a pooled connection that closes while it is reused
    /// causes [`Cause::Reset`]. A request that an HTTP/2 server says it has not processed is repeated at once,
    /// within the time limit, unless the client is [`Egress::sending_once`]. Dropping the future ends the exchange.
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

    /// [`Egress::send`] without the checks that are the same for all requests to one address.
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
            // If both limits are equal, either timer can fire first, but the reported cause must not vary.
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

    /// Records the status as soon as it is known, so that a later failure can report it.
    async fn exchange(
        &self,
        address: &Address,
        request: PreparedRequest,
        started: Instant,
        status: &mut Option<u16>,
    ) -> Result<OutboundResponse, Failure> {
        let PreparedRequest { method, mut headers, body, timeouts, max_response } = request;
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        // Responses are stored and shown as text. Without the header a server may choose any encoding.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        headers.entry(USER_AGENT).or_insert(HeaderValue::from_static(USER_AGENT_OF_OURS));
        let (Timeouts { headers: limit, total, .. }, phase) = (timeouts, Phase::Headers);
        let answer = Answer { started, timeouts, max_response, status };
        match &self.http {
            Http::Direct(client) => {
                let request = || direct::request(&method, &address.uri, &headers, &body);
                let sending = until_processed(self.repeats, || client.request(request()));
                let response = within(limit, total, phase, sending).await?;
                answer.read(response.map_err(|error| classify(&error, phase))?).await
            }
            Http::ByProxy(client) => {
                self.judge_for_proxy(address).await?;
                let request = || {
                    let mut request = reqwest::Request::new(method.clone(), address.url.clone());
                    *request.headers_mut() = headers.clone();
                    *request.body_mut() = Some(body.clone().into());
                    request
                };
                let sending = until_processed(self.repeats, || client.execute(request()));
                let response = within(limit, total, phase, sending).await?;
                answer.read(response.map_err(|error| classify(&error, phase))?.into()).await
            }
        }
    }

    /// A proxy resolves host names itself, so the check of our own lookup is only a first line of defence:
    /// see [`EgressBuilder::proxy`].
    async fn judge_for_proxy(&self, address: &Address) -> Result<(), Failure> {
        let host = address.url.host_str().unwrap_or_default();
        let addresses = match target::literal_address(&address.url) {
            Some(address) => vec![address],
            None => self.resolver.judge(host).await?.iter().map(SocketAddr::ip).collect(),
        };
        let port = address.url.port_or_known_default().unwrap_or_default();
        for address in addresses {
            let checked = self.guard.check_peer(SocketAddr::new(address, port), None);
            checked.map_err(|blocked| Failure::new(Cause::Blocked, blocked.to_string()))?;
        }
        Ok(())
    }
}

/// The limits for reading a response.
struct Answer<'a> {
    started: Instant,
    timeouts: Timeouts,
    max_response: usize,
    status: &'a mut Option<u16>,
}

impl Answer<'_> {
    async fn read<B>(self, response: http::Response<B>) -> Result<OutboundResponse, Failure>
    where
        B: Body<Data = Bytes> + Unpin,
        B::Error: Origin,
    {
        let Self { started, timeouts, max_response, status } = self;
        let (head, body) = response.into_parts();
        *status = Some(head.status.as_u16());
        let read = within(timeouts.body, timeouts.total, Phase::Body, read_body(body, max_response));
        let (mut body, mut truncated) = read.await?.map_err(|error| classify(&error, Phase::Body))?;
        let (status, mut headers): (u16, HeaderMap) = (head.status.as_u16(), head.headers);
        truncated |= decode(&mut headers, &mut body, max_response);
        Ok(OutboundResponse { status, headers, body, truncated, elapsed: started.elapsed() })
    }
}

/// A limit that is not shorter than that of the whole exchange needs no timer.
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

/// Returning before the end drops the body, which closes its connection (HTTP/1.1) or stream (HTTP/2).
async fn read_body<B>(mut from: B, max: usize) -> Result<(Bytes, bool), B::Error>
where
    B: Body<Data = Bytes> + Unpin,
{
    let mut body = BytesMut::new();
    while let Some(frame) = from.frame().await {
        let Ok(chunk) = frame?.into_data() else { continue };
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
    #[must_use]
    pub fn connections(mut self, connections: Connections) -> Self {
        self.recipe.connections = connections;
        self
    }

    /// Trusts these certificates (PEM, one or more) in addition to those of the machine, for servers with a
    /// private certificate authority.
    pub fn trust_pem(mut self, pem: &[u8]) -> Result<Self, BuildError> {
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let found = found.map_err(|_| BuildError::Pem)?;
        if found.is_empty() {
            return Err(BuildError::Pem);
        }
        self.recipe.extra_roots.extend(found);
        Ok(self)
    }

    /// Sends all requests through this HTTP proxy (`http://proxy.corp.example:3128`, with user and password
    /// if necessary).
    ///
    /// Host names are still resolved and checked before each request, and addresses that are not public are
    /// refused. But the proxy resolves them again, so a name whose address changes in between is only caught
    /// by rules of the proxy. The proxy itself may have any address.
    pub fn proxy(mut self, url: &str) -> Result<Self, BuildError> {
        self.recipe.proxy = Some(Proxy::all(url)?);
        Ok(self)
    }

    /// Tells on which ports this process listens. They are refused on this machine, whatever the policy allows.
    #[must_use]
    pub fn own_ports(mut self, is_own: fn(u16) -> bool) -> Self {
        self.own_ports = is_own;
        self
    }

    /// Resolves host names with this function. Its results are checked like any others.
    #[must_use]
    pub fn names(mut self, look_up: impl Fn(&str) -> Vec<IpAddr> + Send + Sync + 'static) -> Self {
        self.names = Names::Given(Arc::new(look_up));
        self
    }

    /// Loads the root certificates of the machine and creates the client.
    pub fn build(self) -> Result<Egress, BuildError> {
        let guard = Arc::new(Guard::new(self.policy, self.own_ports));
        let resolver = GuardedResolver::new(Arc::clone(&guard), self.names);
        let http = self.recipe.http(&resolver, tls::config(&self.recipe.extra_roots, None)?)?;
        Ok(Egress { http, guard, resolver, recipe: Arc::new(self.recipe), repeats: true })
    }
}

impl Recipe {
    fn http(&self, resolver: &GuardedResolver, tls: ClientConfig) -> Result<Http, BuildError> {
        let connections = &self.connections;
        let Some(proxy) = &self.proxy else {
            return Ok(Http::Direct(Box::new(direct::client(connections, tls, resolver.clone()))));
        };
        // The only host name that this client resolves is that of the proxy.
        let client = reqwest::Client::builder()
            .proxy(proxy.clone())
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .http1_title_case_headers()
            .connect_timeout(connections.connect_timeout)
            .pool_max_idle_per_host(connections.max_idle_per_host)
            .pool_idle_timeout(connections.idle_timeout)
            .tcp_nodelay(true)
            .tcp_keepalive(KEEPALIVE)
            .http2_keep_alive_interval(KEEPALIVE)
            .http2_keep_alive_while_idle(true);
        Ok(Http::ByProxy(client.build()?))
    }
}
