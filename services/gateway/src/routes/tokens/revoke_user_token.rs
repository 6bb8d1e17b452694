use axum::extract::State;
use axum::http::StatusCode;
use patchbay_domain::Error;
use patchbay_proto::auth_token::RevokeUserTokenRequest;
use patchbay_rpc::request_as;
use serde_json::Value;

use super::session_user::user_id;
use crate::api::access::USERS;
use crate::api::authenticate::SignedIn;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::fields::Fields;
use crate::api::key::{RequestBody, anything, request_body};
use crate::api::operation::{Operation, delete};
use crate::context::Context;
use patchbay_edge::answer::Answer;

request_body! {
    /// The token to revoke.
    TokenChoice {
        token_id: Option<Value> = anything("tokenId").required(),
    }
}

pub(super) fn operation() -> Operation {
    delete("revoke_user_token", "/api/0/api-tokens/", revoke_user_token)
        .does("Revoke a personal token")
        .by(USERS.in_session())
        .takes::<TokenChoice>()
        .answers_nothing(204)
}

/// The body names the token.
async fn revoke_user_token(
    State(context): State<Context>,
    SignedIn(caller): SignedIn,
    JsonBody(fields): JsonBody,
) -> Result<StatusCode> {
    let message = RevokeUserTokenRequest { user_id: user_id(&caller)?, token_id: token_id(fields)? };
    context.services.tokens().revoke_user_token(request_as(&caller, message)).await.answer()?;
    Ok(StatusCode::NO_CONTENT)
}

/// A number or a text; Sentry accepts both.
fn token_id(fields: Fields) -> patchbay_domain::Result<i64> {
    let id = match TokenChoice::read(fields)?.token_id {
        None | Some(Value::Null) => return Err(Error::field("tokenId", "This field is required.")),
        Some(Value::String(text)) => text.parse().ok(),
        Some(other) => other.as_i64(),
    };
    id.ok_or_else(|| Error::not_found("TOKEN_NOT_FOUND", "The requested resource does not exist"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_is_named_by_a_number_or_a_text() {
        let read = |value: Value| {
            let object = [("tokenId".to_owned(), value)].into_iter().collect();
            token_id(Fields::new(object)).map_err(|error| error.reason.into_owned())
        };
        assert_eq!((read(json!(7)), read(json!("7"))), (Ok(7), Ok(7)));
        assert_eq!(read(json!(null)), Err("INVALID_FIELD".to_owned()));
        for odd in [json!("x"), json!(1.5), json!([]), json!("99999999999999999999"), json!(true)] {
            assert_eq!(read(odd), Err("TOKEN_NOT_FOUND".to_owned()));
        }
    }
}
