use chrono::{DateTime, Utc};
use patchbay_db::Tx;
use patchbay_domain::Result;
use uuid::Uuid;

use crate::domain::mint;
use crate::domain::pair::{Issued, Pair};
use crate::domain::refresh_by_assertion::{already_used, assertion_hash, check_end, decide, in_progress};
use crate::domain::stored_token::{InstallationHolder, StoredToken};
use crate::metrics::Outcome;
use crate::rotate::{Successor, rotate};
use crate::state::State;
use crate::store::{lock, tokens, used_once};

/// Who refreshes, and on what word.
pub(crate) struct Attempt<'a> {
    pub(crate) installation: Uuid,
    pub(crate) app_id: i64,
    pub(crate) assertion_id: &'a str,
    pub(crate) assertion_ends_at: DateTime<Utc>,
    pub(crate) scopes: &'a [String],
}

/// Replaces the token of an installation on its app's word. One of many at once does.
pub(crate) async fn refresh_by_assertion(state: &State, attempt: Attempt<'_>) -> Result<Issued> {
    let result = try_refresh(state, &attempt).await;
    let outcome = result.as_ref().map_or_else(Outcome::from, |_| Outcome::from("asserted"));
    state.metrics.refreshes.get_or_create(&outcome).inc();
    result
}

async fn try_refresh(state: &State, attempt: &Attempt<'_>) -> Result<Issued> {
    let &Attempt { installation, app_id, assertion_id, assertion_ends_at, scopes } = attempt;
    state.admit_refresh(app_id, installation)?;
    check_end(assertion_ends_at, state.now())?;
    let scopes = mint::scopes(scopes)?;
    let seen = tokens::refreshable_id(&state.db, installation).await?;
    let id = tokens::next_id(&state.db).await?;

    let mut tx = state.db.begin().await?;
    if !used_once::insert(&mut tx, &assertion_hash(app_id, assertion_id), assertion_ends_at).await? {
        return Err(already_used());
    }
    match admit(state, &mut tx, seen, attempt).await {
        Ok((old, holder)) => {
            // A family of its own: who replays a refresh token of the lost one ends that one only. Nothing can be
            // derived, because the refresh token that is replaced is not known, so a lost answer takes another assertion.
            let pair = Pair::random();
            rotate(state, tx, &old, Successor { id, holder, family: Uuid::new_v4(), pair, scopes }).await
        }
        Err(refusal) => {
            // Used up all the same: somebody who listens in must not get a second try.
            tx.commit().await?;
            Err(refusal)
        }
    }
}

async fn admit(
    state: &State,
    tx: &mut Tx,
    seen: Option<i64>,
    attempt: &Attempt<'_>,
) -> Result<(StoredToken, InstallationHolder)> {
    if !lock::try_refresh(tx, attempt.installation).await? {
        return Err(in_progress());
    }
    state.lock_live(tx, attempt.installation).await?;
    decide(seen, tokens::find_refreshable(tx, attempt.installation).await?, attempt.app_id)
}
