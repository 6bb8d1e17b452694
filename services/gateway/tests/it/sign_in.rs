use axum::body::Body;
use axum::http::Request;
use patchbay_proto::auth_token::CreateSignInLinkRequest;
use patchbay_rpc::request;

use crate::answer::Answer;
use crate::platform::Platform;

async fn link(platform: &Platform) -> String {
    let user_id = platform.user("jane@acme.example", false).await;
    let wanted = CreateSignInLinkRequest { user_id };
    let made = platform.sessions().create_sign_in_link(request(wanted)).await.unwrap().into_inner();
    format!("/auth/link/{}/", made.secret)
}

/// As a browser sends it.
async fn send(platform: &Platform, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = Request::builder().method(method).uri(path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    platform.send(request.body(Body::empty()).unwrap()).await
}

/// Signs in and returns the cookie.
async fn signed_in(platform: &Platform) -> String {
    let link = link(platform).await;
    let answer = send(platform, "POST", &link, &[("sec-fetch-site", "same-origin")]).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_link_signs_in_once_and_looking_at_it_does_not_use_it_up() {
    let platform = Platform::start().await;
    let link = link(&platform).await;
    for _ in 0..2 {
        let page = send(&platform, "GET", &link, &[]).await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains(r#"<form method="post">"#));
        assert!(page.header("content-security-policy").contains("default-src 'none'"));
        assert_eq!(page.header("referrer-policy"), "same-origin");
        assert!(!page.text().contains(link.split('/').nth(3).unwrap()), "the secret stays in the address");
    }
    let answer = send(&platform, "POST", &link, &[("origin", "https://patchbay.example")]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/api/0/"));
    let cookie = answer.header("set-cookie");
    for attribute in
        ["patchbay_session=", "; HttpOnly", "; SameSite=Lax", "; Secure", "; Path=/", "; Expires="]
    {
        assert!(cookie.contains(attribute), "{attribute} in {cookie}");
    }
    let again = send(&platform, "POST", &link, &[]).await;
    assert_eq!(again.status, 404);
    assert!(again.text().contains("has been used already"));
    assert_eq!(again.header("set-cookie"), "");
}

#[tokio::test]
async fn a_link_that_cannot_be_one_signs_nobody_in() {
    let platform = Platform::start().await;
    for odd in ["x", "%00", "%ff", &"0".repeat(64), &"0".repeat(5000)] {
        let answer = send(&platform, "POST", &format!("/auth/link/{odd}/"), &[]).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (404, ""), "{odd}");
    }
}

#[tokio::test]
async fn a_session_reads_and_writes_from_our_own_pages_only() {
    let platform = Platform::start().await;
    let cookie = signed_in(&platform).await;
    let cookie = ("cookie", cookie.as_str());
    let index = send(&platform, "GET", "/api/0/", &[cookie]).await.json();
    assert_eq!(index["user"]["email"], "jane@acme.example");
    assert!(index["auth"].is_null(), "a session has no scopes of its own");

    let delete = "/api/0/sentry-app-installations/00000000-0000-4000-8000-000000000000/";
    let csrf = r#"{"detail":"CSRF Failed: the request does not come from a page of this site."}"#;
    for foreign in [
        &[cookie][..],
        &[cookie, ("origin", "https://evil.example")],
        &[cookie, ("sec-fetch-site", "cross-site"), ("origin", "https://patchbay.example")],
    ] {
        send(&platform, "DELETE", delete, foreign).await.is(403, csrf);
    }
    for ours in [("origin", "https://patchbay.example"), ("sec-fetch-site", "same-origin")] {
        assert_eq!(send(&platform, "DELETE", delete, &[cookie, ours]).await.status, 404);
    }
}

#[tokio::test]
async fn a_session_is_no_token_and_a_token_is_no_session() {
    let platform = Platform::start().await;
    let cookie = signed_in(&platform).await;
    let secret = cookie.strip_prefix("patchbay_session=").unwrap();
    platform.get("/api/0/", secret).await.is(401, r#"{"detail":"Invalid token"}"#);
    let token = platform.superuser().await;
    let cookie = format!("patchbay_session={token}");
    send(&platform, "GET", "/api/0/", &[("cookie", &cookie)])
        .await
        .is(200, r#"{"version":"0","auth":null,"user":null}"#);
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    let platform = Platform::start().await;
    let cookie = signed_in(&platform).await;
    let cookie = ("cookie", cookie.as_str());
    assert_eq!(send(&platform, "POST", "/auth/sign-out/", &[cookie]).await.status, 403);
    let ours = ("sec-fetch-site", "same-origin");
    let answer = send(&platform, "POST", "/auth/sign-out/", &[cookie, ours]).await;
    assert_eq!(answer.status, 303);
    assert!(answer.header("set-cookie").contains("patchbay_session=; Max-Age=0"));
    let index = send(&platform, "GET", "/api/0/", &[cookie]).await.json();
    assert!(index["user"].is_null());
    assert_eq!(send(&platform, "POST", "/auth/sign-out/", &[]).await.status, 303, "again is no harm");
}

#[tokio::test]
async fn nobody_is_signed_in_from_a_foreign_page() {
    let platform = Platform::start().await;
    let link = link(&platform).await;
    let answer = send(&platform, "POST", &link, &[("origin", "https://evil.example")]).await;
    assert_eq!((answer.status, answer.header("set-cookie")), (403, ""));
    assert_eq!(send(&platform, "POST", &link, &[("sec-fetch-site", "same-origin")]).await.status, 303);
}
