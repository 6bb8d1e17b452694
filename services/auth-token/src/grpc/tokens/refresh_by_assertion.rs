use chrono::{DateTime, Utc};
use patchbay_db::Tx;
use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::auth_token::{RefreshByAssertionRequest, TokenPair};
use patchbay_rpc::timestamp::from_wire;
use uuid::Uuid;

use super::installation_uuid::installation_uuid;
use super::random_pair::random_pair;
use super::rotate::{Successor, rotate};
use super::token_pair_message::token_pair_message;
use crate::context::Context;
use crate::domain::pair::Issued;
use crate::domain::refresh_by_assertion::{already_used, assertion_hash, check_end, decide, in_progress};
use crate::domain::refresh_limit::too_many;
use crate::domain::stored_token::{InstallationHolder, StoredToken};
use crate::domain::{access, mint};
use crate::metrics::Outcome;
use crate::store::{lock, tokens, used_once};

/// Replaces the token of an installation whose app has presented a signed assertion. Of several parallel requests one succeeds.
pub(super) async fn refresh_by_assertion(
    context: &Context,
    caller: &Caller,
    request: RefreshByAssertionRequest,
) -> Result<TokenPair> {
    access::internal(caller)?;
    let installation = installation_uuid(&request.installation_uuid)?;
    let ends_at = request.assertion_ends_at.as_ref().and_then(from_wire);
    let ends_at = ends_at.ok_or_else(|| Error::field("assertion_ends_at", "This field is required."))?;
    let result = try_refresh(context, installation, ends_at, &request).await;
    let outcome = result.as_ref().map_or_else(Outcome::from, |_| Outcome::from("asserted"));
    context.metrics.refreshes.get_or_create(&outcome).inc();
    result.map(token_pair_message)
}

async fn try_refresh(
    context: &Context,
    installation: Uuid,
    ends_at: DateTime<Utc>,
    request: &RefreshByAssertionRequest,
) -> Result<Issued> {
    let RefreshByAssertionRequest { app_id, ref assertion_id, ref scopes, .. } = *request;
    context.admit_refresh(app_id, installation).map_err(too_many)?;
    check_end(ends_at, context.now())?;
    let scopes = mint::scopes(scopes)?;
    let seen = tokens::refreshable_id(&context.db, installation).await?;
    let id = tokens::next_id(&context.db).await?;

    let mut tx = context.db.begin().await?;
    if !used_once::insert(&mut tx, &assertion_hash(app_id, assertion_id), ends_at).await? {
        return Err(already_used());
    }
    match find_replaced(context, &mut tx, seen, app_id, installation).await {
        Ok((old, holder)) => {
            // A new family, so that a replayed refresh token of the lost family ends only that one. The pair cannot be
            // derived, because the replaced refresh token is unknown: an app that loses the response sends another assertion.
            let (family, pair) = (context.random.uuid(), random_pair());
            rotate(context, tx, &old, Successor { id, holder, family, pair, scopes }).await
        }
        Err(refusal) => {
            // A refused assertion is used up too: an eavesdropper must not get a second try.
            tx.commit().await?;
            Err(refusal)
        }
    }
}

async fn find_replaced(
    context: &Context,
    tx: &mut Tx,
    seen: Option<i64>,
    app_id: i64,
    installation: Uuid,
) -> Result<(StoredToken, InstallationHolder)> {
    if !lock::try_refresh(tx, installation).await? {
        return Err(in_progress());
    }
    context.lock_live(tx, installation).await?;
    decide(seen, tokens::find_refreshable(tx, installation).await?, app_id)
}
