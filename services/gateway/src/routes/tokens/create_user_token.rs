use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_domain::Caller;
use patchbay_proto::auth_token::MintUserTokenRequest;
use patchbay_rpc::request_as;

use super::session_user::user_id;
use crate::api::access::USERS;
use crate::api::authenticate::SignedIn;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::fields::Fields;
use crate::api::key::{RequestBody, request_body, required_texts, text_or_blank};
use crate::api::operation::{Operation, post};
use crate::context::Context;
use crate::json::authorization::TokenJson;
use patchbay_edge::answer::Answer;

request_body! {
    /// A new personal token.
    NewToken {
        scopes: Vec<String> = required_texts("scopes"),
        name: Option<String> = text_or_blank("name"),
    }
}

pub(super) fn operation() -> Operation {
    post("create_user_token", "/api/0/api-tokens/", create_user_token)
        .does("Make a personal token")
        .by(USERS.in_session())
        .takes_only::<NewToken>()
        .answers::<TokenJson>(201)
}

/// A personal token, shown this once.
async fn create_user_token(
    State(context): State<Context>,
    SignedIn(caller): SignedIn,
    JsonBody(fields): JsonBody,
) -> Result<(StatusCode, Json<TokenJson>)> {
    let message = read(fields, &caller)?;
    let name = Some(message.name.clone()).filter(|name| !name.is_empty());
    let made = context.services.tokens().mint_user_token(request_as(&caller, message)).await.answer()?;
    Ok((StatusCode::CREATED, Json(TokenJson::personal(made, name))))
}

fn read(fields: Fields, caller: &Caller) -> patchbay_domain::Result<MintUserTokenRequest> {
    let user_id = user_id(caller)?;
    let NewToken { scopes, name } = NewToken::read_only(fields)?;
    Ok(MintUserTokenRequest { user_id, scopes, name: name.unwrap_or_default() })
}

#[cfg(test)]
mod tests {
    use patchbay_domain::UserCaller;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_token_has_scopes_and_a_name_and_nothing_else() {
        let user = Caller::User(UserCaller {
            user_id: 1,
            name: "Jane".into(),
            email: "jane@example.com".into(),
            is_superuser: false,
            is_staff: false,
            memberships: Vec::new(),
            token_scopes: None,
        });
        let read_json = |body: Value| {
            let Value::Object(object) = body else { panic!("an object is needed") };
            read(Fields::new(object), &user)
        };
        let message = read_json(json!({ "scopes": ["org:read"], "name": "ci" })).unwrap();
        assert_eq!(
            (message.scopes.as_slice(), message.name.as_str()),
            (["org:read".to_owned()].as_slice(), "ci")
        );
        let refused = read_json(json!({ "scopes": ["org:read"], "expires": "2027-01-01" })).unwrap_err();
        assert_eq!(
            refused.fields[0].field, "expires",
            "a token that would live longer than asked for is not made"
        );
    }
}
