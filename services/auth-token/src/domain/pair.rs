//! New tokens: their secrets, which are shown once, and their stored form.

use chrono::{DateTime, Utc};
use patchbay_domain::{SecretBytes, SecretString, token};
use uuid::Uuid;

use super::code::Hash;
use super::stored_token::{Holder, InstallationHolder, RefreshPart, StoredToken};

/// Marks a personal token for people and for secret scanners.
const USER_PREFIX: &str = "sntryu_";

/// A new token with its secrets, for the response that creates it.
#[derive(Debug)]
pub(crate) struct Issued {
    pub(crate) token: StoredToken,
    pub(crate) secret: SecretString,
    pub(crate) refresh_secret: Option<SecretString>,
}

/// The two secrets of a refreshable token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) access: SecretString,
    pub(crate) refresh: SecretString,
}

impl Pair {
    /// Derives the pair that follows `refresh_token`. The result is always the same, so that a lost response can be
    /// repeated although only hashes are stored.
    ///
    /// The pair is derived from the refresh token, not from its stored hash: otherwise a leaked database and key would
    /// reveal the current pair of every family.
    pub(crate) fn following(refresh_token: &str, family: Uuid, key: &SecretBytes) -> Self {
        // The family has a fixed length, so two different contexts never have the same bytes.
        let context = [family.as_bytes(), refresh_token.as_bytes()].concat();
        let context = SecretBytes::new(context);
        Self {
            access: token::derive(key, "access", context.expose()),
            refresh: token::derive(key, "refresh", context.expose()),
        }
    }

    pub(crate) fn refresh_hash(&self) -> Hash {
        token::hash(self.refresh.expose())
    }
}

/// The lifetime of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: DateTime<Utc>,
    /// `None`: the token never expires.
    pub(crate) to: Option<DateTime<Utc>>,
}

impl Issued {
    /// A refreshable token of an installation.
    pub(crate) fn refreshable(
        id: i64,
        holder: InstallationHolder,
        family: Uuid,
        pair: Pair,
        scopes: Vec<String>,
        span: Span,
    ) -> Self {
        let refresh = RefreshPart { family, hash: pair.refresh_hash(), replaced: None };
        let plain = Self::plain(id, Holder::Installation(holder), pair.access, scopes, span);
        Self {
            token: StoredToken { refresh: Some(refresh), ..plain.token },
            refresh_secret: Some(pair.refresh),
            ..plain
        }
    }

    /// A user's personal token, which never expires. `random` is a fresh random secret.
    pub(crate) fn personal(
        id: i64,
        user_id: i64,
        random: &SecretString,
        name: Option<String>,
        scopes: Vec<String>,
        now: DateTime<Utc>,
    ) -> Self {
        let secret = SecretString::new([USER_PREFIX, random.expose()].concat());
        let plain = Self::plain(id, Holder::User(user_id), secret, scopes, Span { from: now, to: None });
        Self { token: StoredToken { name, ..plain.token }, ..plain }
    }

    /// A token without a refresh token.
    pub(crate) fn plain(
        id: i64,
        holder: Holder,
        secret: SecretString,
        scopes: Vec<String>,
        span: Span,
    ) -> Self {
        let token = StoredToken {
            id,
            holder,
            token_hash: token::hash(secret.expose()),
            last_four: token::last_four(secret.expose()),
            scopes,
            name: None,
            created_at: span.from,
            expires_at: span.to,
            last_used_at: None,
            refresh: None,
        };
        Self { token, secret, refresh_secret: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap()
    }

    fn holder() -> InstallationHolder {
        InstallationHolder { installation: Uuid::from_u128(1), app_id: 5, organization_id: 7 }
    }

    #[test]
    fn the_following_pair_depends_on_token_family_and_key() {
        let key = SecretBytes::new(*b"0123456789abcdef");
        let (family, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let pair = Pair::following("old", family, &key);
        assert_eq!(pair, Pair::following("old", family, &key));
        assert_ne!(pair.access, pair.refresh);
        assert_ne!(pair, Pair::following("older", family, &key));
        assert_ne!(pair, Pair::following("old", other, &key));
        assert_ne!(pair, Pair::following("old", family, &SecretBytes::new(*b"fedcba9876543210")));
    }

    #[test]
    fn a_personal_token_has_a_prefix() {
        let issued = Issued::personal(1, 3, &token::generate(), None, Vec::new(), now());
        let secret = issued.secret.expose();
        assert_eq!(secret.len(), "sntryu_".len() + 64);
        assert!(secret.starts_with("sntryu_"));
        assert_eq!(issued.token.token_hash, token::hash(secret), "the hash includes the prefix");
        assert!(secret.ends_with(&issued.token.last_four));
    }

    #[test]
    fn debug_output_has_neither_secrets_nor_hashes() {
        let pair = Pair { access: token::generate(), refresh: token::generate() };
        let secrets = [pair.access.expose().to_owned(), pair.refresh.expose().to_owned()];
        let printed_pair = format!("{pair:?}");
        let hash = format!("{:?}", pair.refresh_hash());
        let issued =
            Issued::refreshable(1, holder(), Uuid::nil(), pair, Vec::new(), Span { from: now(), to: None });
        let access_hash = format!("{:?}", issued.token.token_hash);
        let printed = format!("{issued:?} {printed_pair}");
        for secret in secrets.into_iter().chain([hash, access_hash]) {
            assert!(!printed.contains(&secret), "{printed}");
        }
        assert!(printed.contains("[redacted]"));
    }
}
