//! Domain types as messages, and back.

use patchbay_domain::{Error, SecretString};
use patchbay_proto::auth_token as proto;
use patchbay_rpc::status::from_error;
use patchbay_rpc::timestamp::to_wire;
use tonic::Status;
use uuid::Uuid;

use crate::domain::grant::Grant;
use crate::domain::pair::Issued;
use crate::domain::stored_token::{Holder, InstallationHolder, StoredToken};
use crate::introspect::Inactive;

pub(super) fn uuid(field: &str, text: &str) -> Result<Uuid, Status> {
    text.parse().map_err(|_| from_error(Error::field(field, "Must be a valid UUID.")))
}

pub(super) fn grant((grant, code): (Grant, SecretString)) -> proto::Grant {
    proto::Grant {
        installation_uuid: grant.installation.to_string(),
        code: code.expose().to_owned(),
        expires_at: Some(to_wire(grant.expires_at)),
    }
}

pub(super) fn token_pair(issued: Issued) -> proto::TokenPair {
    let Issued { token, secret, refresh_secret } = issued;
    proto::TokenPair {
        id: token.id,
        token: secret.expose().to_owned(),
        refresh_token: refresh_secret.map(|secret| secret.expose().to_owned()),
        scopes: token.scopes,
        created_at: Some(to_wire(token.created_at)),
        expires_at: token.expires_at.map(to_wire),
    }
}

pub(super) fn tokens(found: Vec<StoredToken>) -> proto::ListTokensResponse {
    proto::ListTokensResponse { tokens: found.into_iter().map(token).collect() }
}

fn token(token: StoredToken) -> proto::Token {
    proto::Token {
        id: token.id,
        last_four: token.last_four,
        scopes: token.scopes,
        name: token.name,
        created_at: Some(to_wire(token.created_at)),
        expires_at: token.expires_at.map(to_wire),
        last_used_at: token.last_used_at.map(to_wire),
    }
}

pub(super) fn session((user_id, issued): (i64, Issued)) -> proto::Session {
    proto::Session {
        secret: issued.secret.expose().to_owned(),
        user_id,
        expires_at: issued.token.expires_at.map(to_wire),
    }
}

pub(super) fn introspection(found: Result<StoredToken, Inactive>) -> proto::IntrospectResponse {
    let inactive =
        |why: proto::Inactive| proto::IntrospectResponse { inactive: why.into(), ..Default::default() };
    match found {
        Ok(token) => active(token),
        Err(Inactive::Unknown) => inactive(proto::Inactive::Unknown),
        Err(Inactive::Expired) => inactive(proto::Inactive::Expired),
    }
}

fn active(token: StoredToken) -> proto::IntrospectResponse {
    use proto::introspect_response::Subject;
    let subject = match token.holder {
        Holder::Installation(InstallationHolder { installation, app_id, organization_id }) => {
            let installation_uuid = installation.to_string();
            Subject::Installation(proto::InstallationSubject { installation_uuid, app_id, organization_id })
        }
        Holder::User(user_id) => Subject::UserTokenOf(user_id),
        Holder::Session(user_id) => Subject::SessionOf(user_id),
    };
    proto::IntrospectResponse {
        inactive: proto::Inactive::Unspecified.into(),
        token_id: token.id,
        scopes: token.scopes,
        expires_at: token.expires_at.map(to_wire),
        subject: Some(subject),
    }
}
