use std::collections::HashMap;
use std::time::Duration;

use futures::future::join_all;
use patchbay_domain::{Clock, Error};
use patchbay_egress::{Egress, EgressPolicy, OutboundRequest};
use patchbay_proto::auth_token::{
    BeginOidcSignInRequest, CreateSessionRequest, FinishOidcSignInRequest, GetSignInOptionsRequest,
    OidcIdentity, OidcSignIn, SignInOptions,
};
use patchbay_testkit::oidc::{CLIENT_ID, CLIENT_SECRET, Provider};
use serde_json::{Value, json};
use url::Url;

use crate::world::*;

const CALLBACK: &str = "https://patchbay.example/auth/oidc/callback/";

async fn each(story: impl AsyncFn(&World, &Provider)) {
    each_with(&[], story).await;
}

/// On each engine, with a provider that this replica knows.
async fn each_with(more: &[(&str, &str)], story: impl AsyncFn(&World, &Provider)) {
    patchbay_testkit::database::each_engine(&patchbay_auth_token::MIGRATIONS, |db| {
        let story = &story;
        async move {
            let provider = Provider::start(midnight().timestamp()).await;
            let (clock, hand) = Clock::manual(midnight());
            let settings = [
                ("AUTH_TOKEN_KEY", "0123456789abcdef"),
                ("OIDC_ISSUER", provider.issuer()),
                ("OIDC_CLIENT_ID", CLIENT_ID),
                ("OIDC_CLIENT_SECRET", CLIENT_SECRET),
            ];
            let settings: Vec<_> = settings.iter().chain(more).copied().collect();
            let world = World::configured(&db, clock, hand, &settings).await;
            story(&world, &provider).await;
        }
    })
    .await;
}

async fn begin(world: &World) -> Result<OidcSignIn, Error> {
    let asked = BeginOidcSignInRequest { redirect_url: CALLBACK.into() };
    answer(world.sessions.clone().begin_oidc_sign_in(slow(asked)).await)
}

/// Goes to the provider as a browser does; what comes back.
async fn visit(begun: &OidcSignIn) -> HashMap<String, String> {
    let policy = EgressPolicy { allow_loopback: true, ..EgressPolicy::default() };
    let request = OutboundRequest::get(begun.authorization_url.as_str());
    let answer = Egress::new(policy).unwrap().send(request).await.unwrap();
    assert_eq!(answer.status, 302, "the provider takes our request");
    let location = Url::parse(answer.header("location").unwrap()).unwrap();
    assert!(location.as_str().starts_with(CALLBACK));
    location.query_pairs().into_owned().collect()
}

fn coming_back(begun: &OidcSignIn, back: &HashMap<String, String>) -> FinishOidcSignInRequest {
    FinishOidcSignInRequest {
        redirect_url: CALLBACK.into(),
        state: back["state"].clone(),
        code: back["code"].clone(),
        browser_secret: begun.browser_secret.clone(),
    }
}

async fn finish(world: &World, asked: FinishOidcSignInRequest) -> Result<OidcIdentity, Error> {
    answer(world.sessions.clone().finish_oidc_sign_in(slow(asked)).await)
}

async fn sign_in(world: &World) -> Result<OidcIdentity, Error> {
    let begun = begin(world).await?;
    let back = visit(&begun).await;
    finish(world, coming_back(&begun, &back)).await
}

fn reason(outcome: Result<OidcIdentity, Error>) -> String {
    outcome.map_or_else(|error| error.reason.into_owned(), |identity| identity.email)
}

#[tokio::test]
async fn whoever_signs_in_at_the_provider_is_known_by_their_verified_address() {
    each(async |world, _| {
        let identity = sign_in(world).await.unwrap();
        let expected =
            OidcIdentity { email: "jane@acme.example".into(), name: "Jane Doe".into(), may_register: false };
        assert_eq!(identity, expected);
        let asked = CreateSessionRequest { user_id: 3 };
        let session = world.sessions.clone().create_session(slow(asked)).await.unwrap().into_inner();
        assert!(world.subject(&session.secret).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_does_not_hold_signs_nobody_in() {
    each(async |world, provider| {
        let now = midnight().timestamp();
        let cases = [
            (json!({}), "jane@acme.example"),
            (json!({ "nonce": "another" }), "OIDC_REFUSED"),
            (json!({ "nonce": null }), "OIDC_REFUSED"),
            (json!({ "iss": "https://evil.example" }), "OIDC_REFUSED"),
            (json!({ "aud": "another client" }), "OIDC_REFUSED"),
            (json!({ "aud": [CLIENT_ID, "another client"] }), "OIDC_REFUSED"),
            (json!({ "exp": now }), "OIDC_REFUSED"),
            (json!({ "email_verified": false }), "OIDC_EMAIL_NOT_VERIFIED"),
            (json!({ "email_verified": null }), "OIDC_EMAIL_NOT_VERIFIED"),
            (json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" }), "OIDC_REFUSED"),
        ];
        for (lie, expected) in cases {
            provider.lie(lie.clone());
            assert_eq!(reason(sign_in(world).await), expected, "{lie}");
        }
        provider.lie(Value::Null);
        provider.sign_with_secret();
        assert_eq!(reason(sign_in(world).await), "OIDC_REFUSED", "what we know too proves nothing");
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_is_finished_once_in_time_and_by_the_browser_that_began_it() {
    each(async |world, _| {
        let (begun, other) = (begin(world).await.unwrap(), begin(world).await.unwrap());
        let (back, other_back) = (visit(&begun).await, visit(&other).await);
        let good = coming_back(&begun, &back);
        let foreign_browser =
            FinishOidcSignInRequest { browser_secret: other.browser_secret, ..good.clone() };
        let no_browser = FinishOidcSignInRequest { browser_secret: String::new(), ..good.clone() };
        let wrong_state = FinishOidcSignInRequest { state: other_back["state"].clone(), ..good.clone() };
        let no_state = FinishOidcSignInRequest { state: String::new(), ..good.clone() };
        let odd_state = FinishOidcSignInRequest { state: "-\0".repeat(5000), ..good.clone() };
        for wrong in [foreign_browser, no_browser, wrong_state, no_state, odd_state] {
            assert_eq!(reason(finish(world, wrong).await), "OIDC_STATE_INVALID");
        }
        assert_eq!(reason(finish(world, good.clone()).await), "jane@acme.example");
        assert_eq!(reason(finish(world, good).await), "OIDC_STATE_INVALID", "a replay");

        let late = begin(world).await.unwrap();
        let back = visit(&late).await;
        world.clock.advance(Duration::from_secs(600));
        assert_eq!(reason(finish(world, coming_back(&late, &back)).await), "OIDC_STATE_INVALID");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_ten_who_finish_at_once_one_is_signed_in() {
    each(async |world, _| {
        let begun = begin(world).await.unwrap();
        let back = visit(&begun).await;
        let outcomes = join_all((0..10).map(|_| finish(world, coming_back(&begun, &back)))).await;
        let reasons: Vec<_> = outcomes.into_iter().map(reason).collect();
        let won = reasons.iter().filter(|reason| *reason == "jane@acme.example").count();
        let lost = reasons.iter().filter(|reason| *reason == "OIDC_STATE_INVALID").count();
        assert_eq!((won, lost), (1, 9), "{reasons:?}");
    })
    .await;
}

#[tokio::test]
async fn a_code_of_another_sign_in_is_refused_by_its_proof() {
    each(async |world, _| {
        let (mine, theirs) = (begin(world).await.unwrap(), begin(world).await.unwrap());
        let (back, stolen) = (visit(&mine).await, visit(&theirs).await);
        let code = stolen["code"].clone();
        let injected = FinishOidcSignInRequest { code, ..coming_back(&mine, &back) };
        assert_eq!(reason(finish(world, injected).await), "OIDC_REFUSED");
    })
    .await;
}

#[tokio::test]
async fn an_operator_says_who_may_come_in() {
    let settings = [("OIDC_ALLOWED_DOMAINS", "globex.example"), ("OIDC_REGISTER_USERS", "true")];
    each_with(&settings, async |world, provider| {
        assert_eq!(reason(sign_in(world).await), "OIDC_DOMAIN_NOT_ALLOWED");
        provider.lie(json!({ "email": "joe@globex.example", "name": null }));
        let identity = sign_in(world).await.unwrap();
        assert_eq!((identity.name.as_str(), identity.may_register), ("joe@globex.example", true));
    })
    .await;
}

#[tokio::test]
async fn without_a_provider_or_while_it_is_away_nobody_signs_in() {
    on_each_engine(|world, _| async move {
        assert_eq!(begin(&world).await.unwrap_err().reason, "OIDC_NOT_CONFIGURED");
        let asked = slow(GetSignInOptionsRequest {});
        let options = world.sessions.clone().get_sign_in_options(asked).await.unwrap().into_inner();
        assert_eq!(options, SignInOptions { oidc_label: None });
    })
    .await;
    // A port that nobody listens on any more.
    let gone = Provider::start(0).await.issuer().to_owned();
    patchbay_testkit::database::each_engine(&patchbay_auth_token::MIGRATIONS, |db| {
        let gone = gone.clone();
        async move {
            let (clock, hand) = Clock::manual(midnight());
            let settings = [
                ("AUTH_TOKEN_KEY", "0123456789abcdef"),
                ("OIDC_ISSUER", gone.as_str()),
                ("OIDC_CLIENT_ID", CLIENT_ID),
                ("OIDC_LABEL", "Acme"),
            ];
            let world = World::configured(&db, clock, hand, &settings).await;
            assert_eq!(begin(&world).await.unwrap_err().reason, "OIDC_UNAVAILABLE");
            let asked = slow(GetSignInOptionsRequest {});
            let options = world.sessions.clone().get_sign_in_options(asked).await.unwrap().into_inner();
            assert_eq!(options.oidc_label.as_deref(), Some("Acme"));
        }
    })
    .await;
}
