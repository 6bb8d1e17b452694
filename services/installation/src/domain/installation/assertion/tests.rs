use jsonwebtoken::{EncodingKey, Header, encode};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const CLIENT: &str = "c1ient";
const NOW: i64 = 1_786_849_394;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).unwrap()
}

fn secret() -> SecretString {
    SecretString::new("5ecret")
}

fn claims(changes: Value) -> Value {
    let mut claims = json!({ "iss": CLIENT, "sub": CLIENT, "iat": NOW, "exp": NOW + 60, "jti": "1" });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

fn sign(header: &Header, claims: &Value, secret: &str) -> String {
    encode(header, claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

fn outcome(jwt: &str) -> String {
    match verify(jwt, CLIENT, &secret(), now()) {
        Ok(assertion) => format!("{} until {}", assertion.id, assertion.ends_at.timestamp() - NOW),
        Err(error) => error.message,
    }
}

const INVALID: &str = "Could not validate JWT";
const FOREIGN: &str = "JWT is not valid for this application";

#[test]
fn an_assertion_holds_for_its_app_and_its_time() {
    let cases = [
        (json!({}), "1 until 120"),
        (json!({ "exp": NOW + 60, "iat": NOW as f64 - 0.5 }), "1 until 120"),
        (json!({ "aud": "another", "more": [1] }), "1 until 120"),
        (json!({ "exp": NOW - 59 }), "1 until 1"),
        (json!({ "exp": NOW - 60 }), INVALID),
        (json!({ "exp": NOW + 86_400 }), "1 until 86460"),
        (json!({ "exp": NOW + 86_461 }), INVALID),
        (json!({ "iat": NOW + 60 }), "1 until 120"),
        (json!({ "iat": NOW + 61 }), INVALID),
        (json!({ "nbf": NOW + 61 }), INVALID),
        (json!({ "exp": 1e300 }), INVALID),
        (json!({ "exp": "soon" }), INVALID),
        (json!({ "exp": null }), INVALID),
        (json!({ "jti": "" }), INVALID),
        (json!({ "jti": "x".repeat(256) }), INVALID),
        (json!({ "jti": 7 }), INVALID),
        (json!({ "iss": "another" }), FOREIGN),
        (json!({ "sub": "another" }), FOREIGN),
        (json!({ "iss": null }), INVALID),
        (json!({ "iss": "another", "exp": NOW - 60 }), INVALID),
    ];
    for (changes, expected) in cases {
        let jwt = sign(&Header::new(Algorithm::HS256), &claims(changes.clone()), "5ecret");
        assert_eq!(outcome(&jwt), expected, "{changes}");
    }
}

#[test]
fn only_this_secret_signs_and_only_in_one_way() {
    let claims = claims(json!({}));
    assert_eq!(outcome(&sign(&Header::new(Algorithm::HS256), &claims, "an0ther")), INVALID);
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        assert_eq!(outcome(&sign(&Header::new(algorithm), &claims, "5ecret")), INVALID, "{algorithm:?}");
    }
    let critical = Header { crit: Some(vec!["b64".to_owned()]), ..Header::new(Algorithm::HS256) };
    assert_eq!(outcome(&sign(&critical, &claims, "5ecret")), INVALID);

    let good = sign(&Header::new(Algorithm::HS256), &claims, "5ecret");
    let parts: Vec<_> = good.split('.').collect();
    // {"alg":"none"} and {"alg":"RS256"}, with our signature and without one.
    for header in ["eyJhbGciOiJub25lIn0", "eyJhbGciOiJSUzI1NiJ9", "e30", ""] {
        for signature in [parts[2], ""] {
            assert_eq!(outcome(&format!("{header}.{}.{signature}", parts[1])), INVALID, "{header}");
        }
    }
    assert_eq!(outcome(&format!("{good}.{}", parts[2])), INVALID);
    assert_eq!(outcome(&good.repeat(40)), INVALID);
}

proptest! {
    #[test]
    fn any_text_is_refused_without_a_panic(text in any::<String>()) {
        prop_assert_eq!(outcome(&text), INVALID);
    }

    #[test]
    fn any_bytes_in_the_shape_of_a_jwt_are_refused_without_a_panic(
        header in "[A-Za-z0-9_-]{0,64}", claims in "[A-Za-z0-9_-]{0,200}", signature in "[A-Za-z0-9_=-]{0,64}",
    ) {
        prop_assert_eq!(outcome(&format!("{header}.{claims}.{signature}")), INVALID);
    }

    #[test]
    fn an_assertion_that_was_tampered_with_does_not_hold(position in 0..1000_usize, byte in any::<u8>()) {
        let jwt = sign(&Header::new(Algorithm::HS256), &claims(json!({})), "5ecret");
        let mut bytes = jwt.clone().into_bytes();
        let position = position % bytes.len();
        prop_assume!(bytes[position] != byte);
        bytes[position] = byte;
        if let Ok(tampered) = String::from_utf8(bytes) {
            prop_assert_eq!(outcome(&tampered), INVALID);
        }
    }

    #[test]
    fn any_signed_claims_are_checked_without_a_panic(
        iat in any::<f64>(), exp in any::<f64>(), nbf in any::<Option<f64>>(), jti in any::<String>(),
    ) {
        let jwt = sign(
            &Header::new(Algorithm::HS256),
            &claims(json!({ "iat": iat, "exp": exp, "nbf": nbf, "jti": jti })),
            "5ecret",
        );
        if let Ok(assertion) = verify(&jwt, CLIENT, &secret(), now()) {
            prop_assert!(assertion.ends_at > now());
            prop_assert!(assertion.ends_at <= now() + MAX_LIFETIME + LEEWAY + LEEWAY);
        }
    }
}
