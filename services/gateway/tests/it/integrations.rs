//! The service of integrations is played here: it answers what it is asked, so that the tests see what reaches it.

use axum::body::Body;
use axum::http::Request as HttpRequest;
use patchbay_proto::issue_sync::inbound_server::Inbound;
use patchbay_proto::issue_sync::integrations_server::Integrations;
use patchbay_proto::issue_sync::{
    Integration, ListIntegrationsRequest, ListIntegrationsResponse, ReceiveRequest, ReceiveResponse,
};
use patchbay_rpc::status;
use serde_json::json;
use tonic::{Request, Response, Status};

use crate::platform::Platform;

#[derive(Clone, Copy, Debug)]
pub(crate) struct PlayedIntegrations;

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

#[tonic::async_trait]
impl Integrations for PlayedIntegrations {
    async fn list_integrations(
        &self,
        request: Request<ListIntegrationsRequest>,
    ) -> Result<Response<ListIntegrationsResponse>, Status> {
        let request = request.into_inner();
        if request.organization != "acme" {
            return Err(status::from_error(patchbay_domain::Error::permission_denied()));
        }
        let config = if request.with_config { "{}" } else { "" };
        let name = [vec![request.organization, request.provider_key], request.features].concat().join(" ");
        let integration = Integration { id: 31, name, config_data_json: config.into(), ..Default::default() };
        Ok(Response::new(ListIntegrationsResponse { integrations: vec![integration], has_more: true }))
    }
}

fn webhook(path: &str, body: &'static [u8]) -> HttpRequest<Body> {
    let request = HttpRequest::builder().method("POST").uri(path).header("X-Signature", "sha256=ab");
    request.body(Body::from(body)).unwrap()
}

#[tokio::test]
async fn a_webhook_reaches_its_provider_byte_by_byte() {
    let platform = Platform::start().await;
    for path in
        ["/extensions/jira-server/issue-updated/a.b-c_d/", "/extensions/jira-server/issue-updated/a.b-c_d"]
    {
        let answer = platform.send(webhook(path, b"\xff\x00{")).await;
        let expected = json!({
            "path": "issue-updated/a.b-c_d", "method": "POST", "body": [255, 0, 123], "signature": "sha256=ab",
        });
        assert_eq!((answer.status, answer.json()), (200, expected), "{path}");
    }
    assert_eq!(platform.send(webhook("/extensions/nothing/webhook/", b"{}")).await.status, 404);
    let huge = vec![b' '; 2 * 1024 * 1024 + 1].leak();
    assert_eq!(platform.send(webhook("/extensions/jira-server/webhook/", huge)).await.status, 413);
}

#[tokio::test]
async fn a_list_of_integrations_is_filtered_and_paged() {
    let platform = Platform::with_organizations().await;
    let token = platform.member("acme", "member").await;
    let path = "/api/0/organizations/acme/integrations/";
    let query = "?providerKey=slate&features=issue_basic&features=commits&includeConfig=0&per_page=1";
    let answer = platform.call("GET", &format!("{path}{query}"), &token, None).await;
    assert_eq!(answer.json()[0]["name"], "acme slate issue_basic commits");
    assert_eq!(answer.json()[0]["configData"], json!(null));
    assert!(answer.header("link").contains(r#"rel="next"; results="true""#));
    let answer = platform.call("GET", path, &token, None).await;
    assert_eq!(answer.json()[0]["configData"], json!({}));
}
