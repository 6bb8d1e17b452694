//! Recent options of select fields, so that a form that is opened again sends no request. Refusals are not kept.

use chrono::{DateTime, TimeDelta, Utc};
use moka::sync::Cache;

/// Size of all entries together.
const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// Fixed cost of an entry besides its texts, which bounds the number of entries as well.
const ENTRY_BYTES: usize = 256;

/// The parameters of a request for options, apart from the installation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Question {
    pub(crate) uri: String,
    pub(crate) project_slug: Option<String>,
    /// The text typed into the field.
    pub(crate) query: Option<String>,
    /// The values of the fields that this one depends on: a JSON object.
    pub(crate) dependent_data: Option<String>,
}

impl Question {
    fn bytes(&self) -> usize {
        let given = [&self.project_slug, &self.query, &self.dependent_data];
        self.uri.len() + given.into_iter().flatten().map(String::len).sum::<usize>()
    }
}

/// Options by all parameters of the request for them.
pub(crate) struct OptionsCache {
    entries: Cache<Key, Entry>,
    lifetime: TimeDelta,
}

/// The whole key, not a hash of it: a collision must not show one installation the options of another.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    installation: String,
    question: Question,
}

#[derive(Debug, Clone)]
struct Entry {
    /// JSON, so that its size is known.
    prepared: String,
    /// By our clock, which tests control; the clock of the cache cannot be set.
    until: DateTime<Utc>,
}

impl OptionsCache {
    pub(crate) fn new(lifetime: TimeDelta) -> Self {
        let weigh = |key: &Key, entry: &Entry| {
            let bytes = ENTRY_BYTES + key.question.bytes() + entry.prepared.len();
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        Self { entries: Cache::builder().max_capacity(MAX_BYTES).weigher(weigh).build(), lifetime }
    }

    pub(crate) fn get(&self, installation: &str, question: &Question, now: DateTime<Utc>) -> Option<String> {
        let key = Key { installation: installation.to_owned(), question: question.clone() };
        Some(self.entries.get(&key).filter(|entry| now < entry.until)?.prepared)
    }

    pub(crate) fn put(&self, installation: &str, question: Question, prepared: String, now: DateTime<Utc>) {
        let until = now.checked_add_signed(self.lifetime).unwrap_or(DateTime::<Utc>::MAX_UTC);
        if until > now {
            let key = Key { installation: installation.to_owned(), question };
            self.entries.insert(key, Entry { prepared, until });
        }
    }

    /// For a change of an app: the caller sees its effect at once.
    pub(crate) fn clear(&self) {
        self.entries.invalidate_all();
    }
}

impl std::fmt::Debug for OptionsCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OptionsCache")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap()
    }

    fn question() -> Question {
        Question { uri: "/options".to_owned(), ..Question::default() }
    }

    #[test]
    fn an_answer_is_for_the_same_question_of_the_same_installation() {
        let cache = OptionsCache::new(TimeDelta::seconds(10));
        cache.put("a", question(), "1".to_owned(), at(0));
        assert_eq!(cache.get("a", &question(), at(9)).as_deref(), Some("1"));
        let text = || Some("x".to_owned());
        let others = [
            Question { uri: "/options/".to_owned(), ..question() },
            Question { project_slug: text(), ..question() },
            Question { query: text(), ..question() },
            Question { dependent_data: text(), ..question() },
        ];
        for other in others {
            assert_eq!(cache.get("a", &other, at(0)), None, "{other:?}");
        }
        assert_eq!(cache.get("b", &question(), at(0)), None);
    }

    #[test]
    fn an_answer_lives_as_long_as_allowed() {
        let cache = OptionsCache::new(TimeDelta::seconds(10));
        cache.put("a", question(), "1".to_owned(), at(0));
        assert_eq!(cache.get("a", &question(), at(10)), None);
        cache.put("a", question(), "2".to_owned(), at(10));
        assert_eq!(cache.get("a", &question(), at(11)).as_deref(), Some("2"));
        cache.clear();
        assert_eq!(cache.get("a", &question(), at(11)), None);
        let none = OptionsCache::new(TimeDelta::zero());
        none.put("a", question(), "1".to_owned(), at(0));
        assert_eq!(none.get("a", &question(), at(0)), None);
    }

    #[test]
    fn its_size_is_bounded() {
        let cache = OptionsCache::new(TimeDelta::seconds(10));
        let large = "x".repeat(64 * 1024);
        for number in 0..1000 {
            cache.put(&number.to_string(), question(), large.clone(), at(0));
        }
        cache.entries.run_pending_tasks();
        assert!(cache.entries.weighted_size() <= MAX_BYTES, "{}", cache.entries.weighted_size());
        assert!(cache.entries.entry_count() > 100, "{}", cache.entries.entry_count());
    }
}
