//! The credentials of a request.

use axum::http::{HeaderMap, header};
use patchbay_domain::{Error, Result, SecretString};

/// Name of the cookie that holds the secret of a session.
pub const SESSION_COOKIE: &str = "patchbay_session";

/// No token or session secret is longer; longer ones are refused without a lookup.
const LONGEST: usize = 512;

/// The credentials of a request. A header wins over a cookie, because a page sends a header deliberately.
#[derive(Debug, PartialEq)]
pub enum Credentials {
    /// Neither a token nor a session.
    Missing,
    /// From the `Authorization` header.
    Token(SecretString),
    /// From the cookie, which browsers also send with requests that foreign pages make.
    Session(SecretString),
}

/// Reads the credentials of a request.
///
/// # Errors
/// Unauthenticated when the `Authorization` header is malformed or its token longer than any token.
pub fn read(headers: &HeaderMap) -> Result<Credentials> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let value = value.to_str().map_err(|_| {
            bad_header("Invalid token header. Token string should not contain invalid characters.")
        })?;
        return bearer(value);
    }
    Ok(session(headers).map_or(Credentials::Missing, Credentials::Session))
}

fn bearer(value: &str) -> Result<Credentials> {
    let mut words = value.split_ascii_whitespace();
    if !words.next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer")) {
        // Another scheme may be meant for a proxy in front of us.
        return Ok(Credentials::Missing);
    }
    let Some(token) = words.next() else {
        return Err(bad_header("Invalid token header. No credentials provided."));
    };
    if words.next().is_some() {
        return Err(bad_header("Invalid token header. Token string should not contain spaces."));
    }
    if token.len() > LONGEST {
        return Err(invalid_token());
    }
    Ok(Credentials::Token(SecretString::new(token)))
}

/// The secret in the session cookie.
pub fn session(headers: &HeaderMap) -> Option<SecretString> {
    cookie(headers, SESSION_COOKIE)
}

/// The secret in the cookie of this name.
pub fn cookie(headers: &HeaderMap, wanted: &str) -> Option<SecretString> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, value)| *name == wanted && !value.is_empty() && value.len() <= LONGEST)
        .map(|(_, value)| SecretString::new(value))
}

fn bad_header(message: &str) -> Error {
    Error::unauthenticated("INVALID_TOKEN_HEADER", message)
}

/// The contract's refusal of an unknown token.
pub fn invalid_token() -> Error {
    Error::unauthenticated("INVALID_TOKEN", "Invalid token")
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    type Pairs<'a> = &'a [(header::HeaderName, &'a [u8])];

    fn headers(pairs: Pairs<'_>) -> HeaderMap {
        let value = |bytes| HeaderValue::from_bytes(bytes).unwrap();
        pairs.iter().map(|(name, bytes)| (name.clone(), value(bytes))).collect()
    }

    #[test]
    fn credentials_are_found_where_they_belong() {
        use header::{AUTHORIZATION, COOKIE};
        let token = || Credentials::Token(SecretString::new("t0ken"));
        let session = || Credentials::Session(SecretString::new("s"));
        let cases: [(Pairs<'_>, Credentials); 8] = [
            (&[], Credentials::Missing),
            (&[(AUTHORIZATION, b"Bearer t0ken")], token()),
            (&[(AUTHORIZATION, b"bearer   t0ken ")], token()),
            (&[(AUTHORIZATION, b"Basic dXNlcg==")], Credentials::Missing),
            (&[(COOKIE, b"a=b; patchbay_session=s")], session()),
            (&[(COOKIE, b"patchbay_session="), (COOKIE, b"x")], Credentials::Missing),
            (&[(COOKIE, b"not_patchbay_session=s")], Credentials::Missing),
            (&[(COOKIE, b"patchbay_session=s"), (AUTHORIZATION, b"Bearer t0ken")], token()),
        ];
        for (given, expected) in cases {
            assert_eq!(read(&headers(given)).unwrap(), expected, "{given:?}");
        }
    }

    #[test]
    fn a_malformed_token_header_is_refused_by_name() {
        let cases: [(&[u8], &str); 4] = [
            (b"Bearer", "No credentials provided"),
            (b"Bearer a b", "should not contain spaces"),
            (b"Bearer \xff", "should not contain invalid characters"),
            (&[b"Bearer ".as_slice(), &[b'a'; 600]].concat(), "Invalid token"),
        ];
        for (value, message) in cases {
            let refused = read(&headers(&[(header::AUTHORIZATION, value)])).unwrap_err();
            assert!(refused.message.contains(message), "{refused}");
        }
    }

    proptest! {
        #[test]
        fn whatever_a_header_holds_a_token_is_one_word_of_bounded_length(
            scheme in prop_oneof![Just("Bearer ".to_owned()), ".{0,12}"],
            rest in proptest::collection::vec(any::<u8>(), 0..700),
        ) {
            let bytes = [scheme.as_bytes(), &rest].concat();
            // The HTTP server refuses bytes that are not a header value.
            let Ok(value) = HeaderValue::from_bytes(&bytes) else { return Ok(()) };
            let headers = [(header::AUTHORIZATION, value.clone()), (header::COOKIE, value)].into_iter().collect();
            match read(&headers) {
                Ok(Credentials::Token(token) | Credentials::Session(token)) => {
                    prop_assert!(!token.expose().is_empty() && token.expose().len() <= LONGEST);
                    prop_assert!(!token.expose().contains(|c: char| c.is_ascii_whitespace() || !c.is_ascii()));
                }
                Ok(Credentials::Missing) => {}
                Err(error) => prop_assert_eq!(error.kind, patchbay_domain::ErrorKind::Unauthenticated),
            }
        }
    }
}
