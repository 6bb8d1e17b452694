use patchbay_db::Tx;
use patchbay_domain::Result;
use uuid::Uuid;

use crate::domain::code::{self, Hash};
use crate::domain::mint;
use crate::domain::pair::{Issued, Pair};
use crate::domain::refresh::{Decision, decide, not_found, reused};
use crate::domain::stored_token::StoredToken;
use crate::metrics::Outcome;
use crate::rotate::{Successor, rotate};
use crate::state::State;
use crate::store::{delete_tokens, tokens};

/// Who refreshes, and with what.
pub(crate) struct Attempt<'a> {
    pub(crate) installation: Uuid,
    pub(crate) app_id: i64,
    pub(crate) refresh_token: &'a str,
    pub(crate) scopes: &'a [String],
}

/// Replaces a token by a new one, or gives the answer of a moment ago once more.
pub(crate) async fn refresh(state: &State, attempt: Attempt<'_>) -> Result<Issued> {
    let result = try_refresh(state, &attempt).await;
    let outcome = result.as_ref().map_or_else(Outcome::from, |(word, _)| Outcome::from(*word));
    state.metrics.refreshes.get_or_create(&outcome).inc();
    result.map(|(_, issued)| issued)
}

async fn try_refresh(state: &State, attempt: &Attempt<'_>) -> Result<(&'static str, Issued)> {
    let &Attempt { installation, app_id, refresh_token, scopes } = attempt;
    state.admit_refresh(app_id, installation)?;
    let scopes = mint::scopes(scopes)?;
    let refresh_hash = code::presented(refresh_token).ok_or_else(not_found)?;
    let id = tokens::next_id(&state.db).await?;

    let mut tx = state.db.begin().await?;
    state.lock_live(&mut tx, installation).await?;
    let now = state.now();
    let found = tokens::find_by_refresh(&mut tx, &refresh_hash).await?;
    match decide(found, installation, app_id, now, state.config.refresh_retry_window)? {
        Decision::Rotate { token: old, holder, family } => {
            let pair = Pair::following(refresh_token, family, &state.config.key);
            let successor = Successor { id, holder, family, pair, scopes };
            Ok(("rotated", rotate(state, tx, &old, successor).await?))
        }
        Decision::Repeat { successor, family } => {
            let pairs = state.config.keys().map(|key| Pair::following(refresh_token, family, key));
            repeat(successor, pairs).map(|issued| ("repeated", issued)).ok_or_else(not_found)
        }
        Decision::EndFamily { family } => {
            let hashes = delete_tokens::all_of_family(&mut tx, family).await?;
            end_family(state, tx, &hashes).await?;
            tracing::warn!(
                %installation, app_id, %family, ended = hashes.len(),
                "a used refresh token came back after its time: it or its successor was stolen, the family of tokens is revoked"
            );
            Err(reused())
        }
    }
}

/// The answer that was given before. `None` when it is none of these pairs: the key has changed since and is not among ours any
/// more, so the pair cannot be known.
fn repeat(successor: StoredToken, mut pairs: impl Iterator<Item = Pair>) -> Option<Issued> {
    let hash = successor.refresh.as_ref()?.hash;
    let pair = pairs.find(|pair| pair.refresh_hash() == hash)?;
    Some(Issued { token: successor, secret: pair.access, refresh_secret: Some(pair.refresh) })
}

async fn end_family(state: &State, tx: Tx, hashes: &[Hash]) -> Result<()> {
    state.commit_revoking(tx, hashes).await?;
    state.metrics.families_ended.inc();
    Ok(())
}
