use patchbay_domain::Result;

use crate::domain::code;
use crate::domain::stored_token::StoredToken;
use crate::metrics::Outcome;
use crate::state::State;
use crate::store::tokens;

/// Why a presented token or session secret is good for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inactive {
    /// There is no such token, or there is none any more.
    Unknown,
    Expired,
}

/// What a presented token or session secret is good for: one query by its hash, none for text that cannot be a token.
pub(crate) async fn introspect(state: &State, secret: &str) -> Result<Result<StoredToken, Inactive>> {
    let result = look_up(state, secret).await;
    let outcome = match &result {
        Ok(Ok(_)) => "active".into(),
        Ok(Err(Inactive::Unknown)) => "unknown".into(),
        Ok(Err(Inactive::Expired)) => "expired".into(),
        Err(error) => Outcome::from(error),
    };
    state.metrics.introspections.get_or_create(&outcome).inc();
    result
}

async fn look_up(state: &State, secret: &str) -> Result<Result<StoredToken, Inactive>> {
    let Some(hash) = code::presented(secret) else { return Ok(Err(Inactive::Unknown)) };
    let now = state.now();
    Ok(match tokens::find(&state.db, &hash).await? {
        None => Err(Inactive::Unknown),
        Some(token) if token.is_expired(now) => Err(Inactive::Expired),
        Some(token) => {
            state.uses.note(&token, now);
            Ok(token)
        }
    })
}
