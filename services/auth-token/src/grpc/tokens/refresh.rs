use chrono::TimeDelta;
use patchbay_domain::{Caller, Result};
use patchbay_proto::auth_token::{RefreshRequest, TokenPair};
use uuid::Uuid;

use super::installation_uuid::installation_uuid;
use super::rotate::{Successor, rotate};
use super::token_pair_message::token_pair_message;
use crate::context::Context;
use crate::domain::code::Hash;
use crate::domain::pair::{Issued, Pair};
use crate::domain::refresh::{Decision, decide, not_found, reused, wait};
use crate::domain::refresh_limit::too_many;
use crate::domain::stored_token::StoredToken;
use crate::domain::{access, code, mint};
use crate::metrics::Outcome;
use crate::store::{delete_tokens, tokens};

/// Replaces a token by its successor, or repeats the response of a recent refresh.
pub(super) async fn refresh(
    context: &Context,
    caller: &Caller,
    request: RefreshRequest,
) -> Result<TokenPair> {
    access::internal(caller)?;
    let installation = installation_uuid(&request.installation_uuid)?;
    let result = try_refresh(context, installation, &request).await;
    let outcome = result.as_ref().map_or_else(Outcome::from, |(outcome, _)| Outcome::from(*outcome));
    context.metrics.refreshes.get_or_create(&outcome).inc();
    result.map(|(_, issued)| token_pair_message(issued))
}

async fn try_refresh(
    context: &Context,
    installation: Uuid,
    request: &RefreshRequest,
) -> Result<(&'static str, Issued)> {
    let RefreshRequest { app_id, ref refresh_token, ref scopes, .. } = *request;
    let refresh_hash = code::presented(refresh_token);
    if let Err(limit) = context.admit_refresh(app_id, installation) {
        refuse(context, installation, refresh_hash.as_ref(), limit).await?;
    }
    let refresh_hash = refresh_hash.ok_or_else(not_found)?;
    let scopes = mint::scopes(scopes)?;
    let id = tokens::next_id(&context.db).await?;

    let mut tx = context.db.begin().await?;
    context.lock_live(&mut tx, installation).await?;
    let now = context.now();
    let found = tokens::find_by_refresh(&mut tx, &refresh_hash).await?;
    match decide(found, installation, app_id, now, context.config.refresh_retry_window)? {
        Decision::Rotate { token: old, holder, family } => {
            let pair = Pair::following(refresh_token, family, &context.config.key);
            let successor = Successor { id, holder, family, pair, scopes };
            Ok(("rotated", rotate(context, tx, &old, successor).await?))
        }
        Decision::Repeat { successor, family } => {
            let pairs = context.config.keys().map(|key| Pair::following(refresh_token, family, key));
            repeat(successor, pairs).map(|issued| ("repeated", issued)).ok_or_else(not_found)
        }
        Decision::EndFamily { family } => {
            let hashes = delete_tokens::all_of_family(&mut tx, family).await?;
            context.commit_revoking(tx, &hashes).await?;
            context.metrics.families_ended.inc();
            tracing::warn!(
                installation_id = %installation, app_id, %family, revoked = hashes.len(),
                "a used refresh token was presented after its retry window: it or its successor was stolen; \
                 its token family is revoked"
            );
            Err(reused())
        }
    }
}

/// Refuses an attempt beyond the limit, unless the app could not come back in time for the response that it has lost.
async fn refuse(
    context: &Context,
    installation: Uuid,
    presented: Option<&Hash>,
    limit: TimeDelta,
) -> Result<()> {
    let replaced_at = match presented {
        Some(hash) => tokens::replaced_at(&context.db, hash, installation).await?,
        None => None,
    };
    let wait = wait(limit, replaced_at, context.now(), context.config.refresh_retry_window);
    wait.map_or(Ok(()), |wait| Err(too_many(wait)))
}

/// The response of the first refresh. `None` when no configured key derives the pair of the successor.
fn repeat(successor: StoredToken, mut pairs: impl Iterator<Item = Pair>) -> Option<Issued> {
    let hash = successor.refresh.as_ref()?.hash;
    let pair = pairs.find(|pair| pair.refresh_hash() == hash)?;
    Some(Issued { token: successor, secret: pair.access, refresh_secret: Some(pair.refresh) })
}
