//! A new token. It is shown only in this answer.

use patchbay_domain::token;
use patchbay_proto::auth_token::TokenPair;
use patchbay_proto::installation::{AppToken, Authorization, InitialToken};
use serde::Serialize;
use utoipa::ToSchema;

use super::time;

/// A new token.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Token)]
pub(crate) struct TokenJson {
    /// A number, written as a text.
    id: String,
    scopes: Vec<String>,
    /// Tokens of apps have none.
    name: Option<String>,
    application: Option<String>,
    expires_at: Option<String>,
    date_created: Option<String>,
    /// The `state` of the request.
    state: Option<String>,
    token: String,
    refresh_token: Option<String>,
    token_last_characters: String,
}

impl TokenJson {
    /// The answer to an exchange or a refresh.
    pub(crate) fn authorization(answer: Authorization, state: Option<String>) -> Self {
        Self {
            id: answer.token_id.to_string(),
            scopes: answer.scopes,
            name: None,
            application: None,
            expires_at: answer.expires_at.as_ref().and_then(time::iso),
            date_created: answer.created_at.as_ref().and_then(time::iso),
            state,
            token_last_characters: token::last_four(&answer.token),
            token: answer.token,
            refresh_token: Some(answer.refresh_token),
        }
    }

    /// The first token of an internal app, which never expires.
    pub(crate) fn initial(answer: InitialToken) -> Self {
        Self {
            id: answer.id.to_string(),
            scopes: answer.scopes,
            name: None,
            application: None,
            expires_at: None,
            date_created: answer.created_at.as_ref().and_then(time::iso),
            state: None,
            token_last_characters: token::last_four(&answer.token),
            token: answer.token,
            refresh_token: None,
        }
    }

    /// A token of an internal app. Callers who may not see it get asterisks in place of its secrets.
    pub(crate) fn of_app(answer: AppToken) -> Self {
        let token = answer.token.unwrap_or_default();
        Self {
            id: answer.id.to_string(),
            scopes: answer.scopes,
            name: None,
            application: None,
            expires_at: None,
            date_created: answer.created_at.as_ref().and_then(time::iso),
            state: None,
            refresh_token: answer.is_masked.then(|| token.clone()),
            token,
            token_last_characters: answer.last_four,
        }
    }

    /// A user's own token.
    pub(crate) fn personal(answer: TokenPair, name: Option<String>) -> Self {
        Self {
            id: answer.id.to_string(),
            scopes: answer.scopes,
            name,
            application: None,
            expires_at: answer.expires_at.as_ref().and_then(time::iso),
            date_created: answer.created_at.as_ref().and_then(time::iso),
            state: None,
            token_last_characters: token::last_four(&answer.token),
            token: answer.token,
            refresh_token: answer.refresh_token,
        }
    }
}

#[cfg(test)]
mod tests {
    use prost_types::Timestamp;

    use super::*;

    #[test]
    fn an_authorization_has_sentrys_keys_in_sentrys_order() {
        let at = |seconds| Some(Timestamp { seconds, nanos: 870_000_000 });
        let answer = Authorization {
            token_id: 38,
            token: format!("{}b8f1", "0".repeat(60)),
            refresh_token: "1".repeat(64),
            scopes: vec!["org:read".into()],
            created_at: at(1_786_849_394),
            expires_at: at(1_786_849_394 + 8 * 3600),
        };
        let text = serde_json::to_string(&TokenJson::authorization(answer, Some("s".into()))).unwrap();
        assert_eq!(
            text,
            format!(
                concat!(
                    r#"{{"id":"38","scopes":["org:read"],"name":null,"application":null,"#,
                    r#""expiresAt":"2026-08-16T11:03:14.870Z","dateCreated":"2026-08-16T03:03:14.870Z","#,
                    r#""state":"s","token":"{}b8f1","refreshToken":"{}","tokenLastCharacters":"b8f1"}}"#,
                ),
                "0".repeat(60),
                "1".repeat(64),
            )
        );
    }
}
