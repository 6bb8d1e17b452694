use patchbay_domain::Result;

use crate::domain::code;
use crate::domain::stored_token::StoredToken;
use crate::metrics::Outcome;
use crate::state::State;
use crate::store::tokens;

/// What a presented token or session secret is good for.
pub(crate) enum Introspection {
    Active(StoredToken),
    /// There is no such token, or there is none any more.
    Unknown,
    Expired,
}

/// Looks a token up: one query by its hash, none for text that cannot be a token.
pub(crate) async fn introspect(state: &State, secret: &str) -> Result<Introspection> {
    let result = look_up(state, secret).await;
    let outcome = match &result {
        Ok(Introspection::Active(_)) => "active".into(),
        Ok(Introspection::Unknown) => "unknown".into(),
        Ok(Introspection::Expired) => "expired".into(),
        Err(error) => Outcome::from(error),
    };
    state.metrics.introspections.get_or_create(&outcome).inc();
    result
}

async fn look_up(state: &State, secret: &str) -> Result<Introspection> {
    let Some(hash) = code::presented(secret) else { return Ok(Introspection::Unknown) };
    Ok(match tokens::find(&state.db, &hash).await? {
        None => Introspection::Unknown,
        Some(token) if token.is_expired(state.now()) => Introspection::Expired,
        Some(token) => Introspection::Active(token),
    })
}
