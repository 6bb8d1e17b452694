use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The id of the only client.
pub const CLIENT_ID: &str = "patchbay-tests";
/// The secret of the client.
pub const CLIENT_SECRET: &str = "between provider and client";

/// A private key for tests, in PKCS #1.
const KEY: &[u8] = include_bytes!("../../fixtures/oidc-provider.der");
/// The modulus of the key.
const MODULUS: &str = "uVwzFDp1jS-qAm3oJx_TouhjMoZQ4OpMPlwj5P_DQC9eG-50f4chq5TNM97RpXs21CSEOBnPKRO6pU0mbkOfepRfNa_Zy6wD4IPFoQ_iFdv90JmAMJRSznV3Z4KFnmg9P56XukEEBjrK6dASS3NQOZzbA9sxNqusvP5cmh7J1XzGYLTc1nd6jzbhrvqfffYYqYs6msXZiVdKJ8FwxKOvUYCbwcsOn60uFvG4HeqiXOsYtYbyZ3WiHQ_yhSkLcnVhopekVtrOlChp64230fkIA7kLlhcf9kL-z_iRBnaKa4kA56I7xIWmNRpAff-85NA6vy4mPlOcJfRE0LD0fg6hDQ";

#[derive(Debug)]
pub(super) struct State {
    issuer: String,
    now: i64,
    behaviour: Mutex<Behaviour>,
}

#[derive(Debug, Default)]
pub(super) struct Behaviour {
    /// Deliberate deviations of the next responses.
    pub(super) lies: Value,
    pub(super) signs_with_secret: bool,
    codes: HashMap<String, Begun>,
}

/// A user who has signed in and whose code has not been exchanged yet.
#[derive(Debug)]
struct Begun {
    nonce: String,
    challenge: String,
    redirect_uri: String,
}

/// The pairs of a query or a form.
pub(super) type Pairs = HashMap<String, String>;

impl State {
    pub(super) fn new(issuer: String, now: i64) -> Self {
        Self { issuer, now, behaviour: Mutex::default() }
    }

    pub(super) fn behaviour(&self) -> MutexGuard<'_, Behaviour> {
        self.behaviour.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn configuration(&self) -> Value {
        let at = |path: &str| format!("{}{path}", self.issuer);
        json!({
            "issuer": self.issuer, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"),
            "jwks_uri": at("/jwks"), "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        })
    }

    pub(super) fn keys(&self) -> Value {
        let key =
            json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "1", "n": MODULUS, "e": "AQAB" });
        json!({ "keys": [key] })
    }

    /// Signs the user in without a dialog and returns the redirect. `None` if the request is invalid.
    pub(super) fn authorize(&self, query: &Pairs) -> Option<String> {
        let asked = |name: &str, value: &str| query.get(name).is_some_and(|given| given == value);
        if !asked("client_id", CLIENT_ID)
            || !asked("response_type", "code")
            || !asked("code_challenge_method", "S256")
        {
            return None;
        }
        let part = |name: &str| query.get(name).cloned();
        let (state, redirect_uri) = (part("state")?, part("redirect_uri")?);
        let code = uuid::Uuid::new_v4().to_string();
        let begun = Begun {
            nonce: part("nonce")?,
            challenge: part("code_challenge")?,
            redirect_uri: redirect_uri.clone(),
        };
        let location = format!("{redirect_uri}?code={code}&state={state}");
        self.behaviour().codes.insert(code, begun);
        Some(location)
    }

    /// Exchanges a code once. `None` if the client or its proof is wrong.
    pub(super) fn token(&self, authorization: &str, form: &Pairs) -> Option<Value> {
        let client = BASE64_STANDARD.decode(authorization.strip_prefix("Basic ")?).ok()?;
        let secret = CLIENT_SECRET.replace(' ', "+");
        if client != format!("{CLIENT_ID}:{secret}").as_bytes() {
            return None;
        }
        let begun = self.behaviour().codes.remove(form.get("code")?)?;
        let proof = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(form.get("code_verifier")?));
        if proof != begun.challenge || form.get("redirect_uri")? != &begun.redirect_uri {
            return None;
        }
        let id_token = self.id_token(&begun.nonce);
        Some(
            json!({ "access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": id_token }),
        )
    }

    fn id_token(&self, nonce: &str) -> String {
        let mut claims = json!({
            "iss": self.issuer, "aud": CLIENT_ID, "sub": "7", "iat": self.now, "exp": self.now + 300, "nonce": nonce,
            "email": "Jane@Acme.example", "email_verified": true, "name": "Jane Doe",
        });
        let behaviour = self.behaviour();
        for (name, value) in behaviour.lies.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        let claims: serde_json::Map<_, _> = claims
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let (algorithm, key) = match behaviour.signs_with_secret {
            false => (Algorithm::RS256, EncodingKey::from_rsa_der(KEY)),
            true => (Algorithm::HS256, EncodingKey::from_secret(CLIENT_SECRET.as_bytes())),
        };
        let header = Header { kid: Some("1".to_owned()), ..Header::new(algorithm) };
        encode(&header, &claims, &key).expect("the key signs")
    }
}
