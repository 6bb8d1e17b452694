//! The sealed values of an app, and the keys that they are sealed with.

use std::collections::BTreeMap;

use patchbay_domain::sealed::{KeyId, SealingKeys};

use crate::domain::app::Sealed;
use crate::domain::app::SealedHeader;

/// The sealed values of one app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SealedValues {
    pub(crate) app_id: i64,
    pub(crate) client_secret: Sealed,
    pub(crate) previous_secret: Option<Sealed>,
    pub(crate) client_key: Option<Sealed>,
    pub(crate) webhook_headers: Vec<SealedHeader>,
}

/// A table and column, `table.column`.
pub(crate) type Place = &'static str;

pub(crate) const CLIENT_SECRET: Place = "apps.client_secret";
pub(crate) const PREVIOUS_SECRET: Place = "apps.previous_secret";
pub(crate) const CLIENT_KEY: Place = "apps.client_key";
pub(crate) const WEBHOOK_HEADERS: Place = "apps.webhook_headers";

impl SealedValues {
    /// Each value with its table and column.
    pub(crate) fn each(&self) -> impl Iterator<Item = (Place, &Sealed)> {
        [(CLIENT_SECRET, &self.client_secret)]
            .into_iter()
            .chain(self.previous_secret.iter().map(|sealed| (PREVIOUS_SECRET, sealed)))
            .chain(self.client_key.iter().map(|sealed| (CLIENT_KEY, sealed)))
            .chain(self.webhook_headers.iter().map(|header| (WEBHOOK_HEADERS, &header.value)))
    }

    /// The number of values that are sealed with another key.
    pub(crate) fn not_under(&self, current: KeyId) -> usize {
        self.each().filter(|(_, sealed)| KeyId::of(&sealed.0) != Some(current)).count()
    }
}

/// The number of values sealed with each key, by table and column.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct SealedCounts(BTreeMap<KeyId, BTreeMap<Place, usize>>);

/// Whether the service has a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum KeyState {
    Current,
    Other,
    Missing,
}

/// A key and the number of values that are sealed with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyUse {
    pub(crate) id: KeyId,
    pub(crate) state: KeyState,
    pub(crate) counts: BTreeMap<Place, usize>,
}

impl SealedCounts {
    pub(crate) fn add(&mut self, values: &SealedValues) {
        for (place, sealed) in values.each() {
            // A value that is too short for a key id is not sealed; opening it reports the error.
            if let Some(id) = KeyId::of(&sealed.0) {
                *self.0.entry(id).or_default().entry(place).or_default() += 1;
            }
        }
    }

    /// The keys of the service, the current one first, followed by missing keys.
    pub(crate) fn by_key(mut self, keys: &SealingKeys) -> Vec<KeyUse> {
        let mut uses: Vec<KeyUse> = Vec::new();
        for id in keys.ids() {
            if uses.iter().all(|known| known.id != id) {
                let state = if id == keys.current() { KeyState::Current } else { KeyState::Other };
                uses.push(KeyUse { id, state, counts: self.0.remove(&id).unwrap_or_default() });
            }
        }
        let missing = self.0.into_iter().map(|(id, counts)| KeyUse { id, state: KeyState::Missing, counts });
        uses.extend(missing);
        uses
    }
}

impl KeyUse {
    pub(crate) fn total(&self) -> usize {
        self.counts.values().sum()
    }
}

#[cfg(test)]
mod tests {
    use patchbay_domain::SecretBytes;

    use super::*;

    fn key(text: &str) -> SecretBytes {
        SecretBytes::new(text.as_bytes())
    }

    fn sealed(by: &str) -> Sealed {
        Sealed(SealingKeys::new(&key(by), &[]).unwrap().seal("x", b"secret"))
    }

    const NEW: &str = "the key of today";
    const OLD: &str = "one of yesterday";
    const LOST: &str = "key that is lost";

    #[test]
    fn values_are_counted_by_key_and_place() {
        let header = |by| SealedHeader { name: "X".into(), value: sealed(by) };
        let mut values = SealedValues {
            app_id: 1,
            client_secret: sealed(OLD),
            previous_secret: Some(sealed(LOST)),
            client_key: None,
            webhook_headers: vec![header(OLD), header(NEW), header(OLD)],
        };
        let keys = SealingKeys::new(&key(NEW), &[key(OLD), key(OLD)]).unwrap();
        assert_eq!(values.not_under(keys.current()), 4);
        let mut tally = SealedCounts::default();
        tally.add(&values);
        values.client_secret = Sealed(vec![1]);
        tally.add(&values);
        let uses = tally.by_key(&keys);
        let totals: Vec<_> = uses.iter().map(|one| (one.state, one.total())).collect();
        assert_eq!(totals, [(KeyState::Current, 2), (KeyState::Other, 5), (KeyState::Missing, 2)]);
        assert_eq!(uses[1].counts, BTreeMap::from([(CLIENT_SECRET, 1), (WEBHOOK_HEADERS, 4)]));
    }

    #[test]
    fn keys_without_a_value_are_listed_too() {
        let keys = SealingKeys::new(&key(NEW), &[key(OLD)]).unwrap();
        let uses = SealedCounts::default().by_key(&keys);
        assert_eq!(uses.iter().map(KeyUse::total).collect::<Vec<_>>(), [0, 0]);
    }
}
