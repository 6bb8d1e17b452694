use patchbay_domain::Result;
use uuid::Uuid;

use crate::domain::pair::{Issued, Pair, Span};
use crate::domain::stored_token::InstallationHolder;
use crate::domain::{code, grant, mint};
use crate::metrics::Outcome;
use crate::state::State;
use crate::store::{grants, tokens};

/// Exchanges a grant for the first token of a family. One of many at once gets it.
pub(crate) async fn exchange(
    state: &State,
    installation: Uuid,
    app_id: i64,
    code: &str,
    scopes: &[String],
) -> Result<Issued> {
    let result = try_exchange(state, installation, app_id, code, scopes).await;
    let outcome = result.as_ref().map_or_else(Outcome::from, |_| Outcome::from("exchanged"));
    state.metrics.exchanges.get_or_create(&outcome).inc();
    result
}

async fn try_exchange(
    state: &State,
    installation: Uuid,
    app_id: i64,
    code: &str,
    scopes: &[String],
) -> Result<Issued> {
    let scopes = mint::scopes(scopes)?;
    let code_hash = code::presented(code).ok_or_else(grant::not_found)?;
    let id = tokens::next_id(&state.db).await?;

    let mut tx = state.db.begin().await?;
    state.lock_live(&mut tx, installation).await?;
    let now = state.now();
    let found = grants::find_by_code(&mut tx, &code_hash).await?;
    let grant = grant::exchangeable(found, installation, app_id, now)?;
    grants::delete(&mut tx, installation).await?;
    let holder = InstallationHolder { installation, app_id, organization_id: grant.organization_id };
    let span = Span { from: now, to: Some(now + state.config.token_lifetime) };
    let issued = Issued::refreshable(id, holder, Uuid::new_v4(), Pair::random(), scopes, span);
    tokens::insert(&mut tx, &issued.token).await?;
    tx.commit().await?;
    Ok(issued)
}
