//! Refreshing: which refresh token gets what.

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::{Error, Result};
use uuid::Uuid;

use super::stored_token::{InstallationHolder, RefreshPart, StoredToken};

/// What is stored of a presented refresh token.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) token: StoredToken,
    /// What the token was replaced by, if it was.
    pub(crate) successor: Option<StoredToken>,
}

/// What a refresh does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    /// The token is replaced by a new one.
    Rotate { token: StoredToken, holder: InstallationHolder, family: Uuid },
    /// The answer was given before and is given again.
    Repeat { successor: StoredToken, family: Uuid },
    /// The token was stolen, or its successor was: nobody can tell who is who, so the family ends.
    EndFamily { family: Uuid },
}

/// Decides about the refresh token that `found` was found by.
///
/// A token that was replaced is answered again for `window` after that, as long as the successor has not been
/// refreshed in its turn. If it has, its holder got the first answer, and this is a straggler: a duplicate some
/// proxy held back, or the slower of two workers. It gets nothing, because the pair it asks for is dead; but
/// the family lives on, because within the window duplicates are far likelier than thieves, and a thief
/// gains nothing by it either.
pub(crate) fn decide(
    found: Option<Found>,
    installation: Uuid,
    app_id: i64,
    now: DateTime<Utc>,
    window: TimeDelta,
) -> Result<Decision> {
    let Found { token, successor } = found.ok_or_else(not_found)?;
    let (Some(holder), Some(refresh)) = (token.installation(), token.refresh) else {
        return Err(not_found());
    };
    if holder.app_id != app_id {
        return Err(Error::invalid("REFRESH_TOKEN_FOREIGN", "Token does not belong to the application"));
    }
    if holder.installation != installation {
        return Err(not_found());
    }
    let RefreshPart { family, replaced, .. } = refresh;
    let Some(replaced) = replaced else { return Ok(Decision::Rotate { token, holder, family }) };
    if now - replaced.at > window {
        return Ok(Decision::EndFamily { family });
    }
    match successor {
        Some(successor) if !successor.is_replaced() => Ok(Decision::Repeat { successor, family }),
        _ => Err(not_found()),
    }
}

/// The same words as for one that is unknown: a thief learns nothing. Services tell the people concerned.
pub(crate) fn reused() -> Error {
    Error::unauthenticated("REFRESH_TOKEN_REUSED", "Given refresh token does not exist")
}

/// The answer to a refresh token that is not, or no longer, known.
pub(crate) fn not_found() -> Error {
    Error::unauthenticated("REFRESH_TOKEN_NOT_FOUND", "Given refresh token does not exist")
}

#[cfg(test)]
#[path = "refresh_tests.rs"]
mod tests;
