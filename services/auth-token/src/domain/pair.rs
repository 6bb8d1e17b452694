//! New tokens: what is shown once, and what is kept of it.

use chrono::{DateTime, Utc};
use patchbay_domain::{SecretBytes, SecretString, token};
use uuid::Uuid;

use super::code::Hash;
use super::stored_token::{Holder, InstallationHolder, RefreshPart, StoredToken};

/// What tells a personal token apart, for people and for secret scanners.
const USER_PREFIX: &str = "sntryu_";

/// A token together with its secrets, on the way to the one who asked for it.
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
    /// The pair that follows `refresh_token`: the same one whenever it is asked for, so that a lost answer
    /// can be given again although nothing of it is kept in the clear.
    ///
    /// The refresh token itself goes in, not its stored hash: whoever got hold of the database *and* the key
    /// would otherwise compute every family's present pair.
    pub(crate) fn following(refresh_token: &str, family: Uuid, key: &SecretBytes) -> Self {
        // The family has a fixed length, so two contexts never read the same.
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

/// When a token was made and when it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: DateTime<Utc>,
    /// `None` = never.
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

    /// A user's personal token. It lives until it is revoked.
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
    fn a_personal_token_is_told_by_its_prefix() {
        let issued = Issued::personal(1, 3, &token::generate(), None, Vec::new(), now());
        let secret = issued.secret.expose();
        assert_eq!(secret.len(), "sntryu_".len() + 64);
        assert!(secret.starts_with("sntryu_"));
        assert_eq!(issued.token.token_hash, token::hash(secret), "the hash is of the whole, prefix included");
        assert!(secret.ends_with(&issued.token.last_four));
    }

    #[test]
    fn neither_secrets_nor_hashes_are_printed() {
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
