use std::fmt;
use std::time::Duration;

/// No usable answer. Carries no URL and no header, so it may be logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{cause}: {message}")]
pub struct EgressError {
    /// What kind of failure, for decisions and metrics.
    pub cause: Cause,
    /// For people, the app's developer among them; names no internal address.
    pub message: String,
    /// The status, if the answer broke off only behind its headers.
    pub status: Option<u16>,
    /// From the call of `send` until the failure.
    pub elapsed: Duration,
}

/// Kinds of failure. Their [`code`](Self::code) is stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The URL is malformed or of a kind that is never sent to.
    InvalidUrl,
    /// A header's name or value is malformed, or belongs to the connection and not to the caller.
    InvalidHeader,
    /// The host leads to an address that is not public.
    Blocked,
    /// The host name could not be resolved.
    Dns,
    /// No connection: refused, unreachable.
    Connect,
    /// The TLS handshake failed, for example over the certificate.
    Tls,
    /// The other side closed the connection before the answer was complete.
    Reset,
    /// The time of this phase ran out.
    Timeout(Phase),
    /// The answer is not HTTP.
    Protocol,
}

/// Parts of an exchange with a time limit of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// DNS, TCP and TLS.
    Connect,
    /// From the start until the headers of the answer, connecting and sending included.
    Headers,
    /// Reading the body.
    Body,
    /// The whole exchange.
    Total,
}

impl Cause {
    /// Every cause there is, for metrics and documentation.
    pub const ALL: [Self; 12] = [
        Self::InvalidUrl,
        Self::InvalidHeader,
        Self::Blocked,
        Self::Dns,
        Self::Connect,
        Self::Tls,
        Self::Reset,
        Self::Timeout(Phase::Connect),
        Self::Timeout(Phase::Headers),
        Self::Timeout(Phase::Body),
        Self::Timeout(Phase::Total),
        Self::Protocol,
    ];

    /// Short and stable, for logs, metrics and stored records.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidUrl => "invalid_url",
            Self::InvalidHeader => "invalid_header",
            Self::Blocked => "blocked",
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Reset => "reset",
            Self::Timeout(Phase::Connect) => "timeout_connect",
            Self::Timeout(Phase::Headers) => "timeout_headers",
            Self::Timeout(Phase::Body) => "timeout_body",
            Self::Timeout(Phase::Total) => "timeout_total",
            Self::Protocol => "protocol",
        }
    }

    /// The other side was too slow, in whatever phase.
    pub const fn is_timeout(self) -> bool {
        matches!(self, Self::Timeout(_))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A failure inside of an exchange, before time and status are known.
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
