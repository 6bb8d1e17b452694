use serde_json::json;

use crate::platform::Platform;

const TOKENS: &str = "/api/0/api-tokens/";

#[tokio::test]
async fn a_user_makes_lists_and_revokes_their_own_tokens() {
    let platform = Platform::with_organizations().await;
    let session = platform.session_of(platform.member_id("acme", "manager").await).await;
    let wanted = json!({ "scopes": ["org:write", "event:read"], "name": " ci " });
    let made = platform.in_session(&session, "POST", TOKENS, Some(wanted)).await;
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.json();
    let token = made["token"].as_str().unwrap();
    assert!(token.starts_with("sntryu_"));
    assert_eq!(
        (&made["name"], &made["scopes"]),
        (&json!("ci"), &json!(["org:read", "org:write", "event:read"]))
    );
    assert_eq!(platform.get("/api/0/", token).await.json()["auth"]["scopes"], made["scopes"]);

    let listed = platform.in_session(&session, "GET", TOKENS, None).await.json();
    assert_eq!((listed[0]["id"].clone(), listed[0].get("token")), (made["id"].clone(), None));
    let stranger = platform.session_of(platform.member_id("globex", "owner").await).await;
    platform.in_session(&stranger, "GET", TOKENS, None).await.is(200, "[]");

    let body = Some(json!({ "tokenId": made["id"] }));
    assert_eq!(platform.in_session(&stranger, "DELETE", TOKENS, body.clone()).await.status, 404);
    platform.in_session(&session, "DELETE", TOKENS, body.clone()).await.is(204, "");
    platform.get("/api/0/", token).await.is(401, r#"{"detail":"Invalid token"}"#);
    assert_eq!(platform.in_session(&session, "DELETE", TOKENS, body).await.status, 404);
}

#[tokio::test]
async fn nobody_grants_what_they_do_not_hold() {
    let platform = Platform::with_organizations().await;
    let session = platform.session_of(platform.member_id("acme", "member").await).await;
    let exceeds = |scope: &str| {
        format!(
            "Requested permission of {scope} exceeds requester's permission. \
             Please contact an administrator to make the requested change."
        )
    };
    let cases = [
        (json!({}), json!({ "scopes": ["This field is required."] })),
        (json!({ "scopes": ["org:fly"] }), json!({ "scopes": ["org:fly not a valid scope"] })),
        (
            json!({ "scopes": ["org:read", "org:write", "member:admin"] }),
            json!({ "scopes": [exceeds("org:write"), exceeds("member:admin")] }),
        ),
    ];
    for (body, refusal) in cases {
        platform.in_session(&session, "POST", TOKENS, Some(body)).await.is(400, &refusal.to_string());
    }
}

#[tokio::test]
async fn a_token_makes_no_tokens_and_foreign_pages_neither() {
    let platform = Platform::with_organizations().await;
    let user_id = platform.member_id("acme", "owner").await;
    let token = platform.token_of(user_id).await;
    let missing = r#"{"detail":"Authentication credentials were not provided."}"#;
    for method in ["GET", "POST", "DELETE"] {
        platform.call(method, TOKENS, &token, None).await.is(403, missing);
        platform.call(method, TOKENS, "", None).await.is(401, missing);
    }
    let cookie = platform.session_of(user_id).await;
    let request = axum::http::Request::post(TOKENS).header("cookie", cookie);
    let request = request.header("origin", "https://evil.example").body(axum::body::Body::empty()).unwrap();
    assert_eq!(platform.send(request).await.status, 403);
}
