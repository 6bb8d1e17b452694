use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;

use patchbay_egress::{BuildError, Cause, Egress, EgressPolicy, OutboundRequest, TlsFailure};
use patchbay_testkit::receiver::Receiver;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{WantsServerCert, WebPkiClientVerifier};
use rustls::{
    ConfigBuilder, RootCertStore, ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion,
};

use crate::{local_egress, local_policy};

// Created for these tests: valid for the name localhost; the key of the authority was deleted.
pub(crate) const AUTHORITY: &[u8] = include_bytes!("../fixtures/authority.pem");
const CERTIFICATE: &[u8] = include_bytes!("../fixtures/localhost.pem");
const KEY: &[u8] = include_bytes!("../fixtures/localhost.key");

/// The authority of the client certificate.
const CLIENTS: &[u8] = include_bytes!("../fixtures/clients.pem");
const CLIENT: &[u8] = include_bytes!("../fixtures/client.pem");
const CLIENT_KEY: &[u8] = include_bytes!("../fixtures/client.key");

/// Another authority, a certificate for localhost that it issued and that expired in 2021, and a certificate for localhost that
/// is its own authority. Both belong to the same key.
const PAST_AUTHORITY: &[u8] = include_bytes!("../fixtures/past-authority.pem");
const EXPIRED: &[u8] = include_bytes!("../fixtures/expired.pem");
const SELF_SIGNED: &[u8] = include_bytes!("../fixtures/self-signed.pem");
const OTHER_KEY: &[u8] = include_bytes!("../fixtures/other.key");

/// A server for localhost that accepts clients with a certificate of this authority, or all clients.
pub(crate) fn server_config(clients: Option<&[u8]>) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from_pem_slice(authority).unwrap()).unwrap();
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        }
    };
    with_certificate(builder, CERTIFICATE, KEY)
}

fn with_certificate(
    builder: ConfigBuilder<ServerConfig, WantsServerCert>,
    certificate: &[u8],
    key: &[u8],
) -> ServerConfig {
    let certificate = CertificateDer::from_pem_slice(certificate).unwrap();
    builder.with_single_cert(vec![certificate], PrivateKeyDer::from_pem_slice(key).unwrap()).unwrap()
}

/// A server with another certificate, or with certain versions of TLS only.
fn server_with(certificate: &[u8], versions: &[&'static SupportedProtocolVersion]) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_protocol_versions(versions).unwrap();
    with_certificate(builder.with_no_client_auth(), certificate, OTHER_KEY)
}

/// Answers one request over TLS. Failed handshakes are reported by the client.
fn serve_one() -> SocketAddr {
    serve_one_for(None)
}

fn serve_one_for(clients: Option<&[u8]>) -> SocketAddr {
    serve_one_with(server_config(clients))
}

fn serve_one_with(config: ServerConfig) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut stream = StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), stream);
        let mut request = [0; 4096];
        if stream.read(&mut request).is_ok() {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecure").unwrap();
            stream.flush().unwrap();
        }
    });
    address
}

#[tokio::test]
async fn a_server_of_an_own_authority_is_reached_once_the_authority_is_trusted() {
    let egress = Egress::builder(local_policy()).trust_pem(AUTHORITY).unwrap().build().unwrap();
    let url = format!("https://localhost:{}/", serve_one().port());
    let response = egress.send(OutboundRequest::get(url)).await.unwrap();
    assert_eq!(&response.body[..], b"secure");
}

#[tokio::test]
async fn an_untrusted_certificate_is_a_failure_of_the_issuer() {
    let error =
        local_egress().send(OutboundRequest::get(format!("https://{}/", serve_one()))).await.unwrap_err();
    assert_eq!(error.cause, Cause::Tls(TlsFailure::Issuer), "{error}");
    assert!(error.message.contains("certificate"), "{error}");
}

#[tokio::test]
async fn a_self_signed_certificate_is_a_failure_of_the_issuer() {
    let server = serve_one_with(server_with(SELF_SIGNED, rustls::ALL_VERSIONS));
    let request = OutboundRequest::get(format!("https://localhost:{}/", server.port()));
    let error = local_egress().send(request).await.unwrap_err();
    assert_eq!(error.cause, Cause::Tls(TlsFailure::Issuer), "{error}");
}

#[tokio::test]
async fn an_expired_certificate_is_named_as_such() {
    let server = serve_one_with(server_with(EXPIRED, rustls::ALL_VERSIONS));
    let egress = Egress::builder(local_policy()).trust_pem(PAST_AUTHORITY).unwrap().build().unwrap();
    let request = OutboundRequest::get(format!("https://localhost:{}/", server.port()));
    let error = egress.send(request).await.unwrap_err();
    assert_eq!(error.cause, Cause::Tls(TlsFailure::Expired), "{error}");
}

#[tokio::test]
async fn without_checks_any_certificate_is_accepted_and_the_guard_still_refuses() {
    for certificate in [SELF_SIGNED, EXPIRED] {
        let server = serve_one_with(server_with(certificate, rustls::ALL_VERSIONS));
        let url = format!("https://127.0.0.1:{}/", server.port());
        let egress = local_egress().without_certificate_checks().unwrap();
        assert_eq!(egress.send(OutboundRequest::get(&url)).await.unwrap().status, 200);
        let guarded = Egress::new(EgressPolicy::default()).unwrap().without_certificate_checks().unwrap();
        assert_eq!(guarded.send(OutboundRequest::get(&url)).await.unwrap_err().cause, Cause::Blocked);
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_named_as_such() {
    let egress = Egress::builder(local_policy()).trust_pem(AUTHORITY).unwrap().build().unwrap();
    let url = format!("https://{}/", serve_one());
    assert_eq!(egress.send(OutboundRequest::get(url)).await.unwrap_err().cause, Cause::Tls(TlsFailure::Name));
}

#[tokio::test]
async fn a_server_that_asks_for_a_certificate_is_shown_the_one_of_its_app() {
    let egress = Egress::builder(local_policy()).trust_pem(AUTHORITY).unwrap().build().unwrap();
    let url = || format!("https://localhost:{}/", serve_one_for(Some(CLIENTS)).port());
    let anonymous = egress.send(OutboundRequest::get(url())).await.unwrap_err();
    let refused = Cause::Tls(TlsFailure::ClientCertificate);
    assert!(anonymous.cause == refused || anonymous.cause == Cause::Reset, "{anonymous}");
    let known = egress.with_certificate(CLIENT, CLIENT_KEY).unwrap();
    let response = known.send(OutboundRequest::get(url())).await.unwrap();
    assert_eq!(&response.body[..], b"secure");
    for (certificate, key) in [(&b""[..], CLIENT_KEY), (CLIENT, &b""[..]), (CLIENT, KEY)] {
        assert!(egress.with_certificate(certificate, key).is_err());
    }
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_a_failure_of_the_protocol() {
    let receiver = Receiver::start().await;
    let url = receiver.url("/").replace("http:", "https:");
    let error = local_egress().send(OutboundRequest::get(url)).await.unwrap_err();
    assert_eq!(error.cause, Cause::Tls(TlsFailure::Protocol), "{error}");
}

#[tokio::test]
async fn a_server_without_a_common_protocol_is_named_as_such() {
    let mut config = server_with(EXPIRED, &[&rustls::version::TLS13]);
    config.alpn_protocols = vec![b"imap".to_vec()];
    let request = OutboundRequest::get(format!("https://localhost:{}/", serve_one_with(config).port()));
    let error = local_egress().send(request).await.unwrap_err();
    assert_eq!(error.cause, Cause::Tls(TlsFailure::Protocol), "{error}");
}

#[test]
fn text_without_certificates_is_no_authority() {
    for pem in [&b""[..], KEY, b"-----BEGIN CERTIFICATE-----\n???\n-----END CERTIFICATE-----\n"] {
        assert!(matches!(Egress::builder(local_policy()).trust_pem(pem), Err(BuildError::Pem)));
    }
}
