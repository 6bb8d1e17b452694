use std::time::Duration;

use patchbay::all_in_one::{AllInOne, Plan};
use patchbay::clients::Clients;
use patchbay::data_folder::DataFolder;
use patchbay_egress::{Egress, EgressPolicy, Method, OutboundRequest};
use patchbay_proto::auth_token::MintUserTokenRequest;
use patchbay_proto::event_fanout::PublishRequest;
use patchbay_proto::tracker::{CreateOrganizationRequest, CreateUserRequest, SetMemberRequest};
use patchbay_rpc::request;
use patchbay_runtime::Settings;
use patchbay_testkit::eventually;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// Generous, because test machines are busy.
pub(crate) const SOON: Duration = Duration::from_secs(60);

/// All services in this process, with the organization `acme` and a token of its owner.
pub(crate) struct Platform {
    pub(crate) running: AllInOne,
    pub(crate) clients: Clients,
    pub(crate) organization_id: i64,
    token: String,
    http: Egress,
    _data: DataFolder,
    _folder: TempDir,
}

impl Platform {
    pub(crate) async fn start(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::open(folder.path()).unwrap();
        let http = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let plan = Plan { data: &data, http, log: false, is_brief: false, public_url: None };
        let usual = [("GRPC_LISTEN", "127.0.0.1:0"), ("ADMIN_LISTEN", "127.0.0.1:0")];
        let settings = Settings::from_pairs(usual.iter().chain(settings).copied());
        let running = AllInOne::start(settings, plan).await.unwrap();
        let clients = Clients::new(&running.channel);
        let (organization_id, token) = owner_of_acme(&clients).await;
        let policy = EgressPolicy { allow_loopback: true, ..EgressPolicy::default() };
        let http = Egress::new(policy).unwrap();
        Self { running, clients, organization_id, token, http, _data: data, _folder: folder }
    }

    /// Stops all services in order.
    pub(crate) async fn stop(self) {
        self.running.stop.request();
        self.running.stopped().await.unwrap();
    }

    /// An internal app of acme, installed there, that subscribes to errors and to further events.
    pub(crate) async fn app(&self, name: &str, webhook_url: &str, changes: Value) -> String {
        let mut wanted = json!({
            "name": name, "organization": "acme", "isInternal": true, "webhookUrl": webhook_url,
            "scopes": ["event:read", "project:read"], "events": ["issue", "error"],
        });
        for (name, value) in changes.as_object().unwrap() {
            wanted[name] = value.clone();
        }
        let known = self.known_installations().await;
        let is_installed = wanted["isInternal"] == true;
        let app = self.post("/api/0/sentry-apps/", wanted, &[]).await;
        if is_installed {
            // event-fanout learns of an installation a moment after it exists.
            eventually(SOON, "event-fanout knows the installation", async || {
                (self.known_installations().await > known).then_some(())
            })
            .await;
        }
        app["slug"].as_str().unwrap().to_owned()
    }

    async fn known_installations(&self) -> u64 {
        let metrics = self.metrics().await;
        let mut lines = metrics.lines();
        lines
            .find_map(|line| line.strip_prefix("patchbay_event_fanout_subscriptions ")?.parse().ok())
            .unwrap()
    }

    /// Publishes an event of acme.
    pub(crate) fn event(&self, resource: &str, action: &str) -> PublishRequest {
        PublishRequest {
            organization_id: self.organization_id,
            resource: resource.into(),
            action: action.into(),
            data_json: format!(r#"{{"{resource}":{{}}}}"#).into(),
            ..Default::default()
        }
    }

    pub(crate) async fn publish(&self, event: PublishRequest) {
        self.clients.events.clone().publish(request(event)).await.unwrap();
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.send(OutboundRequest::get(format!("{}{path}", self.running.base_url)), &[]).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value, headers: &[(&str, &str)]) -> Value {
        self.with_body(Method::POST, path, body, headers).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value, headers: &[(&str, &str)]) -> Value {
        self.with_body(Method::PUT, path, body, headers).await
    }

    /// The metrics page of the admin port.
    pub(crate) async fn metrics(&self) -> String {
        let mut request = OutboundRequest::get(format!("http://{}/metrics", self.running.admin.unwrap()));
        request.max_response = 1024 * 1024;
        let answer = self.http.send(request).await.unwrap();
        String::from_utf8(answer.body.to_vec()).unwrap()
    }

    async fn with_body(&self, method: Method, path: &str, body: Value, headers: &[(&str, &str)]) -> Value {
        let mut request = OutboundRequest::new(method, format!("{}{path}", self.running.base_url));
        request.body = body.to_string().into();
        self.send(request.header("Content-Type", "application/json"), headers).await
    }

    async fn send(&self, mut request: OutboundRequest, headers: &[(&str, &str)]) -> Value {
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.header("Authorization", format!("Bearer {}", self.token));
        let answer = self.http.send(request).await.unwrap();
        let text = String::from_utf8_lossy(&answer.body);
        assert!(answer.status < 300, "{} {text}", answer.status);
        serde_json::from_str(&text).unwrap()
    }
}

async fn owner_of_acme(clients: &Clients) -> (i64, String) {
    let mut directory = clients.directory.clone();
    let acme = CreateOrganizationRequest { name: "Acme".into(), slug: "acme".into(), ..Default::default() };
    let acme = directory.create_organization(request(acme)).await.unwrap().into_inner();
    let ada = CreateUserRequest { name: "Ada".into(), email: "ada@example.com".into(), ..Default::default() };
    let ada = directory.create_user(request(ada)).await.unwrap().into_inner();
    let owner = SetMemberRequest { organization: "acme".into(), user_id: ada.id, role: "owner".into() };
    directory.set_member(request(owner)).await.unwrap();
    let scopes = ["org:admin", "event:admin", "project:admin"].map(str::to_owned).into();
    let token = MintUserTokenRequest { user_id: ada.id, scopes, name: "test".into() };
    let token = clients.tokens.clone().mint_user_token(request(token)).await.unwrap().into_inner();
    (acme.id, token.token)
}
