use patchbay_egress::{Cause, Egress, EgressPolicy, OutboundRequest};

use crate::raw::{answer, serve_one};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nproxy";

#[tokio::test]
async fn with_a_proxy_everything_goes_by_way_of_it_wherever_it_is() {
    // The policy allows no private address, and the proxy has one.
    let (address, served) = serve_one(|stream| answer(stream, OK)).await;
    let builder = Egress::builder(EgressPolicy::default());
    let egress = builder.proxy(&format!("http://{address}")).unwrap().build().unwrap();
    let request = OutboundRequest::post("http://93.184.215.14/hook", "{}").header("Request-ID", "1");
    let response = egress.send(request).await.unwrap();
    assert_eq!(&response.body[..], b"proxy");
    let head = served.await.unwrap();
    assert!(head.starts_with("POST http://93.184.215.14/hook HTTP/1.1\r\n"), "{head}");
}

#[tokio::test]
async fn a_proxy_is_asked_for_nothing_that_is_not_public() {
    let builder = Egress::builder(EgressPolicy::default());
    let egress = builder.proxy("http://127.0.0.1:1").unwrap().build().unwrap();
    for url in ["http://169.254.169.254/latest", "http://localhost/", "https://[::1]/", "http://10.0.0.1/"] {
        let error = egress.send(OutboundRequest::get(url)).await.unwrap_err();
        assert_eq!(error.cause, Cause::Blocked, "{url}: {error}");
    }
}
