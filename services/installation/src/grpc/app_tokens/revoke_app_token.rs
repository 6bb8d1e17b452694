use patchbay_audit::Entry;
use patchbay_domain::{AuditEvent, Caller, Error};
use patchbay_proto::installation::{RevokeAppTokenRequest, RevokeAppTokenResponse};

use crate::context::Context;
use crate::domain::app::token_access;
use crate::grpc::app_registry::find_app;
use crate::store::installations;

pub(super) async fn revoke_app_token(
    context: &Context,
    caller: &Caller,
    request: RevokeAppTokenRequest,
) -> Result<RevokeAppTokenResponse, Error> {
    let app = find_app(context, caller, &request.app).await?;
    token_access::may_manage(caller, &app)?;
    token_access::may_change(&app)?;
    let installation = installations::find_of(&context.db, app.id, app.owner.id).await?;
    let installation = installation
        .ok_or_else(|| Error::not_found("TOKEN_NOT_FOUND", "The requested resource does not exist"))?;
    context.tokens.revoke_one(installation.uuid, request.token_id).await?;

    let event = AuditEvent::InternalIntegrationRemoveToken;
    let entry = Entry::new(event, app.owner.id, caller, context.clock.now());
    let entry = entry.target("sentry-app", app.id, &app.name).detail("token_id", request.token_id);
    let mut tx = context.db.begin().await?;
    tx.outbox(entry.into_message()).await?;
    tx.commit().await?;
    Ok(RevokeAppTokenResponse {})
}
