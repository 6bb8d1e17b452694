//! The credentials of a call.

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use rsa::RsaPrivateKey;
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPublicKey};
use serde::Deserialize;

use super::call::{Call, message};
use super::world::World;
use super::{APP_ID, KEY};
use crate::receiver::Answer;

/// Seconds that the token of the application may last.
const LONGEST: i64 = 600;

#[derive(Deserialize)]
struct Claims {
    iss: String,
    iat: i64,
    exp: i64,
}

fn token<'a>(call: &Call<'a>) -> Result<&'a str, Answer> {
    let header = call.request.header("authorization");
    header
        .and_then(|header| header.strip_prefix("Bearer "))
        .ok_or_else(|| message(401, "Requires authentication"))
}

/// Verifies the application's signature and the times of its token.
pub(super) fn check_app(world: &World, call: &Call<'_>) -> Result<(), Answer> {
    let public = RsaPrivateKey::from_pkcs1_der(KEY).unwrap().to_public_key().to_pkcs1_der().unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    // The times are checked below with the time of this server.
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    let claims = jsonwebtoken::decode::<Claims>(
        token(call)?,
        &DecodingKey::from_rsa_der(public.as_bytes()),
        &validation,
    );
    let claims = claims.map_err(|_| message(401, "A JSON web token could not be decoded"))?.claims;
    let now = world.now().timestamp();
    if claims.iss != APP_ID.to_string() {
        return Err(message(401, "Integration not found"));
    }
    if claims.iat > now {
        let text = "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
        return Err(message(401, text));
    }
    if claims.exp <= now || claims.exp - now > LONGEST || claims.exp - claims.iat > LONGEST {
        return Err(message(401, "'Expiration time' claim ('exp') is too far in the future"));
    }
    Ok(())
}

/// The login of the person whose token the call has.
pub(super) fn person(world: &World, call: &Call<'_>) -> Result<String, Answer> {
    world.user_tokens.get(token(call)?).cloned().ok_or_else(bad_credentials)
}

/// The account whose installation the call is made for.
pub(super) fn installation(world: &World, call: &Call<'_>) -> Result<String, Answer> {
    let (id, expires_at) = world.tokens.get(token(call)?).ok_or_else(bad_credentials)?;
    let installed = world.installations.get(id).filter(|_| *expires_at > world.now());
    installed.map(|installed| installed.account.clone()).ok_or_else(bad_credentials)
}

fn bad_credentials() -> Answer {
    message(401, "Bad credentials")
}
