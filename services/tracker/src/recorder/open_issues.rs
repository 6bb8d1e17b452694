use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use patchbay_db::Tx;
use uuid::Uuid;

use super::prepared::{Failure, Prepared, fingerprints};
use super::submission::Incoming;
use crate::domain::issue::new_issue;
use crate::store::{issue_words, issues, projects, recording};

/// Opens an issue for each fingerprint without one, and returns those fingerprints. Issues that another replica opened
/// meanwhile are left to it.
pub(super) async fn open_issues(
    tx: &mut Tx,
    new_errors: &[Incoming<'_>],
    prepared: &Prepared,
) -> Result<HashSet<Uuid>, Failure> {
    if prepared.issue_ids.is_empty() {
        return Ok(HashSet::new());
    }
    let known: HashSet<Uuid> = recording::lock_counted(tx, &fingerprints(new_errors))
        .await?
        .into_iter()
        .map(|(fingerprint, _)| fingerprint)
        .collect();
    let mut firsts: BTreeMap<(i64, Uuid), Incoming<'_>> = BTreeMap::new();
    for (source, event) in new_errors.iter().filter(|(_, event)| !known.contains(&event.fingerprint)) {
        firsts.entry((source.project.id, event.fingerprint)).or_insert((source, event));
    }
    let mut needed: BTreeMap<i64, i64> = BTreeMap::new();
    firsts.keys().for_each(|(project_id, _)| *needed.entry(*project_id).or_default() += 1);
    let mut numbers = HashMap::new();
    for (project_id, count) in needed {
        let first = projects::next_issue_numbers(tx, project_id, count).await?;
        let deleted = || Failure::ProjectsDeleted(BTreeSet::from([project_id]));
        numbers.insert(project_id, first.ok_or_else(deleted)?);
    }
    let mut ids = prepared.issue_ids.clone();
    let mut new = Vec::with_capacity(firsts.len());
    for ((project_id, fingerprint), (source, event)) in firsts {
        let (Some(id), Some(number)) = (ids.next(), numbers.get_mut(&project_id)) else {
            return Err(Failure::Overtaken);
        };
        new.push((new_issue::of_error(event, id, *number, &source.project), Some(fingerprint)));
        *number += 1;
    }
    let inserted: HashSet<i64> = issues::insert_all(tx, &new).await?.into_iter().collect();
    let opened = || new.iter().filter(|(issue, _)| inserted.contains(&issue.id));
    issue_words::insert(tx, opened().map(|(issue, _)| issue)).await?;
    Ok(opened().filter_map(|(_, fingerprint)| *fingerprint).collect())
}
