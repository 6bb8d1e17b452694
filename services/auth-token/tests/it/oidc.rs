use std::collections::HashMap;
use std::time::Duration;

use futures::future::join_all;
use patchbay_domain::{Clock, Error};
use patchbay_egress::{Egress, EgressPolicy, OutboundRequest};
use patchbay_proto::auth_token::{
    BeginOidcSignInRequest, CreateSessionRequest, FinishOidcSignInRequest, ForgetOidcIdentitiesRequest,
    GetSignInOptionsRequest, OidcAccount, OidcIdentity, OidcSignIn, SignInOptions,
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
    each(async |world, provider| {
        let identity = sign_in(world).await.unwrap();
        let expected = OidcIdentity {
            email: "jane@acme.example".into(),
            name: "Jane Doe".into(),
            may_register: false,
            account: Some(OidcAccount { issuer: provider.issuer().into(), subject: "7".into() }),
            user_id: None,
        };
        assert_eq!(identity, expected);
        let asked = CreateSessionRequest { user_id: 3, oidc_account: None };
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

/// What becomes of a session of this user for the account of this identity.
async fn session(world: &World, user_id: i64, identity: OidcIdentity) -> Result<i64, String> {
    let asked = CreateSessionRequest { user_id, oidc_account: identity.account };
    let made = answer(world.sessions.clone().create_session(slow(asked)).await);
    made.map(|session| session.user_id).map_err(|error| error.reason.into_owned())
}

#[tokio::test]
async fn an_account_is_of_one_user_whatever_address_it_has() {
    each(async |world, provider| {
        let jane = sign_in(world).await.unwrap();
        assert_eq!(session(world, 3, jane.clone()).await, Ok(3));
        assert_eq!(session(world, 3, jane.clone()).await, Ok(3), "again");
        assert_eq!(session(world, 4, jane).await, Err("OIDC_BOUND_OTHERWISE".into()));

        provider.lie(json!({ "email": "root@acme.example" }));
        let renamed = sign_in(world).await.unwrap();
        assert_eq!((renamed.email.as_str(), renamed.user_id), ("root@acme.example", Some(3)));

        provider.lie(json!({ "sub": "8" }));
        let successor = sign_in(world).await.unwrap();
        assert_eq!((successor.email.as_str(), successor.user_id), ("jane@acme.example", None));
        assert_eq!(session(world, 3, successor.clone()).await, Err("OIDC_BOUND_OTHERWISE".into()));
        assert_eq!(sign_in(world).await.unwrap().user_id, None, "a refusal binds nobody");

        let forget = ForgetOidcIdentitiesRequest { user_id: 3 };
        let forgotten = world.sessions.clone().forget_oidc_identities(slow(forget)).await.unwrap();
        assert_eq!(forgotten.into_inner().forgotten, 1);
        assert_eq!(session(world, 3, successor).await, Ok(3));
        assert_eq!(sign_in(world).await.unwrap().user_id, Some(3));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_accounts_that_claim_a_user_at_once_one_gets_them() {
    each(async |world, provider| {
        let mut accounts = Vec::new();
        for subject in ["7", "8", "9"] {
            provider.lie(json!({ "sub": subject }));
            accounts.push(sign_in(world).await.unwrap());
        }
        let tries = accounts.iter().cycle().take(12).map(|account| session(world, 3, account.clone()));
        let mut bound: Vec<bool> = join_all(tries).await.into_iter().map(|made| made.is_ok()).collect();
        let rounds: Vec<_> = bound.chunks(3).map(<[bool]>::to_vec).collect();
        assert!(rounds.iter().all(|round| *round == rounds[0]), "{rounds:?}");
        bound.truncate(3);
        assert_eq!(bound.iter().filter(|&&is_bound| is_bound).count(), 1, "{bound:?}");
    })
    .await;
}

#[tokio::test]
async fn an_address_that_only_folds_to_anothers_signs_nobody_in() {
    each_with(&[("OIDC_ALLOWED_DOMAINS", "Korp.io")], async |world, provider| {
        provider.lie(json!({ "email": "Kate@KORP.io" }));
        assert_eq!(reason(sign_in(world).await), "kate@korp.io");
        let folding =
            ["\u{212a}ate@korp.io", "kate@\u{212a}orp.io", "kate@korp.io\u{a0}", "\u{2028}kate@korp.io"];
        for email in folding {
            provider.lie(json!({ "email": email }));
            assert_eq!(reason(sign_in(world).await), "OIDC_EMAIL_INVALID", "{email:?}");
        }
        for subject in ["", "\0", "ä"] {
            provider.lie(json!({ "email": "kate@korp.io", "sub": subject }));
            assert_eq!(reason(sign_in(world).await), "OIDC_REFUSED", "{subject:?}");
        }
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
