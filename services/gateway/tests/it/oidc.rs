//! Signing in at an OpenID Connect provider, as a browser does it.

use axum::body::Body;
use axum::http::Request;
use patchbay_egress::{Egress, EgressPolicy, OutboundRequest};
use patchbay_proto::tracker::{GetUserRequest, InviteMemberRequest, get_user_request};
use patchbay_rpc::request;
use patchbay_testkit::oidc::{CLIENT_ID, CLIENT_SECRET, Provider};
use serde_json::json;
use url::Url;

use crate::answer::Answer;
use crate::platform::{NOW, Platform};

async fn platform(more: &[(&str, &str)]) -> (Platform, Provider) {
    let provider = Provider::start(NOW).await;
    let settings = [
        ("OIDC_ISSUER", provider.issuer()),
        ("OIDC_CLIENT_ID", CLIENT_ID),
        ("OIDC_CLIENT_SECRET", CLIENT_SECRET),
        ("OIDC_LABEL", "Acme <ID>"),
    ];
    let settings: Vec<_> = settings.iter().chain(more).copied().collect();
    (Platform::with_settings(&settings).await, provider)
}

async fn get(platform: &Platform, path: &str, cookie: &str) -> Answer {
    let request = Request::get(path).header("cookie", cookie);
    platform.send(request.body(Body::empty()).unwrap()).await
}

/// From our page to the provider and back: the cookie we set, and where the provider sends the browser.
async fn at_the_provider(platform: &Platform) -> (String, String) {
    let begun = get(platform, "/auth/oidc/", "").await;
    assert_eq!(begun.status, 303, "{begun:?}");
    let cookie = begun.header("set-cookie");
    for attribute in ["; HttpOnly", "; SameSite=Lax", "; Secure", "; Path=/auth/oidc/", "; Max-Age=600"] {
        assert!(cookie.contains(attribute), "{attribute} in {cookie}");
    }
    let policy = EgressPolicy { allow_loopback: true, ..EgressPolicy::default() };
    let visit = OutboundRequest::get(begun.header("location"));
    let back = Egress::new(policy).unwrap().send(visit).await.unwrap();
    let back = Url::parse(back.header("location").unwrap()).unwrap();
    assert_eq!(back.origin().ascii_serialization(), "https://patchbay.example");
    let path = format!("{}?{}", back.path(), back.query().unwrap());
    (cookie.split(';').next().unwrap().to_owned(), path)
}

fn session(answer: &Answer) -> Option<String> {
    let cookies = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    let mut sessions = cookies.filter(|cookie| cookie.starts_with("patchbay_session="));
    sessions.next().map(|cookie| cookie.split(';').next().unwrap().to_owned())
}

#[tokio::test]
async fn somebody_who_is_known_by_their_address_is_signed_in() {
    let (platform, _provider) = platform(&[]).await;
    let page = get(&platform, "/auth/sign-in/", "").await;
    assert!(page.text().contains(r#"<a href="/auth/oidc/">Sign in with Acme &lt;ID&gt;</a>"#), "{page:?}");
    let user_id = platform.user("jane@acme.example", false).await;
    let (cookie, back) = at_the_provider(&platform).await;
    let answer = get(&platform, &back, &cookie).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/api/0/"), "{answer:?}");
    let index = get(&platform, "/api/0/", &session(&answer).unwrap()).await.json();
    assert_eq!(index["user"]["id"], user_id.to_string());

    let again = get(&platform, &back, &cookie).await;
    assert_eq!((again.status, session(&again)), (401, None), "a replay");
    let (_, back) = at_the_provider(&platform).await;
    let foreign = get(&platform, &back, "").await;
    assert_eq!((foreign.status, session(&foreign)), (401, None), "another browser");
    let cancelled = get(&platform, "/auth/oidc/callback/?error=access_denied", &cookie).await;
    assert_eq!((cancelled.status, session(&cancelled)), (401, None));
}

#[tokio::test]
async fn somebody_who_is_not_known_becomes_a_user_only_where_an_operator_wants_it() {
    let (strict, _provider) = platform(&[]).await;
    let (cookie, back) = at_the_provider(&strict).await;
    let answer = get(&strict, &back, &cookie).await;
    assert_eq!((answer.status, session(&answer)), (403, None));
    assert!(answer.text().contains("Ask an administrator"));

    let (open, provider) = platform(&[("OIDC_REGISTER_USERS", "true")]).await;
    let (cookie, back) = at_the_provider(&open).await;
    assert_eq!(get(&open, &back, &cookie).await.status, 303);
    let by_email = get_user_request::User::Email("jane@acme.example".into());
    let found = open.directory().get_user(request(GetUserRequest { user: Some(by_email) })).await;
    assert_eq!(found.unwrap().into_inner().name, "Jane Doe");

    provider.lie(json!({ "email_verified": false }));
    let (cookie, back) = at_the_provider(&open).await;
    let answer = get(&open, &back, &cookie).await;
    assert_eq!((answer.status, session(&answer)), (403, None));
}

#[tokio::test]
async fn an_account_stays_the_user_it_was_and_takes_no_other() {
    let (platform, provider) = platform(&[("OIDC_REGISTER_USERS", "true")]).await;
    let jane = platform.user("jane@acme.example", false).await;
    let root = platform.user("kate@korp.io", true).await;
    let sign_in = async |claims: serde_json::Value| {
        provider.lie(claims);
        let (cookie, back) = at_the_provider(&platform).await;
        get(&platform, &back, &cookie).await
    };
    let signed_in = async |claims| {
        let answer = sign_in(claims).await;
        let index = get(&platform, "/api/0/", &session(&answer).unwrap()).await.json();
        index["user"]["id"].as_str().unwrap().to_owned()
    };
    assert_eq!(signed_in(json!({})).await, jane.to_string());
    // The provider lets people change their address.
    assert_eq!(signed_in(json!({ "email": "kate@korp.io" })).await, jane.to_string());
    assert_eq!(signed_in(json!({ "email": "kate@korp.io", "sub": "8" })).await, root.to_string());

    let successor = sign_in(json!({ "sub": "9" })).await;
    assert_eq!((successor.status, session(&successor)), (409, None));
    assert!(successor.text().contains("signs in with another account"), "{successor:?}");
    let lookalike = sign_in(json!({ "email": "\u{212a}ate@korp.io", "sub": "10" })).await;
    assert_eq!((lookalike.status, session(&lookalike)), (403, None));
    assert!(lookalike.text().contains("cannot be used here"), "{lookalike:?}");
}

#[tokio::test]
async fn somebody_who_is_invited_becomes_a_user_when_they_sign_in_and_not_before() {
    let (strict, _provider) = platform(&[]).await;
    strict.found_organizations().await;
    let invited = InviteMemberRequest {
        organization: "acme".into(),
        email: "jane@acme.example".into(),
        role: "member".into(),
    };
    strict.directory().invite_member(request(invited)).await.unwrap();
    let by_email = async || {
        let user = Some(get_user_request::User::Email("jane@acme.example".into()));
        strict.directory().get_user(request(GetUserRequest { user })).await.ok()
    };
    assert!(by_email().await.is_none());
    let (cookie, back) = at_the_provider(&strict).await;
    assert_eq!(get(&strict, &back, &cookie).await.status, 303);
    let jane = by_email().await.unwrap().into_inner();
    assert!(jane.memberships.is_empty(), "they have not accepted yet");
}

#[tokio::test]
async fn without_a_provider_there_is_only_the_link() {
    let platform = Platform::start().await;
    assert_eq!(get(&platform, "/auth/oidc/", "").await.status, 404);
    assert_eq!(get(&platform, "/auth/oidc/callback/?state=x&code=y", "").await.status, 404);
    let page = get(&platform, "/auth/sign-in/", "").await;
    assert!(page.status == 200 && !page.text().contains("/auth/oidc/"));
}
