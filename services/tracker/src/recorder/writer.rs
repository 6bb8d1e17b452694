use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use patchbay_db::{Db, DbError, Tx};
use patchbay_domain::{Actor, Clock};
use tokio::sync::Notify;
use uuid::Uuid;

use super::alert;
use super::counted_error::{CountedError, count_errors};
use super::open_issues::open_issues;
use super::prepared::{Failure, Prepared, fingerprints};
use super::rules::Rules;
use super::submission::{Incoming, Recorded, Submission};
use crate::domain::error::created::error_created;
use crate::domain::issue::change::IssueChange;
use crate::domain::issue::comment::Author;
use crate::domain::issue::counted_issue::CountedIssue;
use crate::domain::links::Links;
use crate::id_block::IdBlock;
use crate::outbox;
use crate::record_activity::{ActivityRecord, record_activity};
use crate::store::issues::{self, FoundIssue};
use crate::store::recording;

/// Writes batches of errors, each in one transaction.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) links: Links,
    pub(super) rules: Rules,
    pub(super) activity_ids: IdBlock,
    /// Wakes the worker that evaluates metric rules.
    pub(super) counted: Arc<Notify>,
}

impl Writer {
    /// Records a batch, and returns one outcome for each error in order.
    pub(super) async fn write(&mut self, batch: &[Submission]) -> Result<Vec<Recorded>, Failure> {
        let incoming: Vec<Incoming<'_>> = batch
            .iter()
            .flat_map(|submission| submission.events.iter().map(|event| (&submission.source, event)))
            .collect();
        let prepared = self.prepare(&incoming).await?;
        let now = prepared.now;

        let mut tx = self.db.begin().await?;
        let ids: Vec<Uuid> = incoming.iter().map(|(_, event)| event.event_id).collect();
        let known = recording::known_events(&mut tx, &ids, now).await?;
        let new = without_duplicates(&incoming, &known);
        let opened = open_issues(&mut tx, &new, &prepared).await?;
        let mut issues: HashMap<Uuid, CountedIssue> =
            recording::lock_counted(&mut tx, &fingerprints(&new)).await?.into_iter().collect();
        if new.iter().any(|(_, event)| !issues.contains_key(&event.fingerprint)) {
            return Err(Failure::Overtaken);
        }
        add_users(&mut tx, &new, &mut issues).await?;
        let errors = count_errors(&new, &mut issues, &opened, &prepared.releases, now);

        let counted: Vec<&CountedIssue> = issues.values().collect();
        recording::update_counted(&mut tx, &counted).await?;
        store_errors(&mut tx, &errors, now).await?;
        count_by_project(&mut tx, &errors, now).await?;
        self.record_changes(&mut tx, &errors, &prepared).await?;
        let alerts =
            alert::alert(&mut tx, &errors, &prepared.rules, &mut self.rules, &self.links, now).await?;
        let created = errors
            .iter()
            .filter(|error| error.source.publishes_errors)
            .map(|error| error_created(error.event, error.issue_id, error.source, &self.links));
        let events = created.chain(alerts.events).map(outbox::message);
        tx.outbox_all(events.chain(alerts.tickets.into_iter().map(outbox::followed))).await?;
        tx.commit().await?;
        self.counted.notify_one();
        Ok(outcomes(&incoming, &known, &errors))
    }

    async fn prepare(&mut self, incoming: &[Incoming<'_>]) -> Result<Prepared, Failure> {
        let project_ids: BTreeSet<i64> = incoming.iter().map(|(source, _)| source.project.id).collect();
        let project_ids: Vec<i64> = project_ids.into_iter().collect();
        let rules = self.rules.of(&self.db, &project_ids).await?;
        if rules.len() < project_ids.len() {
            let deleted = project_ids.into_iter().filter(|id| !rules.contains_key(id)).collect();
            return Err(Failure::ProjectsDeleted(deleted));
        }
        let now = self.clock.now();
        let releases: BTreeSet<(i64, &str)> = incoming
            .iter()
            .filter_map(|(source, event)| Some((source.project.id, event.release.as_deref()?)))
            .collect();
        let releases = match releases.is_empty() {
            true => Vec::new(),
            false => recording::ensure_releases(&self.db, &releases, now).await?,
        };
        let fingerprints = fingerprints(incoming);
        let known = recording::known_fingerprints(&self.db, &fingerprints).await?;
        let missing = fingerprints.len().saturating_sub(known.len());
        let first = match u32::try_from(missing).unwrap_or(u32::MAX) {
            0 => 0,
            missing => self.db.allocate_ids("issue", missing).await?,
        };
        Ok(Prepared {
            rules,
            releases: releases.into_iter().map(|(project, version, id)| ((project, version), id)).collect(),
            issue_ids: first..first + i64::try_from(missing).unwrap_or_default(),
            activity_id: self.activity_ids.take(&self.db, incoming.len()).await?,
            now,
        })
    }

    /// Records the issues that were opened, regressed or escalated. They are few, so each is read in full.
    async fn record_changes(
        &self,
        tx: &mut Tx,
        errors: &[CountedError<'_>],
        prepared: &Prepared,
    ) -> Result<(), DbError> {
        let changes: Vec<(i64, &IssueChange)> =
            errors.iter().filter_map(|error| Some((error.issue_id, error.issue_change.as_ref()?))).collect();
        if changes.is_empty() {
            return Ok(());
        }
        let ids: Vec<i64> = changes.iter().map(|(id, _)| *id).collect();
        let found: HashMap<i64, FoundIssue> =
            issues::lock_all(tx, &ids).await?.into_iter().map(|found| (found.issue.id, found)).collect();
        let records: Vec<ActivityRecord<'_>> = changes
            .iter()
            .filter_map(|(id, issue_change)| {
                let issue_context = found.get(id)?.issue_context(&self.links);
                let (author, actor) = (Author::System, &Actor::System);
                Some(ActivityRecord { issue_context, issue_change, author, actor, source: None })
            })
            .collect();
        record_activity(tx, &records, prepared.activity_id, prepared.now).await
    }
}

/// The errors that are not recorded yet, each once.
fn without_duplicates<'a>(incoming: &[Incoming<'a>], known: &HashMap<(i64, Uuid), i64>) -> Vec<Incoming<'a>> {
    let mut seen = HashSet::with_capacity(incoming.len());
    incoming
        .iter()
        .filter(|(source, event)| {
            let key = (source.project.id, event.event_id);
            !known.contains_key(&key) && seen.insert(key)
        })
        .copied()
        .collect()
}

async fn add_users(
    tx: &mut Tx,
    new_errors: &[Incoming<'_>],
    issues: &mut HashMap<Uuid, CountedIssue>,
) -> Result<(), DbError> {
    let users: BTreeSet<(i64, Uuid)> = new_errors
        .iter()
        .filter_map(|(_, event)| Some((issues.get(&event.fingerprint)?.id, event.user_key?)))
        .collect();
    let mut new: HashMap<i64, i64> = HashMap::new();
    for issue_id in recording::add_users(tx, &users).await? {
        *new.entry(issue_id).or_default() += 1;
    }
    for issue in issues.values_mut() {
        issue.user_count += new.get(&issue.id).copied().unwrap_or_default();
    }
    Ok(())
}

async fn store_errors(tx: &mut Tx, errors: &[CountedError<'_>], now: DateTime<Utc>) -> Result<(), DbError> {
    let rows = errors.iter().map(|error| recording::NewEvent {
        issue_id: error.issue_id,
        project_id: error.source.project.id,
        event_id: error.event.event_id,
        number: error.number,
        received_at: now,
        document: &error.event.document,
    });
    recording::insert_events(tx, rows).await
}

async fn count_by_project(
    tx: &mut Tx,
    errors: &[CountedError<'_>],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let mut projects: BTreeMap<i64, i64> = BTreeMap::new();
    errors.iter().for_each(|error| *projects.entry(error.source.project.id).or_default() += 1);
    recording::count_projects(tx, now.timestamp(), &projects).await
}

fn outcomes(
    incoming: &[Incoming<'_>],
    known: &HashMap<(i64, Uuid), i64>,
    errors: &[CountedError<'_>],
) -> Vec<Recorded> {
    let errors: HashMap<(i64, Uuid), &CountedError<'_>> =
        errors.iter().map(|error| ((error.source.project.id, error.event.event_id), error)).collect();
    let mut reported = HashSet::new();
    let outcome = |(source, event): &Incoming<'_>| {
        let (event_id, key) = (event.event_id, (source.project.id, event.event_id));
        match (known.get(&key), errors.get(&key)) {
            (None, Some(error)) if reported.insert(key) => {
                let opened = error.issue_change == Some(IssueChange::Opened);
                Recorded { event_id, issue_id: error.issue_id, opened, duplicate: false }
            }
            (known, error) => {
                let issue_id = known.copied().or(error.map(|error| error.issue_id)).unwrap_or_default();
                Recorded { event_id, issue_id, opened: false, duplicate: true }
            }
        }
    };
    incoming.iter().map(outcome).collect()
}
