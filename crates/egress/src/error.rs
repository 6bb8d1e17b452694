use std::fmt;
use std::time::Duration;

/// There was no usable response. Contains no URL and no header, so it may be logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{cause}: {message}")]
pub struct EgressError {
    /// The kind of failure, for decisions and metrics.
    pub cause: Cause,
    /// A readable message, also for the developer of the app. It names no internal address.
    pub message: String,
    /// The status, if the response was interrupted after its headers.
    pub status: Option<u16>,
    /// Time from the call of `send` to the failure.
    pub elapsed: Duration,
}

/// Kinds of failure. Their [`code`](Self::code) is stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The URL is malformed or has an unsupported form.
    InvalidUrl,
    /// A header name or value is malformed, or the header is reserved for the connection.
    InvalidHeader,
    /// The host resolves to an address that is not public.
    Blocked,
    /// The host name could not be resolved.
    Dns,
    /// No connection: refused or unreachable.
    Connect,
    /// The TLS handshake failed.
    Tls(TlsFailure),
    /// The other side closed the connection before the response was complete.
    Reset,
    /// The time limit of this phase was exceeded.
    Timeout(Phase),
    /// The response is not HTTP.
    Protocol,
}

/// Why a TLS handshake failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TlsFailure {
    /// The server's certificate has expired, or is not valid yet.
    Expired,
    /// The server's certificate is for other names.
    Name,
    /// The server's certificate was not issued by an authority that is trusted.
    Issuer,
    /// Both sides have no version or cipher in common, or the server does not speak TLS.
    Protocol,
    /// The server requires a client certificate, or does not accept the one that was sent.
    ClientCertificate,
    /// Another failure, such as a revoked certificate.
    Other,
}

/// The phases of an exchange with a time limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// DNS, TCP and TLS.
    Connect,
    /// From the start to the headers of the response, including connecting and sending.
    Headers,
    /// Reading the body.
    Body,
    /// The whole exchange.
    Total,
}

impl Cause {
    /// All causes, for metrics and documentation.
    pub const ALL: [Self; 17] = [
        Self::InvalidUrl,
        Self::InvalidHeader,
        Self::Blocked,
        Self::Dns,
        Self::Connect,
        Self::Tls(TlsFailure::Expired),
        Self::Tls(TlsFailure::Name),
        Self::Tls(TlsFailure::Issuer),
        Self::Tls(TlsFailure::Protocol),
        Self::Tls(TlsFailure::ClientCertificate),
        Self::Tls(TlsFailure::Other),
        Self::Reset,
        Self::Timeout(Phase::Connect),
        Self::Timeout(Phase::Headers),
        Self::Timeout(Phase::Body),
        Self::Timeout(Phase::Total),
        Self::Protocol,
    ];

    /// A short stable name for logs, metrics and stored records.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidUrl => "invalid_url",
            Self::InvalidHeader => "invalid_header",
            Self::Blocked => "blocked",
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls(TlsFailure::Expired) => "tls_expired",
            Self::Tls(TlsFailure::Name) => "tls_name",
            Self::Tls(TlsFailure::Issuer) => "tls_issuer",
            Self::Tls(TlsFailure::Protocol) => "tls_protocol",
            Self::Tls(TlsFailure::ClientCertificate) => "tls_client_certificate",
            Self::Tls(TlsFailure::Other) => "tls",
            Self::Reset => "reset",
            Self::Timeout(Phase::Connect) => "timeout_connect",
            Self::Timeout(Phase::Headers) => "timeout_headers",
            Self::Timeout(Phase::Body) => "timeout_body",
            Self::Timeout(Phase::Total) => "timeout_total",
            Self::Protocol => "protocol",
        }
    }

    /// Whether a time limit was exceeded, in any phase.
    pub const fn is_timeout(self) -> bool {
        matches!(self, Self::Timeout(_))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A failure during an exchange, before time and status are added.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) cause: Cause,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(cause: Cause, message: impl Into<String>) -> Self {
        Self { cause, message: message.into() }
    }

    pub(crate) fn timeout(phase: Phase) -> Self {
        let message = match phase {
            Phase::Connect => "no connection in time",
            Phase::Headers => "no answer in time",
            Phase::Body => "the body of the answer came too slowly",
            Phase::Total => "the exchange took too long",
        };
        Self::new(Cause::Timeout(phase), message)
    }
}
