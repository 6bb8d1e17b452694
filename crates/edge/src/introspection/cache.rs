//! Recent answers of the token service.
//!
//! Answers are kept only while revocations are received, and only if no revocation arrived since the question was sent:
//! such an answer may be older than the revocation.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use uuid::Uuid;

use super::{Subject, Token};

type Hash = [u8; 32];

/// Two generations: when the young one is full it becomes the old one, and the unused entries of the old one are
/// dropped.
pub(super) struct Cache {
    young: HashMap<Hash, Entry>,
    old: HashMap<Hash, Entry>,
    /// Entries of a generation.
    size: usize,
    lifetime: TimeDelta,
    watched: bool,
    /// Grows with every change that can outdate an answer that is on its way.
    epoch: u64,
}

struct Entry {
    token: Token,
    until: DateTime<Utc>,
}

/// Taken before a question is sent, and checked when its answer is kept.
#[derive(Clone, Copy)]
pub(super) struct Ticket(u64);

impl Cache {
    pub(super) fn new(size: usize, lifetime: TimeDelta) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), size, lifetime, watched: false, epoch: 0 }
    }

    pub(super) fn get(&mut self, hash: &Hash, now: DateTime<Utc>) -> Option<Token> {
        if let Some(entry) = self.old.remove(hash) {
            self.keep(*hash, entry);
        }
        let entry = self.young.get(hash)?;
        if entry.until > now {
            return Some(entry.token.clone());
        }
        self.young.remove(hash);
        None
    }

    pub(super) fn ticket(&self) -> Ticket {
        Ticket(self.epoch)
    }

    pub(super) fn insert(&mut self, ticket: Ticket, hash: Hash, token: Token, now: DateTime<Utc>) {
        if !self.watched || ticket.0 != self.epoch {
            return;
        }
        let until = now.checked_add_signed(self.lifetime).unwrap_or(DateTime::<Utc>::MAX_UTC);
        let until = token.expires_at.map_or(until, |expires| expires.min(until));
        self.keep(hash, Entry { token, until });
    }

    pub(super) fn begin(&mut self) {
        self.clear();
        self.watched = true;
    }

    pub(super) fn revoke(&mut self, hashes: &[Vec<u8>]) {
        self.epoch += 1;
        for hash in hashes.iter().filter_map(|hash| Hash::try_from(hash.as_slice()).ok()) {
            self.young.remove(&hash);
            self.old.remove(&hash);
        }
    }

    pub(super) fn forget_installation(&mut self, uuid: Uuid) {
        self.epoch += 1;
        let is_another = |entry: &Entry| !matches!(entry.token.subject, Subject::Installation { installation_id, .. } if installation_id == uuid);
        self.young.retain(|_, entry| is_another(entry));
        self.old.retain(|_, entry| is_another(entry));
    }

    pub(super) fn end(&mut self) {
        self.clear();
        self.watched = false;
    }

    fn clear(&mut self) {
        self.epoch += 1;
        self.young.clear();
        self.old.clear();
    }

    fn keep(&mut self, hash: Hash, entry: Entry) {
        if self.young.len() >= self.size {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(hash, entry);
    }
}

#[cfg(test)]
mod tests {
    use patchbay_domain::ScopeSet;

    use super::*;

    fn token() -> Token {
        let subject = Subject::UserToken { user_id: 1 };
        Token { subject, scopes: ScopeSet::EMPTY, expires_at: None }
    }

    #[test]
    fn an_installation_is_forgotten_and_others_are_not() {
        let mut cache = Cache::new(10, TimeDelta::seconds(5));
        cache.begin();
        let of = |installation: u128| {
            let installation_id = Uuid::from_u128(installation);
            let subject = Subject::Installation { installation_id, app_id: 1, organization_id: 1 };
            Token { subject, scopes: ScopeSet::EMPTY, expires_at: None }
        };
        cache.insert(cache.ticket(), [1; 32], of(1), at(0));
        cache.insert(cache.ticket(), [2; 32], of(2), at(0));
        let asked_before = cache.ticket();
        cache.forget_installation(Uuid::from_u128(1));
        cache.insert(asked_before, [1; 32], of(1), at(0));
        assert_eq!(cache.get(&[1; 32], at(0)), None, "an answer on its way may be older");
        assert_eq!(cache.get(&[2; 32], at(0)), Some(of(2)));
    }

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap()
    }

    fn watched() -> Cache {
        let mut cache = Cache::new(2, TimeDelta::seconds(5));
        cache.begin();
        cache
    }

    fn insert(cache: &mut Cache, hash: u8) {
        let ticket = cache.ticket();
        cache.insert(ticket, [hash; 32], token(), at(0));
    }

    #[test]
    fn an_entry_lives_as_long_as_allowed_and_no_longer_than_its_token() {
        let mut cache = watched();
        insert(&mut cache, 1);
        assert!(cache.get(&[1; 32], at(4)).is_some());
        assert!(cache.get(&[1; 32], at(5)).is_none());
        let ticket = cache.ticket();
        cache.insert(ticket, [2; 32], Token { expires_at: Some(at(2)), ..token() }, at(0));
        assert!(cache.get(&[2; 32], at(1)).is_some());
        assert!(cache.get(&[2; 32], at(2)).is_none());
    }

    #[test]
    fn a_revoked_token_is_forgotten_and_others_are_not() {
        let mut cache = watched();
        insert(&mut cache, 1);
        insert(&mut cache, 2);
        cache.revoke(&[vec![1; 32], b"no hash".to_vec()]);
        assert!(cache.get(&[1; 32], at(1)).is_none());
        assert!(cache.get(&[2; 32], at(1)).is_some());
    }

    #[test]
    fn an_answer_that_a_revocation_overtook_is_not_kept() {
        let mut cache = watched();
        let ticket = cache.ticket();
        cache.revoke(&[vec![1; 32]]);
        cache.insert(ticket, [1; 32], token(), at(0));
        assert!(cache.get(&[1; 32], at(0)).is_none());
    }

    #[test]
    fn nothing_is_kept_while_nobody_watches() {
        let mut cache = Cache::new(2, TimeDelta::seconds(5));
        insert(&mut cache, 1);
        assert!(cache.get(&[1; 32], at(0)).is_none());
        cache.begin();
        insert(&mut cache, 1);
        cache.end();
        assert!(cache.get(&[1; 32], at(0)).is_none());
        cache.begin();
        assert!(cache.get(&[1; 32], at(0)).is_none(), "a revocation may have been missed in between");
    }

    #[test]
    fn the_least_used_entries_make_room() {
        let mut cache = watched();
        for hash in 1..=3 {
            insert(&mut cache, hash);
            assert!(cache.get(&[1; 32], at(0)).is_some(), "used all the time");
        }
        for hash in 4..=9 {
            insert(&mut cache, hash);
        }
        assert!(cache.young.len() + cache.old.len() <= 4);
        assert!(cache.get(&[2; 32], at(0)).is_none());
    }
}
