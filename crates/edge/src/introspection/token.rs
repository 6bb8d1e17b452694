//! A valid token.

use chrono::{DateTime, Utc};
use patchbay_domain::{Error, Result, ScopeSet};
use patchbay_proto::auth_token::introspect_response::Subject as SubjectMessage;
use patchbay_proto::auth_token::{Inactive, IntrospectResponse};
use patchbay_rpc::timestamp;
use uuid::Uuid;

use crate::credentials::invalid_token;

/// A valid token.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// The holder.
    pub subject: Subject,
    /// The scopes it carries; scopes that only a newer version knows are left out.
    pub scopes: ScopeSet,
    /// The end of its life; `None` when it does not expire.
    pub expires_at: Option<DateTime<Utc>>,
}

/// The holder of a token.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// An installation of an app, in one organization.
    Installation { installation_id: Uuid, app_id: i64, organization_id: i64 },
    /// A user, by a personal token.
    UserToken { user_id: i64 },
    /// A user, by the session of a browser.
    Session { user_id: i64 },
}

impl Token {
    /// Reads the token service's answer.
    ///
    /// # Errors
    /// Unauthenticated for an unknown or expired token; internal for an answer without a holder.
    pub fn read(answer: IntrospectResponse) -> Result<Self> {
        match answer.inactive() {
            Inactive::Unspecified => {}
            Inactive::Unknown => return Err(invalid_token()),
            Inactive::Expired => return Err(Error::unauthenticated("TOKEN_EXPIRED", "Token expired")),
        }
        let subject = match answer.subject {
            Some(SubjectMessage::Installation(subject)) => Subject::Installation {
                installation_id: subject.installation_uuid.parse().map_err(|_| unreadable())?,
                app_id: subject.app_id,
                organization_id: subject.organization_id,
            },
            Some(SubjectMessage::UserTokenOf(user_id)) => Subject::UserToken { user_id },
            Some(SubjectMessage::SessionOf(user_id)) => Subject::Session { user_id },
            None => return Err(unreadable()),
        };
        // A scope that only a newer version knows gives no right here.
        let scopes = answer.scopes.iter().filter_map(|name| name.parse().ok()).collect();
        Ok(Self { subject, scopes, expires_at: answer.expires_at.as_ref().and_then(timestamp::from_wire) })
    }
}

fn unreadable() -> Error {
    Error::internal("UNREADABLE_ANSWER", "Internal error.")
}

#[cfg(test)]
mod tests {
    use patchbay_proto::auth_token::InstallationSubject;

    use super::*;

    fn answer(subject: Option<SubjectMessage>) -> IntrospectResponse {
        IntrospectResponse {
            scopes: vec!["event:read".into(), "of:tomorrow".into()],
            subject,
            ..Default::default()
        }
    }

    #[test]
    fn an_active_token_names_its_holder() {
        let token = Token::read(answer(Some(SubjectMessage::UserTokenOf(3)))).unwrap();
        assert_eq!(token.subject, Subject::UserToken { user_id: 3 });
        assert_eq!(token.scopes.names(), ["event:read"]);
    }

    #[test]
    fn an_inactive_token_is_refused_in_the_words_of_the_contract() {
        for (inactive, message) in
            [(Inactive::Unknown, "Invalid token"), (Inactive::Expired, "Token expired")]
        {
            let answer = IntrospectResponse { inactive: inactive.into(), ..Default::default() };
            assert_eq!(Token::read(answer).unwrap_err().message, message);
        }
    }

    #[test]
    fn an_answer_that_makes_no_sense_grants_nothing() {
        let nonsense = InstallationSubject { installation_uuid: "x".into(), app_id: 1, organization_id: 1 };
        for subject in [None, Some(SubjectMessage::Installation(nonsense))] {
            assert!(Token::read(answer(subject)).is_err());
        }
    }
}
