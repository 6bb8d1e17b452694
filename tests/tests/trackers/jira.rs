//! A company connects its Jira: setup over REST, a linked ticket, changes in both directions, and removal.

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
use patchbay_testkit::jira::{CONSUMER, Standin};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const SOON: Duration = Duration::from_secs(30);

struct Platform {
    running: AllInOne,
    http: reqwest::Client,
    token: String,
    wren: i64,
    issue: i64,
}

impl Platform {
    async fn start(data: &DataFolder) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ports = [("GRPC_LISTEN", "127.0.0.1:0"), ("ADMIN_LISTEN", "127.0.0.1:0")];
        let plan = Plan { data, http, public_url: None, is_brief: false, log: false };
        let running = AllInOne::start(Settings::from_pairs(ports), plan).await.unwrap();
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

    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let url = format!("{}{path}", self.running.base_url);
        let mut call = self.http.request(method.parse().unwrap(), url).bearer_auth(&self.token);
        if let Some(body) = body {
            call = call.header("content-type", "application/json").body(body.to_string());
        }
        let answer = call.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
    }

    async fn done(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(method, path, Some(body)).await;
        assert!(status < 300, "{method} {path}: {status} {answer}");
        answer
    }

    /// Connects the Jira and switches everything on. Returns the id of the integration.
    async fn connect(&self, jira: &Standin) -> String {
        let pipeline = "/api/0/organizations/acme/pipeline/integration_pipeline/";
        let start = json!({ "action": "initialize", "provider": "jira_server" });
        assert_eq!(self.done("POST", pipeline, start).await["step"], "installation_config");
        let config = json!({ "url": jira.url, "consumerKey": CONSUMER, "privateKey": jira.private_key });
        let step = self.done("POST", pipeline, config).await;
        let address = step["data"]["oauthUrl"].as_str().unwrap();
        let token = address.rsplit_once('=').unwrap().1;
        let complete = self.done("POST", pipeline, json!({ "oauthToken": token })).await;
        assert_eq!((&complete["status"], &complete["data"]["name"]), (&json!("complete"), &json!(CONSUMER)));
        let id = complete["data"]["id"].as_str().unwrap().to_owned();
        let settings = json!({
            "sync_status_forward": { "20400": { "on_resolve": "6", "on_unresolve": "1" } },
            "sync_forward_assignment": true, "sync_reverse_assignment": true, "sync_status_reverse": true,
            "sync_comments": true,
        });
        self.done("POST", &format!("/api/0/organizations/acme/integrations/{id}/"), settings).await;
        id
    }

    async fn issue(&self) -> Value {
        self.call("GET", &format!("/api/0/issues/{}/", self.issue), None).await.1
    }

    async fn change(&self, change: Value) {
        self.done("PUT", &format!("/api/0/issues/{}/", self.issue), change).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the Python environment of cargo xtask test"]
async fn a_ticket_of_jira_and_its_issue_follow_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let data = DataFolder::open(&folder.path().join("data")).unwrap();
    let (platform, jira) = (Platform::start(&data).await, Standin::start(&[]));
    let integration = platform.connect(&jira).await;

    let of_issue = format!("/api/0/issues/{}/integrations/{integration}/", platform.issue);
    let fields = json!({ "project": "20400", "issuetype": "1", "title": "Printer on fire" });
    let ticket = platform.done("POST", &of_issue, fields).await;
    let key = ticket["key"].as_str().unwrap().to_owned();
    let control = format!("issue/{key}");
    let shown = json!([{ "url": format!("{}/browse/{key}", jira.url), "displayName": key }]);
    assert_eq!(platform.issue().await["annotations"], shown);
    assert_eq!(platform.done("PUT", &of_issue, json!({ "externalIssue": key })).await["id"], ticket["id"]);

    // From us to Jira.
    platform.change(json!({ "assignedTo": format!("user:{}", platform.wren), "status": "resolved" })).await;
    eventually(SOON, "the ticket is assigned and shipped", async || {
        let fields = jira.control(&control, &Value::Null)["fields"].take();
        (fields["assignee"]["name"] == "wren" && fields["status"]["id"] == "6").then_some(())
    })
    .await;
    let comments = format!("/api/0/issues/{}/comments/", platform.issue);
    platform.done("POST", &comments, json!({ "text": "It broke." })).await;
    eventually(SOON, "the comment is at the ticket", async || {
        let seen = jira.control(&control, &Value::Null);
        let body = seen["fields"]["comment"]["comments"][0]["body"].as_str().unwrap_or_default();
        body.contains("{quote}It broke.{quote}").then_some(())
    })
    .await;

    // From Jira to us. The webhooks that our own changes caused were echoes.
    jira.control(&control, &json!({ "assignee": null, "status": "1" }));
    eventually(SOON, "the issue is open and unassigned", async || {
        let issue = platform.issue().await;
        (issue["assignedTo"].is_null() && issue["status"] == "unresolved").then_some(())
    })
    .await;
    jira.control(&control, &json!({ "assignee": "wren" }));
    eventually(SOON, "the assignee comes back", async || {
        (platform.issue().await["assignedTo"]["email"] == "wren@example.org").then_some(())
    })
    .await;
    let health = format!("/api/0/organizations/acme/integrations/{integration}/health/");
    let (_, health) = platform.call("GET", &health, None).await;
    assert_eq!((&health["state"], &health["webhook"]["invalidTokens"]), (&json!("healthy"), &json!(0)));
    assert!(health["webhook"]["lastReceived"].is_string());

    let path = format!("/api/0/organizations/acme/integrations/{integration}/");
    assert_eq!(platform.call("DELETE", &path, None).await.0, 204);
    eventually(SOON, "everything is removed", async || {
        let is_gone = platform.call("GET", &path, None).await.0 == 404;
        let is_hidden = platform.issue().await["annotations"] == json!([]);
        let is_silent = jira.control("webhooks", &Value::Null) == json!([]);
        (is_gone && is_hidden && is_silent).then_some(())
    })
    .await;
    assert_eq!(jira.control(&control, &Value::Null)["key"], json!(key), "the ticket stays");
}
