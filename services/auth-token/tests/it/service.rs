use std::time::Duration;

use chrono::{DateTime, Utc};
use patchbay_auth_token::{Config, MIGRATIONS, start};
use patchbay_db::Db;
use patchbay_domain::{Clock, Error, ManualClock};
use patchbay_proto::auth_token::introspect_response::Subject;
use patchbay_proto::auth_token::sessions_client::SessionsClient;
use patchbay_proto::auth_token::tokens_client::TokensClient;
use patchbay_proto::auth_token::{
    CreateGrantRequest, ExchangeRequest, Grant, Inactive, IntrospectRequest, IntrospectResponse,
    MintInstallationTokenRequest, RefreshByAssertionRequest, RefreshRequest, RevokeInstallationRequest,
    TokenPair, WatchRevocationsRequest, WatchRevocationsResponse,
};
use patchbay_rpc::{
    Channel, Server,
    status::{http_status, to_error},
};
use patchbay_runtime::{Metrics, Runtime, Settings, Stop};
use patchbay_testkit::database::each_engine;
pub(crate) use patchbay_testkit::service::SOON;
use patchbay_testkit::service::{runtime, serve};
use tonic::{Request, Response, Status, Streaming};

pub(crate) const INSTALLATION: &str = "7a485448-a9e2-4c85-8a3c-4f44175783c9";
pub(crate) const OTHER_INSTALLATION: &str = "11111111-a9e2-4c85-8a3c-4f44175783c9";
pub(crate) const APP: i64 = 5;
pub(crate) const OTHER_APP: i64 = 6;
pub(crate) const ORGANIZATION: i64 = 7;
const KEY: &str = "0123456789abcdef";

pub(crate) fn minutes(n: u64) -> Duration {
    Duration::from_secs(60 * n)
}

pub(crate) fn midnight() -> DateTime<Utc> {
    DateTime::from_timestamp(1_786_000_000, 0).unwrap()
}

/// A replica of the service with its clients. Dropping it stops the replica.
pub(crate) struct Service {
    pub(crate) tokens: TokensClient<Channel>,
    pub(crate) sessions: SessionsClient<Channel>,
    pub(crate) clock: ManualClock,
    pub(crate) metrics: Metrics,
    time: Clock,
    stop: Stop,
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop.request();
    }
}

/// Runs `test` against a fresh database of each engine.
pub(crate) async fn each<R: Future<Output = ()>>(test: impl Fn(Service, Db) -> R) {
    each_engine(&MIGRATIONS, |db| {
        let test = &test;
        async move { test(Service::start(&db).await, db).await }
    })
    .await;
}

impl Service {
    pub(crate) async fn start(db: &Db) -> Self {
        Self::with_key(db, KEY).await
    }

    pub(crate) async fn with_key(db: &Db, key: &str) -> Self {
        Self::configured(db, &[("AUTH_TOKEN_KEY", key)]).await
    }

    /// A service whose key was changed, and which still accepts the old one.
    pub(crate) async fn with_a_new_key(db: &Db) -> Self {
        let old_keys = format!("an older one too, {KEY}");
        Self::configured(db, &[("AUTH_TOKEN_KEY", "another key of 16"), ("AUTH_TOKEN_OLD_KEYS", &old_keys)])
            .await
    }

    pub(crate) async fn configured(db: &Db, settings: &[(&str, &str)]) -> Self {
        let (runtime, clock) = runtime(midnight());
        Self::run(db, runtime, clock, settings).await
    }

    /// Another replica with the same key and clock.
    pub(crate) async fn replica(&self, db: &Db) -> Self {
        let runtime = Runtime::new(self.time.clone());
        Self::run(db, runtime, self.clock.clone(), &[("AUTH_TOKEN_KEY", KEY)]).await
    }

    async fn run(db: &Db, runtime: Runtime, clock: ManualClock, settings: &[(&str, &str)]) -> Self {
        let settings = Settings::from_pairs(settings.iter().copied());
        let config = Config::read(&settings);
        settings.finish().unwrap();
        let server = start(Server::new().unwrap(), runtime.clone(), db.clone(), config).await.unwrap();
        let Runtime { clock: time, metrics, stop, .. } = runtime;
        let channel = serve(server, &stop);
        let (tokens, sessions) = (TokensClient::new(channel.clone()), SessionsClient::new(channel));
        Self { tokens, sessions, clock, metrics, time, stop }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.time.now()
    }

    pub(crate) async fn create_grant(&self, installation: &str) -> Grant {
        let request = CreateGrantRequest {
            installation_uuid: installation.into(),
            app_id: APP,
            organization_id: ORGANIZATION,
        };
        self.tokens.clone().create_grant(with_deadline(request)).await.unwrap().into_inner()
    }

    pub(crate) async fn exchange_as(
        &self,
        app_id: i64,
        installation: &str,
        code: &str,
    ) -> Result<TokenPair, Error> {
        let request = ExchangeRequest {
            installation_uuid: installation.into(),
            app_id,
            code: code.into(),
            scopes: vec!["event:write".into()],
        };
        answer(self.tokens.clone().exchange(with_deadline(request)).await)
    }

    pub(crate) async fn exchange(&self, code: &str) -> Result<TokenPair, Error> {
        self.exchange_as(APP, INSTALLATION, code).await
    }

    /// The first token of the installation.
    pub(crate) async fn first_pair(&self) -> TokenPair {
        let grant = self.create_grant(INSTALLATION).await;
        self.exchange(&grant.code).await.unwrap()
    }

    pub(crate) async fn refresh_as(
        &self,
        app_id: i64,
        installation: &str,
        refresh_token: &str,
    ) -> Result<TokenPair, Error> {
        let request = RefreshRequest {
            installation_uuid: installation.into(),
            app_id,
            refresh_token: refresh_token.into(),
            scopes: vec!["event:write".into()],
        };
        answer(self.tokens.clone().refresh(with_deadline(request)).await)
    }

    pub(crate) async fn refresh(&self, pair: &TokenPair) -> Result<TokenPair, Error> {
        self.refresh_as(APP, INSTALLATION, pair.refresh_token.as_deref().unwrap()).await
    }

    /// Refreshes with an assertion that expires in an hour.
    pub(crate) async fn refresh_by_assertion(
        &self,
        installation: &str,
        assertion_id: &str,
    ) -> Result<TokenPair, Error> {
        let ends_at = self.now() + Duration::from_secs(3600);
        let request = RefreshByAssertionRequest {
            installation_uuid: installation.into(),
            app_id: APP,
            assertion_id: assertion_id.into(),
            assertion_ends_at: Some(patchbay_rpc::timestamp::to_wire(ends_at)),
            scopes: vec!["event:write".into()],
        };
        answer(self.tokens.clone().refresh_by_assertion(with_deadline(request)).await)
    }

    pub(crate) async fn mint(&self, installation: &str) -> Result<TokenPair, Error> {
        let request = MintInstallationTokenRequest {
            installation_uuid: installation.into(),
            app_id: APP,
            organization_id: ORGANIZATION,
            scopes: vec!["org:read".into()],
        };
        answer(self.tokens.clone().mint_installation_token(with_deadline(request)).await)
    }

    pub(crate) async fn revoke(&self, installation: &str) -> i32 {
        let request = RevokeInstallationRequest { installation_uuid: installation.into() };
        self.tokens.clone().revoke_installation(with_deadline(request)).await.unwrap().into_inner().revoked
    }

    pub(crate) async fn introspect(&self, token: &str) -> IntrospectResponse {
        let request = IntrospectRequest { token: token.into() };
        self.tokens.clone().introspect(with_deadline(request)).await.unwrap().into_inner()
    }

    /// The subject of an active token, or the reason why it is inactive.
    pub(crate) async fn subject(&self, token: &str) -> Result<Subject, Inactive> {
        let found = self.introspect(token).await;
        found.subject.clone().ok_or(found.inactive())
    }

    pub(crate) async fn is_active(&self, pair: &TokenPair) -> bool {
        self.subject(&pair.token).await.is_ok()
    }

    /// An established stream of revocations.
    pub(crate) async fn watch(&self) -> Streaming<WatchRevocationsResponse> {
        let request = patchbay_rpc::stream_request(WatchRevocationsRequest {});
        let mut stream = self.tokens.clone().watch_revocations(request).await.unwrap().into_inner();
        assert!(next(&mut stream).await.unwrap().token_hashes.is_empty());
        stream
    }
}

/// The next message of the stream, or its error.
pub(crate) async fn next(
    stream: &mut Streaming<WatchRevocationsResponse>,
) -> Result<WatchRevocationsResponse, Error> {
    let message = tokio::time::timeout(SOON, stream.message()).await.expect("the stream sends a message");
    message.map(|message| message.expect("the stream is open")).map_err(|status| to_error(&status))
}

/// The hashes of the next message that has any.
pub(crate) async fn next_revoked(stream: &mut Streaming<WatchRevocationsResponse>) -> Vec<Vec<u8>> {
    loop {
        let hashes = next(stream).await.unwrap().token_hashes;
        if !hashes.is_empty() {
            return hashes;
        }
    }
}

/// Reads until the revocation of `token`. The stream may begin with revocations from shortly before it was opened.
pub(crate) async fn assert_revoked(stream: &mut Streaming<WatchRevocationsResponse>, token: &str) {
    let hash = patchbay_domain::token::hash(token).to_vec();
    while !next(stream).await.unwrap().token_hashes.contains(&hash) {}
}

/// A request whose deadline suits a busy test machine.
pub(crate) fn with_deadline<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(SOON);
    request
}

pub(crate) fn answer<T>(outcome: Result<Response<T>, Status>) -> Result<T, Error> {
    outcome.map(Response::into_inner).map_err(|status| to_error(&status))
}

#[track_caller]
pub(crate) fn assert_refused<T: std::fmt::Debug>(
    outcome: Result<T, Error>,
    status: u16,
    reason: &str,
    message: &str,
) {
    let error = outcome.unwrap_err();
    let refusal = (http_status(error.kind), error.reason.as_ref(), error.message.as_str());
    assert_eq!(refusal, (status, reason, message));
}
