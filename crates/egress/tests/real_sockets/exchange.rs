use std::collections::HashSet;

use patchbay_egress::{Connections, Egress, Method, OutboundRequest};
use patchbay_testkit::receiver::{Answer, Receiver};

use crate::{LONG, local_egress, local_policy, raw};

#[tokio::test]
async fn a_request_arrives_as_given_and_the_answer_comes_back_whole() {
    let receiver = Receiver::start().await;
    receiver.answer_next([Answer::status(201).header("x-answer", "yes").body("done")]);
    let request = OutboundRequest::post(receiver.url("/hook?a=1"), r#"{"a":"ü"}"#)
        .header("Content-Type", "application/json")
        .header("Sentry-Hook-Resource", "custom")
        .header("Sentry-Hook-Resource", "issue");

    let response = local_egress().send(request).await.unwrap();

    assert_eq!((response.status, response.is_success()), (201, true));
    assert_eq!(response.header("X-Answer"), Some("yes"));
    assert_eq!((&response.body[..], response.truncated), (&b"done"[..], false));
    let [received] = &receiver.received()[..] else { panic!("one request") };
    assert_eq!(
        (received.method.as_str(), received.path.as_str(), received.query.as_str()),
        ("POST", "/hook", "a=1")
    );
    assert_eq!(received.body, r#"{"a":"ü"}"#);
    assert_eq!(received.header("content-type"), Some("application/json"));
    assert_eq!(received.header("sentry-hook-resource"), Some("issue"));
    assert!(received.header("user-agent").unwrap().starts_with("Patchbay/"));
    assert_eq!(received.header("accept-encoding"), Some("identity"));
}

#[tokio::test]
async fn header_names_stand_in_title_case_on_the_wire() {
    let (address, served) =
        raw::serve_one(async |stream| raw::answer(stream, b"HTTP/1.1 204 No Content\r\n\r\n").await).await;
    let request =
        OutboundRequest::post(format!("http://{address}/"), "x").header("sentry-hook-resource", "issue");
    assert_eq!(local_egress().send(request).await.unwrap().status, 204);
    let head = served.await.unwrap();
    assert!(head.contains("\r\nSentry-Hook-Resource: issue\r\n"), "{head}");
}

#[tokio::test]
async fn one_connection_serves_requests_one_after_another() {
    let receiver = Receiver::start().await;
    receiver.answer_with(|n, _| Answer::status(200).body(format!("answer {n}")));
    let egress = local_egress();
    for _ in 0..5 {
        egress.send(OutboundRequest::post(receiver.url("/"), "x")).await.unwrap();
        // A clone shares the connections.
        egress.clone().send(OutboundRequest::get(receiver.url("/"))).await.unwrap();
    }
    let peers: HashSet<_> = receiver.received().iter().map(|request| request.peer).collect();
    assert_eq!((receiver.received().len(), peers.len()), (10, 1));
}

#[tokio::test]
async fn without_room_for_idle_connections_each_request_opens_its_own() {
    let receiver = Receiver::start().await;
    let connections = Connections { max_idle_per_host: 0, ..Connections::default() };
    let egress = Egress::builder(local_policy()).connections(connections).build().unwrap();
    for _ in 0..3 {
        egress.send(OutboundRequest::get(receiver.url("/"))).await.unwrap();
    }
    let peers: HashSet<_> = receiver.received().iter().map(|request| request.peer).collect();
    assert_eq!(peers.len(), 3);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let receiver = Receiver::start().await;
    let elsewhere = receiver.url("/elsewhere");
    for status in [301, 302, 303, 307, 308] {
        receiver.answer_next([Answer::status(status).header("location", &elsewhere)]);
        let response = local_egress().send(OutboundRequest::post(receiver.url("/"), "x")).await.unwrap();
        assert_eq!((response.status, response.is_success()), (status, false));
        assert_eq!(response.header("location"), Some(elsewhere.as_str()));
    }
    assert!(receiver.received().iter().all(|request| request.path == "/"));
}

#[tokio::test]
async fn of_a_long_answer_only_the_beginning_is_read() {
    let receiver = Receiver::start().await;
    // More than all buffers on the way can hold: reading to the end would exceed the time limit.
    receiver.answer_with(|_, _| Answer::huge(4 * 1024 * 1024));
    let egress = local_egress();
    let response = egress.send(OutboundRequest::get(receiver.url("/"))).await.unwrap();
    assert_eq!((response.body.len(), response.truncated), (64 * 1024, true));
    let response = egress.send(OutboundRequest::get(receiver.url("/")).max_response(10)).await.unwrap();
    assert_eq!((&response.body[..], response.truncated), (&b"xxxxxxxxxx"[..], true));
    let peers: HashSet<_> = receiver.received().iter().map(|request| request.peer).collect();
    assert_eq!(peers.len(), 2, "a connection with an unread rest is not used again");
}

#[tokio::test]
async fn a_compressed_answer_is_decoded_although_nobody_asked_for_it() {
    let (address, _) = raw::serve_one(async |stream| {
        // `gzip -n <<< '{"a":"b"}'`
        let body = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xabVJT\xb2RJR\xaa\xe5\x02\x00\xa0/\x05\xcb\x0a\x00\x00\x00";
        let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", body.len());
        raw::answer(stream, &[head.as_bytes(), body].concat()).await
    })
    .await;
    let request = OutboundRequest::get(format!("http://{address}/")).header("Accept-Encoding", "gzip");
    let response = local_egress().send(request).await.unwrap();
    assert_eq!((&response.body[..], response.truncated), (&b"{\"a\":\"b\"}\n"[..], false));
    assert_eq!(response.header("content-encoding"), None);
}

#[tokio::test]
async fn an_answer_that_just_fits_is_not_truncated() {
    let receiver = Receiver::start().await;
    receiver.answer_with(|_, _| Answer::status(200).body("0123456789"));
    for (max, expected, truncated) in [(10, "0123456789", false), (9, "012345678", true), (0, "", true)] {
        let request = OutboundRequest::get(receiver.url("/")).max_response(max);
        let response = local_egress().send(request).await.unwrap();
        assert_eq!((&response.body[..], response.truncated), (expected.as_bytes(), truncated), "{max}");
    }
}

#[tokio::test]
async fn dropping_the_future_ends_the_exchange() {
    let (sent, received) = tokio::sync::oneshot::channel();
    let (address, served) = raw::serve_one(async |mut stream| {
        raw::read_head(&mut stream).await;
        sent.send(()).unwrap();
        let mut rest = [0; 1];
        tokio::io::AsyncReadExt::read(&mut stream, &mut rest).await
    })
    .await;
    let egress = local_egress();
    tokio::select! {
        answer = egress.send(OutboundRequest::new(Method::GET, format!("http://{address}/"))) => panic!("{answer:?}"),
        received = received => received.unwrap(),
    }
    let seen = tokio::time::timeout(LONG, served).await.expect("the connection is closed").unwrap();
    assert!(matches!(seen, Ok(0) | Err(_)), "{seen:?}");
}
