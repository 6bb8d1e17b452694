//! A token that was made earlier.

use patchbay_proto::auth_token::Token;
use patchbay_proto::installation::AppToken;
use serde::Serialize;
use utoipa::ToSchema;

use super::time;

/// The placeholder of a secret, which Sentry shows to callers who may see it.
const MASK: &str = "****************************************************************";

/// A token that was made earlier. It is not shown again.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ListedToken)]
pub(crate) struct ListedTokenJson {
    /// A number, written as a text.
    id: String,
    scopes: Vec<String>,
    /// The name that the user gave it; tokens of apps have none.
    name: Option<String>,
    application: Option<String>,
    expires_at: Option<String>,
    date_created: Option<String>,
    state: Option<String>,
    /// Asterisks, for those who lack a scope of its app.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'static str>,
    refresh_token: Option<&'static str>,
    token_last_characters: String,
    /// The last use, to the minute; null for an unused token.
    date_last_used: Option<String>,
}

impl From<AppToken> for ListedTokenJson {
    fn from(token: AppToken) -> Self {
        let mask = token.is_masked.then_some(MASK);
        Self {
            id: token.id.to_string(),
            scopes: token.scopes,
            name: None,
            application: None,
            expires_at: None,
            date_created: token.created_at.as_ref().and_then(time::iso),
            state: None,
            token: mask,
            refresh_token: mask,
            token_last_characters: token.last_four,
            date_last_used: token.last_used_at.as_ref().and_then(time::iso),
        }
    }
}

impl From<Token> for ListedTokenJson {
    fn from(token: Token) -> Self {
        Self {
            id: token.id.to_string(),
            scopes: token.scopes,
            name: token.name,
            application: None,
            expires_at: token.expires_at.as_ref().and_then(time::iso),
            date_created: token.created_at.as_ref().and_then(time::iso),
            state: None,
            token: None,
            refresh_token: None,
            token_last_characters: token.last_four,
            date_last_used: token.last_used_at.as_ref().and_then(time::iso),
        }
    }
}

#[cfg(test)]
mod tests {
    use prost_types::Timestamp;

    use super::*;

    #[test]
    fn a_listed_token_has_sentrys_keys_and_is_masked_for_those_who_may_not_see_it() {
        let token = |is_masked| AppToken {
            id: 38,
            is_masked,
            last_four: "b8f1".into(),
            scopes: vec!["org:read".into()],
            created_at: Some(Timestamp { seconds: 1_786_849_394, nanos: 870_000_000 }),
            ..Default::default()
        };
        let text = |token: AppToken| serde_json::to_string(&ListedTokenJson::from(token)).unwrap();
        let front = concat!(
            r#"{"id":"38","scopes":["org:read"],"name":null,"application":null,"expiresAt":null,"#,
            r#""dateCreated":"2026-08-16T03:03:14.870Z","state":null,"#,
        );
        let back = r#""tokenLastCharacters":"b8f1","dateLastUsed":null}"#;
        assert_eq!(text(token(false)), format!(r#"{front}"refreshToken":null,{back}"#));
        assert_eq!(text(token(true)), format!(r#"{front}"token":"{MASK}","refreshToken":"{MASK}",{back}"#));
    }
}
