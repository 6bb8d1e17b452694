use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::installation::AuthorizeRequest;
use patchbay_proto::installation::authorize_request::Grant;
use patchbay_rpc::request_as;
use serde_json::Value;

use crate::api::access::CLIENT;
use crate::api::body::JsonBody;
use crate::api::error::Failure;
use crate::api::fields::Fields;
use crate::api::key::{RequestBody, anything, custom, request_body, required_text, text_or_blank};
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::api::schema::Kind;
use crate::context::Context;
use crate::json::authorization::TokenJson;
use patchbay_edge::answer::Answer;

/// Sentry's name for the grant of an app that signs instead of sending its secret.
const ASSERTION: &str = "urn:sentry:params:oauth:grant-type:jwt-bearer";

const GRANT_TYPES: &[&str] = &["authorization_code", "refresh_token", ASSERTION];

request_body! {
    /// The grant for a token. The code and the refresh token are read only with their grant type.
    Exchange {
        grant_type: Option<Value> = anything("grant_type").required().choice(GRANT_TYPES),
        client_id: Option<Value> = anything("client_id").described(Kind::Text),
        client_secret: Option<Value> = anything("client_secret").described(Kind::Text),
        code: String = custom("code", Kind::Text, code),
        refresh_token: String = custom("refresh_token", Kind::Text, refresh_token),
        state: Option<String> = text_or_blank("state"),
    }
}

pub(super) fn operation() -> Operation {
    post("authorize", "/api/0/sentry-app-installations/{installation}/authorizations/", authorize)
        .does("Exchange a grant code, a refresh token or a signed assertion for a token")
        .by(CLIENT)
        .takes::<Exchange>()
        .answers::<TokenJson>(201)
        .refuses(409)
}

/// The app authenticates with the body or with the assertion in the header; cookies are ignored.
async fn authorize(
    State(context): State<Context>,
    params: Params,
    headers: HeaderMap,
    JsonBody(mut fields): JsonBody,
) -> Result<(StatusCode, Json<TokenJson>), Failure> {
    if fields.is_empty() {
        return Err(Error::unauthenticated("INVALID_REQUEST", "Invalid request").into());
    }
    // A malformed uuid is refused as an unknown installation, after the credentials have been checked.
    let uuid = params.installation().unwrap_or_default();
    let mut exchange = Exchange::read_from(&mut fields);
    let is_assertion = exchange.grant_type.as_ref().and_then(Value::as_str) == Some(ASSERTION);
    let mut message = AuthorizeRequest { installation_uuid: uuid.clone(), ..Default::default() };
    // Problems of the other fields are reported only to apps with valid credentials. So the request is sent without a
    // grant then, and the owner refuses it after it has checked the credentials.
    let grant = if is_assertion {
        assertion(&headers)
    } else {
        message.client_id = credential(exchange.client_id.as_ref())?;
        message.client_secret = credential(exchange.client_secret.as_ref())?;
        read_grant(&mut exchange)
    };
    let state = exchange.state;
    let read = grant.and_then(|grant| fields.finish().map(|()| grant));
    let problem = match read {
        Ok(grant) => {
            message.grant = Some(grant);
            None
        }
        Err(problem) => {
            message.grant = is_assertion.then(|| Grant::Assertion(String::new()));
            Some(problem)
        }
    };
    let request = request_as(&Caller::Anonymous, message);
    let answer = context.services.installations().authorize(request).await.answer();
    let answer = answer.map_err(|refusal| match problem {
        Some(problem) if matches!(refusal.reason.as_ref(), "INVALID_FIELD" | "INVALID_ASSERTION") => problem,
        _ => refusal,
    })?;
    // The refreshed token is refused from the next request on, before its revocation arrives.
    context.introspection.forget_installation(&uuid);
    Ok((StatusCode::CREATED, Json(TokenJson::authorization(answer, state))))
}

fn read_grant(exchange: &mut Exchange) -> Result<Grant> {
    match exchange.grant_type.as_ref().and_then(Value::as_str) {
        Some("authorization_code") => Ok(Grant::Code(std::mem::take(&mut exchange.code))),
        Some("refresh_token") => Ok(Grant::RefreshToken(std::mem::take(&mut exchange.refresh_token))),
        _ => Err(Error::forbidden("INVALID_GRANT_TYPE", "Invalid grant_type")),
    }
}

fn code(fields: &mut Fields, name: &'static str) -> String {
    with_grant_type("authorization_code", fields, name)
}

fn refresh_token(fields: &mut Fields, name: &'static str) -> String {
    with_grant_type("refresh_token", fields, name)
}

fn with_grant_type(grant_type: &str, fields: &mut Fields, name: &'static str) -> String {
    let is_used = fields.raw("grant_type").and_then(Value::as_str) == Some(grant_type);
    if is_used { required_text(name).read(fields) } else { String::new() }
}

/// The JWT in the `Authorization` header.
fn assertion(headers: &HeaderMap) -> Result<Grant> {
    let refused = |detail: &str| Error::unauthenticated("INVALID_ASSERTION", detail);
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let words: Vec<_> = value.split_ascii_whitespace().collect();
    let [scheme, jwt] = words[..] else { return Err(refused("Header is in invalid form")) };
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(refused("Bearer not present in token"));
    }
    Ok(Grant::Assertion(jwt.to_owned()))
}

/// A missing credential or one of another type is as wrong as any other.
fn credential(value: Option<&Value>) -> Result<String> {
    let text = value.and_then(Value::as_str);
    text.filter(|text| !text.is_empty() && !text.contains('\0'))
        .map(str::to_owned)
        .ok_or_else(|| Error::unauthenticated("INVALID_CLIENT", "Invalid Client ID / Secret pair"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn exchange(body: Value) -> Exchange {
        match body {
            Value::Object(object) => Exchange::read_from(&mut Fields::new(object)),
            other => panic!("{other} is no object"),
        }
    }

    #[test]
    fn credentials_that_cannot_be_any_are_wrong_ones() {
        for value in [json!(null), json!(1), json!(""), json!("a\0"), json!(["x"])] {
            let refused = credential(Some(&value)).unwrap_err();
            assert_eq!(refused.message, "Invalid Client ID / Secret pair");
        }
        assert!(credential(None).is_err());
        assert_eq!(credential(Some(&json!("c"))), Ok("c".to_owned()));
    }

    #[test]
    fn an_assertion_is_a_bearer_token() {
        let read = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, header::HeaderValue::from_static(value));
            assertion(&headers).map_err(|error| error.message)
        };
        assert_eq!(read("Bearer a.b.c"), Ok(Grant::Assertion("a.b.c".to_owned())));
        assert_eq!(read("Basic a.b.c"), Err("Bearer not present in token".to_owned()));
        for odd in ["", "Bearer", "a.b.c", "Bearer a b"] {
            assert_eq!(read(odd), Err("Header is in invalid form".to_owned()));
        }
        assert_eq!(assertion(&HeaderMap::new()).unwrap_err().message, "Header is in invalid form");
    }

    #[test]
    fn a_grant_is_a_code_or_a_refresh_token() {
        let mut code = exchange(json!({ "grant_type": "authorization_code", "code": "x" }));
        assert_eq!(read_grant(&mut code), Ok(Grant::Code("x".to_owned())));
        let mut refresh = exchange(json!({ "grant_type": "refresh_token", "refresh_token": "y" }));
        assert_eq!(read_grant(&mut refresh), Ok(Grant::RefreshToken("y".to_owned())));
        for grant_type in [json!("client_credentials"), json!(null), json!(["refresh_token"])] {
            let refused = read_grant(&mut exchange(json!({ "grant_type": grant_type }))).unwrap_err();
            assert_eq!(refused.message, "Invalid grant_type");
        }
    }
}
