//! The outcome of a refresh.

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::{Error, Result};
use uuid::Uuid;

use super::stored_token::{InstallationHolder, RefreshPart, StoredToken};

/// The stored token that a presented refresh token belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) token: StoredToken,
    /// The token that replaced it.
    pub(crate) successor: Option<StoredToken>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Replace the token by a new one.
    Rotate { token: StoredToken, holder: InstallationHolder, family: Uuid },
    /// Repeat the response of the first refresh.
    Repeat { successor: StoredToken, family: Uuid },
    /// The token or its successor was stolen. The thief cannot be identified, so the whole family is revoked.
    EndFamily { family: Uuid },
}

/// Decides about a presented refresh token.
///
/// Within `window` after its replacement, a refresh token gets the response of the first refresh again, unless the successor
/// has been refreshed as well. In that case the app received the first response, and the request is a late duplicate: a
/// proxy held it back, or it comes from the slower of two workers. It is refused, because the pair it asks for is no longer
/// valid. The family stays valid, because within the window a duplicate is far more likely than a thief, and a thief gains
/// nothing from the refusal.
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

/// How long an app has to wait that exceeds the limit of refreshes by `limit`. `None`: it is answered at once.
///
/// An app that has lost the response to a refresh sends the same refresh token, which was replaced at `replaced_at`, until it is
/// answered. A wait beyond the window would make the next use revoke the family. So the wait ends within the window, and in the last seconds
/// of the window there is no wait.
pub(crate) fn wait(
    limit: TimeDelta,
    replaced_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    window: TimeDelta,
) -> Option<TimeDelta> {
    let Some(replaced_at) = replaced_at.filter(|at| now - *at <= window) else { return Some(limit) };
    // For the way of the next request.
    let spare = (window / 4).min(TimeDelta::seconds(5));
    let longest = replaced_at + window - spare - now;
    if longest < TimeDelta::seconds(1) { None } else { Some(limit.min(longest)) }
}

/// The message is that of an unknown token, so that a thief learns nothing. The reason lets services notify the app's owner.
pub(crate) fn reused() -> Error {
    Error::unauthenticated("REFRESH_TOKEN_REUSED", "Given refresh token does not exist")
}

/// The refusal of an unknown refresh token.
pub(crate) fn not_found() -> Error {
    Error::unauthenticated("REFRESH_TOKEN_NOT_FOUND", "Given refresh token does not exist")
}

#[cfg(test)]
#[path = "refresh_tests.rs"]
mod tests;
