//! Assertions: a JWT proves that its sender holds the client secret of an app, without revealing it.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use patchbay_domain::{Error, SecretString};
use serde::Deserialize;

const MAX_BYTES: usize = 4096;
/// Characters of `jti`.
const MAX_ID: usize = 255;
/// Tolerated clock difference.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);
/// An assertion is stored until it expires, to refuse replays, so its lifetime is bounded.
const MAX_LIFETIME: TimeDelta = TimeDelta::hours(24);

/// The part of a valid assertion that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assertion {
    /// `jti`: no two assertions of an app share it.
    pub(crate) id: String,
    /// After this time the assertion is refused as expired.
    pub(crate) ends_at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    jti: String,
    iat: f64,
    exp: f64,
    nbf: Option<f64>,
}

/// Checks the assertion of the app with this client id and secret.
///
/// Only HS256 is accepted, whatever the header of the JWT says, because the only key is the client secret.
pub(crate) fn verify(
    jwt: &str,
    client_id: &str,
    secret: &SecretString,
    now: DateTime<Utc>,
) -> Result<Assertion, Error> {
    let claims = signed(jwt, secret).ok_or_else(invalid)?;
    let moment = |seconds: f64| moment(seconds).ok_or_else(invalid);
    let (begins, ends) = (moment(claims.nbf.unwrap_or(claims.iat))?, moment(claims.exp)?);
    let begins = begins.max(moment(claims.iat)?);
    let is_of_now = begins <= now + LEEWAY && now < ends + LEEWAY && ends <= now + MAX_LIFETIME + LEEWAY;
    let is_named = !claims.jti.is_empty() && claims.jti.chars().count() <= MAX_ID;
    if !is_of_now || !is_named {
        return Err(invalid());
    }
    if claims.iss != client_id || claims.sub != client_id {
        return Err(Error::unauthenticated("ASSERTION_FOREIGN", "JWT is not valid for this application"));
    }
    Ok(Assertion { id: claims.jti, ends_at: ends + LEEWAY })
}

fn signed(jwt: &str, secret: &SecretString) -> Option<Claims> {
    if jwt.len() > MAX_BYTES {
        return None;
    }
    let mut validation = Validation::new(Algorithm::HS256);
    // `verify` checks times with our `Clock`.
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    // The request path already names the audience.
    validation.validate_aud = false;
    let key = DecodingKey::from_secret(secret.expose().as_bytes());
    let token = decode::<Claims>(jwt, &key, &validation).ok()?;
    // `crit` lists extensions that the receiver must understand; we support none.
    token.header.crit.is_none().then_some(token.claims)
}

/// Rounds down to whole seconds; `None` if out of range.
fn moment(seconds: f64) -> Option<DateTime<Utc>> {
    #[expect(clippy::cast_possible_truncation, reason = "values out of range are refused below")]
    let whole = seconds.is_finite().then_some(seconds as i64)?;
    DateTime::from_timestamp(whole, 0)
}

fn invalid() -> Error {
    Error::unauthenticated("INVALID_ASSERTION", "Could not validate JWT")
}

#[cfg(test)]
mod tests;
