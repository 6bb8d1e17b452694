use std::error::Error;
use std::io;

use rustls::{AlertDescription, CertificateError};

use crate::error::{Cause, Failure, Phase, TlsFailure};
use crate::guard::Blocked;
use crate::resolver::DnsError;

/// An error of an HTTP client.
pub(crate) trait Origin: Error + Sized + 'static {
    /// Whether it prevented the connection.
    fn is_of_connecting(&self) -> bool;
}

impl Origin for reqwest::Error {
    fn is_of_connecting(&self) -> bool {
        self.is_connect()
    }
}

impl Origin for hyper_util::client::legacy::Error {
    fn is_of_connecting(&self) -> bool {
        self.is_connect()
    }
}

/// An error while reading the response.
impl Origin for hyper::Error {
    fn is_of_connecting(&self) -> bool {
        false
    }
}

/// Determines the cause from the whole chain of sources, because the HTTP client itself distinguishes few
/// cases.
pub(crate) fn classify<E: Origin>(error: &E, phase: Phase) -> Failure {
    let chain = chain(error);
    let cause = cause(error.is_of_connecting(), &chain, phase);
    match cause {
        Cause::Timeout(phase) => Failure::timeout(phase),
        // The deepest source is the original error. Those above it only add where it was noticed, and one of
        // them contains the URL.
        _ => Failure::new(cause, chain.last().map(ToString::to_string).unwrap_or_default()),
    }
}

fn cause(connecting: bool, chain: &[&(dyn Error + 'static)], phase: Phase) -> Cause {
    let has = |test: fn(&(dyn Error + 'static)) -> bool| chain.iter().any(|source| test(*source));
    if has(|source| source.is::<Blocked>()) {
        Cause::Blocked
    } else if has(|source| source.is::<DnsError>()) {
        Cause::Dns
    } else if has(is_timeout) {
        Cause::Timeout(if connecting { Phase::Connect } else { phase })
    } else if let Some(error) = chain.iter().find_map(|source| source.downcast_ref::<rustls::Error>()) {
        Cause::Tls(tls_failure(error))
    } else if has(is_reset) {
        Cause::Reset
    } else if connecting {
        Cause::Connect
    } else {
        Cause::Protocol
    }
}

fn tls_failure(error: &rustls::Error) -> TlsFailure {
    use CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext,
        UnknownIssuer,
    };
    use rustls::Error;
    match error {
        Error::InvalidCertificate(
            Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. },
        ) => TlsFailure::Expired,
        Error::InvalidCertificate(NotValidForName | NotValidForNameContext { .. }) => TlsFailure::Name,
        Error::InvalidCertificate(UnknownIssuer) => TlsFailure::Issuer,
        Error::InvalidCertificate(CertificateError::Other(error)) if is_self_signed(error) => {
            TlsFailure::Issuer
        }
        Error::AlertReceived(
            AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied,
        ) => TlsFailure::ClientCertificate,
        Error::AlertReceived(_)
        | Error::PeerIncompatible(_)
        | Error::PeerMisbehaved(_)
        | Error::InvalidMessage(_)
        | Error::InappropriateMessage { .. }
        | Error::InappropriateHandshakeMessage { .. }
        | Error::NoApplicationProtocol => TlsFailure::Protocol,
        _ => TlsFailure::Other,
    }
}

/// The certificates that `openssl req -x509` makes are authorities too, which is not allowed for a server.
fn is_self_signed(error: &rustls::OtherError) -> bool {
    error.source().and_then(|source| source.downcast_ref()) == Some(&webpki::Error::CaUsedAsEndEntity)
}

fn is_timeout(source: &(dyn Error + 'static)) -> bool {
    let of_hyper = source.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_timeout);
    let of_reqwest = source.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_timeout);
    let timed_out = |error: &io::Error| error.kind() == io::ErrorKind::TimedOut;
    of_hyper || of_reqwest || source.downcast_ref::<io::Error>().is_some_and(timed_out)
}

fn is_reset(source: &(dyn Error + 'static)) -> bool {
    if let Some(error) = source.downcast_ref::<io::Error>() {
        return matches!(
            error.kind(),
            io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::UnexpectedEof
        );
    }
    if let Some(error) = source.downcast_ref::<h2::Error>() {
        return error.is_remote() && (error.is_go_away() || error.is_reset());
    }
    source
        .downcast_ref::<hyper::Error>()
        .is_some_and(|error| error.is_incomplete_message() || error.is_closed() || error.is_canceled())
}

/// As following `source()`, but also finds the error inside an `io::Error`.
pub(crate) fn chain<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    let mut chain = vec![error];
    let mut current = error;
    loop {
        let wrapped = current.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let next = match wrapped {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => current.source(),
        };
        let Some(next) = next else { return chain };
        chain.push(next);
        current = next;
    }
}
