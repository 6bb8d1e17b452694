//! The index of issues by words.
//!
//! The issues of a rare word are looked up and then put in order; a common word is checked as issues are read in their
//! order, up to a number of issues for each page. Either way the work is bounded, however many issues there are.

use patchbay_db::{Db, Result, Tx};

use crate::domain::issue::Issue;
use crate::domain::search::index_words::words_of_issue;

/// A word of more issues than this is common.
const RARE: i64 = 2000;

/// Writes the words of new issues.
pub(crate) async fn insert<'a>(tx: &mut Tx, issues: impl IntoIterator<Item = &'a Issue>) -> Result<()> {
    let words = issues.into_iter().flat_map(|issue| {
        words_of_issue(&issue.title, &issue.culprit)
            .into_iter()
            .map(|word| (issue.organization_id, word, issue.id))
    });
    tx.insert_rows("issue_words", &["organization_id", "word", "issue_id"], words, |row, (of, word, id)| {
        row.bind(of).bind(word).bind(id);
    })
    .suffix("on conflict do nothing")
    .execute()
    .await
    .map(drop)
}

/// The issues that have all rare ones of `words`, as beginnings of words; `None` if no word is rare.
pub(crate) async fn with_rare(db: &Db, organization_id: i64, words: &[String]) -> Result<Option<Vec<i64>>> {
    let mut with_all: Option<Vec<i64>> = None;
    for word in words {
        if is_common(db, organization_id, word).await? {
            continue;
        }
        let mut ids: Vec<i64> = db
            .query(
                "select issue_id from issue_words
                 where organization_id = $1 and word >= $2 and word < $3 limit $4",
            )
            .bind(organization_id)
            .bind(word.as_str())
            .bind(beyond(word))
            .bind(2 * RARE)
            .fetch_scalars()
            .await?;
        ids.sort_unstable();
        ids.dedup();
        with_all = Some(match with_all.take() {
            None => ids,
            Some(mut both) => {
                both.retain(|id| ids.binary_search(id).is_ok());
                both
            }
        });
    }
    Ok(with_all)
}

async fn is_common(db: &Db, organization_id: i64, word: &str) -> Result<bool> {
    let count: i64 = db
        .query(
            "select count(*) from (
                 select 1 from issue_words where organization_id = $1 and word >= $2 and word < $3 limit $4
             ) as found",
        )
        .bind(organization_id)
        .bind(word)
        .bind(beyond(word))
        .bind(RARE + 1)
        .fetch_scalar()
        .await?;
    Ok(count > RARE)
}

/// The upper bound of all texts that begin with `word`.
pub(crate) fn beyond(word: &str) -> String {
    [word, "\u{10ffff}"].concat()
}
