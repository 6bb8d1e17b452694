use patchbay_domain::{Caller, Result};
use patchbay_proto::auth_token::{ExchangeRequest, TokenPair};
use uuid::Uuid;

use super::installation_uuid::installation_uuid;
use super::random_pair::random_pair;
use super::token_pair_message::token_pair_message;
use crate::context::Context;
use crate::domain::pair::{Issued, Span};
use crate::domain::stored_token::InstallationHolder;
use crate::domain::{access, code, grant, mint};
use crate::metrics::Outcome;
use crate::store::{grants, tokens};

/// Exchanges a grant for the first token of a family. Of several parallel requests with the same grant, one gets the token.
pub(super) async fn exchange(
    context: &Context,
    caller: &Caller,
    request: ExchangeRequest,
) -> Result<TokenPair> {
    access::internal(caller)?;
    let installation = installation_uuid(&request.installation_uuid)?;
    let result = try_exchange(context, installation, &request).await;
    let outcome = result.as_ref().map_or_else(Outcome::from, |_| Outcome::from("exchanged"));
    context.metrics.exchanges.get_or_create(&outcome).inc();
    result.map(token_pair_message)
}

async fn try_exchange(context: &Context, installation: Uuid, request: &ExchangeRequest) -> Result<Issued> {
    let app_id = request.app_id;
    let scopes = mint::scopes(&request.scopes)?;
    let code_hash = code::presented(&request.code).ok_or_else(grant::not_found)?;
    let id = tokens::next_id(&context.db).await?;

    let mut tx = context.db.begin().await?;
    context.lock_live(&mut tx, installation).await?;
    let now = context.now();
    let found = grants::find_by_code(&mut tx, &code_hash).await?;
    let grant = grant::exchangeable(found, installation, app_id, now)?;
    grants::delete(&mut tx, installation).await?;
    let holder = InstallationHolder { installation, app_id, organization_id: grant.organization_id };
    let span = Span { from: now, to: Some(now + context.config.token_lifetime) };
    let issued = Issued::refreshable(id, holder, context.random.uuid(), random_pair(), scopes, span);
    tokens::insert(&mut tx, &issued.token).await?;
    tx.commit().await?;
    Ok(issued)
}
