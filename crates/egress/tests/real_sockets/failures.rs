use std::time::Duration;

use patchbay_egress::{Cause, Connections, Egress, EgressError, OutboundRequest, Phase, Timeouts};
use patchbay_testkit::receiver::{Answer, Receiver};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use crate::{LONG, local_egress, local_policy, raw};

/// Long enough for an exchange to reach the phase whose limit it is, on a busy machine too.
const SHORT: Duration = Duration::from_secs(1);

async fn failure(request: OutboundRequest) -> EgressError {
    let error = local_egress().send(request).await.expect_err("no usable answer");
    assert!(error.elapsed < LONG, "{error:?}");
    assert!(!error.message.is_empty());
    error
}

/// Generous limits; each test tightens one of them.
fn patient() -> Timeouts {
    Timeouts::within(LONG)
}

#[tokio::test]
async fn an_answer_that_does_not_begin_runs_into_the_limit_for_headers() {
    let receiver = Receiver::start().await;
    receiver.answer_with(|_, _| Answer::hang());
    let request =
        OutboundRequest::post(receiver.url("/"), "x").timeouts(Timeouts { headers: SHORT, ..patient() });
    let error = failure(request).await;
    assert_eq!((error.cause, error.status), (Cause::Timeout(Phase::Headers), None));
    assert!(error.elapsed >= SHORT);
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test]
async fn a_body_that_drips_runs_into_the_limit_for_the_body_and_the_status_is_kept() {
    let receiver = Receiver::start().await;
    receiver.answer_with(|_, _| Answer::drip("x", Duration::from_millis(20), 100_000));
    let request = OutboundRequest::get(receiver.url("/")).timeouts(Timeouts { body: SHORT, ..patient() });
    let error = failure(request).await;
    assert_eq!((error.cause, error.status), (Cause::Timeout(Phase::Body), Some(200)));
}

#[tokio::test]
async fn the_whole_exchange_has_a_limit_of_its_own() {
    let receiver = Receiver::start().await;
    receiver.answer_with(|_, _| Answer::drip("x", Duration::from_millis(20), 100_000));
    let request = OutboundRequest::get(receiver.url("/")).timeouts(Timeouts { total: SHORT, ..patient() });
    let error = failure(request).await;
    assert_eq!((error.cause, error.status), (Cause::Timeout(Phase::Total), Some(200)));
}

#[tokio::test]
async fn a_handshake_that_does_not_go_on_runs_into_the_limit_for_connecting() {
    let (address, _served) = raw::serve_one(async |mut stream| {
        let mut hello = Vec::new();
        // Returns when the client gives up.
        stream.read_to_end(&mut hello).await
    })
    .await;
    let connections = Connections { connect_timeout: SHORT, ..Connections::default() };
    let egress = Egress::builder(local_policy()).connections(connections).build().unwrap();
    let request = OutboundRequest::get(format!("https://{address}/")).timeouts(patient());
    assert_eq!(egress.send(request).await.unwrap_err().cause, Cause::Timeout(Phase::Connect));
}

#[tokio::test]
async fn a_port_without_a_listener_refuses_the_connection() {
    // Bound but not listening, so no other program can take the port.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let error = failure(OutboundRequest::get(format!("http://{address}/"))).await;
    assert_eq!(error.cause, Cause::Connect);
    assert!(error.message.to_ascii_lowercase().contains("refused"), "{error}");
}

#[tokio::test]
async fn a_connection_reset_instead_of_an_answer_is_a_reset() {
    let (address, _served) = raw::serve_one(async |mut stream| {
        raw::read_head(&mut stream).await;
        stream.set_zero_linger().unwrap();
    })
    .await;
    let error = failure(OutboundRequest::get(format!("http://{address}/"))).await;
    assert_eq!((error.cause, error.status), (Cause::Reset, None), "{error}");
}

#[tokio::test]
async fn a_connection_closed_instead_of_an_answer_is_a_reset() {
    let receiver = Receiver::start().await;
    receiver.answer_with(|_, _| Answer::hang_up());
    let error = failure(OutboundRequest::post(receiver.url("/"), "x")).await;
    assert_eq!(error.cause, Cause::Reset, "{error}");
    assert_eq!(receiver.received().len(), 1, "what the other side has seen is not sent again");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_a_reset_with_the_status_known() {
    let (address, _served) = raw::serve_one(async |stream| {
        raw::answer(stream, b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart of it").await
    })
    .await;
    let error = failure(OutboundRequest::get(format!("http://{address}/"))).await;
    assert_eq!((error.cause, error.status), (Cause::Reset, Some(200)), "{error}");
}

#[tokio::test]
async fn an_answer_that_is_not_http_is_a_protocol_failure() {
    for bytes in [&b"SSH-2.0-OpenSSH_9.9\r\n"[..], &b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n"[..]] {
        let (address, _served) = raw::serve_one(move |stream| raw::answer(stream, bytes)).await;
        let error = failure(OutboundRequest::get(format!("http://{address}/"))).await;
        assert_eq!(error.cause, Cause::Protocol, "{error}");
    }
}

#[tokio::test]
async fn a_name_without_address_is_a_dns_failure() {
    // A label longer than DNS allows fails locally, without a server.
    let error = failure(OutboundRequest::get(format!("http://{}.invalid/", "a".repeat(64)))).await;
    assert_eq!(error.cause, Cause::Dns, "{error}");
}

#[tokio::test]
async fn a_failure_names_neither_the_url_nor_a_header() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook?token=abc", listener.local_addr().unwrap());
    drop(listener);
    let error = failure(OutboundRequest::post(url, "x").header("Authorization", "Bearer def")).await;
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("abc") && !shown.contains("def") && !shown.contains("/hook"), "{shown}");
}

#[tokio::test]
async fn an_invalid_header_is_reported_before_anything_is_sent() {
    let receiver = Receiver::start().await;
    let error = failure(OutboundRequest::post(receiver.url("/"), "x").header("Host", "internal")).await;
    assert_eq!(error.cause, Cause::InvalidHeader);
    assert!(receiver.received().is_empty());
}
