use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;

use patchbay_egress::{BuildError, Cause, Egress, OutboundRequest};
use patchbay_testkit::receiver::Receiver;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use crate::{local_egress, local_policy};

// Created for these tests: valid for the name localhost; the key of the authority was deleted.
pub(crate) const AUTHORITY: &[u8] = include_bytes!("../fixtures/authority.pem");
const CERTIFICATE: &[u8] = include_bytes!("../fixtures/localhost.pem");
const KEY: &[u8] = include_bytes!("../fixtures/localhost.key");

/// The authority of the client certificate.
const CLIENTS: &[u8] = include_bytes!("../fixtures/clients.pem");
const CLIENT: &[u8] = include_bytes!("../fixtures/client.pem");
const CLIENT_KEY: &[u8] = include_bytes!("../fixtures/client.key");

/// A server for localhost that accepts clients with a certificate of this authority, or all clients.
pub(crate) fn server_config(clients: Option<&[u8]>) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).unwrap();
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
    builder.with_single_cert(vec![certificate], PrivateKeyDer::from_pem_slice(KEY).unwrap()).unwrap()
}

/// Answers one request over TLS. Failed handshakes are reported by the client.
fn serve_one() -> SocketAddr {
    serve_one_for(None)
}

fn serve_one_for(clients: Option<&[u8]>) -> SocketAddr {
    let config = server_config(clients);
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
async fn an_untrusted_certificate_is_a_tls_failure() {
    let error =
        local_egress().send(OutboundRequest::get(format!("https://{}/", serve_one()))).await.unwrap_err();
    assert_eq!(error.cause, Cause::Tls, "{error}");
    assert!(error.message.contains("certificate"), "{error}");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_a_tls_failure() {
    let egress = Egress::builder(local_policy()).trust_pem(AUTHORITY).unwrap().build().unwrap();
    let url = format!("https://{}/", serve_one());
    assert_eq!(egress.send(OutboundRequest::get(url)).await.unwrap_err().cause, Cause::Tls);
}

#[tokio::test]
async fn a_server_that_asks_for_a_certificate_is_shown_the_one_of_its_app() {
    let egress = Egress::builder(local_policy()).trust_pem(AUTHORITY).unwrap().build().unwrap();
    let url = || format!("https://localhost:{}/", serve_one_for(Some(CLIENTS)).port());
    let anonymous = egress.send(OutboundRequest::get(url())).await.unwrap_err();
    assert!(matches!(anonymous.cause, Cause::Tls | Cause::Reset), "{anonymous}");
    let known = egress.with_certificate(CLIENT, CLIENT_KEY).unwrap();
    let response = known.send(OutboundRequest::get(url())).await.unwrap();
    assert_eq!(&response.body[..], b"secure");
    for (certificate, key) in [(&b""[..], CLIENT_KEY), (CLIENT, &b""[..]), (CLIENT, KEY)] {
        assert!(egress.with_certificate(certificate, key).is_err());
    }
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_a_tls_failure() {
    let receiver = Receiver::start().await;
    let url = receiver.url("/").replace("http:", "https:");
    let error = local_egress().send(OutboundRequest::get(url)).await.unwrap_err();
    assert_eq!(error.cause, Cause::Tls, "{error}");
}

#[test]
fn text_without_certificates_is_no_authority() {
    for pem in [&b""[..], KEY, b"-----BEGIN CERTIFICATE-----\n???\n-----END CERTIFICATE-----\n"] {
        assert!(matches!(Egress::builder(local_policy()).trust_pem(pem), Err(BuildError::Pem)));
    }
}
