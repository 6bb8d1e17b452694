use patchbay_domain::{Caller, Result};
use patchbay_proto::auth_token::introspect_response::Subject;
use patchbay_proto::auth_token::{Inactive, InstallationSubject, IntrospectRequest, IntrospectResponse};
use patchbay_rpc::timestamp::to_wire;

use crate::context::Context;
use crate::domain::stored_token::{Holder, InstallationHolder, StoredToken};
use crate::domain::{access, code};
use crate::metrics::Outcome;
use crate::store::tokens;

/// Answers with one query by the hash of the token, and with none for text that cannot be a token.
pub(super) async fn introspect(
    context: &Context,
    caller: &Caller,
    request: IntrospectRequest,
) -> Result<IntrospectResponse> {
    access::internal(caller)?;
    let result = find_active(context, &request.token).await;
    let outcome = match &result {
        Ok(Ok(_)) => "active".into(),
        Ok(Err(Inactive::Expired)) => "expired".into(),
        Ok(Err(_)) => "unknown".into(),
        Err(error) => Outcome::from(error),
    };
    context.metrics.introspections.get_or_create(&outcome).inc();
    Ok(match result? {
        Ok(token) => active_message(token),
        Err(inactive) => IntrospectResponse { inactive: inactive.into(), ..Default::default() },
    })
}

async fn find_active(context: &Context, secret: &str) -> Result<Result<StoredToken, Inactive>> {
    let Some(hash) = code::presented(secret) else { return Ok(Err(Inactive::Unknown)) };
    let now = context.now();
    Ok(match tokens::find(&context.db, &hash).await? {
        None => Err(Inactive::Unknown),
        Some(token) if token.is_expired(now) => Err(Inactive::Expired),
        Some(token) => {
            context.uses.note(&token, now);
            Ok(token)
        }
    })
}

fn active_message(token: StoredToken) -> IntrospectResponse {
    let subject = match token.holder {
        Holder::Installation(InstallationHolder { installation, app_id, organization_id }) => {
            let installation_uuid = installation.to_string();
            Subject::Installation(InstallationSubject { installation_uuid, app_id, organization_id })
        }
        Holder::User(user_id) => Subject::UserTokenOf(user_id),
        Holder::Session(user_id) => Subject::SessionOf(user_id),
    };
    IntrospectResponse {
        inactive: Inactive::Unspecified.into(),
        token_id: token.id,
        scopes: token.scopes,
        expires_at: token.expires_at.map(to_wire),
        subject: Some(subject),
    }
}
