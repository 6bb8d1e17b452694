use std::time::Duration;

use chrono::{DateTime, Utc};
use patchbay_auth_token::{Config, MIGRATIONS, NAME, start};
use patchbay_db::Db;
use patchbay_domain::{Clock, Error, ManualClock, SecretString};
use patchbay_proto::auth_token::introspect_response::Subject;
use patchbay_proto::auth_token::sessions_client::SessionsClient;
use patchbay_proto::auth_token::tokens_client::TokensClient;
use patchbay_proto::auth_token::{
    CreateGrantRequest, ExchangeRequest, Grant, Inactive, IntrospectRequest, IntrospectResponse,
    MintInstallationTokenRequest, RefreshByAssertionRequest, RefreshRequest, RevokeInstallationRequest,
    TokenPair, WatchRevocationsRequest, WatchRevocationsResponse,
};
use patchbay_rpc::{Channel, Listener, Security, Server, Target, request, status::to_error};
use patchbay_runtime::{Metrics, Readiness, Runtime, Settings, Stop};
use tonic::{Request, Response, Status, Streaming};

pub(crate) const INSTALLATION: &str = "7a485448-a9e2-4c85-8a3c-4f44175783c9";
pub(crate) const OTHER_INSTALLATION: &str = "11111111-a9e2-4c85-8a3c-4f44175783c9";
pub(crate) const APP: i64 = 5;
pub(crate) const OTHER_APP: i64 = 6;
pub(crate) const ORGANIZATION: i64 = 7;
/// Long enough for a busy machine; nothing waits for it when all is well.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn minutes(n: u64) -> Duration {
    Duration::from_secs(60 * n)
}

pub(crate) fn midnight() -> DateTime<Utc> {
    DateTime::from_timestamp(1_786_000_000, 0).unwrap()
}

/// A replica of the service with clients. Dropping it stops the replica.
pub(crate) struct World {
    pub(crate) tokens: TokensClient<Channel>,
    pub(crate) sessions: SessionsClient<Channel>,
    pub(crate) clock: ManualClock,
    time: Clock,
    pub(crate) metrics: Metrics,
    pub(crate) readiness: Readiness,
    stop: Stop,
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.request();
    }
}

/// Tells `story` on a fresh database of each engine.
pub(crate) async fn on_each_engine<R: Future<Output = ()>>(story: impl Fn(World, Db) -> R) {
    patchbay_testkit::database::each_engine(&MIGRATIONS, |db| {
        let story = &story;
        async move { story(World::start(&db).await, db).await }
    })
    .await;
}

impl World {
    pub(crate) async fn start(db: &Db) -> Self {
        let (clock, hand) = Clock::manual(midnight());
        Self::start_with(db, clock, hand, "0123456789abcdef").await
    }

    /// Another replica, or the same after a change of its key.
    pub(crate) async fn start_with(db: &Db, clock: Clock, hand: ManualClock, key: &str) -> Self {
        Self::configured(db, clock, hand, &[("AUTH_TOKEN_KEY", key)]).await
    }

    /// The same after a change of its key, which still knows the old one.
    pub(crate) async fn with_a_new_key(db: &Db) -> Self {
        let (clock, hand) = Clock::manual(midnight());
        let keys = [
            ("AUTH_TOKEN_KEY", "another key of 16"),
            ("AUTH_TOKEN_OLD_KEYS", "an older one too, 0123456789abcdef"),
        ];
        Self::configured(db, clock, hand, &keys).await
    }

    /// A replica with settings of its own.
    pub(crate) async fn configured(
        db: &Db,
        clock: Clock,
        hand: ManualClock,
        settings: &[(&str, &str)],
    ) -> Self {
        let settings = Settings::from_pairs(settings.iter().copied());
        let config = Config::read(&settings);
        settings.finish().unwrap();
        let (metrics, readiness, stop) = (Metrics::new(), Readiness::new(), Stop::new());
        let server = start(
            Server::new().unwrap(),
            Runtime {
                clock: clock.clone(),
                metrics: metrics.clone(),
                readiness: readiness.clone(),
                stop: stop.clone(),
            },
            db.clone(),
            config,
        )
        .await
        .unwrap();
        let (listener, connector) = patchbay_rpc::memory();
        let security = Security::secret(SecretString::new("between services"));
        let channel = Target::Memory(connector).channel(&security).unwrap();
        let stopped = stop.clone();
        stop.spawn(NAME, async move {
            server.serve(vec![Listener::Memory(listener)], &security, stopped).await.unwrap();
        });
        let (tokens, sessions) = (TokensClient::new(channel.clone()), SessionsClient::new(channel));
        Self { tokens, sessions, clock: hand, time: clock, metrics, readiness, stop }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.time.now()
    }

    pub(crate) async fn create_grant(&self, installation: &str) -> Grant {
        let asked = CreateGrantRequest {
            installation_uuid: installation.into(),
            app_id: APP,
            organization_id: ORGANIZATION,
        };
        self.tokens.clone().create_grant(slow(asked)).await.unwrap().into_inner()
    }

    pub(crate) async fn exchange_as(
        &self,
        app_id: i64,
        installation: &str,
        code: &str,
    ) -> Result<TokenPair, Error> {
        let asked = ExchangeRequest {
            installation_uuid: installation.into(),
            app_id,
            code: code.into(),
            scopes: vec!["event:write".into()],
        };
        answer(self.tokens.clone().exchange(slow(asked)).await)
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
        let asked = RefreshRequest {
            installation_uuid: installation.into(),
            app_id,
            refresh_token: refresh_token.into(),
            scopes: vec!["event:write".into()],
        };
        answer(self.tokens.clone().refresh(slow(asked)).await)
    }

    pub(crate) async fn refresh(&self, pair: &TokenPair) -> Result<TokenPair, Error> {
        self.refresh_as(APP, INSTALLATION, pair.refresh_token.as_deref().unwrap()).await
    }

    /// With an assertion that is accepted for another hour.
    pub(crate) async fn refresh_by_assertion(
        &self,
        installation: &str,
        assertion_id: &str,
    ) -> Result<TokenPair, Error> {
        let ends_at = self.now() + Duration::from_secs(3600);
        let asked = RefreshByAssertionRequest {
            installation_uuid: installation.into(),
            app_id: APP,
            assertion_id: assertion_id.into(),
            assertion_ends_at: Some(patchbay_rpc::timestamp::to_wire(ends_at)),
            scopes: vec!["event:write".into()],
        };
        answer(self.tokens.clone().refresh_by_assertion(slow(asked)).await)
    }

    pub(crate) async fn mint(&self, installation: &str) -> Result<TokenPair, Error> {
        let asked = MintInstallationTokenRequest {
            installation_uuid: installation.into(),
            app_id: APP,
            organization_id: ORGANIZATION,
            scopes: vec!["org:read".into()],
        };
        answer(self.tokens.clone().mint_installation_token(slow(asked)).await)
    }

    pub(crate) async fn revoke(&self, installation: &str) -> i32 {
        let asked = RevokeInstallationRequest { installation_uuid: installation.into() };
        self.tokens.clone().revoke_installation(slow(asked)).await.unwrap().into_inner().revoked
    }

    pub(crate) async fn introspect(&self, token: &str) -> IntrospectResponse {
        let asked = IntrospectRequest { token: token.into() };
        self.tokens.clone().introspect(slow(asked)).await.unwrap().into_inner()
    }

    /// The subject of an active token, or why it is not active.
    pub(crate) async fn subject(&self, token: &str) -> Result<Subject, Inactive> {
        let found = self.introspect(token).await;
        found.subject.clone().ok_or(found.inactive())
    }

    pub(crate) async fn is_active(&self, pair: &TokenPair) -> bool {
        self.subject(&pair.token).await.is_ok()
    }

    /// A stream of revocations that is established.
    pub(crate) async fn watch(&self) -> Streaming<WatchRevocationsResponse> {
        let asked = patchbay_rpc::stream_request(WatchRevocationsRequest {});
        let mut stream = self.tokens.clone().watch_revocations(asked).await.unwrap().into_inner();
        assert!(next(&mut stream).await.unwrap().token_hashes.is_empty());
        stream
    }
}

/// The next message, or why there is none.
pub(crate) async fn next(
    stream: &mut Streaming<WatchRevocationsResponse>,
) -> Result<WatchRevocationsResponse, Error> {
    let message = tokio::time::timeout(PATIENCE, stream.message()).await.expect("a message in time");
    message.map(|message| message.expect("the stream goes on")).map_err(|status| to_error(&status))
}

/// The hashes that are told next.
pub(crate) async fn told(stream: &mut Streaming<WatchRevocationsResponse>) -> Vec<Vec<u8>> {
    loop {
        let hashes = next(stream).await.unwrap().token_hashes;
        if !hashes.is_empty() {
            return hashes;
        }
    }
}

/// Reads until the end of `token` is told. What was revoked shortly before the stream was opened may come first.
pub(crate) async fn assert_told(stream: &mut Streaming<WatchRevocationsResponse>, token: &str) {
    let hash = patchbay_domain::token::hash(token).to_vec();
    while !next(stream).await.unwrap().token_hashes.contains(&hash) {}
}

/// A request that may take as long as a busy machine needs.
pub(crate) fn slow<T>(message: T) -> Request<T> {
    let mut request = request(message);
    request.set_timeout(PATIENCE);
    request
}

pub(crate) fn answer<T>(outcome: Result<Response<T>, Status>) -> Result<T, Error> {
    outcome.map(Response::into_inner).map_err(|status| to_error(&status))
}

/// Kind, reason and words of a refusal.
pub(crate) fn refusal<T: std::fmt::Debug>(outcome: Result<T, Error>) -> (u16, String, String) {
    let error = outcome.unwrap_err();
    (patchbay_rpc::status::http_status(error.kind), error.reason.into_owned(), error.message)
}

/// Asserts that an answer is this refusal.
#[track_caller]
pub(crate) fn assert_refused<T: std::fmt::Debug>(
    outcome: Result<T, Error>,
    status: u16,
    reason: &str,
    message: &str,
) {
    assert_eq!(refusal(outcome), (status, reason.to_owned(), message.to_owned()));
}
