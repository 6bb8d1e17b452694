//! Webhooks of trackers, and pages of lists. `tests/tests/api/integrations` has the rest.

use axum::Router;
use axum::body::Body;
use axum::http::Request as HttpRequest;
use patchbay_domain::SecretString;
use patchbay_gateway::{Channels, Context, router};
use patchbay_proto::issue_sync::inbound_server::{Inbound, InboundServer};
use patchbay_proto::issue_sync::{ReceiveRequest, ReceiveResponse};
use patchbay_rpc::{Listener, Security, Server, Target, status};
use patchbay_runtime::Runtime;
use serde_json::json;
use tonic::{Request, Response, Status};
use tower::ServiceExt;

use crate::answer::Answer;
use crate::platform::Platform;

/// It answers what it is asked, so that the test sees what reaches it.
#[derive(Clone, Copy, Debug)]
struct PlayedIntegrations;

#[tonic::async_trait]
impl Inbound for PlayedIntegrations {
    async fn receive(&self, request: Request<ReceiveRequest>) -> Result<Response<ReceiveResponse>, Status> {
        assert!(patchbay_rpc::caller(&request)?.is_internal());
        let request = request.into_inner();
        if request.provider != "jira-server" {
            let unknown = patchbay_domain::Error::not_found("PROVIDER_NOT_FOUND", "Unknown provider");
            return Err(status::from_error(unknown));
        }
        let signature = request.headers.iter().find(|header| header.name == "x-signature");
        let told = json!({
            "path": request.path, "method": request.method, "body": request.body,
            "signature": signature.map(|header| header.value.as_str()),
        });
        let body = told.to_string().into_bytes();
        Ok(Response::new(ReceiveResponse { status: 200, content_type: "application/json".to_owned(), body }))
    }
}

/// The gateway of a platform, with the service of integrations played.
async fn played(platform: &Platform) -> Router {
    let security = Security::secret(SecretString::new("between services"));
    let (listener, connector) = patchbay_rpc::memory();
    let channel = Target::Memory(connector).channel(&security).unwrap();
    let server = Server::new().unwrap().add_service(InboundServer::new(PlayedIntegrations));
    let stop = platform.stop.clone();
    platform.stop.spawn("played", async move {
        server.serve(vec![Listener::Memory(listener)], &security, stop).await
    });
    let channels = Channels { issue_sync: channel, ..platform.channels() };
    router(Context::new(channels, platform.config.clone(), &Runtime::new(platform.clock.clone())))
}

async fn send(router: &Router, request: HttpRequest<Body>) -> Answer {
    Answer::read(router.clone().oneshot(request).await.unwrap()).await
}

fn webhook(path: &str, body: &'static [u8]) -> HttpRequest<Body> {
    let request = HttpRequest::builder().method("POST").uri(path).header("X-Signature", "sha256=ab");
    request.body(Body::from(body)).unwrap()
}

#[tokio::test]
async fn a_webhook_reaches_its_provider_byte_by_byte() {
    let platform = Platform::start().await;
    let gateway = played(&platform).await;
    for path in
        ["/extensions/jira-server/issue-updated/a.b-c_d/", "/extensions/jira-server/issue-updated/a.b-c_d"]
    {
        let answer = send(&gateway, webhook(path, b"\xff\x00{")).await;
        let expected = json!({
            "path": "issue-updated/a.b-c_d", "method": "POST", "body": [255, 0, 123], "signature": "sha256=ab",
        });
        assert_eq!((answer.status, answer.json()), (200, expected), "{path}");
    }
    assert_eq!(send(&gateway, webhook("/extensions/nothing/webhook/", b"{}")).await.status, 404);
    let huge = vec![b' '; 2 * 1024 * 1024 + 1].leak();
    assert_eq!(send(&gateway, webhook("/extensions/jira-server/webhook/", huge)).await.status, 413);
}

#[tokio::test]
async fn a_list_of_integrations_is_paged() {
    let platform = Platform::with_organizations().await;
    let token = platform.member("acme", "owner").await;
    let setup = "/api/0/organizations/acme/pipeline/integration_pipeline/";
    for host in ["one.test", "two.test"] {
        for body in [
            json!({ "action": "initialize", "provider": "slate" }),
            json!({ "host": host, "secret": host }),
            json!({ "answer": "yes" }),
        ] {
            assert_eq!(platform.post(setup, &token, body).await.status, 200);
        }
    }
    let path = "/api/0/organizations/acme/integrations/?includeConfig=0&per_page=1";
    let first = platform.get(path, &token).await;
    assert!(first.header("link").contains(r#"rel="next"; results="true""#), "{first:?}");
    let second = platform.get(&format!("{path}&cursor=1:1:0"), &token).await;
    assert!(second.header("link").contains(r#"rel="next"; results="false""#), "{second:?}");
    assert_ne!(first.json()[0]["id"], second.json()[0]["id"]);
}
