//! A whole platform in this process, with an organization and an issue.

use std::time::Duration;

use patchbay::all_in_one::{AllInOne, Plan};
use patchbay::data_folder::DataFolder;
use patchbay_domain::Role;
use patchbay_proto::auth_token::MintUserTokenRequest;
use patchbay_proto::auth_token::tokens_client::TokensClient;
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::issues_client::IssuesClient;
use patchbay_proto::tracker::projects_client::ProjectsClient;
use patchbay_proto::tracker::{
    AddMemberRequest, CreateIssueRequest, CreateOrganizationRequest, CreateProjectRequest,
};
use patchbay_rpc::request;
use patchbay_runtime::Settings;
use patchbay_testkit::eventually;
use serde_json::Value;
use tokio::net::TcpListener;

pub(crate) const SOON: Duration = Duration::from_secs(30);

pub(crate) struct Platform {
    running: AllInOne,
    pub(crate) http: reqwest::Client,
    token: String,
    /// The id of a member.
    pub(crate) wren: i64,
    /// The id of the issue.
    pub(crate) issue: i64,
}

impl Platform {
    /// Starts it with these settings.
    pub(crate) async fn start(data: &DataFolder, settings: &[(&str, String)]) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ports = [("GRPC_LISTEN", "127.0.0.1:0".to_owned()), ("ADMIN_LISTEN", "127.0.0.1:0".to_owned())];
        let settings = Settings::from_pairs(ports.into_iter().chain(settings.iter().cloned()));
        let plan = Plan { data, http, public_url: None, is_brief: false, log: false };
        let running = AllInOne::start(settings, plan).await.unwrap();
        let channel = running.channel.clone();
        let mut directory = DirectoryClient::new(channel.clone());
        let acme = CreateOrganizationRequest { name: "Acme".to_owned(), ..Default::default() };
        directory.create_organization(request(acme)).await.unwrap();
        let mut member = async |name: &str, role: Role| {
            let message = AddMemberRequest {
                organization: "acme".to_owned(),
                email: format!("{name}@example.org"),
                name: name.to_owned(),
                role: role.to_string(),
            };
            directory.add_member(request(message)).await.unwrap().into_inner().user.unwrap().id
        };
        let (olga, wren) = (member("olga", Role::Owner).await, member("wren", Role::Member).await);
        let scopes = Role::Owner.scopes().iter().map(|scope| scope.to_string()).collect();
        let mint = MintUserTokenRequest { user_id: olga, scopes, name: "test".to_owned() };
        let minted = TokensClient::new(channel.clone()).mint_user_token(request(mint)).await.unwrap();
        let (organization, project) = ("acme".to_owned(), "shop".to_owned());
        let message = CreateProjectRequest {
            organization: organization.clone(),
            name: "Shop".to_owned(),
            ..Default::default()
        };
        ProjectsClient::new(channel.clone()).create_project(request(message)).await.unwrap();
        let title = "ReferenceError: heck is not defined".to_owned();
        let message = CreateIssueRequest { organization, project, title, ..Default::default() };
        let issue = IssuesClient::new(channel).create_issue(request(message)).await.unwrap().into_inner();
        let http = reqwest::Client::builder().timeout(SOON).build().unwrap();
        Self { running, http, token: minted.into_inner().token, wren, issue: issue.id }
    }

    /// An address of the platform.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.running.base_url)
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let url = self.url(path);
        let mut call = self.http.request(method.parse().unwrap(), url).bearer_auth(&self.token);
        if let Some(body) = body {
            call = call.header("content-type", "application/json").body(body.to_string());
        }
        let answer = call.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
    }

    pub(crate) async fn done(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(method, path, Some(body)).await;
        assert!(status < 300, "{method} {path}: {status} {answer}");
        answer
    }

    pub(crate) async fn issue(&self) -> Value {
        self.call("GET", &format!("/api/0/issues/{}/", self.issue), None).await.1
    }

    /// Waits until nothing of an integration waits. A change at the tracker while a comment is being written counts as an effect of it.
    pub(crate) async fn settled(&self, integration: &str) {
        let path = format!("/api/0/organizations/acme/integrations/{integration}/health/");
        eventually(SOON, "everything is sent and applied", async || {
            (self.call("GET", &path, None).await.1["queue"]["pending"] == 0).then_some(())
        })
        .await;
    }

    pub(crate) async fn change(&self, change: Value) {
        self.done("PUT", &format!("/api/0/issues/{}/", self.issue), change).await;
    }
}
