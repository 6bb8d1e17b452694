use patchbay_audit::Entry;
use patchbay_domain::{AuditEvent, Caller, Error, token};
use patchbay_proto::auth_token::TokenPair;
use patchbay_proto::installation::{AppToken, CreateAppTokenRequest};

use crate::context::Context;
use crate::domain::app::App;
use crate::domain::app::client_secret::MASK;
use crate::domain::app::token_access;
use crate::domain::installation::access::installation_not_found;
use crate::grpc::app_registry::find_app;
use crate::grpc::update_token_scopes::update_token_scopes;
use crate::store::installations;

pub(super) async fn create_app_token(
    context: &Context,
    caller: &Caller,
    request: CreateAppTokenRequest,
) -> Result<AppToken, Error> {
    let app = find_app(context, caller, &request.app).await?;
    token_access::may_manage(caller, &app)?;
    token_access::may_change(&app)?;
    let installation = installations::find_of(&context.db, app.id, app.owner.id).await?;
    let installation = installation.ok_or_else(installation_not_found)?;
    let pair = context.tokens.mint(&installation, &app).await?;
    if let Err(error) = record(context, caller, &app, &pair).await {
        // A token must not work if the caller did not receive it, or if the audit log does not show it.
        context.tokens.revoke_one(installation.uuid, pair.id).await?;
        return Err(error);
    }
    update_token_scopes(context, &app).await;
    Ok(message(pair, !token_access::sees(caller, &app)))
}

async fn record(context: &Context, caller: &Caller, app: &App, pair: &TokenPair) -> Result<(), Error> {
    let event = AuditEvent::InternalIntegrationAddToken;
    let entry = Entry::new(event, app.owner.id, caller, context.clock.now());
    let entry = entry.target("sentry-app", app.id, &app.name).detail("token_id", pair.id);
    let mut tx = context.db.begin().await?;
    tx.outbox(entry.into_message()).await?;
    Ok(tx.commit().await?)
}

fn message(pair: TokenPair, is_masked: bool) -> AppToken {
    AppToken {
        id: pair.id,
        last_four: token::last_four(&pair.token),
        token: Some(if is_masked { MASK.to_owned() } else { pair.token }),
        is_masked,
        scopes: pair.scopes,
        created_at: pair.created_at,
        last_used_at: None,
    }
}
