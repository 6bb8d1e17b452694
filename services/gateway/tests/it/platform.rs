//! Every service behind a gateway, and people to use it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use chrono::DateTime;
use patchbay_bus::{Bus, BusConfig};
use patchbay_db::{Db, DbConfig, Migrations};
use patchbay_domain::sealed::SealingKeys;
use patchbay_domain::{Clock, ManualClock, SecretBytes, SecretString};
use patchbay_gateway::{Channels, Config, Context, router};
use patchbay_proto::auth_token::sessions_client::SessionsClient;
use patchbay_proto::auth_token::tokens_client::TokensClient;
use patchbay_proto::auth_token::{CreateSessionRequest, MintUserTokenRequest};
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::{CreateOrganizationRequest, CreateUserRequest, SetMemberRequest};
use patchbay_rpc::{Channel, Listener, Security, Server, Target, request};
use patchbay_runtime::{Runtime, Settings, Stop};
use patchbay_testkit::slate::Slate;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::answer::Answer;
use crate::webhook_log::WebhookLog;

pub(crate) struct Platform {
    pub(crate) router: Router,
    pub(crate) channel: Channel,
    pub(crate) clock: Clock,
    pub(crate) hand: ManualClock,
    pub(crate) config: Config,
    pub(crate) stop: Stop,
    pub(crate) log: WebhookLog,
    _folder: TempDir,
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.stop.request_hard();
    }
}

impl Platform {
    pub(crate) async fn start() -> Self {
        Self::with_settings(&[]).await
    }

    /// As [`Platform::start`], with settings of the test's own.
    pub(crate) async fn with_settings(settings: &[(&str, &str)]) -> Self {
        let (clock, hand) = Clock::manual(DateTime::from_timestamp(NOW, 870_123_000).unwrap());
        let folder = tempfile::tempdir().unwrap();
        let runtime = Runtime::new(clock);
        let bus = Bus::in_process(&BusConfig::default());
        let security = Security::secret(SecretString::new("between services"));
        let (listener, connector) = patchbay_rpc::memory();
        let channel = Target::Memory(connector).channel(&security).unwrap();
        let own = [("AUTH_TOKEN_KEY", "0123456789abcdef"), ("PUBLIC_URL", "https://patchbay.example")];
        let settings = Settings::from_pairs(own.iter().chain(settings).copied());
        let config = Config::read(&settings);

        let mut server = Server::new().unwrap();
        server = patchbay_tracker::start(
            server,
            runtime.clone(),
            database(&folder, patchbay_tracker::NAME, &patchbay_tracker::MIGRATIONS).await,
            bus.clone(),
            patchbay_tracker::Config::read(&settings),
        )
        .await
        .unwrap();
        server = patchbay_auth_token::start(
            server,
            runtime.clone(),
            database(&folder, patchbay_auth_token::NAME, &patchbay_auth_token::MIGRATIONS).await,
            patchbay_auth_token::Config::read(&settings),
        )
        .await
        .unwrap();
        server = patchbay_installation::start(
            server,
            runtime.clone(),
            database(&folder, patchbay_installation::NAME, &patchbay_installation::MIGRATIONS).await,
            bus.clone(),
            patchbay_installation::Peers { auth_token: channel.clone(), tracker: channel.clone() },
            SealingKeys::new(&SecretBytes::new(*b"0123456789abcdef"), &[]).unwrap(),
            patchbay_installation::Config::read(&settings),
        )
        .await
        .unwrap();
        server = patchbay_issue_sync::start(
            server,
            runtime.clone(),
            database(&folder, patchbay_issue_sync::NAME, &patchbay_issue_sync::MIGRATIONS).await,
            bus.clone(),
            patchbay_issue_sync::Peers { tracker: channel.clone(), installation: channel.clone() },
            SealingKeys::new(&SecretBytes::new(*b"0123456789abcdef"), &[]).unwrap(),
            vec![Arc::new(Slate::new())],
            patchbay_issue_sync::Config::read(&settings),
        )
        .await
        .unwrap();
        server = patchbay_event_fanout::start(
            server,
            runtime.clone(),
            database(&folder, patchbay_event_fanout::NAME, &patchbay_event_fanout::MIGRATIONS).await,
            bus,
            patchbay_event_fanout::Peers { installation: channel.clone(), webhook_sender: channel.clone() },
            patchbay_event_fanout::Config::read(&settings),
        )
        .await
        .unwrap();
        let log = WebhookLog::default();
        server = server.add_service(log.clone().server());
        settings.finish().unwrap();
        let Runtime { clock, stop, .. } = runtime.clone();
        let serving = stop.clone();
        stop.spawn("grpc", async move {
            server.serve(vec![Listener::Memory(listener)], &security, serving).await
        });

        let gateway = Context::new(channels(&channel), config.clone(), &runtime);
        Self { router: router(gateway), channel, clock, hand, config, stop, log, _folder: folder }
    }

    /// As [`Platform::start`], with the organizations `acme` and `globex`.
    pub(crate) async fn with_organizations() -> Self {
        let platform = Self::start().await;
        platform.found_organizations().await;
        platform
    }

    pub(crate) async fn found_organizations(&self) {
        for name in ["Acme", "Globex"] {
            let wanted = CreateOrganizationRequest { name: name.to_owned(), ..Default::default() };
            self.directory().create_organization(request(wanted)).await.unwrap();
        }
    }

    /// The cookie of a new session of this user.
    pub(crate) async fn session_of(&self, user_id: i64) -> String {
        let wanted = CreateSessionRequest { user_id, oidc_account: None };
        let session = self.sessions().create_session(request(wanted)).await.unwrap().into_inner();
        format!("patchbay_session={}", session.secret)
    }

    /// A request from one of our own pages, in the session of this cookie.
    pub(crate) async fn in_session(
        &self,
        cookie: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header("cookie", cookie).header("sec-fetch-site", "same-origin");
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.body(body).unwrap()).await
    }

    /// The number of a new member of this organization.
    pub(crate) async fn member_id(&self, organization: &str, role: &str) -> i64 {
        let user_id = self.user(&format!("{role}-{organization}@patchbay.example"), false).await;
        let member = SetMemberRequest { organization: organization.into(), user_id, role: role.into() };
        self.directory().set_member(request(member)).await.unwrap();
        user_id
    }

    pub(crate) fn channels(&self) -> Channels {
        channels(&self.channel)
    }

    pub(crate) fn directory(&self) -> DirectoryClient<Channel> {
        DirectoryClient::new(self.channel.clone())
    }

    pub(crate) fn tokens(&self) -> TokensClient<Channel> {
        TokensClient::new(self.channel.clone())
    }

    pub(crate) fn sessions(&self) -> SessionsClient<Channel> {
        SessionsClient::new(self.channel.clone())
    }

    /// A personal token of a new user in this organization.
    pub(crate) async fn member(&self, organization: &str, role: &str) -> String {
        let user_id = self.user(&format!("{role}@{organization}.example"), false).await;
        let member = SetMemberRequest { organization: organization.into(), user_id, role: role.into() };
        self.directory().set_member(request(member)).await.unwrap();
        self.token_of(user_id).await
    }

    /// A personal token of a new superuser.
    pub(crate) async fn superuser(&self) -> String {
        let user_id = self.user("root@patchbay.example", true).await;
        self.token_of(user_id).await
    }

    pub(crate) async fn user(&self, email: &str, is_superuser: bool) -> i64 {
        let name = email.split('@').next().unwrap().to_owned();
        let wanted = CreateUserRequest { name, email: email.to_owned(), is_superuser, ..Default::default() };
        self.directory().create_user(request(wanted)).await.unwrap().into_inner().id
    }

    /// A personal token of a new staff user.
    pub(crate) async fn staff(&self, scopes: &[&str]) -> String {
        let (name, email) =
            ("staff".to_owned(), format!("staff-{}@patchbay.example", scopes[0].replace(':', "-")));
        let wanted = CreateUserRequest { name, email, is_staff: true, ..Default::default() };
        let user_id = self.directory().create_user(request(wanted)).await.unwrap().into_inner().id;
        self.token_with(user_id, scopes).await
    }

    pub(crate) async fn token_of(&self, user_id: i64) -> String {
        let scopes = ["org:admin", "event:admin", "project:admin", "member:read", "team:read"];
        self.token_with(user_id, &scopes).await
    }

    async fn token_with(&self, user_id: i64, scopes: &[&str]) -> String {
        let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
        let wanted = MintUserTokenRequest { user_id, scopes, name: "test".to_owned() };
        self.tokens().mint_user_token(request(wanted)).await.unwrap().into_inner().token
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        Answer::read(self.router.clone().oneshot(request).await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.call("GET", path, token, None).await
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: Value) -> Answer {
        self.call("POST", path, token, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, token: &str, body: Value) -> Answer {
        self.call("PUT", path, token, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str, token: &str) -> Answer {
        self.call("DELETE", path, token, None).await
    }

    /// A request with a token, or without one when it is empty.
    pub(crate) async fn call(&self, method: &str, path: &str, token: &str, body: Option<Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.body(body).unwrap()).await
    }

    /// An app of `acme`, registered by the owner of this token.
    pub(crate) async fn app(&self, owner: &str, changes: Value) -> Value {
        let mut wanted = app_body();
        for (name, value) in changes.as_object().unwrap() {
            wanted[name] = value.clone();
        }
        let answer = self.post("/api/0/sentry-apps/", owner, wanted).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()
    }
}

/// When the platform begins, in seconds since 1970.
pub(crate) const NOW: i64 = 1_786_849_394;

pub(crate) const DEADLINE: Duration = Duration::from_secs(10);

pub(crate) fn app_body() -> Value {
    json!({
        "name": "Hooks", "organization": "acme", "author": "Acme", "isInternal": false, "isAlertable": false,
        "verifyInstall": true, "scopes": ["event:read", "project:read"], "events": ["issue", "error"],
        "webhookUrl": "https://hooks.example/sentry", "redirectUrl": null,
    })
}

fn channels(channel: &Channel) -> Channels {
    Channels {
        installation: channel.clone(),
        auth_token: channel.clone(),
        tracker: channel.clone(),
        event_fanout: channel.clone(),
        webhook_sender: channel.clone(),
        issue_sync: channel.clone(),
    }
}

async fn database(folder: &TempDir, service: &'static str, migrations: &'static Migrations) -> Db {
    let url = format!("sqlite:{}", folder.path().display());
    let db = Db::connect(&DbConfig::new(url), service, migrations).await.unwrap();
    db.migrate().await.unwrap();
    db
}
