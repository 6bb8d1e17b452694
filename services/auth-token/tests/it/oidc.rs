use std::collections::HashMap;
use std::time::Duration;

use futures::future::join_all;
use patchbay_domain::Error;
use patchbay_egress::{Egress, EgressPolicy, OutboundRequest};
use patchbay_proto::auth_token::{
    BeginOidcSignInRequest, CreateSessionRequest, FinishOidcSignInRequest, ForgetOidcIdentitiesRequest,
    GetSignInOptionsRequest, OidcAccount, OidcIdentity, OidcSignIn, SignInOptions,
};
use patchbay_testkit::oidc::{CLIENT_ID, CLIENT_SECRET, Provider};
use serde_json::{Value, json};
use url::Url;

use crate::service::*;

const CALLBACK: &str = "https://patchbay.example/auth/oidc/callback/";

/// Runs `test` on each engine against a service that is configured with a provider.
async fn each_with(more: &[(&str, &str)], test: impl AsyncFn(&Service, &Provider)) {
    patchbay_testkit::database::each_engine(&patchbay_auth_token::MIGRATIONS, |db| {
        let test = &test;
        async move {
            let provider = Provider::start(midnight().timestamp()).await;
            let settings = [
                ("AUTH_TOKEN_KEY", "0123456789abcdef"),
                ("OIDC_ISSUER", provider.issuer()),
                ("OIDC_CLIENT_ID", CLIENT_ID),
                ("OIDC_CLIENT_SECRET", CLIENT_SECRET),
            ];
            let settings: Vec<_> = settings.iter().chain(more).copied().collect();
            let service = Service::configured(&db, &settings).await;
            test(&service, &provider).await;
        }
    })
    .await;
}

async fn begin(service: &Service) -> Result<OidcSignIn, Error> {
    let request = BeginOidcSignInRequest { redirect_url: CALLBACK.into() };
    answer(service.sessions.clone().begin_oidc_sign_in(with_deadline(request)).await)
}

/// Visits the provider like a browser and returns the query of its redirect.
async fn visit(begun: &OidcSignIn) -> HashMap<String, String> {
    let policy = EgressPolicy { allow_loopback: true, ..EgressPolicy::default() };
    let request = OutboundRequest::get(begun.authorization_url.as_str());
    let answer = Egress::new(policy).unwrap().send(request).await.unwrap();
    assert_eq!(answer.status, 302, "the provider accepts the request");
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

async fn finish(service: &Service, request: FinishOidcSignInRequest) -> Result<OidcIdentity, Error> {
    answer(service.sessions.clone().finish_oidc_sign_in(with_deadline(request)).await)
}

async fn sign_in(service: &Service) -> Result<OidcIdentity, Error> {
    let begun = begin(service).await?;
    let back = visit(&begun).await;
    finish(service, coming_back(&begun, &back)).await
}

fn reason(outcome: Result<OidcIdentity, Error>) -> String {
    outcome.map_or_else(|error| error.reason.into_owned(), |identity| identity.email)
}

#[tokio::test]
async fn a_sign_in_returns_the_verified_address_and_account() {
    each_with(&[], async |service, provider| {
        let identity = sign_in(service).await.unwrap();
        let expected = OidcIdentity {
            email: "jane@acme.example".into(),
            name: "Jane Doe".into(),
            may_register: false,
            account: Some(OidcAccount { issuer: provider.issuer().into(), subject: "7".into() }),
            user_id: None,
        };
        assert_eq!(identity, expected);
        let request = CreateSessionRequest { user_id: 3, oidc_account: None };
        let session =
            service.sessions.clone().create_session(with_deadline(request)).await.unwrap().into_inner();
        assert!(service.subject(&session.secret).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn an_invalid_response_of_the_provider_is_refused() {
    each_with(&[], async |service, provider| {
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
            assert_eq!(reason(sign_in(service).await), expected, "{lie}");
        }
        provider.lie(Value::Null);
        provider.sign_with_secret();
        assert_eq!(
            reason(sign_in(service).await),
            "OIDC_REFUSED",
            "a signature with the client secret proves nothing"
        );
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_is_finished_once_in_time_and_by_the_browser_that_began_it() {
    each_with(&[], async |service, _| {
        let (begun, other) = (begin(service).await.unwrap(), begin(service).await.unwrap());
        let (back, other_back) = (visit(&begun).await, visit(&other).await);
        let good = coming_back(&begun, &back);
        let foreign_browser =
            FinishOidcSignInRequest { browser_secret: other.browser_secret, ..good.clone() };
        let no_browser = FinishOidcSignInRequest { browser_secret: String::new(), ..good.clone() };
        let wrong_state = FinishOidcSignInRequest { state: other_back["state"].clone(), ..good.clone() };
        let no_state = FinishOidcSignInRequest { state: String::new(), ..good.clone() };
        let odd_state = FinishOidcSignInRequest { state: "-\0".repeat(5000), ..good.clone() };
        for wrong in [foreign_browser, no_browser, wrong_state, no_state, odd_state] {
            assert_eq!(reason(finish(service, wrong).await), "OIDC_STATE_INVALID");
        }
        assert_eq!(reason(finish(service, good.clone()).await), "jane@acme.example");
        assert_eq!(reason(finish(service, good).await), "OIDC_STATE_INVALID", "a replay");

        let late = begin(service).await.unwrap();
        let back = visit(&late).await;
        service.clock.advance(Duration::from_secs(600));
        assert_eq!(reason(finish(service, coming_back(&late, &back)).await), "OIDC_STATE_INVALID");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_ten_parallel_requests_finishes_a_sign_in() {
    each_with(&[], async |service, _| {
        let begun = begin(service).await.unwrap();
        let back = visit(&begun).await;
        let outcomes = join_all((0..10).map(|_| finish(service, coming_back(&begun, &back)))).await;
        let reasons: Vec<_> = outcomes.into_iter().map(reason).collect();
        let won = reasons.iter().filter(|reason| *reason == "jane@acme.example").count();
        let lost = reasons.iter().filter(|reason| *reason == "OIDC_STATE_INVALID").count();
        assert_eq!((won, lost), (1, 9), "{reasons:?}");
    })
    .await;
}

#[tokio::test]
async fn a_code_of_another_sign_in_fails_its_pkce_check() {
    each_with(&[], async |service, _| {
        let (mine, theirs) = (begin(service).await.unwrap(), begin(service).await.unwrap());
        let (back, stolen) = (visit(&mine).await, visit(&theirs).await);
        let code = stolen["code"].clone();
        let injected = FinishOidcSignInRequest { code, ..coming_back(&mine, &back) };
        assert_eq!(reason(finish(service, injected).await), "OIDC_REFUSED");
    })
    .await;
}

#[tokio::test]
async fn the_settings_limit_who_may_sign_in() {
    let settings = [("OIDC_ALLOWED_DOMAINS", "globex.example"), ("OIDC_REGISTER_USERS", "true")];
    each_with(&settings, async |service, provider| {
        assert_eq!(reason(sign_in(service).await), "OIDC_DOMAIN_NOT_ALLOWED");
        provider.lie(json!({ "email": "joe@globex.example", "name": null }));
        let identity = sign_in(service).await.unwrap();
        assert_eq!((identity.name.as_str(), identity.may_register), ("joe@globex.example", true));
    })
    .await;
}

/// Creates a session of this user with the account of this identity.
async fn session(service: &Service, user_id: i64, identity: OidcIdentity) -> Result<i64, String> {
    let request = CreateSessionRequest { user_id, oidc_account: identity.account };
    let made = answer(service.sessions.clone().create_session(with_deadline(request)).await);
    made.map(|session| session.user_id).map_err(|error| error.reason.into_owned())
}

#[tokio::test]
async fn an_account_stays_bound_to_its_user_when_its_address_changes() {
    each_with(&[], async |service, provider| {
        let jane = sign_in(service).await.unwrap();
        assert_eq!(session(service, 3, jane.clone()).await, Ok(3));
        assert_eq!(session(service, 3, jane.clone()).await, Ok(3), "again");
        assert_eq!(session(service, 4, jane).await, Err("OIDC_BOUND_OTHERWISE".into()));

        provider.lie(json!({ "email": "root@acme.example" }));
        let renamed = sign_in(service).await.unwrap();
        assert_eq!((renamed.email.as_str(), renamed.user_id), ("root@acme.example", Some(3)));

        provider.lie(json!({ "sub": "8" }));
        let successor = sign_in(service).await.unwrap();
        assert_eq!((successor.email.as_str(), successor.user_id), ("jane@acme.example", None));
        assert_eq!(session(service, 3, successor.clone()).await, Err("OIDC_BOUND_OTHERWISE".into()));
        assert_eq!(sign_in(service).await.unwrap().user_id, None, "a refused account is not bound");

        let forget = ForgetOidcIdentitiesRequest { user_id: 3 };
        let forgotten = service.sessions.clone().forget_oidc_identities(with_deadline(forget)).await.unwrap();
        assert_eq!(forgotten.into_inner().forgotten, 1);
        assert_eq!(session(service, 3, successor).await, Ok(3));
        assert_eq!(sign_in(service).await.unwrap().user_id, Some(3));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_several_parallel_accounts_is_bound_to_a_user() {
    each_with(&[], async |service, provider| {
        let mut accounts = Vec::new();
        for subject in ["7", "8", "9"] {
            provider.lie(json!({ "sub": subject }));
            accounts.push(sign_in(service).await.unwrap());
        }
        let tries = accounts.iter().cycle().take(12).map(|account| session(service, 3, account.clone()));
        let mut bound: Vec<bool> = join_all(tries).await.into_iter().map(|made| made.is_ok()).collect();
        let rounds: Vec<_> = bound.chunks(3).map(<[bool]>::to_vec).collect();
        assert!(rounds.iter().all(|round| *round == rounds[0]), "{rounds:?}");
        bound.truncate(3);
        assert_eq!(bound.iter().filter(|&&is_bound| is_bound).count(), 1, "{bound:?}");
    })
    .await;
}

#[tokio::test]
async fn an_address_that_equals_another_only_by_case_folding_is_refused() {
    each_with(&[("OIDC_ALLOWED_DOMAINS", "Korp.io")], async |service, provider| {
        provider.lie(json!({ "email": "Kate@KORP.io" }));
        assert_eq!(reason(sign_in(service).await), "kate@korp.io");
        let folding =
            ["\u{212a}ate@korp.io", "kate@\u{212a}orp.io", "kate@korp.io\u{a0}", "\u{2028}kate@korp.io"];
        for email in folding {
            provider.lie(json!({ "email": email }));
            assert_eq!(reason(sign_in(service).await), "OIDC_EMAIL_INVALID", "{email:?}");
        }
        for subject in ["", "\0", "ä"] {
            provider.lie(json!({ "email": "kate@korp.io", "sub": subject }));
            assert_eq!(reason(sign_in(service).await), "OIDC_REFUSED", "{subject:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_fails_without_a_provider_and_while_it_is_unavailable() {
    each(|service, _| async move {
        assert_eq!(begin(&service).await.unwrap_err().reason, "OIDC_NOT_CONFIGURED");
        let request = with_deadline(GetSignInOptionsRequest {});
        let options = service.sessions.clone().get_sign_in_options(request).await.unwrap().into_inner();
        assert_eq!(options, SignInOptions { oidc_label: None });
    })
    .await;
    // A port without a listener.
    let gone = Provider::start(0).await.issuer().to_owned();
    patchbay_testkit::database::each_engine(&patchbay_auth_token::MIGRATIONS, |db| {
        let gone = gone.clone();
        async move {
            let settings = [
                ("AUTH_TOKEN_KEY", "0123456789abcdef"),
                ("OIDC_ISSUER", gone.as_str()),
                ("OIDC_CLIENT_ID", CLIENT_ID),
                ("OIDC_LABEL", "Acme"),
            ];
            let service = Service::configured(&db, &settings).await;
            assert_eq!(begin(&service).await.unwrap_err().reason, "OIDC_UNAVAILABLE");
            let request = with_deadline(GetSignInOptionsRequest {});
            let options = service.sessions.clone().get_sign_in_options(request).await.unwrap().into_inner();
            assert_eq!(options.oidc_label.as_deref(), Some("Acme"));
        }
    })
    .await;
}
