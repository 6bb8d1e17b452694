//! The signed word of an app: a JWT that proves that its sender holds the client secret, without showing it.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use patchbay_domain::{Error, SecretString};
use serde::Deserialize;

/// Longer ones say more than is asked for.
const MAX_BYTES: usize = 4096;
/// Characters of `jti`.
const MAX_ID: usize = 255;
/// By how much clocks may differ.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);
/// An assertion is remembered until its end, so the end has to be near.
const LONGEST: TimeDelta = TimeDelta::hours(24);

/// What is kept of an assertion that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assertion {
    /// `jti`: no two assertions of an app share it.
    pub(crate) id: String,
    /// From when on it is refused for its age.
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
/// Only HS256 is taken, whatever the header of the assertion says: there is no other key that it could be checked with.
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
    let is_of_now = begins <= now + LEEWAY && now < ends + LEEWAY && ends <= now + LONGEST + LEEWAY;
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
    // By our own clock, not by the machine's; see `verify`.
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    // Whom it is meant for is said by the address it was sent to.
    validation.validate_aud = false;
    let key = DecodingKey::from_secret(secret.expose().as_bytes());
    let token = decode::<Claims>(jwt, &key, &validation).ok()?;
    // Extensions that the sender wants to be understood; we know none.
    token.header.crit.is_none().then_some(token.claims)
}

/// Whole seconds are all that matters here; what is no moment is none.
fn moment(seconds: f64) -> Option<DateTime<Utc>> {
    #[expect(clippy::cast_possible_truncation, reason = "what is out of range is no moment, and refused")]
    let whole = seconds.is_finite().then_some(seconds as i64)?;
    DateTime::from_timestamp(whole, 0)
}

fn invalid() -> Error {
    Error::unauthenticated("INVALID_ASSERTION", "Could not validate JWT")
}

#[cfg(test)]
#[path = "assertion_tests.rs"]
mod tests;
