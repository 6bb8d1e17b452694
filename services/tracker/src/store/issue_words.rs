//! Finding issues by words.
//!
//! The issues of a rare word are looked up and then put in order; a common word is checked as issues are read in their
//! order, because the next hundred that have it are never far. Either way the work is bounded, however many issues there are.

use std::collections::BTreeSet;

use patchbay_db::{Db, Result, Tx};

/// A word that is in more issues than this is common.
const RARE: usize = 2000;

/// How the issues with certain words are found.
#[derive(Debug, Default)]
pub(crate) struct Matching {
    /// Issues that have all the rare words; `None` when no word is rare.
    pub(crate) rare: Option<Vec<i64>>,
    pub(crate) common: Vec<String>,
}

impl Matching {
    /// Whether a rare word has left nothing.
    pub(crate) fn is_none_possible(&self) -> bool {
        self.rare.as_ref().is_some_and(Vec::is_empty)
    }
}

/// Writes the words of new issues.
pub(crate) async fn insert(
    tx: &mut Tx,
    organization_id: i64,
    issue_id: i64,
    words: BTreeSet<String>,
) -> Result<()> {
    tx.insert_rows("issue_words", &["organization_id", "word", "issue_id"], words, |row, word| {
        row.bind(organization_id).bind(word).bind(issue_id);
    })
    .suffix("on conflict do nothing")
    .execute()
    .await
    .map(drop)
}

/// How the issues are found that have words beginning with all of `words`.
pub(crate) async fn matching(db: &Db, organization_id: i64, words: &[String]) -> Result<Matching> {
    let mut matching = Matching::default();
    for word in words {
        let mut ids: Vec<i64> = db
            .query(
                "select issue_id from issue_words
                 where organization_id = $1 and word >= $2 and word < $3 limit $4",
            )
            .bind(organization_id)
            .bind(word.as_str())
            .bind(beyond(word))
            .bind(i64::try_from(RARE).unwrap_or(i64::MAX) + 1)
            .fetch_scalars()
            .await?;
        if ids.len() > RARE {
            matching.common.push(word.clone());
            continue;
        }
        ids.sort_unstable();
        ids.dedup();
        matching.rare = Some(match matching.rare.take() {
            None => ids,
            Some(mut both) => {
                both.retain(|id| ids.binary_search(id).is_ok());
                both
            }
        });
    }
    Ok(matching)
}

/// The first text behind all that begin with `word`.
pub(crate) fn beyond(word: &str) -> String {
    [word, "\u{10ffff}"].concat()
}
